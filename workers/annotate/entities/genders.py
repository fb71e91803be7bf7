"""Whether 'he' or 'she' can mean a person, as far as the article and the name tell."""

from __future__ import annotations

from workers.annotate.entities.clusters import Cluster
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.first_names import first_names
from workers.annotate.entities.names import key_of
from workers.annotate.entities.persons import person_words
from workers.annotate.entities.roles import ROLE_GENDER, titled_gender


def gender_of(columns: Columns, cluster: Cluster) -> str | None:
    """Return `m`, `f`, or None: titles before any mention tell first, then roles, then the first name."""
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
