"""The agencies of `agencies.tsv` and the names they go by."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files


def read_agencies() -> tuple[dict[str, str], frozenset[str]]:
    """Return the published name of each agency by each of its tags, and the tags that count in brackets only."""
    names: dict[str, str] = {}
    bracketed: set[str] = set()
    for row in (files(__package__) / "agencies.tsv").read_text("utf-8").splitlines():
        if row and not row.startswith("#"):
            name, tags = row.split("\t")
            for tag in tags.split("|"):
                word = tag.removeprefix("*")
                names[word] = names[word.upper()] = name
                if word != tag:
                    bracketed |= {word, word.upper()}
    return names, frozenset(bracketed)


def _pattern(tags: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, tags), key=len, reverse=True))  # the longest tag wins


AGENCIES, BRACKETED = read_agencies()
TAG = _pattern(AGENCIES)
BARE_TAG = _pattern(AGENCIES.keys() - BRACKETED)


def agency_of(tag: str) -> str | None:
    """Return the published name of the agency that `tag` names, or None."""
    tag = " ".join(tag.split()).strip(" /,.")
    return AGENCIES.get(tag) or AGENCIES.get(tag.removeprefix("The "))
