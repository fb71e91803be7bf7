"""Known phrases of page clutter by class: data, matched as runs of words wherever they stand in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

import numpy as np

from workers.clean.flat.vocabulary import Ints, Vocabulary, WordTable, hash_words

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


def _places_in_phrases(table: Mapping[str, Sequence[tuple[list[str], int]]]) -> dict[str, int]:
    places: dict[str, int] = {}
    for first, phrases in table.items():
        for rest, _ in phrases:
            places[first] = places.get(first, 0) | (_FIRST if rest else _ALONE)
            if rest:
                places[rest[0]] = places.get(rest[0], 0) | _SECOND
    return places


def _as_hashes(table: Mapping[str, Sequence[tuple[list[str], int]]]) -> dict[int, list[tuple[list[int], int]]]:
    firsts = hash_words(list(table)).tolist()
    return {
        first: [(hash_words(rest).tolist(), bit) for rest, bit in phrases]
        for first, phrases in zip(firsts, table.values(), strict=True)
    }


_TABLE = read_phrases()
_PLACES, PHRASES = WordTable(_places_in_phrases(_TABLE)), _as_hashes(_TABLE)


def find_classes(text: Vocabulary) -> Ints:
    """Return for each paragraph the classes whose phrases occur in it, as bits in the order of CLASSES."""
    of_words = _PLACES.of(text.words.hashes).astype(np.uint8)
    of_running = of_words[text.running]
    begins = (of_running & _ALONE) > 0
    beside = text.paragraph[1:] == text.paragraph[:-1]
    begins[:-1] |= ((of_running[:-1] & _FIRST) > 0) & ((of_running[1:] & _SECOND) > 0) & beside
    places = np.flatnonzero(begins)
    paragraphs = text.paragraph[places]
    behind = text.ends()[paragraphs]
    words = text.words.hashes[text.running].tolist()
    found = [0] * len(text.lengths)
    for at, paragraph, end in zip(places.tolist(), paragraphs.tolist(), behind.tolist(), strict=True):
        for rest, bit in PHRASES[words[at]]:
            if words[at + 1 : at + 1 + len(rest)] == rest and at + len(rest) < end:
                found[paragraph] |= bit
    return np.array(found, np.int64)
