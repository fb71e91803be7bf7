"""The word lists and tables of this room, as files with their reasons in comments (`tables/`)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_FOLDER = files(__package__) / "tables"


def rows(name: str) -> list[list[str]]:
    """Return the tab-separated cells of each line of the table; `#` begins a comment."""
    text = (_FOLDER / name).read_text(encoding="utf-8")
    lines = (line.split("#", 1)[0].rstrip() for line in text.splitlines())
    return [line.split("\t") for line in lines if line]


@cache
def words(name: str) -> frozenset[str]:
    """Return the words of a list, separated by white space, several a line."""
    return frozenset(word for row in rows(name) for cell in row for word in cell.split())


@cache
def phrases(name: str) -> frozenset[str]:
    """Return the phrases of a list, one a line."""
    return frozenset(row[0].strip() for row in rows(name))
