"""When an article was published, of all the dates on its page: which source is believed, and how far."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from schemas.clean import PublishedAtSource
from workers.clean.address import is_front_page
from workers.clean.blocks import PROSE_CHARS, Block
from workers.clean.dates import (
    DAY_FIRST,
    HAS_YEAR,
    LABEL,
    MODIFIED,
    PUBLISHED,
    FoundDate,
    date_in_url,
    find_date,
    is_day_first,
    parse_stamp,
)
from workers.clean.head import Head
from workers.clean.json_ld import text_of

# Names of `<meta>` that hold the day of publication, best first.
PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "publication_date",
    "publish-date", "publish_date", "published_date", "published-date", "published", "publishdate",
    "pubdate", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "article.published", "article_date_original", "originalpublicationdate",
    "rnews:datepublished", "dc.date.issued", "dcterms.created", "dcterms.issued", "dc.date.created", "dcterms.date",
    "dc.date", "date", "article:published", "citation_publication_date", "citation_date", "citation_online_date",
    "bt:pubdate", "shareaholic:article_published_time", "created", "date.created", "pdate", "ptime",
    "iso-8601-publish-date",
    "prism.publicationdate", "article.created", "og:pubdate", "displaydate", "article:post_time", "release_date",
)  # fmt: skip
HEADLINE_REACH = 14  # blocks after the headline in which a byline and a date stand, on the pages seen
MAX_SHOWN_CHARS = 200  # of a block that shows a date; a longer one tells a story in which the date occurs
MAX_DATE_CHARS = 20  # of a block that is nothing but a date: `September 30, 2025`
MAX_LABEL_CHARS = 25  # of a block that is nothing but `Published` or `Last updated:`
A_DAY = timedelta(hours=36)  # between a day that is shown and a moment that is declared: the time zone, not another day

_SCRIPT_DATE = re.compile(
    r'\\?"(?:datePublished|date_published|publishedAt|published_at|publishDate|publish_date|publicationDate|'
    r'firstPublished|firstPublishDate|first_published_at|datePublishedUtc|pubDate|post_date)\\?"\s*:\s*\\?"([^"\\]{8,40})'
)
_STATED = re.compile(r"\b(?:originally|first) (?:published|posted|appeared)\b(?: (?:on|in))?:?\s", re.IGNORECASE)
# Inline elements that only style sheets keep apart: `GiuffridaMar 5, 2025`, `AnalystUpdated`, `HealthDECEMBER 22`.
_YEAR = re.compile(r"(?:19|20)\d\d")
_GLUED = re.compile(r"(?<=[a-z\d])(?=[A-Z][a-z]{2})|(?<=[a-z])(?=[A-Z]{3,9}\s\d)")
_STORY_ADDRESS = re.compile(
    r"(?:blogs?|news|articles?|story|stories|posts?|magazine|press|insights?|reviews?|guides?|\d{4})(?:[/.-]|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DateRule:
    """One way to come by a date: where it was read, and how often it was the right day."""

    source: PublishedAtSource
    confidence: float


# `confidence` is the share of right days where the rule decided, on the 711 pages of WCXB's development part, rounded
# to .05; `bench.clean_eval` prints it anew. Of pages published anew the gold date is now the first day, now the last.
RULES: Mapping[str, DateRule] = {
    # machines and readers are told the same day
    "declared-and-shown": DateRule(PublishedAtSource.METADATA, 0.95),
    # `originally published on 3 May 2021`: the page says what its other dates are not
    "stated": DateRule(PublishedAtSource.TEXT, 0.7),
    # readers are shown an earlier day than machines, or a later one that Open Graph does not deny: published anew
    "shown-against-declared": DateRule(PublishedAtSource.TEXT, 0.9),
    # readers are shown a later day, but Open Graph holds to the one of publication
    "declared-and-updated": DateRule(PublishedAtSource.METADATA, 0.75),
    # machines are told, readers are not
    "declared": DateRule(PublishedAtSource.METADATA, 0.9),
    # an element that says it holds the day of publication: itemprop, `<time pubdate>`
    "marked": DateRule(PublishedAtSource.MARKUP, 0.85),
    # beside the headline; where machines are told the day before or after, the address settles what day it was there
    "shown": DateRule(PublishedAtSource.TEXT, 0.85),
    # far from the headline, but `Published: …`, and the only such day on the page
    "labelled": DateRule(PublishedAtSource.TEXT, 0.8),
    # /2025/10/25/ (on two pages alone the only source)
    "address": DateRule(PublishedAtSource.URL, 0.8),
    # the only day in the page's lines stands in one of its own; where other rules decided, that was right on 139 of 146
    "only": DateRule(PublishedAtSource.TEXT, 0.9),
    # it may date a comment or a related story
    "first-time-element": DateRule(PublishedAtSource.MARKUP, 0.6),
    # the page's state in JSON
    "script": DateRule(PublishedAtSource.METADATA, 0.5),
    # the only date is that of an update; better than none for sorting, and its confidence says what it is
    "update": DateRule(PublishedAtSource.TEXT, 0.6),
}


@dataclass(frozen=True, slots=True)
class Published:
    """The moment of publication, and the name in `RULES` of the rule that decided."""

    moment: datetime
    rule: str

    @property
    def source(self) -> PublishedAtSource:
        """Where it was read."""
        return RULES[self.rule].source

    @property
    def confidence(self) -> float:
        """How often the rule was right, 0 to 1."""
        return RULES[self.rule].confidence


@dataclass(frozen=True, slots=True)
class PageOfDates:
    """What of a page the dates are looked for in."""

    head: Head
    articles: Sequence[Mapping[str, Any]]  # its JSON-LD nodes that are articles, best first
    blocks: Sequence[Block]
    body: Sequence[int]  # the blocks that are the article
    title_at: int  # the block of the headline, or -1
    root: Any
    url: str | None
    latest: datetime
    signed: bool  # somebody is named as author

    @property
    def day_first(self) -> bool:
        """Whether `4/5/2025` is the fourth of May: where the site or its language writes so, or a date on it must."""
        if (self.url and DAY_FIRST.search(self.url)) or (self.head.language or "").lower() in _DAY_FIRST_LANGUAGES:
            return True
        shown = "\n".join([block.text for block in self.blocks if len(block.text) <= MAX_SHOWN_CHARS])
        return is_day_first(shown, latest=self.latest, named=date_in_url(self.url or "", latest=self.latest))


_DAY_FIRST_LANGUAGES = ("en-gb", "en-au", "en-in", "en-nz", "en-ie", "en-za")


# Rules that are believed only where something else says that the page is an article: of the pages that name no author
# and whose address is not among stories, half of those that they dated had no date.
NEED_A_STORY = frozenset({"only", "first-time-element", "update", "script"})


def find_published(page: PageOfDates) -> Published | None:
    """Return the moment of publication, or None: no page is given a date. A site's front page has none."""
    if page.url and is_front_page(page.url):
        return None
    published = _first_rule(page)
    return None if published and published.rule in NEED_A_STORY and not _is_story(page) else published


