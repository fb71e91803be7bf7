"""Who holds the role that a nominal names: 'the spokesperson', 'the Russian president', 'the former minister'."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from workers.annotate.entities.clusters import Cluster, Role
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.names import key_of
from workers.annotate.entities.places import atlas
from workers.annotate.entities.tables import words

_DEFINITE: Final = frozenset({"the", "this", "that"})
# One office under several words; the first stands for all.
_SAME_OFFICE: Final = {
    word: group[0]
    for group in (
        ("spokesperson", "spokesman", "spokeswoman"),
        ("chair", "chairman", "chairwoman", "chairperson"),
        ("lawmaker", "congressman", "congresswoman", "legislator", "parliamentarian", "mp"),
        ("adviser", "advisor"),
        ("lawyer", "attorney"),
        ("councillor", "councilor"),
    )
    for word in group
}
# These make another office of the noun: 'the president' is no vice president.
_RANKS: Final = frozenset(
    {"vice", "deputy", "prime", "assistant", "associate", "under", "lieutenant", "attorney", "general"}
)
_MAX_HOLDERS: Final = 50  # of one office in one article; bounds the work in lists of members
_CLEARLY_AHEAD: Final = 1.3  # of two holders of one role, the one talked about so much more is meant


def is_definite(columns: Columns, noun: int) -> bool:
    """Tell whether a noun phrase points to somebody known: 'the minister', without 'of …', 'who …'."""
    children = columns.children(noun)
    if not any(columns.dep[child] == "det" and columns.lower[child] in _DEFINITE for child in children):
        return False
    return not any(columns.dep[child] in ("appos", "prep", "relcl", "acl", "cc", "poss") for child in children)


def holders_by_office(people: Iterable[Cluster]) -> dict[str, list[Cluster]]:
    """Return the people who hold each office, under any of its words."""
    found: dict[str, list[Cluster]] = {}
    for person in people:
        for office in dict.fromkeys(_office(role.noun) for role in person.roles):
            found.setdefault(office, []).append(person)
    return found


def find_holder(
    columns: Columns, noun: int, holders: Mapping[str, Sequence[Cluster]], weight: Callable[[Cluster, int], float]
) -> Cluster | None:
    """Return the person whose role the nominal with this head names, None where nobody or more than one fits.

    `weight(person, sentence)` tells how much a person is talked about at a sentence.
    """
    office = _office(columns.lower[noun])
    modifiers = [c for c in columns.children(noun) if columns.dep[c] in ("amod", "compound", "nmod") and c < noun]
    added = {columns.lower[child] for child in modifiers} - words("empty_modifiers.txt")
    first = columns.start[noun]
    fitting = [
        person
        for person in holders.get(office, ())[:_MAX_HOLDERS]
        if person.names[0].start < first and any(_fits(columns, person, role, office, added) for role in person.roles)
    ]
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    sentence = columns.sentence[noun]
    fitting.sort(key=lambda person: -weight(person, sentence))
    ahead, behind = weight(fitting[0], sentence), weight(fitting[1], sentence)
    return fitting[0] if ahead > behind * _CLEARLY_AHEAD else None


def _office(noun: str) -> str:
    return _SAME_OFFICE.get(noun, noun)


def _fits(columns: Columns, person: Cluster, role: Role, office: str, added: set[str]) -> bool:
    """Tell whether a role is what the nominal says: its noun, its rank, and all that the nominal adds."""
    if _office(role.noun) != office:
        return False
    of_role = set(columns.lower[role.first : role.after])
    if (of_role & _RANKS) - {role.noun} != added & _RANKS:
        return False
    return all(word in of_role or _is_country_of(word, person, of_role) for word in added)


def _is_country_of(word: str, person: Cluster, of_role: set[str]) -> bool:
    """'The Russian president' is the president of Russia."""
    known = atlas()
    code = known.demonyms.get(key_of(word)) or (place.country if (place := known.countries.get(word)) else None)
    if code is None:
        return False
    countries = {place.country for key in of_role if (place := known.countries.get(key))}
    return code == person.country or code in countries or code in {known.demonyms.get(key) for key in of_role}
