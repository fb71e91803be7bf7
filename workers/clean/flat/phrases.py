"""Known phrases of page clutter by class: data, matched as runs of words wherever they stand in a line."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.vocabulary import Ints, Vocabulary, WordTable

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


_FIRST, _SECOND, _ALONE = 1, 2, 4  # what a word may be in a phrase, as bits


def _number_phrases() -> tuple[WordTable, NDArray[np.uint8], dict[int, list[tuple[list[int], int]]]]:
    """Return the numbers of the words in phrases, by number what each may be there, and the phrases as numbers."""
    table = read_phrases()
    words = dict.fromkeys(word for first, phrases in table.items() for rest, _ in phrases for word in (first, *rest))
    numbers = {word: number for number, word in enumerate(words, start=1)}
    places = np.zeros(len(numbers) + 1, np.uint8)
    phrases_of: dict[int, list[tuple[list[int], int]]] = {}
    for first, phrases in table.items():
        phrases_of[numbers[first]] = [([numbers[word] for word in rest], bit) for rest, bit in phrases]
        for rest, _ in phrases:
            places[numbers[first]] |= _FIRST if rest else _ALONE
            if rest:
                places[numbers[rest[0]]] |= _SECOND
    return WordTable(numbers), places, phrases_of


_NUMBERS, _PLACES, _PHRASES = _number_phrases()


def find_classes(text: Vocabulary) -> Ints:
    """Return for each paragraph the classes whose phrases occur in it, as bits in the order of CLASSES."""
    numbers = _NUMBERS.of(text.words.hashes)[text.running]
    places = _PLACES[numbers]
    begins = (places & _ALONE) > 0
    begins[:-1] |= ((places[:-1] & _FIRST) > 0) & ((places[1:] & _SECOND) > 0) & text.beside
    at_all = np.flatnonzero(begins)
    paragraphs = text.paragraph[at_all]
    behind = text.ends()[paragraphs]
    words = numbers.tolist()
    found = [0] * len(text.lengths)
    for at, paragraph, end in zip(at_all.tolist(), paragraphs.tolist(), behind.tolist(), strict=True):
        for rest, bit in _PHRASES[words[at]]:
            if words[at + 1 : at + 1 + len(rest)] == rest and at + len(rest) < end:
                found[paragraph] |= bit
    return np.array(found, np.int64)