def _first_rule(page: PageOfDates) -> Published | None:
    """Return the date of the first rule that finds one."""
    day_first = page.day_first
    declared = _declared(page)
    shown = _near_headline(page, day_first)
    if stated := _stated(page, day_first):
        return Published(stated.moment, "stated")
    if declared:
        return _weigh(page, declared, shown or _shown_elsewhere(page, day_first))
    marked = _in_markup(page.root, page.latest)
    if marked and marked.published:
        return Published(marked.found.moment, "marked")
    if shown and shown.label != "updated":
        return Published(shown.found.moment, "shown")
    if marked and not shown and _stands_near_headline(page, marked.text):
        return Published(marked.found.moment, "marked")
    if labelled := _labelled(page, day_first, PUBLISHED):
        return Published(labelled.moment, "labelled")
    if page.url and (found := date_in_url(page.url, latest=page.latest)):
        return Published(found.moment, "address")
    if only := _only_date(page, day_first):
        return Published(only.moment, "only")
    if marked:
        return Published(marked.found.moment, "first-time-element")
    if shown:
        return Published(shown.found.moment, "update")
    if found := _in_scripts(page.head.scripts, page.latest):
        return Published(found.moment, "script")
    updated = _labelled(page, day_first, MODIFIED)
    return Published(updated.moment, "update") if updated else None


