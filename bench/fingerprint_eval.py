"""Measures the same-story fingerprint: `python -m bench.fingerprint_eval ../shared/eval/clean`.

Copies of each gold text as newsrooms make them; the share of copies found, and the pairs of different texts taken for
one, by the bits that may differ. Texts of fewer than 100 words are left out.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.html_pages import read_pages
from workers.clean.fingerprint import SAME_STORY_BITS, bits_apart, simhash

MIN_WORDS = 100
BITS = (12, SAME_STORY_BITS, 16)
NEW_LEAD = "In a story that this newsroom has followed for weeks, readers asked what comes next: here it is."
NEW_TAIL = "The desk will return to this on Thursday. Tips may be sent to the editors at any time of day."


def cut(text: str, share: float) -> str:
    """Return the first `share` of the words."""
    words = text.split(" ")
    return " ".join(words[: round(len(words) * share)])


def reworded(text: str, chance: random.Random) -> str:
    """Return `text` with one word in twenty replaced by another of its words."""
    words = text.split(" ")
    return " ".join(chance.choice(words) if chance.random() < 0.05 else word for word in words)


def framed(text: str) -> str:
    """Return `text` with another first and last paragraph."""
    return f"{NEW_LEAD}\n{text}\n{NEW_TAIL}"


def shuffled(text: str, chance: random.Random) -> str:
    """Return `text` with its lines in another order."""
    lines = text.split("\n")
    chance.shuffle(lines)
    return "\n".join(lines)


def edits(chance: random.Random) -> dict[str, Callable[[str], str]]:
    """Return the ways in which a copy differs."""
    return {
        "cut to 70 %": lambda text: cut(text, 0.7),
        "cut to half": lambda text: cut(text, 0.5),
        "5 % of words changed": lambda text: reworded(text, chance),
        "new first and last paragraph": framed,
        "all three (70 %)": lambda text: framed(reworded(cut(text, 0.7), chance)),
        "shuffled": lambda text: shuffled(text, chance),
    }


def main() -> None:
    """Print recall by edit, and the wrong pairs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path)
    folder = options.parse_args().data
    texts = [
        record["gold_body"]
        for name in ("bench_dev.jsonl.gz", "wcxb_dev.jsonl.gz")
        for record in read_pages(folder / name)
        if len(record["gold_body"].split()) >= MIN_WORDS
    ]
    prints = [simhash(text) for text in texts]
    print(f"{len(texts)} texts")
    for name, edit in edits(random.Random(1)).items():  # repeatable, not secret
        apart = [bits_apart(own, simhash(edit(text))) for own, text in zip(prints, texts, strict=True)]
        print(f"{name:<30}", "  ".join(f"{bits} bits {np.mean([n <= bits for n in apart]):.2f}" for bits in BITS))
    pairs = [bits_apart(left, right) for at, left in enumerate(prints) for right in prints[at + 1 :]]
    print(f"{len(pairs)} pairs of different texts", {bits: sum(n <= bits for n in pairs) for bits in BITS})


if __name__ == "__main__":
    main()
