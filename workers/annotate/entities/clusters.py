"""An entity while it is being put together."""

from __future__ import annotations

from dataclasses import dataclass, field

from workers.annotate.entities.names import Name


@dataclass(slots=True, eq=False)
class Role:
    """What a person is, as the article says it. `noun` is its head in lower case, at token `noun_at`."""

    text: str
    noun: str
    noun_at: int
    first: int
    after: int
    pattern: str


@dataclass(slots=True, eq=False)
class Reference:
    """A pronoun or nominal that means an entity: tokens `first:after`."""

    first: int
    after: int
    pronoun: bool


@dataclass(slots=True, eq=False)
class Cluster:
    """The names of one entity, its canonical name, and what is learnt about it on the way."""

    label: str
    names: list[Name]
    canonical: str
    roles: list[Role] = field(default_factory=list)
    affiliations: list[str] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    gender: str | None = None  # m, f, n for who goes by "they", or None where nothing tells
    country: str | None = None
    geonames_id: int | None = None
    kb_uri: str | None = None
