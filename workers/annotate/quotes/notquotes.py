"""Passages in marks that nobody says: titles of works and shows, nicknames, terms, scare quotes. Each has its test.

Titles, nicknames and terms are told by their words alone, before any cue is looked for, so that ‘on “Meet the Press,”
he said’ does not make the title a quote. What no cue reports is named afterwards: a scare quote where it is short and
part of the writer's phrase, else unattributed. All are listed in the record, so that precision can be checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from schemas.clean import Paragraph
from schemas.enriched import NotQuote, NotQuoteReason
from workers.annotate.quotes.cues import word_set
from workers.annotate.quotes.marks import Passage

MAX_TITLE_WORDS = 12
_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
# Lower-case words of a title in headline style (Chicago Manual of Style 8.159).
_SMALL_WORDS = word_set("a an and as at but by for from in into is of on or the to vs via with")
# Words that lead to a title: articles, possessives, prepositions of place, and nouns of what may bear one.
_LEADS_TO_TITLE = word_set(
    "a an the on in of for from at with by and or his her its their our my your this that these to during after "
    "before since between entitled titled host hosts hosting anchor shows play drama comedy article editorial "
    "report study newspaper website video chapter speech story hit game app slogan hashtag singing sang performed "
    "co-host star stars"
)
# Nouns of works, which lead to one before a comma too; and what is done to a work alone.
_WORKS = word_set(
    "show program programme series movie film documentary book novel memoir bestseller album song ballad single "
    "musical sitcom podcast column essay op-ed magazine newsletter blog episode segment poem anthem painting publish "
    "published publishes publishing"
)
_NAMES_TERM = re.compile(r"(?:so-called|the (?:term|word|nickname|hashtag)|known as|better known as) ?$", re.IGNORECASE)
MAX_SCARE_WORDS = 4  # in marks without a cue; longer passages are mostly somebody's words whom the text does not name
MAX_SCARE_CHARS = 120  # looked at for them
_SENTENCE_MARKS = frozenset(".!?")
_POSSESSIVE = re.compile(r"(?:['’]s|s['’])$")


def reasons_against(
    text: str, paragraphs: Sequence[Paragraph], passages: Sequence[Passage]
) -> list[NotQuoteReason | None]:
    """Return, for each passage, why it is nobody's words, None where it may be somebody's."""
    return [why_not(text, paragraphs[p.paragraph].start, p) for p in passages]


def why_not(text: str, paragraph_start: int, passage: Passage) -> NotQuoteReason | None:
    """Return why a passage is nobody's words, None where it may be somebody's."""
    if not passage.closed or passage.inner_end - passage.inner_start > MAX_TITLE_WORDS * 16:
        return None
    if _NAMES_TERM.search(text, max(paragraph_start, passage.start - 16), passage.start):
        return NotQuoteReason.TERM
    words = _WORD.findall(passage.inner(text))
    if not words or len(words) > MAX_TITLE_WORDS or not _in_title_case(words):
        return None
    before = text[max(paragraph_start, passage.start - 40) : passage.start].rstrip(" \u00a0(")
    if not before or before[-1] in '.!?:;"”\n':
        return None
    lead = before.split()[-1]
    if lead.removesuffix(",").lower() in _WORKS:
        return NotQuoteReason.TITLE  # 'in his book, “The Long Bridge,”': the comma sets the title apart
    if _is_nickname(text, passage, words, lead):
        return NotQuoteReason.NICKNAME
    if lead.lower() in _LEADS_TO_TITLE or _POSSESSIVE.search(lead):
        return NotQuoteReason.TITLE
    return None


def left_out(
    text: str,
    passages: Sequence[Passage],
    reasons: Sequence[NotQuoteReason | None],
    content: Iterable[tuple[int, int]],
) -> tuple[NotQuote, ...]:
    """Return the passages that no `content` (code points, of all quotes) touches, each with the reason.

    `reasons` are those of `reasons_against`, one a passage.
    """
    found = []
    taken = sorted(content)
    number, reach = 0, 0
    for passage, told in zip(passages, reasons, strict=True):
        while number < len(taken) and taken[number][0] < passage.end:
            reach = max(reach, taken[number][1])
            number += 1
        if reach <= passage.start:
            reason = told or _why_nobody(text, passage)
            exact = text[passage.start : passage.end]
            found.append(NotQuote(start=passage.start, end=passage.end, exact=exact, reason=reason))
    return tuple(found)


def _why_nobody(text: str, passage: Passage) -> NotQuoteReason:
    """Return why a passage that no cue reports is no quote: the writer's own word, or a source that is not named."""
    words = _WORD.findall(text, passage.inner_start, min(passage.inner_end, passage.inner_start + MAX_SCARE_CHARS))
    last = text[passage.inner_end - 1 : passage.inner_end]
    if passage.closed and len(words) <= MAX_SCARE_WORDS and last not in _SENTENCE_MARKS:
        return NotQuoteReason.SCARE_QUOTE
    return NotQuoteReason.UNATTRIBUTED


def _in_title_case(words: Sequence[str]) -> bool:
    capitals = sum(word[0].isupper() or word[0].isdigit() for word in words)
    small = sum(word in _SMALL_WORDS for word in words[1:])
    return (words[0][0].isupper() or words[0][0].isdigit()) and capitals + small == len(words)


def _is_nickname(text: str, passage: Passage, words: Sequence[str], lead: str) -> bool:
    """Say whether the passage stands inside a name: Alfred “Al” Smith."""
    after = text[passage.end : passage.end + 2]
    last = text[passage.inner_end - 1 : passage.inner_end]
    inside_name = lead[:1].isupper() and lead[-1:].isalpha() and after[:1] == " " and after[1:2].isupper()
    return inside_name and len(words) <= 3 and last.isalnum() and lead.lower() not in _LEADS_TO_TITLE
