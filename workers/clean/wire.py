"""Marks of the wire at the head and foot of a story: agency, dateline, document id. Used for HTML and flat text.

The rule: a mark goes into its field and out of the text. `WASHINGTON (AP) — Aides said` becomes `Aides said` with
`dateline.place = WASHINGTON` and `agency = AP`; `(MENAFN) Aides said` loses its tag; a paragraph that is nothing but
a document id, a tag (`—AFP`) or the agency's credits (`Reporting by …; editing by …`) goes whole. A name that is part
of a sentence (`Reuters reported`) stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from schemas.clean import Dateline, Removed, RemovedReason
from workers.clean.agencies import BARE_TAG, TAG, agency_of

# Capitals before a dash that are no place: labels of newsrooms, and bodies known by their initials.
_NO_PLACES = frozenset(
    """
    WATCH BREAKING UPDATE UPDATED LIVE EXCLUSIVE OPINION ANALYSIS EDITORIAL COMMENT VIDEO PHOTOS NOTE CORRECTION
    NEW CLARIFICATION EXPLAINER REVIEW SPOILER FACT-CHECK PREVIEW RECAP FAQ NATO NASA OPEC OPEC+ U.S US UN U.N EU
    E.U UK U.K WHO UNESCO UNICEF IAEA BRICS ASEAN FIFA UEFA NCAA NFL NBA MLB NHL WTO IMF OECD FBI CIA CDC FDA GOP
    AI CEO IBM BBC CNN COVID COVID-19
    """.split()  # noqa: SIM905  # a list of words reads as one
)
HEAD_PARAGRAPHS = 3  # a dateline stands at the first; a summary or a byline may come before it
FOOT_PARAGRAPHS = 6  # credits, tags and ids stand at the last
MAX_MARK_CHARS = 120  # a longer head is a sentence

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DAY = rf"(?:{_MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{_MONTH})(?:,?\s+\d{{4}})?"
_DASH = r"(?:[-–—―]{1,3}|:)"
# White space never stands twice in a row in these: two unbounded runs that meet take quadratic time.
_DASHES = rf"\s*(?:{_DASH}{{1,2}}\s*)?"
# KYIV · NEW YORK · WASHINGTON, D.C. · KYIV, Ukraine · TEL AVIV/GAZA · ST. LOUIS
_CAPITALS = r"[A-ZÀ-Þ][A-ZÀ-Þ.'’/-]+(?:\s+[A-ZÀ-Þ][A-ZÀ-Þ.'’/-]*){0,3}"
_PLACE = rf"{_CAPITALS}(?:,\s+[A-ZÀ-Þ][\w.'’-]*(?:\s[A-ZÀ-Þ][\w.'’-]*){{0,2}})?"
_NAMED_PLACE = r"[A-ZÀ-Þ][\w.'’-]+(?:\s[A-ZÀ-Þ][\w.'’-]+){0,2}(?:,\s+[A-ZÀ-Þ][\w.'’-]*(?:\s[A-ZÀ-Þ][\w.'’-]*){0,2})?"
_OPEN, _CLOSE = r"(?:[(\[/]\s*)", r"(?:\s*[)\]/])"
_CASE = r"(?=[^\W\d_]|[“\"‘'«(\[\d$€£])"

_HEADS = tuple(
    re.compile(pattern)
    for pattern in (
        # WASHINGTON (AP) — · BEIJING, Oct. 25 (Xinhua) -- · Pune [India] (ANI): · LONDON, Oct 25 /PRNewswire/ --
        rf"(?P<place>{_PLACE}|{_NAMED_PLACE})(?:\s\[[^\]]{{3,30}}\])?(?:,?\s*{_DAY})?(?:\s*,)?\s*{_OPEN}(?P<tag>{TAG}){_CLOSE}[.,]?{_DASHES}{_CASE}",
        # MOSCOW, October 25. /TASS/. · MOSCOW. Oct 25 (Interfax) -
        rf"(?P<place>{_CAPITALS})[.,]\s+{_DAY}[.,]?\s*{_OPEN}(?P<tag>{TAG}){_CLOSE}\s*(?:(?:[.,]|{_DASH})\s*)?{_CASE}",
        # AP, WASHINGTON — · Reuters: · AFP —
        rf"(?P<tag>{BARE_TAG})(?:,\s+(?P<place>{_CAPITALS}))?\s*{_DASH}\s+{_CASE}",
        # (AP) — · (MENAFN) · [AFP]
        rf"{_OPEN}(?P<tag>{TAG}){_CLOSE}{_DASHES}{_CASE}",
        # (WXYZ) — : an agency or station nobody listed
        rf"{_OPEN}(?P<unlisted>[A-Z][A-Z&.-]{{2,9}}){_CLOSE}{_DASHES}(?=[A-ZÀ-Þ“\"‘])",
        # KYIV, Oct. 25 — · CHICAGO — : no agency. A colon would make a label of it (WATCH: …)
        rf"(?P<place>{_PLACE})(?:,\s+{_DAY})?\s*(?:[–—―]|--|\s-\s)\s*(?=[A-ZÀ-Þ“\"‘])",
        # LONDON, Oct. 25: · NEW DELHI, Oct 25 -
        rf"(?P<place>{_PLACE}),\s+{_DAY}\s*{_DASH}\s*(?=[A-ZÀ-Þ“\"‘])",
    )
)
_TAG_LINE = re.compile(
    rf"(?:{_DASH}\s*)?(?:(?P<tag>{BARE_TAG})|{_OPEN}(?P<bracketed>{TAG}){_CLOSE}"
    rf"|{_OPEN}?(?:[Ww]ith\s+(?:agency\s+)?(?:inputs?|reports?|files?)\s+from\s+|[Bb]y\s+(?:[Tt]he\s+)?|Source:\s*|Credit:\s*)(?P<named>{TAG}){_CLOSE}?)\.?"
)
_CREDITS = re.compile(
    r"\W{0,3}(?:(?i:(?:additional\s+)?(?:report|writ|edit|compil)(?:ing|ed)(?:\s+and\s+(?:writ|edit)ing)?\s+by)\s+[A-ZÀ-Þ][^!?]{3,300}$"
    r"|(?i:\(?this\s+(?:story|article|report)\s+(?:has\s+not\s+been\s+edited|is\s+auto-?generated|was\s+(?:auto-?generated|originally\s+published)))"
    r"|(?i:our\s+standards:\s+the\s+thomson))"
)
_DOC_ID = re.compile(
    r"(?P<letters>[A-Za-z]{0,12})[-_:/]?(?P<digits>\d{6,})[\w/:.-]*"
    r"|(?:document|doc|story|article|ref(?:erence)?|release|record|file|slug|id|code|no)\W{0,3}(?:id|no|number|code)?\W{0,3}"
    r"(?P<labelled>(?=\S*\d)[\w/:.-]{4,40})",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_END = re.compile(r"\W{0,3}(?:###|#\s#\s#|-\s?30\s?-|\(?END(?:S|ITEM)?\)?)\W{0,3}")
MIN_ID_CHARS = 12  # of an id without a label; shorter ones are phone numbers, prices and years


@dataclass(frozen=True, slots=True)
class WireStory:
    """The paragraphs without the marks, and what the marks said."""

    paragraphs: tuple[str, ...]
    agency: str | None = None
    dateline: Dateline | None = None
    published_at: datetime | None = None  # of a document id
    removed: tuple[Removed, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The mark at the head of a paragraph: `text[:end]`."""

    end: int
    place: str | None
    agency: str | None


