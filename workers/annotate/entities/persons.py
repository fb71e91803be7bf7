"""Which names are people, and which of them are the same person."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from workers.annotate.entities.names import ORG, PERSON, PLACES, Name
from workers.annotate.entities.tables import rows, words
from workers.annotate.entities.trim import PARTICLES

MAX_NAME_WORDS: Final = 6  # a longer 'person' is a run of capitals: a caption, a line-up
_MAX_NAMESAKES: Final = 50  # people of one surname or first name who are told apart; bounds the work in lists of names
_REGNAL: Final = frozenset({"ii", "iii", "iv"})  # larger numbers are in nobody's way
_GENERATIONS: Final = frozenset({"jr", "jr.", "sr", "sr."}) | _REGNAL
_NICKNAMES: Final[dict[str, str]] = {short: row[0] for row in rows("nicknames.tsv") for short in row[1].split()}
_MIN_FOLDED_CHARS: Final = 5
# What English spells in several ways when it writes names of other scripts; the second stands for both.
_TRANSLITERATIONS: Final = (
    ("dzh", "j"), ("dj", "j"), ("kh", "h"), ("ph", "f"), ("ck", "k"), ("q", "k"), ("w", "v"), ("ou", "u"), ("oo", "u"),
    ("ee", "i"), ("y", "i"), ("ie", "e"), ("jo", "io"), ("x", "ks"),
)  # fmt: skip
_DOUBLED: Final = re.compile(r"(.)\1+")
_RIVALS: Final = (ORG, *sorted(PLACES))  # of PERSON as the label of a full name
_DIGIT: Final = re.compile(r"\d")


@dataclass(slots=True, eq=False)
class Person:
    """A person with a full name. `words` is the key's words without 'Jr'."""

    key: str
    words: tuple[str, ...]
    names: list[Name] = field(default_factory=list)


class People:
    """The people of one article with their full names, and whom a shorter name means."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_key: dict[str, Person] = {}
        self._by_last: dict[str, list[Person]] = defaultdict(list)
        self._by_first: dict[str, list[Person]] = defaultdict(list)
        full = _full_names(names)
        for key in sorted(
            full, key=lambda k: -len(k.split())
        ):  # longest first: 'John F. Kennedy' before 'John Kennedy'
            self._add(key)

    def _add(self, key: str) -> None:
        parts = person_words(key)
        for other in self._by_last.get(folded(parts[-1]), ())[:_MAX_NAMESAKES]:
            if _same_person(other.words, parts):
                self._by_key[key] = other
                return
        for other in self._by_first.get(parts[0], ())[:_MAX_NAMESAKES]:
            if other.words[: len(parts)] == parts:  # 'Enrique Pena' of 'Enrique Pena Nieto'
                self._by_key[key] = other
                return
        person = Person(key, parts)
        self._by_key[key] = person
        self._by_first[parts[0]].append(person)
        for begin in range(1, len(parts)):
            self._by_last[folded(" ".join(parts[begin:]))].append(person)
        for word in parts[1:-1]:  # 'Pena' and 'Nieto' both mean Enrique Pena Nieto
            if word not in PARTICLES and len(word) > 2:
                self._by_last[folded(word)].append(person)

    def full(self, key: str) -> Person | None:
        """Return the person of this full name, or None."""
        return self._by_key.get(key)

    def candidates(self, key: str) -> list[Person]:
        """Return the people whom a name that is not full can mean: by surname, else by first name."""
        return (self._by_last.get(folded(key)) or self._by_first.get(key) or [])[:_MAX_NAMESAKES]

    def by_surname(self, key: str) -> list[Person]:
        """Return the people with this surname (or a middle name that news also uses as one)."""
        return self._by_last.get(folded(key), [])[:_MAX_NAMESAKES]


def _full_names(names: Iterable[Name]) -> dict[str, None]:
    """Return the keys that are full names of people: several words, and most often called a person by the model."""
    names = list(names)
    votes = {key: Counter[str]() for key in dict.fromkeys(n.key for n in names if n.label == PERSON and " " in n.key)}
    for name in names:
        if name.key in votes:
            votes[name.key][name.label] += 1
    return {
        key: None
        for key, labels in votes.items()
        if len(key.split()) <= MAX_NAME_WORDS
        and not _DIGIT.search(key)
        and len(person_words(key)) > 1
        and labels[PERSON] >= max(labels[label] for label in _RIVALS)
    }


@lru_cache(maxsize=16_384)
def folded(key: str) -> str:
    """Return a name under one of its transliterations: 'Zelenskyy' and 'Zelenskiy' are 'zelenski'.

    Short words are left alone: too many differ by one letter.
    """
    if len(key) < _MIN_FOLDED_CHARS:
        return key
    for spelled, one in _TRANSLITERATIONS:
        key = key.replace(spelled, one)
    return _DOUBLED.sub(r"\1", key)


def person_words(key: str) -> tuple[str, ...]:
    """Return the words of a person's key without 'Jr' and the like; a king keeps his number: 'Charles III'."""
    parts = key.replace(",", "").split()
    if len(parts) == 2 and parts[1] in _REGNAL:
        return tuple(parts)
    while len(parts) > 1 and parts[-1] in _GENERATIONS:
        parts.pop()
    return tuple(parts)


def _same_person(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two full names of one surname are one person: first names agree, or one is part of the other."""
    if _same_first(one[0], other[0]):
        return True
    return len(other) < len(one) and one[-len(other) :] == other  # 'Pena Nieto' of 'Enrique Pena Nieto'


def _same_first(one: str, other: str) -> bool:
    if folded(one) == folded(other) or _NICKNAMES.get(one, one) == _NICKNAMES.get(other, other):
        return True
    short, long = sorted((one.rstrip("."), other.rstrip(".")), key=len)
    return len(short) == 1 and long.startswith(short)  # 'J. Trudeau'


def label_people(names: list[Name], people: People, countries: Container[str]) -> dict[Name, list[Person]]:
    """Return the candidates of each short name that means a person with a full name; its label becomes PERSON.

    The surname of somebody in the article outweighs the model, which reads lone surnames as organisations and places;
    only a country's name does not ('Jordan').
    """
    short: dict[Name, list[Person]] = {}
    for name in names:
        if people.full(name.key):
            name.label = PERSON if name.entry is None else name.label
            continue
        if name.key in countries or name.entry is not None:
            continue
        found = people.by_surname(name.key)
        if not found and (name.label == PERSON or name.label not in PLACES):
            found = people.candidates(name.key)
        if found and (name.label == PERSON or name.key not in words("common_words.txt")):
            name.label = PERSON
            short[name] = found
    return short
