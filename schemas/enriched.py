"""`news.enriched`, and its fan-out `news.entities` and `news.quotes`: who is in the article, and who said what."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from schemas.clean import CleanArticle, Publisher
from schemas.record import Confidence, LocalTimestamp, Record, TextSpan


class MentionKind(StrEnum):
    """How a mention refers to its entity."""

    NAME = "name"
    NOMINAL = "nominal"
    PRONOUN = "pronoun"


class Mention(TextSpan):
    """One place in the text where an entity is mentioned."""

    kind: MentionKind = Field(
        default=MentionKind.NAME, description="a name, a noun phrase (`the minister`) or a pronoun"
    )


class Entity(Record):
    """One distinct entity of the article, however often and under however many names it is mentioned."""

    entity_id: str = Field(description="hash of article, label and name: the same on every replay")
    label: str = Field(description="OntoNotes label: PERSON, ORG, GPE, LOC, NORP, FAC, EVENT, …")
    name: str = Field(min_length=1, description="canonical name: the fullest form in the article")
    aliases: tuple[str, ...] = Field(default=(), description="other forms of the name in the article, in order")
    roles: tuple[str, ...] = Field(default=(), description="what the article says it is: `Kremlin spokesman`")
    affiliations: tuple[str, ...] = Field(
        default=(), description="what it belongs to: countries and organisations, by name"
    )
    mentions: tuple[Mention, ...] = Field(description="all places where it is mentioned, in order, not overlapping")
    salience: Confidence = Field(default=0.0, description="how much the article is about it, 0 to 1")
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")
    geonames_id: int | None = Field(default=None, description="GeoNames id of a place")
    kb_uri: str | None = Field(default=None, description="your identifier, from WIREMILL_GAZETTEER")


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

    lemma: str = Field(description="the verb's base form: `say`")


class Speaker(Record):
    """Whom a quote is attributed to. `unknown` is published as unknown, never guessed."""

    name: str | None = Field(default=None, description="canonical name; null where nobody is known")
    entity_id: str | None = Field(default=None, description="the entity of the article it is")
    mention: TextSpan | None = Field(default=None, description="the words that name the speaker here")
    role: str | None = Field(default=None, description="the speaker's role, as the article gives it")
    kind: SpeakerKind = Field(default=SpeakerKind.UNKNOWN, description="what kind of source it is")
    resolution: Resolution = Field(default=Resolution.UNKNOWN, description="how those words led to the name")


class QuoteContext(Record):
    """The sentence text around a quote, for a reader of the quotes topic who lacks the article."""

    before: str = Field(default="", description="words before it in its paragraph")
    after: str = Field(default="", description="words after it in its paragraph")


class Provenance(Record):
    """Why this is a quote and why this speaker: names of rules, so that a result can be explained."""

    rule: str = Field(description="the rule that found the quote")
    cue_class: str | None = Field(default=None, description="class of the cue")
    speaker_rule: str | None = Field(default=None, description="the rule that found its speaker")
    version: str = Field(description="version of the rules")


class Quote(Record):
    """One quote: content of one or more spans (a cue may split it), its cue and its speaker."""

    quote_id: str = Field(description="hash of article, places and words: the same on every replay; upsert by it")
    article_id: str = Field(description="the article; key of the record")
    url: str | None = Field(default=None, description="the article's address")
    headline: str | None = Field(default=None, description="the article's headline")
    publisher: Publisher | None = Field(default=None, description="the article's publisher")
    published_at: LocalTimestamp | None = Field(default=None, description="when the article was published")
    language: str | None = Field(default=None, description="the article's language")
    type: QuoteType = Field(description="all in quotation marks, none, or both")
    spans: tuple[TextSpan, ...] = Field(
        min_length=1, description="the quote's places in the text; more than one where a cue splits it"
    )
    text: str = Field(description="the words, spans joined by a blank, with their marks")
    cue: Cue | None = Field(default=None, description="the words that report it: `said`")
    speaker: Speaker = Field(description="who said it")
    addressee: str | None = Field(default=None, description="to whom: `the Post`")
    context: QuoteContext = Field(default=QuoteContext(), description="the words around it")
    confidence: Confidence = Field(description="probability that words and source are right, calibrated")
    provenance: Provenance = Field(description="the rules behind it")


class NotQuoteReason(StrEnum):
    """Why words in quotation marks are nobody's quote."""

    TITLE = "title"
    NICKNAME = "nickname"
    TERM = "term"
    SCARE_QUOTE = "scare_quote"
    UNATTRIBUTED = "unattributed"


class NotQuote(TextSpan):
    """Words in quotation marks that were not taken for a quote, with their marks."""

    reason: NotQuoteReason = Field(
        description="title of a work, nickname, term (`so-called`), scare quote, or a sentence that names no source"
    )


class PipelineModel(Record):
    """A model that took part, by name and version."""

    name: str = Field(description="name")
    version: str = Field(description="version")


class Pipeline(Record):
    """What made this record, so that it can be made again."""

    version: str = Field(description="version of Wiremill")
    config_hash: str = Field(description="hash of the settings of annotating")
    models: tuple[PipelineModel, ...] = Field(default=(), description="models that took part")


class ArticleEntity(Entity):
    """An entity as `news.entities` carries it: with the article it was found in."""

    article_id: str = Field(description="the article; key of the record")
    url: str | None = Field(default=None, description="the article's address")
    headline: str | None = Field(default=None, description="the article's headline")
    publisher: Publisher | None = Field(default=None, description="the article's publisher")
    published_at: LocalTimestamp | None = Field(default=None, description="when the article was published")
    language: str | None = Field(default=None, description="the article's language")


class EnrichedArticle(CleanArticle):
    """A clean article with its entities and quotes."""

    entities: tuple[Entity, ...] = Field(default=(), description="each person, organisation and place once")
    quotes: tuple[Quote, ...] = Field(default=(), description="the quotes, in order of the text")
    not_quotes: tuple[NotQuote, ...] = Field(
        default=(), description="words in quotation marks that are no quote, each with the reason, in order"
    )
    pipeline: Pipeline | None = Field(default=None, description="what made this record")

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
    spans.extend(article.not_quotes)
    return spans
