"""Known phrases of page clutter by class: data, matched as runs of words wherever they stand in a line."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from workers.clean.flat.vocabulary import Flags, Ints, Vocabulary, WordTable

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


Phrases = dict[int, list[tuple[list[int], int]]]  # by the number of the first word: those of the others, and the class


def _number_phrases() -> tuple[WordTable, Phrases, Flags, Flags]:
    """Return the numbers of the words in phrases, the phrases, which words are one, and which pairs others begin with.

    A pair is the number of its first word times how many numbers there are, and the number of its second: 0.3 MB.
    """
    table = read_phrases()
    words = dict.fromkeys(word for first, phrases in table.items() for rest, _ in phrases for word in (first, *rest))
    numbers = {word: number for number, word in enumerate(words, start=1)}
    alone = np.zeros(len(numbers) + 1, bool)
    pairs = np.zeros(len(alone) ** 2, bool)
    phrases_of: Phrases = {}
    for first, phrases in table.items():
        number = numbers[first]
        phrases_of[number] = [([numbers[word] for word in rest], bit) for rest, bit in phrases]
        alone[number] = any(not rest for rest, _ in phrases)
        pairs[[number * len(alone) + numbers[rest[0]] for rest, _ in phrases if rest]] = True
    return WordTable(numbers), phrases_of, alone, pairs


_NUMBERS, _PHRASES, _ALONE, _PAIRS = _number_phrases()


def find_classes(text: Vocabulary) -> Ints:
    """Return for each paragraph the classes whose phrases occur in it, as bits in the order of CLASSES."""
    numbers = _NUMBERS.of(text.words.hashes)[text.running]
    begins = _ALONE[numbers]
    begins[:-1] |= text.beside & _PAIRS[numbers[:-1] * len(_ALONE) + numbers[1:]]
    places = np.flatnonzero(begins)
    paragraphs = text.paragraph[places]
    behind = text.ends()[paragraphs]
    words = numbers.tolist()
    found = [0] * len(text.lengths)
    for at, paragraph, end in zip(places.tolist(), paragraphs.tolist(), behind.tolist(), strict=True):
        for rest, bit in _PHRASES[words[at]]:
            if words[at + 1 : at + 1 + len(rest)] == rest and at + len(rest) < end:
                found[paragraph] |= bit
    return np.array(found, np.int64)
