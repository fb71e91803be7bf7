"""What a page says about its article: title, authors, date, publisher, each with the place it was read from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin

from schemas.clean import PublishedAtSource
from workers.clean.authors import Found, find_authors
from workers.clean.blocks import Block
from workers.clean.dates import (
    DAY_FIRST,
    MODIFIED,
    PUBLISHED,
    FoundDate,
    date_in_url,
    find_date,
    parse_stamp,
)
from workers.clean.hygiene import tidy
from workers.clean.json_ld import LinkedData, text_of, type_of

MAX_TITLE_CHARS = 400
_SCRIPT_DATE = re.compile(
    r'\\?"(?:datePublished|date_published|publishedAt|published_at|publishDate|publish_date|publicationDate|'
    r'firstPublished|firstPublishDate|first_published_at|datePublishedUtc|pubDate|post_date)\\?"\s*:\s*\\?"([^"\\]{8,40})'
)
_WORD = re.compile(r"\w+")
# What stands between a title and the name of its site.
_SITE_SEPARATOR = re.compile(r"\s+(?:[|•·»«~]+|::|-{1,3}|[–—])\s+|\s*[|｜]\s*")  # a colon is as often the headline's


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was found; None or empty where the page does not say. Nothing here is guessed."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    authors_source: str | None = None
    published_at: datetime | None = None
    published_at_source: PublishedAtSource | None = None
    date_confidence: float | None = None
    authors_confidence: float | None = None
    publisher: str | None = None
    canonical: str | None = None
    language: str | None = None
    paywalled: bool = False
    kind: str | None = None  # schema.org type of the page's main node
    body: str | None = None  # articleBody of the JSON-LD


@dataclass(frozen=True, slots=True)
class Head:
    """The machine-readable part of a page."""

    meta: Mapping[str, Sequence[str]]
    title: str | None
    linked: LinkedData
    canonical: str | None
    language: str | None
    scripts: Sequence[str]  # text of the other scripts that hold data


def read_head(root: Any, url: str | None) -> Head:
    """Read `<meta>`, `<title>`, `<link rel=canonical>`, `<html lang>` and the JSON-LD of a tree."""
    meta: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = element.get("content")
        if name and content and content.strip():
            meta.setdefault(name.strip().lower(), []).append(content.strip())
    linked, others = [], []
    for script in root.iter("script"):
        kind = (script.get("type") or "").lower()
        text = script.text
        if not text:
            continue
        if "ld+json" in kind:
            linked.append(text)
        elif "json" in kind or '"date' in text or "ublish" in text:
            others.append(text)
    canonical = next(
        (link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"), None
    )
    title = root.find(".//title")
    heading = " ".join("".join(title.itertext()).split())[:MAX_TITLE_CHARS] if title is not None else None
    language = root.get("lang") or root.get("xml:lang")
    if canonical and url:
        try:
            canonical = urljoin(url, canonical.strip())
        except ValueError:
            canonical = None
    return Head(meta, heading or None, LinkedData(linked), canonical, language, others)


def read_metadata(
    root: Any, head: Head, blocks: Sequence[Block], body: Sequence[int], *, url: str | None, latest: datetime
) -> Metadata:
    """Return what the page says. `body` are the indices of the blocks that are the article; `latest` bounds dates."""
    articles = head.linked.articles()
    main = articles[0] if articles else {}
    title, title_at = find_title(head, blocks, body)
    authors = find_authors(
        head.meta, head.linked, articles, blocks, body, title_at, publisher=_publisher(head), root=root
    )
    dated = find_published(head, articles, blocks, body, title_at, root, url=url, latest=latest)
    return Metadata(
        title=title,
        authors=authors.value if authors else (),
        authors_source=authors.source if authors else None,
        authors_confidence=authors.confidence if authors else None,
        published_at=dated[0].moment if dated else None,
        published_at_source=dated[1] if dated else None,
        date_confidence=dated[2] if dated else None,
        publisher=_publisher(head),
        canonical=head.canonical,
        language=head.language,
        paywalled=str(main.get("isAccessibleForFree", "")).lower() == "false",
        kind=type_of(main) or None,
        body=text_of(main, "articleBody"),
    )


def _publisher(head: Head) -> str | None:
    for node in head.linked.articles():
        for name, _ in head.linked.names(node.get("publisher")):
            return tidy(name)[:120] or None
    for key in ("og:site_name", "application-name", "twitter:site"):
        for value in head.meta.get(key, ()):
            return tidy(value).removeprefix("@")[:120] or None
    return None


# --- title -----------------------------------------------------------------------------------------------------------


def find_title(head: Head, blocks: Sequence[Block], body: Sequence[int]) -> tuple[str | None, int]:
    """Return the headline and the index of the block it stands in (-1 when it stands only in the head).

    The `<h1>` that shares most words with what the head calls the page; where none does, the head's title without the
    name of the site.
    """
    site = _publisher(head)
    named = [
        *(text for node in head.linked.articles()[:3] if (text := text_of(node, "headline"))),
        *head.meta.get("og:title", ()),
        *head.meta.get("twitter:title", ()),
        *((head.title,) if head.title else ()),
    ]
    candidates = [_one_line(strip_site(_one_line(name), site)) for name in named]
    candidates = [name for name in candidates if name]
    first_body = body[0] if body else len(blocks)
    best: tuple[float, str, int] | None = None
    for index, block in enumerate(blocks):
        if len(block.text) > MAX_TITLE_CHARS or (block.link_chars > len(block.text) / 2 and block.place.tag != "h1"):
            continue
        if block.place.tag not in ("h1", "h2") and (index > first_body + 2 or len(block.text) < 12):
            continue
        text = _one_line(block.text)
        score = max((_likeness(text, name) for name in candidates), default=0.0)
        if (block.place.tag == "h2" and score < 0.75) or (block.place.tag not in ("h1", "h2") and score < 0.9):
            continue
        if block.place.tag == "h1":
            score += 0.15
        if index <= first_body + 2:
            score += 0.1
        if best is None or score > best[0] + 1e-9:
            best = (score, text, index)
    if best and (best[0] >= 0.5 or (not candidates and best[0] > 0.2)):
        return best[1], best[2]
    if candidates:
        return candidates[0][:MAX_TITLE_CHARS], -1
    return None, -1


def strip_site(title: str, site: str | None) -> str:
    """Return `title` without the name of its site at either end: the short part behind a separator, or `site`."""
    pieces = [piece for piece in _SITE_SEPARATOR.split(title) if piece]
    if len(pieces) < 2:
        return title
    separators = [match.group() for match in _SITE_SEPARATOR.finditer(title)]
    if site:
        plain = _plain(site)
        if _plain(pieces[-1]) == plain or (plain and _plain(pieces[-1]).startswith(plain)):
            return title[: title.rfind(separators[-1])].strip() if separators else title
        if _plain(pieces[0]) == plain:
            return title[title.find(separators[0]) + len(separators[0]) :].strip()
    tail = pieces[-1]
    if len(tail.split()) <= 5 and len(tail) < 0.6 * (len(title) - len(tail)):
        return title[: title.rfind(separators[-1])].strip()
    return title


def _one_line(text: str) -> str:
    return tidy(text).replace("\n", " ").strip()


def _plain(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))


def _likeness(left: str, right: str) -> float:
    """Return the Dice coefficient of the words of two titles, 0 to 1."""
    a, b = set(_WORD.findall(left.lower())), set(_WORD.findall(right.lower()))
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


# --- date ------------------------------------------------------------------------------------------------------------

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


def find_published(
    head: Head,
    articles: Sequence[Mapping[str, Any]],
    blocks: Sequence[Block],
    body: Sequence[int],
    title_at: int,
    root: Any,
    *,
    url: str | None,
    latest: datetime,
) -> tuple[FoundDate, PublishedAtSource, float] | None:
    """Return the moment of publication, where it was read and how sure that is, or None: no page is given a date."""
    declared = _declared(head, articles, latest)
    day_first = bool(url and DAY_FIRST.search(url)) or (head.language or "").lower() in ("en-gb", "en-au", "en-in")
    written = _near_headline(blocks, body, title_at, latest, day_first)
    if declared:
        # A page that shows its readers another day than it tells machines has been published anew; a day's difference
        # is only the time zone.
        if written and written.label != "updated" and abs(written.found.moment - declared[0].moment) > _ONE_DAY:
            return written.found, PublishedAtSource.TEXT, 0.8
        return declared
    marked = _in_markup(root, latest)
    if marked and marked[1]:
        return marked[0], PublishedAtSource.MARKUP, 0.9
    if written and written.label != "updated":
        return written.found, PublishedAtSource.TEXT, 0.85
    if url and (found := date_in_url(url, latest=latest)):
        return found, PublishedAtSource.URL, 0.9
    if marked:
        return marked[0], PublishedAtSource.MARKUP, 0.75
    if found := _in_scripts(head.scripts, latest):
        return found, PublishedAtSource.METADATA, 0.7
    if labelled := _labelled(blocks, latest, day_first):
        return labelled, PublishedAtSource.TEXT, 0.7
    return (written.found, PublishedAtSource.TEXT, 0.6) if written else None


_ONE_DAY = timedelta(hours=36)


def _declared(
    head: Head, articles: Sequence[Mapping[str, Any]], latest: datetime
) -> tuple[FoundDate, PublishedAtSource, float] | None:
    """Return the date that the page tells machines."""
    for key in ("datePublished", "dateCreated", "uploadDate"):
        for node in articles:
            if (stamp := text_of(node, key)) and (found := parse_stamp(stamp, latest=latest)):
                return found, PublishedAtSource.METADATA, 0.95 if type_of(node) != "WebPage" else 0.85
    for key in PUBLISHED_META:
        for value in head.meta.get(key, ()):
            if found := parse_stamp(value, latest=latest):
                return found, PublishedAtSource.METADATA, 0.95
    return None


def _in_scripts(scripts: Sequence[str], latest: datetime) -> FoundDate | None:
    """Return the one date of publication that a page's state in JSON names; several are those of a list."""
    for script in scripts:
        stamps = set(_SCRIPT_DATE.findall(script[:1_000_000]))
        moments = {found.moment.date(): found for stamp in stamps if (found := parse_stamp(stamp, latest=latest))}
        if len(moments) == 1:
            return next(iter(moments.values()))
    return None


