"""Which names of organisations are the same one: acronyms, legal forms, and the short form of a long name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from workers.annotate.entities.names import ORG, Name
from workers.annotate.entities.tables import words

_SMALL: Final = frozenset({"the", "of", "and", "for", "in", "on", "a", "an", "de", "la", "le", "du", "des", "&", "to"})
_ACRONYM: Final = re.compile(r"[a-z]{2,8}")
_MAX_WORDS: Final = 12  # a longer name is a run of capitals
_MIN_SHORT_CHARS: Final = 4  # 'US' is no short form of 'US Steel'


def same_organizations(names: Iterable[Name], text: str) -> dict[str, str]:
    """Return, for each organisation's key that stands for a fuller one in the article, that fuller key.

    `text` is the article, in which 'United Nations (UN)' defines an acronym.
    """
    organizations = [name for name in names if name.label == ORG]
    keys = dict.fromkeys(name.key for name in organizations)
    initials = _initials(name for name in names if " " in name.key and name.label in (ORG, "EVENT", "LAW", "NORP"))
    longer = _longer(keys)
    parents: dict[str, str] = _defined(organizations, text)
    for key in keys:
        if key in parents:
            continue
        bare = without_legal_form(key)
        letters = key.replace(".", "")
        if bare != key and bare in keys:
            parents[key] = bare
        elif _ACRONYM.fullmatch(letters) and len(initials.get(letters, ())) == 1:
            parents[key] = initials[letters][0]
        else:
            beginning = [other for other in longer.get((key, True), []) if without_legal_form(other) != key]
            ending = longer.get((key, False), [])
            if len({without_legal_form(other) for other in beginning}) == 1 and len(key) >= _MIN_SHORT_CHARS:
                parents[key] = beginning[0]
            elif len(ending) == 1 and " " in key:  # 'Security Council' of 'UN Security Council'
                parents[key] = ending[0]
    return {key: _root(parents, key) for key in parents}


def _longer(keys: Iterable[str]) -> dict[tuple[str, bool], list[str]]:
    """Return the keys that begin (True) or end (False) with a run of words, by that run."""
    found: dict[tuple[str, bool], list[str]] = {}
    for key in keys:
        parts = key.split()
        for cut in range(1, len(parts)) if len(parts) <= _MAX_WORDS else ():
            found.setdefault((" ".join(parts[:cut]), True), []).append(key)
            found.setdefault((" ".join(parts[cut:]), False), []).append(key)
    return found


def without_legal_form(key: str) -> str:
    """Return the key without 'AG', 'Inc' and the like at its end."""
    parts = key.replace(",", " ").split()
    while len(parts) > 1 and parts[-1] in words("organization_suffixes.txt"):
        parts.pop()
    return " ".join(parts)


def _initials(names: Iterable[Name]) -> dict[str, list[str]]:
    """Return the keys of long names by their initials, once with and once without 'of', 'and', 'the'."""
    found: dict[str, list[str]] = {}
    for key in dict.fromkeys(name.key for name in names):
        parts = re.split(r"[\s-]+", key)
        for letters in {"".join(p[0] for p in parts if p), _letters_of(parts)}:
            found.setdefault(letters, []).append(key)
    return found


def _defined(organizations: list[Name], text: str) -> dict[str, str]:
    """Return the acronyms that the article defines: 'the Free Syrian Army (FSA)', whatever its letters."""
    found: dict[str, str] = {}
    for before, name in pairwise(organizations):
        gap = text[before.end : name.start].strip()
        if gap in {"(", '("', "(“", "(the"} and text[name.end : name.end + 3].lstrip(' "”').startswith(")"):
            long, short = before.key, name.key.replace(".", "")
            if " " in long and _ACRONYM.fullmatch(short) and (long[0] == short[0] or _is_rest_of(short, long)):
                found[name.key] = long
    return found


def _is_rest_of(acronym: str, long: str) -> bool:
    """Tell whether an acronym ends with the initials: 'Nigeria's Centre for Disease Control (NCDC)'."""
    return acronym[1:] == _letters_of(long.split())


def _letters_of(parts: Iterable[str]) -> str:
    """Return the first letters of the words of a name, without 'of', 'and', 'the'."""
    return "".join(part[0] for part in parts if part and part not in _SMALL)


def _root(parents: dict[str, str], key: str) -> str:
    seen = {key}
    while (parent := parents.get(key)) is not None and parent not in seen:
        seen.add(parent)
        key = parent
    return key
