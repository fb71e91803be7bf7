"""Mentions that the model missed, of names that it found elsewhere in the article."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from workers.annotate.entities.columns import Columns
from workers.annotate.entities.lexemes import WordClass
from workers.annotate.entities.names import GPE, NORP, ORG, PERSON, Name
from workers.annotate.entities.tables import rows, words
from workers.annotate.entities.trim import TITLE_GENDER, make_name, with_particles

_CAPITALISED = WordClass(lambda word: word[:1].isupper())
_MIN_CHARS = 3  # shorter ones stand for too much else, but for acronyms ('EU')


def find_missed(columns: Columns, names: list[Name], surnames: Iterable[str], *, countries: bool) -> list[Name]:
    """Return new mentions of `names`, and of the `surnames` of people, at tokens that no name covers; in order.

    `countries` searches for the names of all countries and their people as well.
    """
    wanted, everywhere = _index(columns, names, surnames), _countries() if countries else {}
    covered = bytearray(len(columns))
    for name in names:
        covered[name.first : name.after] = b"\1" * (name.after - name.first)
    found: list[Name] = []
    for token in columns.tokens_of(_CAPITALISED):
        if covered[token]:
            continue
        word = columns.lower[token]
        for spelled, label in (*wanted.get(word, ()), *everywhere.get(word, ())):
            after = token + len(spelled)
            if _matches(columns, token, after, spelled, covered) and _stands_alone(columns, token, after, label):
                begin = with_particles(columns, token) if label == PERSON else token
                begin = token if any(covered[begin:token]) else begin
                found.append(make_name(columns, begin, after, label))
                covered[token:after] = b"\1" * len(spelled)
                break
    return found


@cache
def _countries() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return the countries and demonyms that are nothing else besides, as `_index` has them."""
    index: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    common = words("common_words.txt") | words("ambiguous_countries.txt")
    for row in rows("countries.tsv"):
        for cell, label in zip(row[1:], (GPE, NORP), strict=False):
            for name in cell.split("; "):
                spelled = tuple(re.findall(r"[\w.'-]+|&", name))
                if spelled and name.lower() not in common:
                    index.setdefault(spelled[0].lower(), []).append((spelled, label))
    for options in index.values():
        options.sort(key=lambda option: -len(option[0]))
    return index


def _index(
    columns: Columns, names: list[Name], surnames: Iterable[str]
) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return the spelled words and label of each wanted name under its first word in lower case, longest first."""
    common = words("common_words.txt")
    wanted: dict[tuple[str, ...], str] = {}
    seen: set[str] = set()
    for name in names:
        if name.text in seen:
            continue
        seen.add(name.text)
        spelled = tuple(columns.word[name.first : name.after])
        long_enough = len(name.text) >= _MIN_CHARS or (name.text.isupper() and name.text.isalpha())
        if long_enough and spelled[0][:1].isupper() and (len(spelled) > 1 or name.key not in common):
            wanted.setdefault(spelled, name.label)
    for surname in surnames:
        if len(surname) >= _MIN_CHARS and surname[0].isupper() and surname.lower() not in common:
            wanted.setdefault((surname,), PERSON)
    index: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for spelled, label in wanted.items():
        index.setdefault(spelled[0].lower(), []).append((spelled, label))
    for options in index.values():
        options.sort(key=lambda option: -len(option[0]))
    return index


def _matches(columns: Columns, first: int, after: int, spelled: tuple[str, ...], covered: bytearray) -> bool:
    """Tell whether the tokens spell the name, as it is or all in capitals (headlines), and no name covers them."""
    if after > len(columns) or any(covered[first:after]):
        return False
    here = columns.word[first:after]
    return all(a == b or (len(a) > 3 and a.isupper() and a == b.upper()) for a, b in zip(here, spelled, strict=True))


def _stands_alone(columns: Columns, first: int, after: int, label: str) -> bool:
    """Tell whether a name of one word is no part of a longer, unknown name ('Bayer' in 'Bayer Leverkusen')."""
    if after < len(columns) and columns.word[after] == "-" and columns.start[after] == columns.end[after - 1]:
        return False
    if after - first > 1 or label not in (PERSON, ORG):
        return True
    if after < len(columns) and columns.tag[after] in ("NNP", "NNPS") and columns.word[after][0].isupper():
        return False
    before = first - 1
    if before >= 0 and columns.tag[before] == "NNP" and columns.word[before][0].isupper():
        return label == PERSON and columns.lower[before] in TITLE_GENDER
    return True