def read_head(text: str) -> Head | None:
    """Return the dateline or agency tag that `text` begins with, or None."""
    for pattern in _HEADS:
        found = pattern.match(text)
        if found and 0 < found.end() <= MAX_MARK_CHARS and found.end() < len(text):
            parts = found.groupdict()
            tag = parts.get("tag") or parts.get("unlisted")
            place = parts.get("place")
            if place and not tag and place.strip(" ,.") in _NO_PLACES:
                return None
            return Head(found.end(), place.strip(" ,") if place else None, (agency_of(tag) or tag) if tag else None)
    return None


def read_tag_line(text: str) -> str | None:
    """Return the agency when `text` is nothing but its tag (`—AFP`, `By Reuters`, `(With inputs from ANI)`)."""
    found = _TAG_LINE.fullmatch(text.strip()) if len(text) <= MAX_MARK_CHARS else None
    return agency_of(found["tag"] or found["bracketed"] or found["named"]) if found else None


def is_credits(text: str) -> bool:
    """Return whether `text` is the agency's note on who reported and edited, or how the story came."""
    return len(text) <= 400 and _CREDITS.match(text) is not None


def read_doc_id(text: str) -> str | None:
    """Return the document id when `text` is nothing but one."""
    if len(text) > MAX_MARK_CHARS or not _DIGIT.search(text):  # most lines have none, and need not meet the pattern
        return None
    return _whole_doc_id(text)


