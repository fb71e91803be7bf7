"""Mentions that the model missed, of names that it found elsewhere in the article."""

from __future__ import annotations

from collections.abc import Iterable

from workers.annotate.entities.columns import Columns
from workers.annotate.entities.names import ORG, PERSON, Name
from workers.annotate.entities.tables import words
from workers.annotate.entities.trim import TITLE_GENDER, make_name

_MIN_CHARS = 3  # shorter ones ('US', 'AI') stand for too much else


def find_missed(columns: Columns, names: list[Name], surnames: Iterable[str]) -> list[Name]:
    """Return new mentions of `names`, and of the `surnames` of people, at tokens that no name covers; in order."""
    wanted = _index(columns, names, surnames)
    if not wanted:
        return []
    covered = bytearray(len(columns))
    for name in names:
        covered[name.first : name.after] = b"\1" * (name.after - name.first)
    found: list[Name] = []
    for token in [token for token, word in enumerate(columns.lower) if word in wanted]:
        if covered[token] or not columns.word[token][0].isupper():
            continue
        for spelled, label in wanted[columns.lower[token]]:
            after = token + len(spelled)
            if _matches(columns, token, after, spelled, covered) and _stands_alone(columns, token, after, label):
                found.append(make_name(columns, token, after, label))
                covered[token:after] = b"\1" * len(spelled)
                break
    return found


def _index(
    columns: Columns, names: list[Name], surnames: Iterable[str]
) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return the spelled words and label of each wanted name under its first word in lower case, longest first."""
    common = words("common_words.txt")
    wanted: dict[tuple[str, ...], str] = {}
    for name in names:
        spelled = tuple(columns.word[name.first : name.after])
        if len(name.text) >= _MIN_CHARS and spelled[0][:1].isupper() and (len(spelled) > 1 or name.key not in common):
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
