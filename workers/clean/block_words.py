"""What names of elements and words of a block say about it, read from `block_words.tsv`."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from workers.clean.running import UNKNOWN, numbered

# Elements whose presence above a block says something about it, in the order of their bits.
TAG_LABELS = (
    "article", "main", "nav", "footer", "header", "aside", "form", "figure", "figcaption", "table", "ul", "ol",
    "blockquote", "section", "noscript", "dialog", "details", "li", "dl", "button", "label", "address", "p", "pre",
)  # fmt: skip
ANCESTOR_TAGS = {tag: 1 << bit for bit, tag in enumerate(TAG_LABELS)}
TAG_COUNT = len(TAG_LABELS)


def _read(kind: str) -> list[tuple[str, list[str]]]:
    """Return the (label, words) of the rows of one kind, in the order of the file."""
    rows = (files(__package__) / "block_words.tsv").read_text("utf-8").splitlines()
    parts = [row.split("\t") for row in rows if row and not row.startswith("#")]
    return [(label, words.split()) for row_kind, label, words in parts if row_kind == kind]


_NAMES, _WORDS, _FIRST = _read("name"), _read("word"), _read("first")
NAME_LABELS = tuple(label for label, _ in _NAMES)
NAME_COUNT = len(NAME_LABELS)
WORD_LABELS = tuple(label for label, _ in _WORDS)

NAME_CLASSES: dict[str, int] = {}  # part of a name → bits in the order of NAME_LABELS
for _bit, (_, _parts) in enumerate(_NAMES):
    for _part in _parts:
        NAME_CLASSES[_part] = NAME_CLASSES.get(_part, 0) | 1 << _bit
WORD_CLASSES: dict[str, tuple[int, ...]] = {}  # word → indices into WORD_LABELS
for _index, (_, _parts) in enumerate(_WORDS):
    for _part in _parts:
        WORD_CLASSES[_part] = (*WORD_CLASSES.get(_part, ()), _index)
WORD_BITS = {word: sum({1 << index for index in indices}) for word, indices in WORD_CLASSES.items()}
FIRST_WORDS = {word: float(value) for value, (_, words) in enumerate(_FIRST, start=1) for word in words}
STOPWORDS = frozenset(_read("stop")[0][1])

# The same by number of the word, for a page's words at once.
WORD_NUMBERS = numbered([*WORD_CLASSES, *FIRST_WORDS, *STOPWORDS])
_SPELLED = list(WORD_NUMBERS)
WORD_COUNTS = np.zeros((UNKNOWN + 1 + len(_SPELLED), len(WORD_LABELS)), np.float32)  # how often a class has the word
for _number, _word in enumerate(_SPELLED, start=UNKNOWN + 1):
    for _index in WORD_CLASSES.get(_word, ()):
        WORD_COUNTS[_number, _index] += 1
IS_CLASSED = WORD_COUNTS.sum(axis=1) > 0
IS_STOPWORD = np.array([False, *(word in STOPWORDS for word in _SPELLED)])
AS_FIRST_WORD = np.array([0.0, *(FIRST_WORDS.get(word, 0.0) for word in _SPELLED)], np.float32)
