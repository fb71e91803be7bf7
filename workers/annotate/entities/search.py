"""Mentions that the model missed, of names that it found elsewhere in the article."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice, takewhile
from typing import Final

from workers.annotate.entities.columns import Columns
from workers.annotate.entities.first_names import first_names
from workers.annotate.entities.lexemes import WordClass
from workers.annotate.entities.names import GPE, NORP, ORG, PERSON, Name
from workers.annotate.entities.organizations import without_legal_form
from workers.annotate.entities.tables import rows, words
from workers.annotate.entities.trim import ARTICLES, TITLE_GENDER, make_name, with_particles

_CAPITALISED: Final = WordClass(lambda word: word[:1].isupper())
_MAX_WORDS: Final = 12  # a longer name is a run of capitals
_NONE: Final[dict[int, dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]]]] = {}
_MIN_CHARS: Final = 3  # shorter ones stand for too much else, but for acronyms ('EU')


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
        word = columns.lower[token]
        if covered[token] or (word not in wanted and word not in everywhere):
            continue
        for after, label in (*_spelled(wanted, columns, word, token), *_spelled(everywhere, columns, word, token)):
            if not any(covered[token:after]) and _stands_alone(columns, token, after, label):
                begin = with_particles(columns, token) if label == PERSON else token
                begin = token if any(covered[begin:token]) else begin
                found.append(make_name(columns, begin, after, label))
                covered[token:after] = b"\1" * (after - token)
                break
    return found


def with_whole_countries(columns: Columns, names: list[Name]) -> list[Name]:
    """Return the names, with countries of several words in one where the model cut them: 'Burkina' and 'Faso'."""
    whole: list[Name] = []
    cut: set[Name] = set()
    for token in columns.tokens_of(_BEGINS_COUNTRY):
        if whole and token < whole[-1].after:
            continue
        for after, label in _spelled(_countries(), columns, columns.lower[token], token):
            parts = _overlapping(names, token, after)
            if parts and all(token <= part.first and part.after <= after for part in parts):
                if (parts[0].first, parts[0].after) != (token, after):
                    whole.append(make_name(columns, token, after, label))
                    cut.update(parts)
                break
    return sorted([name for name in names if name not in cut] + whole, key=lambda name: name.first) if whole else names


def with_joined(columns: Columns, names: list[Name]) -> list[Name]:
    """Return the names, with those in one that the model cut: 'Carlos Augusto' and 'Lima', 'Banco' do 'Brasil'."""
    joined: list[Name] = []
    for name in names:
        last = joined[-1] if joined else None
        if last is not None and (_goes_on(columns, last, name) or _is_bound(columns, last, name)):
            joined[-1] = make_name(columns, last.first, name.after, last.label)
        else:
            joined.append(name)
    return joined


def _goes_on(columns: Columns, last: Name, name: Name) -> bool:
    """Tell whether a lone word behind a person's name with a first name is the surname."""
    return (
        name.first == last.after
        and last.label == PERSON
        and name.after - name.first == 1
        and name.label in _SURNAME_LABELS
        and columns.lower[last.first] in first_names()
        and columns.word[name.first].istitle()
        and columns.sentence[last.first] == columns.sentence[name.first]
    )


def _is_bound(columns: Columns, last: Name, name: Name) -> bool:
    """Tell whether a particle of another language binds two words to one body's name."""
    return (
        name.first == last.after + 1
        and last.label == ORG
        and name.label in _SURNAME_LABELS
        and columns.word[last.after] in _BINDING
    )


def with_companies(columns: Columns, names: list[Name]) -> list[Name]:
    """Return the names, with those before a legal form as organisations: 'Quantis Inc.', whatever the model made of it.

    A run of capitalised words before the form is a name also where the model found none.
    """
    found: list[Name] = []
    cut: set[Name] = set()
    for form in columns.tokens_of(_LEGAL_FORM):
        first = form
        while first > 0 and form - first < _MAX_COMPANY_WORDS and _may_name_company(columns, first - 1, form):
            first -= 1
        if first == form or not columns.word[first][:1].isupper():
            continue
        parts = _overlapping(names, first, form + 1)
        if any(part.first < first or part.after > form + 1 for part in parts):
            continue
        if parts and parts[-1].after >= form:
            first = parts[0].first
        if found and found[-1].after > first:
            continue
        found.append(make_name(columns, first, form + 1, ORG))
        cut.update(parts)
    if not found:
        return names
    short = {without_legal_form(name.key) for name in found}
    kept = [name for name in names if name not in cut]
    for name in kept:
        if name.key in short:
            name.label = ORG
    return sorted(kept + found, key=lambda name: name.first)


