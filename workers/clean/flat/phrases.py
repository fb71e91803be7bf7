"""Known phrases of page clutter by class: data, matched as runs of words wherever they stand in a line."""

from __future__ import annotations

from collections.abc import Sequence, Set
from importlib.resources import files

# The classes, in the order of their bits. `label` opens a line that introduces a list (Related, Tags, Topics).
CLASSES = (
    "navigation", "disclaimer", "share", "sign-up", "related-links", "caption", "comments", "byline", "legal",
    "advertising", "paywall", "time",
)  # fmt: skip


def read_phrases() -> dict[str, list[tuple[tuple[str, ...], int]]]:
    """Return the phrases of `phrases.tsv` by their first word: the other words, and the number of the class."""
    table: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for row in (files(__package__) / "phrases.tsv").read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            name, phrase = row.split("\t")
            first, *rest = phrase.split()
            table.setdefault(first, []).append((tuple(rest), CLASSES.index(name)))
    return table


PHRASES = read_phrases()
_FIRST_WORDS = frozenset(PHRASES)


def find_classes(words: Sequence[str], distinct: Set[str] | None = None) -> int:
    """Return the classes whose phrases occur in `words` (lower case, digits as 0), as bits in the order of CLASSES.

    `distinct` is the set of `words`, where the caller has it.
    """
    found = 0
    for first in _FIRST_WORDS & (set(words) if distinct is None else distinct):
        at = words.index(first)
        while at >= 0:
            for rest, number in PHRASES[first]:
                if not rest or tuple(words[at + 1 : at + 1 + len(rest)]) == rest:
                    found |= 1 << number
            try:
                at = words.index(first, at + 1)
            except ValueError:
                break
    return found
