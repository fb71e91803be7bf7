"""The people, organisations and places of an article, each once, and whom its names, pronouns and nominals mean."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from spacy.tokens import Doc, Span, Token

from schemas.enriched import Entity, Mention, MentionKind, Resolution
from workers.annotate.entities.bodies import ORGANIZATION_NOUNS, add_organization_references
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.coreference import PEOPLE_NOUNS, add_references
from workers.annotate.entities.cover import Cover
from workers.annotate.entities.first_names import first_names
from workers.annotate.entities.gazetteer import Gazetteer, GazetteerError, read_gazetteer
from workers.annotate.entities.locating import locate_all
from workers.annotate.entities.places import atlas
from workers.annotate.entities.records import record_of
from workers.annotate.entities.relations import relate
from workers.annotate.entities.resolver import ALL_STEPS, Step, resolve
from workers.annotate.entities.roles import ROLE_GENDER
from workers.annotate.entities.salience import Scale, with_quoted
from workers.annotate.entities.tables import words

__all__ = [
    "NOUNS_OF_BODIES",
    "NOUNS_OF_PEOPLE",
    "ORGANIZATION_NOUNS",
    "ArticleEntities",
    "Gazetteer",
    "GazetteerError",
    "Referent",
    "Step",
    "find_entities",
    "read_gazetteer",
    "read_tables",
    "with_quoted",
]

NOUNS_OF_BODIES: frozenset[str] = ORGANIZATION_NOUNS | words("body_nouns.txt")
NOUNS_OF_PEOPLE: frozenset[str] = frozenset(PEOPLE_NOUNS) | frozenset(ROLE_GENDER)
_PERSON = "PERSON"
_BESIDE_TOKENS = 25  # from a noun to the name in apposition; the rest of the noun's phrase lies between


@dataclass(frozen=True, slots=True)
class Referent:
    """Whom some words mean, and how that was found. `entity` is None where it stays unknown."""

    entity: Entity | None
    resolution: Resolution


class ArticleEntities:
    """The entities of one article, in order of first mention, and the service that quotes use to find speakers."""

    def __init__(self, entities: tuple[Entity, ...]) -> None:
        self.entities = entities

    @cached_property
    def _mentions(self) -> tuple[list[int], list[tuple[Mention, Entity]]]:
        """The mentions in order of the text, and where they end; none overlaps another."""
        pairs = [(mention, entity) for entity in self.entities for mention in entity.mentions]
        pairs.sort(key=lambda pair: pair[0].start)
        return [mention.end for mention, _ in pairs], pairs

    def at(self, start: int, end: int) -> Entity | None:
        """Return the entity with a name mention inside or overlapping the code points `start:end`, the first one."""
        found = self._overlapping(start, end)
        return next((entity for mention, entity in found if mention.kind is MentionKind.NAME), None)

    def refer(self, span: Span) -> Referent:
        """Return whom `span` (a name, a pronoun, a nominal such as 'the minister') means.

        The head of the words decides: in 'the Kremlin spokesman' it is 'spokesman', and the Kremlin is not meant; in
        'the Kremlin spokesman, Dmitry Peskov' the name beside the head tells who, also where `span` ends before it.
        """
        root = span.root
        beside = [c for c in root.children if c.dep_ == "appos" and 0 < c.i - root.i <= _BESIDE_TOKENS]
        beside += [] if beside else _beside_inner(root)
        beside = [c for c in beside if not any(other.dep_ == "conj" for other in c.children)]  # 'two men, A and B'
        for head in [root, *beside]:
            for mention, entity in self._overlapping(head.idx, head.idx + len(head)):
                return Referent(entity, _RESOLUTIONS[mention.kind])
        return Referent(None, Resolution.UNKNOWN)

    def _overlapping(self, start: int, end: int) -> Iterator[tuple[Mention, Entity]]:
        ends, pairs = self._mentions
        for index in range(bisect_right(ends, start), len(pairs)):
            if pairs[index][0].start >= end:
                return
            yield pairs[index]


def _beside_inner(root: Token) -> list[Token]:
    """Return the person whom the parser hung on a noun inside the phrase: 'the mayor of Ashby, Lena Okafor, said'."""
    if root.lower_ not in NOUNS_OF_PEOPLE:
        return []
    inner = [c for prep in root.children if prep.dep_ == "prep" for c in prep.children if c.dep_ == "pobj"]
    return [
        name
        for noun in inner
        if noun.ent_type_ != _PERSON and noun.lower_ not in NOUNS_OF_PEOPLE  # 'the friend of the actor, X': who is X?
        for name in noun.children
        if name.dep_ == "appos" and name.ent_type_ == _PERSON and name.i - root.i <= _BESIDE_TOKENS
    ]


_RESOLUTIONS = {
    MentionKind.NAME: Resolution.EXPLICIT,
    MentionKind.PRONOUN: Resolution.PRONOUN,
    MentionKind.NOMINAL: Resolution.NOMINAL,
}


def find_entities(
    doc: Doc,
    article_id: str,
    *,
    headline: str | None = None,
    label_map: Mapping[str, str] | None = None,
    gazetteer: Gazetteer | None = None,
    steps: frozenset[Step] = ALL_STEPS,
    text: str | None = None,
) -> ArticleEntities:
    """Return the entities of `doc`, which holds the whole text of the article; `text`, where it is at hand, saves time.

    `headline` counts for salience where it is not in the text; `label_map` gives the OntoNotes label for each label of
    a model with another scheme; `steps` leaves steps of the resolver out, to measure them.
    """
    columns = Columns(doc, text)
    clusters = resolve(columns, label_map or {}, gazetteer, steps)
    locate_all(columns, clusters)
    cover = Cover(len(columns), clusters)
    relate(columns, clusters, cover)
    add_references(columns, clusters, cover)
    add_organization_references(columns, clusters, cover)
    scale = Scale(max((len(c.names) + len(c.references) for c in clusters), default=1), headline)
    return ArticleEntities(tuple(record_of(columns, cluster, article_id, scale) for cluster in clusters))


def read_tables() -> None:
    """Read now the tables that are read on first use (0.2 s), so that processes forked from this one share them."""
    atlas()
    first_names()
