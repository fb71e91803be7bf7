"""The people, organisations and places of an article, each once, and whom its names, pronouns and nominals mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from schemas.enriched import Entity, Mention, MentionKind, Resolution
from schemas.ids import entity_id
from workers.annotate.entities.clusters import Cluster
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.coreference import add_references
from workers.annotate.entities.genders import gender_of
from workers.annotate.entities.names import PERSON
from workers.annotate.entities.resolver import ALL_STEPS, Step, resolve
from workers.annotate.entities.roles import roles_of

__all__ = ["ArticleEntities", "Referent", "Step", "find_entities"]


@dataclass(frozen=True, slots=True)
class Referent:
    """Whom some words mean, and how that was found. `entity` is None where it stays unknown."""

    entity: Entity | None
    resolution: Resolution


class ArticleEntities:
    """The entities of one article, in order of first mention, and the service that quotes use to find speakers."""

    def __init__(self, entities: tuple[Entity, ...]) -> None:
        self.entities = entities
        self._mentions = sorted(
            ((mention, entity) for entity in entities for mention in entity.mentions), key=lambda pair: pair[0].start
        )

    def at(self, start: int, end: int) -> Entity | None:
        """Return the entity with a name mention inside or overlapping the code points `start:end`, the first one."""
        found = self._overlapping(start, end)
        return next((entity for mention, entity in found if mention.kind is MentionKind.NAME), None)

    def refer(self, span: Span) -> Referent:
        """Return whom `span` (a name, a pronoun, a nominal such as 'the minister') means.

        The head of the words decides: in 'the Kremlin spokesman' it is 'spokesman', and the Kremlin is not meant; in
        'the Kremlin spokesman, Dmitry Peskov' the name beside the head tells who.
        """
        root = span.root
        heads = [
            root,
            *(child for child in root.children if child.dep_ == "appos" and span.start <= child.i < span.end),
        ]
        for head in heads:
            for mention, entity in self._overlapping(head.idx, head.idx + len(head)):
                return Referent(entity, _RESOLUTIONS[mention.kind])
        return Referent(None, Resolution.UNKNOWN)

    def _overlapping(self, start: int, end: int) -> list[tuple[Mention, Entity]]:
        return [(m, entity) for m, entity in self._mentions if m.start < end and start < m.end]


_RESOLUTIONS = {
    MentionKind.NAME: Resolution.EXPLICIT,
    MentionKind.PRONOUN: Resolution.PRONOUN,
    MentionKind.NOMINAL: Resolution.NOMINAL,
}


def find_entities(
    doc: Doc, article_id: str, *, label_map: Mapping[str, str] | None = None, steps: frozenset[Step] = ALL_STEPS
) -> ArticleEntities:
    """Return the entities of `doc`, which holds the whole text of the article.

    `label_map` gives the OntoNotes label for each label of a model with another scheme.
    """
    columns = Columns(doc)
    clusters = resolve(columns, label_map or {}, steps)
    people = [cluster for cluster in clusters if cluster.label == PERSON]
    person_at = [-1] * len(columns)
    for number, person in enumerate(people):
        for name in person.names:
            person_at[name.first : name.after] = [number] * (name.after - name.first)
    for person in people:
        for name in person.names:
            person.roles += roles_of(columns, name, person_at)
        person.gender = gender_of(columns, person)
    add_references(columns, clusters)
    return ArticleEntities(tuple(_entity(columns, cluster, article_id) for cluster in clusters))


def _entity(columns: Columns, cluster: Cluster, article_id: str) -> Entity:
    mentions = [Mention(start=name.start, end=name.end, exact=name.text) for name in cluster.names]
    for reference in cluster.references:
        start, end = columns.start[reference.first], columns.end[reference.after - 1]
        kind = MentionKind.PRONOUN if reference.pronoun else MentionKind.NOMINAL
        mentions.append(Mention(start=start, end=end, exact=columns.text[start:end], kind=kind))
    mentions.sort(key=lambda mention: mention.start)
    aliases = dict.fromkeys(name.text for name in cluster.names if name.text != cluster.canonical)
    return Entity(
        entity_id=entity_id(article_id, cluster.label, cluster.canonical),
        label=cluster.label,
        name=cluster.canonical,
        aliases=tuple(aliases),
        roles=tuple(dict.fromkeys(role.text for role in cluster.roles)),
        mentions=tuple(mentions),
    )