@lru_cache(maxsize=1_000)  # 0.3 MB; three steps ask about the same lines of a text
def _whole_doc_id(text: str) -> str | None:
    found = _DOC_ID.fullmatch(text.strip())
    if not found:
        return None
    if found["labelled"]:
        return found["labelled"]
    return found.group() if len(found.group()) >= MIN_ID_CHARS and found["letters"] else None


def is_end_mark(text: str) -> bool:
    """Return whether `text` is what wire copy ends with: a document id, `###`, `-30-`, `(END)`."""
    return _END.fullmatch(text) is not None or read_doc_id(text) is not None


def date_of_doc_id(doc_id: str) -> datetime | None:
    """Return the day that begins the digits of `doc_id`: year first, else day first, else month first; or None.

    Ids that hold a day write it as YYYYMMDD or, outside of America, DDMMYYYY; MMDDYYYY is read only where the other two
    are no day.
    """
    for digits in re.findall(r"\d{8,}", doc_id):
        day = digits[:8]
        for layout in ("%Y%m%d", "%d%m%Y", "%m%d%Y"):
            try:
                moment = datetime.strptime(day, layout).replace(tzinfo=UTC)
            except ValueError:
                continue
            if 1990 <= moment.year <= 2100:
                return moment
    return None


def read_wire_marks(paragraphs: Sequence[str]) -> WireStory:
    """Return the story without its agency tag, dateline and document ids (by rule: see the module). Never raises."""
    story = WireStory(paragraphs=())
    kept: list[str] = []
    removed: dict[RemovedReason, int] = {}
    for at, paragraph in enumerate(paragraphs):
        near_head, near_foot = at < HEAD_PARAGRAPHS, at >= len(paragraphs) - FOOT_PARAGRAPHS
        reason: RemovedReason | None = None
        if doc_id := read_doc_id(paragraph):
            reason = RemovedReason.DOC_ID
            story = replace(story, published_at=story.published_at or date_of_doc_id(doc_id))
        elif (near_head or near_foot) and (agency := read_tag_line(paragraph)):
            reason = RemovedReason.BYLINE
            story = replace(story, agency=story.agency or agency)
        elif near_foot and is_credits(paragraph):
            reason = RemovedReason.BYLINE
        if reason:
            removed[reason] = removed.get(reason, 0) + len(paragraph)
            continue
        if near_head and story.dateline is None and (head := read_head(paragraph)):
            story = replace(
                story,
                agency=head.agency or story.agency,
                dateline=Dateline(place=head.place, agency=head.agency),
            )
            removed[RemovedReason.BYLINE] = removed.get(RemovedReason.BYLINE, 0) + head.end
            paragraph = paragraph[head.end :]
        kept.append(paragraph)
    cut = tuple(Removed(reason=reason, chars=chars) for reason, chars in removed.items())
    return replace(story, paragraphs=tuple(kept), removed=cut)
