"""`news.enriched`, and its fan-out `news.entities` and `news.quotes`: who is in the article, and who said what."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from schemas.clean import CleanArticle, Publisher
from schemas.record import Confidence, Record, TextSpan, Timestamp


class MentionKind(StrEnum):
    """How a mention refers to its entity."""

    NAME = "name"
    NOMINAL = "nominal"
    PRONOUN = "pronoun"


class Mention(TextSpan):
    """One place in the text where an entity is mentioned."""

    kind: MentionKind = MentionKind.NAME


class Entity(Record):
    """One distinct entity of the article, however often and under however many names it is mentioned."""

    entity_id: str
    label: str = Field(description="OntoNotes label: PERSON, ORG, GPE, LOC, NORP, FAC, EVENT, …")
    name: str = Field(min_length=1, description="canonical name: the fullest form in the article")
    aliases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    mentions: tuple[Mention, ...]
    salience: Confidence = 0.0
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")
    geonames_id: int | None = None
    kb_uri: str | None = None


class QuoteType(StrEnum):
    """Direct: all in quotation marks. Indirect: none. Mixed: paraphrase with marked parts."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"


class SpeakerKind(StrEnum):
    """What kind of source speaks."""

    PERSON = "person"
    ORGANIZATION = "organization"
    GROUP = "group"
    DOCUMENT = "document"
    UNKNOWN = "unknown"


class Resolution(StrEnum):
    """How the words that name the speaker were resolved to an entity."""

    EXPLICIT = "explicit"
    PRONOUN = "pronoun"
    NOMINAL = "nominal"
    CARRIED = "carried"
    UNKNOWN = "unknown"


class Cue(TextSpan):
    """The words that report the speech: `said`, `according to`, `issued a statement saying`."""

    lemma: str


class Speaker(Record):
    """Whom a quote is attributed to. `unknown` is published as unknown, never guessed."""

    name: str | None = None
    entity_id: str | None = None
    mention: TextSpan | None = None
    role: str | None = None
    kind: SpeakerKind = SpeakerKind.UNKNOWN
    resolution: Resolution = Resolution.UNKNOWN


class QuoteContext(Record):
    """The sentence text around a quote, for a reader of the quotes topic who lacks the article."""

    before: str = ""
    after: str = ""


class Provenance(Record):
    """Why this is a quote and why this speaker: names of rules, so that a result can be explained."""

    rule: str
    cue_class: str | None = None
    speaker_rule: str | None = None
    version: str


class Quote(Record):
    """One quote: content of one or more spans (a cue may split it), its cue and its speaker."""

    quote_id: str
    article_id: str
    url: str | None = None
    headline: str | None = None
    publisher: Publisher | None = None
    published_at: Timestamp | None = None
    language: str | None = None
    type: QuoteType
    spans: tuple[TextSpan, ...] = Field(min_length=1)
    text: str
    cue: Cue | None = None
    speaker: Speaker
    addressee: str | None = None
    context: QuoteContext = QuoteContext()
    confidence: Confidence
    provenance: Provenance


class PipelineModel(Record):
    """A model that took part, by name and version."""

    name: str
    version: str


class Pipeline(Record):
    """What made this record, so that it can be made again."""

    version: str
    config_hash: str
    models: tuple[PipelineModel, ...] = ()


class ArticleEntity(Entity):
    """An entity as `news.entities` carries it: with the article it was found in."""

    article_id: str
    url: str | None = None
    headline: str | None = None
    publisher: Publisher | None = None
    published_at: Timestamp | None = None
    language: str | None = None


class EnrichedArticle(CleanArticle):
    """A clean article with its entities and quotes."""

    entities: tuple[Entity, ...] = ()
    quotes: tuple[Quote, ...] = ()
    pipeline: Pipeline | None = None

    @model_validator(mode="after")
    def _spans_slice_to_what_they_claim(self) -> EnrichedArticle:
        for span in _spans(self):
            if self.text[span.start : span.end] != span.exact:
                raise ValueError(f"span {span.start}:{span.end} of the text is not {span.exact[:40]!r}")
        return self


def _spans(article: EnrichedArticle) -> list[TextSpan]:
    spans: list[TextSpan] = [mention for entity in article.entities for mention in entity.mentions]
    for quote in article.quotes:
        spans.extend(quote.spans)
        spans.extend(span for span in (quote.cue, quote.speaker.mention) if span is not None)
    return spans