def _in_markup(root: Any, latest: datetime) -> tuple[FoundDate, bool] | None:
    """Return the date of the first `<time>` or `itemprop=datePublished`, and whether it says that it is the one."""
    first: FoundDate | None = None
    for element in root.iter("time", "meta", "span", "div", "abbr", "p"):
        published = element.get("itemprop") in ("datePublished", "dateCreated") or (
            element.tag == "time" and element.get("pubdate") is not None
        )
        if element.tag != "time" and not published:
            continue
        if element.get("itemprop") == "dateModified":
            continue
        stamp = element.get("datetime") or element.get("content") or "".join(element.itertext())
        found = parse_stamp(stamp[:60], latest=latest) if stamp else None
        if not found:
            continue
        if published:
            return found, True
        first = first or found
    return (first, False) if first else None


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date in the text near the headline; `label` is `published`, `updated` or empty."""

    found: FoundDate
    label: str


# Inline elements that only style sheets keep apart: `GiuffridaMar 5, 2025`, `AnalystUpdated`.
_GLUED = re.compile(r"(?<=[a-z\d])(?=[A-Z][a-z]{2})")


def _near_headline(
    blocks: Sequence[Block], body: Sequence[int], title_at: int, latest: datetime, day_first: bool
) -> WrittenDate | None:
    """Return the date written where bylines stand: one not called an update before one that is."""
    anchor = title_at if title_at >= 0 else (body[0] if body else -1)
    if anchor < 0:
        return None
    after, prose = [], 0
    for index in range(anchor, min(len(blocks), anchor + 1 + HEADLINE_REACH)):
        if len(blocks[index].text) > 200:
            prose += 1
            if prose > 2:
                break
        else:
            after.append(index)
    updated: FoundDate | None = None
    for index in [*after, *range(anchor - 1, max(-1, anchor - 8), -1)]:
        if len(blocks[index].text) > 200:
            continue
        text = _GLUED.sub(" ", blocks[index].text)
        for piece in _pieces(text):
            found = find_date(piece, latest=latest, day_first=day_first)
            if not found:
                continue
            if MODIFIED.search(piece) and not PUBLISHED.search(piece):
                updated = updated or found
            elif len(piece) <= 90 or PUBLISHED.search(piece[:90]):
                return WrittenDate(found, "published" if PUBLISHED.search(piece) else "")
    return WrittenDate(updated, "updated") if updated else None


def _pieces(text: str) -> list[str]:
    """Return `text` cut before each word that says what a date is: `Published 1 May 2025 Updated 3 May 2025` is two."""
    cuts = [match.start() for pattern in (MODIFIED, PUBLISHED) for match in pattern.finditer(text) if match.start()]
    edges = [0, *sorted(cuts), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


def _labelled(blocks: Sequence[Block], latest: datetime, day_first: bool) -> FoundDate | None:
    """Return the one date on the page that a line calls that of publication, or None when lines differ: a list."""
    moments = {}
    for block in blocks:
        if len(block.text) <= 120 and (match := PUBLISHED.match(block.text)):
            found = find_date(block.text[match.end() :], latest=latest, day_first=day_first)
            if found:
                moments[found.moment] = found
    return next(iter(moments.values())) if len(moments) == 1 else None


__all__ = ["Found", "Head", "Metadata", "find_published", "find_title", "read_head", "read_metadata", "strip_site"]
