"""Known phrases of page clutter by class: data, matched as runs of words wherever they stand in a line."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from workers.clean.flat.lines import Ints
from workers.clean.flat.vocabulary import Vocabulary

# The classes, in the order of their bits. `label` opens a line that introduces a list (Related, Tags, Topics).
CLASSES = (
    "navigation", "disclaimer", "share", "sign-up", "related-links", "caption", "comments", "byline", "legal",
    "advertising", "paywall", "time",
)  # fmt: skip


def read_phrases() -> dict[str, list[tuple[list[str], int]]]:
    """Return the phrases of `phrases.tsv` by their first word: the other words, and the bit of the class."""
    table: dict[str, list[tuple[list[str], int]]] = {}
    for row in (files(__package__) / "phrases.tsv").read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            name, phrase = row.split("\t")
            first, *rest = phrase.split()
            table.setdefault(first, []).append((rest, 1 << CLASSES.index(name)))
    return table


PHRASES = read_phrases()
# A phrase stands only where its first word is followed by one of these, or is one alone.
_SECOND_WORDS = frozenset(rest[0] for phrases in PHRASES.values() for rest, _ in phrases if rest)
_ALONE = frozenset(first for first, phrases in PHRASES.items() for rest, _ in phrases if not rest)


def find_classes(text: Vocabulary) -> Ints:
    """Return for each paragraph the classes whose phrases occur in it, as bits in the order of CLASSES."""
    first, second, alone = text.which(PHRASES.keys()), text.which(_SECOND_WORDS), text.which(_ALONE)
    followed = np.append(second[text.running[1:]] & (text.paragraph[1:] == text.paragraph[:-1]), False)
    places = np.flatnonzero(alone[text.running] | (first[text.running] & followed[: len(text.running)]))
    paragraphs = text.paragraph[places]
    behind = np.cumsum(text.lengths)[paragraphs]
    found = [0] * len(text.lengths)
    for at, paragraph, end in zip(places.tolist(), paragraphs.tolist(), behind.tolist(), strict=True):
        for rest, bit in PHRASES[text.tokens[at]]:
            if text.tokens[at + 1 : at + 1 + len(rest)] == rest and at + len(rest) < end:
                found[paragraph] |= bit
    return np.array(found, np.int64)
