"""Texts for comparing two ways of annotating: plain news, and words of the model's vocabulary in any order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tests.harness.articles import article

MARKS = [",", ".", ".", ".", ";", ":", " —", "?", "!", ",”", ".”", ")", "'s", "’s", "n't", "…"]
OPENINGS = ["“", "(", "‘", '"', "$", "#", "@"]


def news(words: int, *, seed: int) -> Iterator[str]:
    """Yield articles of together at least so many words."""
    number = 0
    while words > 0:
        text = str(article(number, seed=seed)["text"])
        yield text
        number, words = number + 1, words - len(text.split())


def jumbles(words: int, *, vocabulary: Sequence[str], seed: int) -> Iterator[str]:
    """Yield texts without sense, up to 1,500 words long: all states of a parser, all kinds of white space."""
    rng = random.Random(seed)
    while words > 0:
        count = min(words, int(rng.paretovariate(0.9) * 40), 1_500)
        yield "".join(_word(rng, vocabulary) for _ in range(count))
        words -= count


def _word(rng: random.Random, vocabulary: Sequence[str]) -> str:
    # Frequent words come first: half of all are of the first 300, as in a text.
    word = rng.choice(vocabulary[:300] if rng.random() < 0.5 else vocabulary)
    opening = rng.choice(OPENINGS) if rng.random() < 0.04 else ""
    mark = rng.choice(MARKS) if rng.random() < 0.15 else ""
    space = " " if rng.random() < 0.96 else rng.choice(["\n", "\n\n", "  ", "", " \n\t ", "\u00a0", "\r\n"])
    return opening + word + mark + space
