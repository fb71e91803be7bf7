"""From the words that name a source to the speaker of the record: whom they mean, which role, which kind of source."""

from __future__ import annotations

from spacy.tokens import Span

from schemas.enriched import Entity, Resolution, Speaker, SpeakerKind
from schemas.record import TextSpan
from workers.annotate.entities import ArticleEntities
from workers.annotate.quotes.cues import word_set
from workers.annotate.quotes.grammar import Interval, Words
from workers.annotate.quotes.report import Report

_PRONOUNS = word_set("he she they it we i you who him her them that which this these those one")
_PERSONS = frozenset({"PERSON"})
_ORGANIZATIONS = frozenset({"ORG", "GPE", "FAC", "LOC"})
_GROUPS = frozenset({"NORP"})
_DOCUMENT_NOUNS = word_set(
    "statement report study poll survey letter email memo document filing release tweet article book transcript "
    "complaint lawsuit indictment affidavit ruling opinion editorial post text law bill rule review analysis data "
    "research paper brief manifesto platform message headline sign website site"
)


def speaker_of(words: Words, report: Report, entities: ArticleEntities) -> Speaker:
    """Return the speaker of a report; unknown where the text does not say, never a guess."""
    if report.source is None:
        return Speaker()
    mention = _text_span(words, report.source)
    named = report.antecedent or report.source
    span = words.doc[named[0] : named[1]]
    referent = entities.refer(span)
    entity = referent.entity
    if entity is None:
        shown = span.text if not _is_pronoun(span) else None
        kind = _kind_of_words(span) if shown else SpeakerKind.UNKNOWN
        return Speaker(name=shown, mention=mention, kind=kind)
    return Speaker(
        name=entity.name,
        entity_id=entity.entity_id,
        mention=mention,
        role=entity.roles[0] if entity.roles else None,
        kind=_kind(entity),
        resolution=referent.resolution if referent.resolution is not Resolution.UNKNOWN else Resolution.EXPLICIT,
    )


def _text_span(words: Words, interval: Interval) -> TextSpan:
    start, end = words.chars(interval)
    return TextSpan(start=start, end=end, exact=words.text[start:end])


def _is_pronoun(span: Span) -> bool:
    return len(span) == 1 and span[0].lower_ in _PRONOUNS


def _kind(entity: Entity) -> SpeakerKind:
    if entity.label in _PERSONS:
        return SpeakerKind.PERSON
    if entity.label in _ORGANIZATIONS:
        return SpeakerKind.ORGANIZATION
    return SpeakerKind.GROUP if entity.label in _GROUPS else SpeakerKind.UNKNOWN


def _kind_of_words(span: Span) -> SpeakerKind:
    head = span.root
    if head.lower_ in _DOCUMENT_NOUNS:
        return SpeakerKind.DOCUMENT
    return SpeakerKind.GROUP if head.tag_ in {"NNS", "NNPS"} else SpeakerKind.PERSON
