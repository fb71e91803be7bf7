"""What the words around a name say of its entity: roles, affiliations, country."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from workers.annotate.entities.clusters import Cluster, Role
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.cover import Cover
from workers.annotate.entities.genders import gender_of
from workers.annotate.entities.names import GPE, NORP, ORG, PERSON, Name
from workers.annotate.entities.places import atlas
from workers.annotate.entities.roles import roles_of

_MODIFIERS: Final = frozenset({"amod", "compound", "nmod", "poss"})
_MAX_ROLES, _MAX_AFFILIATIONS = 20, 20  # of one person; more are no prose
_LINKS: Final = frozenset({"of", "from", "at", "for", "with"})  # 'Kim Lee of Oxfam'; 'in' tells where, not whose


def relate(columns: Columns, clusters: Sequence[Cluster], cover: Cover) -> None:
    """Give each person its roles, affiliations, country and gender, and each organisation the country said of it."""
    for cluster in clusters:
        if cluster.label == PERSON:
            _take_roles(columns, cluster, cover)
        if cluster.label in (PERSON, ORG):
            for name in cluster.names:
                _take_from_parse(columns, cluster, name, cover)
        if cluster.label == PERSON:
            cluster.gender = gender_of(columns, cluster)


def _take_roles(columns: Columns, person: Cluster, cover: Cover) -> None:
    said: set[str] = set()
    for name in person.names:
        for role in roles_of(columns, name, cover):
            _take_from_role(columns, person, role, cover)
            if len(said) < _MAX_ROLES and role.text not in said:
                said.add(role.text)
                person.roles.append(role)


def _take_from_role(columns: Columns, person: Cluster, role: Role, cover: Cover) -> None:
    """'Russian Foreign Minister': Russia. 'head of Unicef': Unicef. 'correspondent in Moscow': nothing."""
    for token in range(role.first, role.after):
        other = cover.cluster[token]
        if other is None or other.label == PERSON:
            continue
        before = columns.lower[token - 1] if token else ""
        if token < role.noun_at or before in _LINKS or cover.inner[token] or before == "the":
            _affiliate(person, other)


def _take_from_parse(columns: Columns, cluster: Cluster, name: Name, cover: Cover) -> None:
    """'Kim Lee of Oxfam', 'French carmaker Renault'."""
    root = columns.root(name.first, name.after)
    for child in columns.children(root):
        if child < name.first and columns.dep[child] in _MODIFIERS:
            other = cover.cluster[child]
            if other is not None and other.label in (NORP, GPE):
                _affiliate(cluster, other)
        elif child >= name.after and columns.dep[child] == "prep" and columns.lower[child] in ("of", "from"):
            for target in columns.children(child):
                other = cover.cluster[target]
                if cluster.label == PERSON and other is not None and other.label in (ORG, GPE):
                    _affiliate(cluster, other)


def _affiliate(cluster: Cluster, other: Cluster) -> None:
    """Add what `other` is to the affiliations: a country under its name, also where only its people are named."""
    known = atlas()
    key = other.names[0].key
    code = known.demonyms.get(key) if other.label == NORP else None
    name = other.canonical
    if other.label == GPE and (place := known.countries.get(key)):
        code = other.country
        if code == place.country and code is not None:  # not the state of that name
            name = known.country_names[code]
    elif code is not None:
        name = known.country_names[code]
    if code is not None:
        cluster.country = cluster.country or code
    if len(cluster.affiliations) < _MAX_AFFILIATIONS and name not in cluster.affiliations:
        cluster.affiliations.append(name)