def _weigh(page: PageOfDates, declared: Declared, shown: ShownDate | None) -> Published | None:
    """Return what the date that machines are told and the one that readers are shown amount to.

    Of pages that show another day, Open Graph's was right on 27 of 35; where only JSON-LD or `itemprop` has one and the
    page shows a later, that was right on 2 of 23. `published_at` is then the day that the page gives itself, though an
    older version of it was there before.
    """
    if not shown:
        return None if declared.of_page else Published(declared.found.moment, "declared")
    told, seen = (found.moment.replace(tzinfo=None) for found in (declared.found, shown.found))
    updated = shown.label == "updated"
    if abs(seen - told) <= A_DAY:
        if not updated and _is_day_of_address(page, shown.found) and not _is_day_of_address(page, declared.found):
            return Published(shown.found.moment, "shown")
        return Published(declared.found.moment, "declared-and-shown")
    if _open_graph_denies(declared, seen) if seen > told else updated:
        return Published(declared.found.moment, "declared-and-updated")
    return Published(shown.found.moment, "shown-against-declared")


def _open_graph_denies(declared: Declared, seen: datetime) -> bool:
    """Say whether Open Graph has another day than readers see: at times JSON-LD alone has the older one."""
    told = declared.open_graph.moment.replace(tzinfo=None) if declared.open_graph else None
    return told is not None and abs(seen - told) > A_DAY


def _is_day_of_address(page: PageOfDates, found: FoundDate) -> bool:
    """Say whether the page's address has that day in it."""
    named = date_in_url(page.url, latest=page.latest) if page.url else None
    return named is not None and named.moment.date() == found.moment.date()


def _is_story(page: PageOfDates) -> bool:
    """Say whether something besides its date says that the page is an article: an author, an address among stories."""
    if page.signed:
        return True
    try:
        parts = urlsplit(page.url or "")
    except ValueError:
        return False
    return bool(_STORY_ADDRESS.search(f"{parts.hostname or ''}{parts.path.rpartition('/')[0]}/"))


@dataclass(frozen=True, slots=True)
class Declared:
    """A date that a page tells machines.

    `of_page` when nothing but a WebPage node has it: Yoast's plugin dates one on every page of a site, articles or not.
    Of pages with no other date, ten had none in truth and three had that one; where Open Graph told it as well, one had
    none and nine had that one.
    """

    found: FoundDate
    open_graph: FoundDate | None
    of_page: bool = False


OPEN_GRAPH = ("article:published_time", "og:article:published_time")


def _declared(page: PageOfDates) -> Declared | None:
    """Return the date that the page tells machines."""
    stamps = [value for key in OPEN_GRAPH for value in page.head.meta.get(key, ())]
    open_graph = next((found for stamp in stamps if (found := parse_stamp(stamp, latest=page.latest))), None)
    for key in ("datePublished", "dateCreated", "uploadDate"):
        for node in page.articles:
            if (stamp := text_of(node, key)) and (found := parse_stamp(stamp, latest=page.latest)):
                return Declared(found, open_graph, of_page=open_graph is None and _is_mere_page(node))
    for key in PUBLISHED_META:
        for value in page.head.meta.get(key, ()):
            if found := parse_stamp(value, latest=page.latest):
                return Declared(found, open_graph)
    for key, values in page.head.meta.items():
        if _OF_PUBLICATION.search(key) and not _OF_ANOTHER_DAY.search(key):
            for value in values:
                if found := parse_stamp(value, latest=page.latest):
                    return Declared(found, open_graph, of_page=not _is_story(page))
    return None


