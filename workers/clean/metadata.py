"""What a page says about its article: title, authors, date, publisher, each with the place it was read from."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.clean import AuthorsSource, PublishedAtSource
from workers.clean.authors import PageOfNames, Site, find_authors
from workers.clean.blocks import Block
from workers.clean.head import MAX_TITLE_CHARS, Head, read_head
from workers.clean.hygiene import tidy
from workers.clean.json_ld import text_of, type_of
from workers.clean.published import PageOfDates, find_published

__all__ = ["Head", "Metadata", "find_title", "read_head", "read_metadata", "strip_site"]

_WORD = re.compile(r"\w+")
# What stands between a title and the name of its site.
_SITE_SEPARATOR = re.compile(r"\s+(?:[|•·»«~]+|::|-{1,3}|[–—])\s+|\s*[|｜]\s*")  # a colon is as often the headline's


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was found; None or empty where the page does not say. Nothing here is guessed."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    authors_source: AuthorsSource | None = None
    published_at: datetime | None = None
    published_at_source: PublishedAtSource | None = None
    published_at_confidence: float | None = None
    published_at_rule: str | None = None  # name in `published.RULES`
    authors_confidence: float | None = None
    publisher: str | None = None
    canonical: str | None = None
    language: str | None = None
    paywalled: bool = False
    kind: str | None = None  # schema.org type of the page's main node
    body: str | None = None  # articleBody of the JSON-LD


def read_metadata(
    root: Any, head: Head, blocks: Sequence[Block], body: Sequence[int], *, url: str | None, latest: datetime
) -> Metadata:
    """Return what the page says. `body` are the indices of the blocks that are the article; `latest` bounds dates."""
    articles = head.linked.articles()
    main = articles[0] if articles else {}
    title, title_at = find_title(head, blocks, body)
    names = PageOfNames(head.meta, head.linked, articles, blocks, body, title_at, Site.of(_publisher(head), url), root)
    authors = find_authors(names)
    dates = PageOfDates(
        head, articles, blocks, body, title_at, root, url, latest, signed=authors is not None and not authors.elsewhere
    )
    published = find_published(dates)
    return Metadata(
        title=title,
        authors=authors.names if authors else (),
        authors_source=authors.source if authors else None,
        authors_confidence=authors.confidence if authors else None,
        published_at=published.moment if published else None,
        published_at_source=published.source if published else None,
        published_at_confidence=published.confidence if published else None,
        published_at_rule=published.rule if published else None,
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
    named_words = [set(_WORD.findall(name.lower())) for name in candidates]
    first_body = body[0] if body else len(blocks)
    best: tuple[float, str, int] | None = None
    for index, block in enumerate(blocks):
        if len(block.text) > MAX_TITLE_CHARS or (block.link_chars > len(block.text) / 2 and block.place.tag != "h1"):
            continue
        if block.place.tag not in ("h1", "h2") and (index > first_body + 2 or len(block.text) < 12):
            continue
        text = _one_line(block.text)
        words = set(_WORD.findall(text.lower()))
        score = max((_likeness(words, name) for name in named_words), default=0.0)
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


def _likeness(left: Set[str], right: Set[str]) -> float:
    """Return the Dice coefficient of the words of two titles, 0 to 1."""
    return 2 * len(left & right) / (len(left) + len(right)) if left and right else 0.0
