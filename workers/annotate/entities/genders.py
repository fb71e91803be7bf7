"""Whether 'he' or 'she' can mean a person, as far as the article and the name tell."""

from __future__ import annotations

from typing import Final

from workers.annotate.entities.clusters import Cluster
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.first_names import first_names
from workers.annotate.entities.names import Name, key_of
from workers.annotate.entities.persons import person_words
from workers.annotate.entities.roles import ROLE_GENDER, titled_gender

_MAX_PRONOUN_NOTE_TOKENS: Final = 12  # behind the name


def _goes_by_they(columns: Columns, name: Name) -> bool:
    """Tell whether 'they/them' follows in the sentence: 'Sam Reyes, who uses they/them pronouns'."""
    lower = columns.lower
    for token in range(name.after, min(len(columns) - 2, name.after + _MAX_PRONOUN_NOTE_TOKENS)):
        if columns.sentence[token] != columns.sentence[name.first]:
            return False
        if lower[token] == "they" and lower[token + 1] == "/" and lower[token + 2] == "them":
            return True
    return False


def gender_of(columns: Columns, cluster: Cluster) -> str | None:
    """Return `m`, `f`, `n` (a person who goes by 'they') or None.

    What the article says of the pronouns tells first, then titles before any mention, roles, and the first name.
    """
    if {"them", "/"} <= columns.vocabulary and any(_goes_by_they(columns, name) for name in cluster.names):
        return "n"
    for name in cluster.names:
        if gender := titled_gender(columns, name):
            return gender
    for role in cluster.roles:
        if (gender := ROLE_GENDER.get(role.noun, "-")) in ("m", "f"):
            return gender
    parts = person_words(key_of(cluster.canonical))
    for part in parts[:-1] or parts:
        if (gender := first_names().get(part.split("-")[0])) in ("m", "f"):
            return gender
    return None