# Names that sites make up, as `w-published-date` and `article:first_published_time`.
_OF_PUBLICATION = re.compile(r"publish(?:ed|ing)?(?!er)|publication|pub[-_.]?(?:date|time)", re.IGNORECASE)
_OF_ANOTHER_DAY = re.compile(r"modif|updat|last|expir|unpubl|review", re.IGNORECASE)


def _is_mere_page(node: Mapping[str, Any]) -> bool:
    """Say whether a node is a WebPage and nothing more: some are `["WebPage", "Article"]`."""
    return node.get("@type") in ("WebPage", ["WebPage"])


def _in_scripts(scripts: Sequence[str], latest: datetime) -> FoundDate | None:
    """Return the one date of publication that a page's state in JSON names; several are those of a list."""
    for script in scripts:
        stamps = set(_SCRIPT_DATE.findall(script[:1_000_000]))
        moments = {found.moment.date(): found for stamp in stamps if (found := parse_stamp(stamp, latest=latest))}
        if len(moments) == 1:
            return next(iter(moments.values()))
    return None


_MAYBE_DATED = etree.XPath("descendant-or-self::time | descendant-or-self::*/@itemprop/..")  # in C, as the authors are
_DATED_TAGS = frozenset({"time", "meta", "span", "div", "abbr", "p"})


@dataclass(frozen=True, slots=True)
class MarkedDate:
    """A date in markup made for it: what readers see there, and whether it says that it is the one of publication."""

    found: FoundDate
    text: str
    published: bool


def _in_markup(root: Any, latest: datetime) -> MarkedDate | None:
    """Return the date of the first `itemprop=datePublished`, else of the first `<time>`."""
    first: MarkedDate | None = None
    for element in _MAYBE_DATED(root):
        if element.tag not in _DATED_TAGS:
            continue
        published = element.get("itemprop") in ("datePublished", "dateCreated") or (
            element.tag == "time" and element.get("pubdate") is not None
        )
        if element.tag != "time" and not published:
            continue
        if element.get("itemprop") == "dateModified":
            continue
        text = "".join(element.itertext())
        stamp = element.get("datetime") or element.get("content") or text
        found = parse_stamp(stamp[:60], latest=latest) if stamp else None
        if not found:
            continue
        marked = MarkedDate(found, " ".join(text.split()), published)
        if published:
            return marked
        first = first or marked
    return first


def _stands_near_headline(page: PageOfDates, text: str) -> bool:
    """Say whether a date as readers see it (`3 days ago`) stands beside the headline, above the second paragraph."""
    if not text:
        return False
    paragraphs = 0
    for index in _near(page):
        shown = page.blocks[index].text
        if text in shown and not MODIFIED.search(shown):
            return True
        paragraphs += len(shown) >= PROSE_CHARS
        if paragraphs > 1:
            break
    return False


# --- dates that readers see -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A date in the text near the headline; `label` is `published`, `updated` or empty."""

    found: FoundDate
    label: str


def _near_headline(page: PageOfDates, day_first: bool) -> ShownDate | None:
    """Return the date shown where bylines stand: one not called an update before one that is."""
    updated: FoundDate | None = None
    for index in _near(page):
        text = page.blocks[index].text
        if len(text) > MAX_SHOWN_CHARS or not HAS_YEAR.search(text) or _is_row_of_a_series(page, index):
            continue
        for piece in _pieces(_labelled_text(page.blocks, index)):
            found = find_date(piece, latest=page.latest, day_first=day_first)
            if not found:
                continue
            if MODIFIED.search(piece) and not PUBLISHED.search(piece):
                updated = updated or found
            elif len(piece) <= 90 or PUBLISHED.search(piece[:90]):
                return ShownDate(found, "published" if PUBLISHED.search(piece) else "")
    return ShownDate(updated, "updated") if updated else None


