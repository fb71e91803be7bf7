"""From the words that name a source to the speaker of the record: whom they mean, which role, which kind of source."""

from __future__ import annotations

from spacy.tokens import Span

from schemas.enriched import Entity, Resolution, Speaker, SpeakerKind
from schemas.record import TextSpan
from workers.annotate.entities import NOUNS_OF_BODIES, ArticleEntities
from workers.annotate.quotes.cues import word_set
from workers.annotate.quotes.grammar import Interval, Words
from workers.annotate.quotes.report import Report

_HE = word_set("he him his himself")
_SHE = word_set("she her hers herself")
_PRONOUNS = _HE | _SHE | word_set("they them it we i you me us who whom that which this these those one what")
# Cues that go on with what the same person said before.
_GOES_ON = word_set("add continue conclude finish go")
_KINDS = {
    "PERSON": SpeakerKind.PERSON,
    "ORG": SpeakerKind.ORGANIZATION,
    "GPE": SpeakerKind.ORGANIZATION,  # 'Moscow says': a government
    "LOC": SpeakerKind.ORGANIZATION,
    "FAC": SpeakerKind.ORGANIZATION,  # 'the White House'
    "NORP": SpeakerKind.GROUP,
    "WORK_OF_ART": SpeakerKind.DOCUMENT,
    "LAW": SpeakerKind.DOCUMENT,
}
_BODIES = frozenset({SpeakerKind.ORGANIZATION, SpeakerKind.DOCUMENT})
_DOCUMENTS = word_set(
    "statement report study poll survey letter email memo document filing release tweet article book transcript "
    "complaint lawsuit indictment affidavit ruling opinion editorial post text law bill rule review analysis data "
    "research paper brief manifesto platform message headline sign website site statements reports studies polls "
    "surveys letters emails memos documents filings articles results figures headlines signs"
)
_GROUPS = word_set("group crowd family team panel jury public majority audience staff")


class Speakers:
    """Turns the sources of an article's reports into speakers, in the order of the text."""

    def __init__(self, words: Words, entities: ArticleEntities) -> None:
        self._words = words
        self._entities = entities
        self._last: tuple[int, Entity] | None = None  # paragraph and person of the quote before
        self._body: tuple[int, Speaker] | None = (
            None  # paragraph of the last speaker who is no person, and that speaker
        )

    def speaker_of(self, report: Report) -> Speaker:
        """Return the speaker of the next report; unknown where the text does not say, never a guess."""
        if report.source is None:
            return Speaker()
        doc = self._words.doc
        named = report.antecedent or report.source
        span = doc[named[0] : named[1]]
        referent = self._entities.refer(span)
        entity, resolution = referent.entity, referent.resolution
        paragraph = self._words.paragraph_at(report.source[0])
        before = self._goes_on(report, span, paragraph)
        if before is not None and (entity is None or entity.entity_id != before.entity_id):
            entity, resolution = before, Resolution.PRONOUN
            report.speaker_rule = "previous-speaker"
        mention = self._text_span(report.source)
        if entity is None:
            return self._remember(paragraph, self._it(span, paragraph, mention) or _unresolved(span, mention))
        if entity.label == "PERSON":
            self._last = (paragraph, entity)
        speaker = Speaker(
            name=entity.name,
            entity_id=entity.entity_id,
            mention=mention,
            role=entity.roles[0] if entity.roles else None,
            kind=_KINDS.get(entity.label, SpeakerKind.UNKNOWN),
            resolution=resolution if resolution is not Resolution.UNKNOWN else Resolution.EXPLICIT,
        )
        return self._remember(paragraph, speaker)

    def _remember(self, paragraph: int, speaker: Speaker) -> Speaker:
        if speaker.name is not None and speaker.kind in _BODIES:
            self._body = (paragraph, speaker)
        return speaker

    def _it(self, span: Span, paragraph: int, mention: TextSpan) -> Speaker | None:
        """Return who 'it' is: the organisation or document that spoke in this paragraph or the one before."""
        if self._body is None or len(span) != 1 or span[0].lower_ != "it" or paragraph - self._body[0] > 1:
            return None
        return self._body[1].model_copy(update={"mention": mention, "resolution": Resolution.PRONOUN})

    def _goes_on(self, report: Report, span: Span, paragraph: int) -> Entity | None:
        """Return the speaker before, if 'he added' goes on with what he said in this paragraph or the last."""
        if self._last is None or report.lemma not in _GOES_ON or len(span) != 1:
            return None
        pronoun = span[0].lower_
        if pronoun not in _HE | _SHE or paragraph - self._last[0] > 1:
            return None
        other = _SHE if pronoun in _HE else _HE
        entity = self._last[1]
        return None if any(m.exact.lower() in other for m in entity.mentions) else entity

    def _text_span(self, interval: Interval) -> TextSpan:
        start, end = self._words.chars(interval)
        return TextSpan(start=start, end=end, exact=self._words.text[start:end])


def _unresolved(span: Span, mention: TextSpan) -> Speaker:
    """Return a speaker who is no entity: 'sources', 'a police report', or a pronoun without a referent."""
    if len(span) == 1 and span[0].lower_ in _PRONOUNS:
        person = span[0].lower_ in _HE | _SHE
        return Speaker(mention=mention, kind=SpeakerKind.PERSON if person else SpeakerKind.UNKNOWN)
    return Speaker(name=" ".join(span.text.split()), mention=mention, kind=_kind_of_words(span))


def _kind_of_words(span: Span) -> SpeakerKind:
    head = span.root
    if head.lower_ in _DOCUMENTS:
        return SpeakerKind.DOCUMENT
    if head.lower_ in NOUNS_OF_BODIES:
        return SpeakerKind.ORGANIZATION  # before plurals: 'police' is one in the parse
    return SpeakerKind.GROUP if head.tag_ in {"NNS", "NNPS"} or head.lower_ in _GROUPS else SpeakerKind.PERSON