def _may_name_company(columns: Columns, token: int, form: int) -> bool:
    if columns.sentence[token] != columns.sentence[form]:
        return False
    word = columns.word[token]
    if word == "," and token == form - 1:
        return True
    if word == "&":
        return True
    return word[:1].isupper() and columns.tag[token].startswith("NNP") and columns.lower[token] not in ARTICLES


def _overlapping(names: list[Name], first: int, after: int) -> list[Name]:
    """Return the names, which are in order, that have a token of `first:after`."""
    begin = bisect_right(names, first, key=lambda name: name.after)
    return list(takewhile(lambda name: name.first < after, islice(names, begin, None)))


# Those that follow names of companies and are nothing else; others ('Group', 'Co', 'SA') also stand in other names.
_LEGAL_FORMS: Final[frozenset[str]] = frozenset(
    {"Inc", "Inc.", "Corp", "Corp.", "Ltd", "Ltd.", "PLC", "plc", "LLC", "LLP", "GmbH", "S.p.A."}
)
_LEGAL_FORM: Final = WordClass(_LEGAL_FORMS.__contains__)
_SURNAME_LABELS: Final = frozenset({PERSON, ORG, GPE})
_BINDING: Final = frozenset({"do", "da", "de", "dos", "das", "des", "di", "del", "della", "du"})
_MAX_COMPANY_WORDS: Final = 6

_Index = dict[str, dict[int, dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]]]]
"""Names by their first word in lower case, how many words they have, and those in capitals: the names, with labels."""


@cache
def _countries() -> _Index:
    """Return the countries and demonyms that are nothing else besides."""
    found: dict[tuple[str, ...], str] = {}
    common = words("common_words.txt") | words("ambiguous_countries.txt")
    for row in rows("countries.tsv"):
        for cell, label in zip(row[1:], (GPE, NORP), strict=False):
            for name in cell.split("; "):
                spelled = tuple(re.findall(r"[\w.'-]+|&", name))
                if spelled and name.lower() not in common:
                    found.setdefault(spelled, label)
    return _indexed(found)


def _begins_long_country(word: str) -> bool:
    return (
        word[:1].isupper()
        and word.lower() not in ARTICLES
        and any(size > 1 for size in _countries().get(word.lower(), ()))
    )


_BEGINS_COUNTRY: Final = WordClass(_begins_long_country)


def _index(columns: Columns, names: list[Name], surnames: Iterable[str]) -> _Index:
    """Return each wanted name as it is spelled, and the surnames."""
    common = words("common_words.txt")
    wanted: dict[tuple[str, ...], str] = {}
    seen: set[str] = set()
    for name in names:
        if name.text in seen:
            continue
        seen.add(name.text)
        spelled = tuple(columns.word[name.first : name.after])
        long_enough = len(name.text) >= _MIN_CHARS or (name.text.isupper() and name.text.isalpha())
        long_enough = long_enough and len(spelled) <= _MAX_WORDS
        if long_enough and spelled[0][:1].isupper() and (len(spelled) > 1 or name.key not in common):
            wanted.setdefault(spelled, name.label)
            short = spelled[: -2 if spelled[-2:-1] == (",",) else -1] if spelled[-1] in _LEGAL_FORMS else ()
            if short and without_legal_form(name.key) not in common:
                wanted.setdefault(short, ORG)
    for surname in surnames:
        if len(surname) >= _MIN_CHARS and surname[0].isupper() and surname.lower() not in common:
            wanted.setdefault((surname,), PERSON)
    return _indexed(wanted)


def _indexed(names: Mapping[tuple[str, ...], str]) -> _Index:
    index: _Index = {}
    for spelled, label in sorted(names.items(), key=lambda item: -len(item[0])):
        by_size = index.setdefault(spelled[0].lower(), {})
        capitals = tuple([word.upper() for word in spelled]) if len(spelled) > 1 else (spelled[0].upper(),)
        by_size.setdefault(len(spelled), {}).setdefault(capitals, []).append((spelled, label))
    return index


def _spelled(index: _Index, columns: Columns, word: str, token: int) -> Iterator[tuple[int, str]]:
    """Yield where a name that begins at this token ends, with its label, longest first.

    It stands there as it is spelled or, word by word, in capitals (headlines).
    """
    for size, names in index.get(word, _NONE).items():
        here = columns.word[token : token + size]
        for spelled, label in names.get(tuple([one.upper() for one in here]), ()):
            if all(a == b or (len(a) > 3 and a.isupper()) for a, b in zip(here, spelled, strict=True)):
                yield token + size, label


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