def _is_row_of_a_series(page: PageOfDates, index: int) -> bool:
    """Say whether a block is a row of a table beside another row with a date: figures by day, not a byline."""
    blocks = page.blocks
    if blocks[index].place.tag != "tr":
        return False
    beside = [blocks[other] for other in (index - 1, index + 1) if 0 <= other < len(blocks)]
    return any(block.place.tag == "tr" and find_date(block.text, latest=page.latest) for block in beside)


def _near(page: PageOfDates) -> list[int]:
    """Return the blocks after the headline up to the third long one, then those before it, nearest first.

    A headline below the article's first block is one that is repeated at its foot.
    """
    blocks, first = page.blocks, page.body[0] if page.body else -1
    anchor = page.title_at if page.title_at >= 0 and (first < 0 or page.title_at <= first + 3) else first
    if anchor < 0:
        return []
    after, prose = [], 0
    for index in range(anchor, min(len(blocks), anchor + 1 + HEADLINE_REACH)):
        if len(blocks[index].text) > MAX_SHOWN_CHARS:
            prose += 1
            if prose > 2:
                break
        else:
            after.append(index)
    return [*after, *range(anchor - 1, max(-1, anchor - 8), -1)]


def _labelled_text(blocks: Sequence[Block], index: int) -> str:
    """Return the text of a block, with the block before it where that is its label (`Published`, `Last updated:`)."""
    text = _GLUED.sub(" ", blocks[index].text)
    before = blocks[index - 1].text if index else ""
    return f"{before} {text}" if len(before) <= MAX_LABEL_CHARS and LABEL.fullmatch(before) else text


def _pieces(text: str) -> list[str]:
    """Return `text` cut before each word that says what a date is: `Published 1 May 2025 Updated 3 May 2025` is two."""
    cuts = [match.start() for pattern in (MODIFIED, PUBLISHED) for match in pattern.finditer(text) if match.start()]
    edges = [0, *sorted(cuts), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


def _labelled(page: PageOfDates, day_first: bool, label: re.Pattern[str]) -> FoundDate | None:
    """Return the one date on the page that a line labels so, or None when lines differ: a list."""
    moments = {}
    for index, block in enumerate(page.blocks):
        if len(block.text) > 120 or not HAS_YEAR.search(block.text):
            continue
        text = _labelled_text(page.blocks, index)
        if match := label.match(text):
            found = find_date(text[match.end() :], latest=page.latest, day_first=day_first)
            if found:
                moments[found.moment] = found
    return next(iter(moments.values())) if len(moments) == 1 else None


def _shown_elsewhere(page: PageOfDates, day_first: bool) -> ShownDate | None:
    """Return the one date on the page that a line calls that of publication, as a page may show it below its text."""
    found = _labelled(page, day_first, PUBLISHED)
    return ShownDate(found, "published") if found else None


def _only_date(page: PageOfDates, day_first: bool) -> FoundDate | None:
    """Return the date that stands in a line of its own where no line has another: of several, one may be of a list."""
    moments, alone = {}, False
    for index, block in enumerate(page.blocks):
        text = block.text
        if len(text) > MAX_SHOWN_CHARS or not _YEAR.search(text):
            continue
        if found := find_date(text, latest=page.latest, day_first=day_first):
            moments[found.moment] = found
            alone = alone or (len(text) <= MAX_DATE_CHARS and not MODIFIED.search(_labelled_text(page.blocks, index)))
        if len(moments) > 1:
            return None
    return next(iter(moments.values())) if alone else None


def _stated(page: PageOfDates, day_first: bool) -> FoundDate | None:
    """Return the date of a sentence that says when the article was first published."""
    for block in page.blocks:
        text = block.text
        if (
            len(text) <= 2 * MAX_SHOWN_CHARS
            and ("riginally " in text or "irst " in text)
            and (match := _STATED.search(text))
        ):
            near = text[match.end() : match.end() + 40]
            if found := find_date(near, latest=page.latest, day_first=day_first):
                return found
    return None
