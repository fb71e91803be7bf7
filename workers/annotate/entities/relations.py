"""What the words around a name say of its entity: roles, affiliations, country."""

from __future__ import annotations

from collections.abc import Sequence

from workers.annotate.entities.clusters import Cluster, Role
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.genders import gender_of
from workers.annotate.entities.names import GPE, NORP, ORG, PERSON, Name
from workers.annotate.entities.places import atlas
from workers.annotate.entities.roles import Cover, roles_of

_MODIFIERS = frozenset({"amod", "compound", "nmod", "poss"})
_MAX_ROLES, _MAX_AFFILIATIONS = 20, 20  # of one person; more are no prose
_LINKS = frozenset({"of", "from", "at", "for", "with"})  # 'Kim Lee of Oxfam'; 'in' tells where, not whose


def relate(columns: Columns, clusters: Sequence[Cluster]) -> None:
    """Give each person its roles, affiliations, country and gender, and each organisation the country said of it."""
    cluster_at: dict[int, Cluster] = {}
    cover = Cover(bytearray(len(columns)), bytearray(len(columns)))
    for cluster in clusters:
        for name in cluster.names:
            is_person = cluster.label == PERSON
            for token in range(name.first, name.after):
                cluster_at[token] = cluster
                cover.inner[token] = token > name.first
                cover.person[token] = is_person
    for cluster in clusters:
        said: set[str] = set()
        if cluster.label == PERSON:
            for name in cluster.names:
                for role in roles_of(columns, name, cover):
                    _take_from_role(columns, cluster, role, cluster_at)
                    if len(said) < _MAX_ROLES and role.text not in said:
                        said.add(role.text)
                        cluster.roles.append(role)
        if cluster.label in (PERSON, ORG):
            for name in cluster.names:
                _take_from_parse(columns, cluster, name, cluster_at)
        if cluster.label == PERSON:
            cluster.gender = gender_of(columns, cluster)


def _take_from_role(columns: Columns, person: Cluster, role: Role, cluster_at: dict[int, Cluster]) -> None:
    """'Russian Foreign Minister': Russia. 'head of Unicef': Unicef. 'correspondent in Moscow': nothing."""
    for token in range(role.first, role.after):
        other = cluster_at.get(token)
        if other is None or other.label == PERSON:
            continue
        before = columns.lower[token - 1] if token else ""
        if token < role.noun_at or before in _LINKS or cluster_at.get(token - 1) is other or before == "the":
            _affiliate(person, other)


def _take_from_parse(columns: Columns, cluster: Cluster, name: Name, cluster_at: dict[int, Cluster]) -> None:
    """'Kim Lee of Oxfam', 'French carmaker Renault'."""
    root = columns.root(name.first, name.after)
    for child in columns.children(root):
        if child < name.first and columns.dep[child] in _MODIFIERS:
            other = cluster_at.get(child)
            if other is not None and other.label in (NORP, GPE):
                _affiliate(cluster, other)
        elif child >= name.after and columns.dep[child] == "prep" and columns.lower[child] in ("of", "from"):
            for target in columns.children(child):
                other = cluster_at.get(target)
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
