"""The people, organisations and places of an article, each once, and whom its names, pronouns and nominals mean."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc, Span

from schemas.enriched import Entity, Mention, Resolution
from schemas.ids import entity_id


@dataclass(frozen=True, slots=True)
class Referent:
    """Whom some words mean, and how that was found. `entity` is None where it stays unknown."""

    entity: Entity | None
    resolution: Resolution


class ArticleEntities:
    """The entities of one article, in order of first mention, and the service that quotes use to find speakers."""

    def __init__(self, entities: tuple[Entity, ...]) -> None:
        self.entities = entities

    def at(self, start: int, end: int) -> Entity | None:
        """Return the entity with a name mention inside or overlapping the code points `start:end`, the first one."""
        for entity in self.entities:
            if any(m.start < end and start < m.end for m in entity.mentions):
                return entity
        return None

    def refer(self, span: Span) -> Referent:
        """Return whom `span` (a name, a pronoun, a nominal such as 'the minister') means."""
        entity = self.at(span.start_char, span.end_char)
        return Referent(entity, Resolution.EXPLICIT if entity else Resolution.UNKNOWN)


def find_entities(doc: Doc, article_id: str) -> ArticleEntities:
    """Return the entities of `doc`, which holds the whole text of the article."""
    mentions: dict[tuple[str, str], list[Mention]] = {}
    for ent in doc.ents:
        mention = Mention(start=ent.start_char, end=ent.end_char, exact=ent.text)
        mentions.setdefault((ent.label_, ent.text), []).append(mention)
    return ArticleEntities(
        tuple(
            Entity(entity_id=entity_id(article_id, label, name), label=label, name=name, mentions=tuple(found))
            for (label, name), found in mentions.items()
        )
    )
