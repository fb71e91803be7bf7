"""raw → clean: the article, the whole article, nothing but the article. Pure, but for what `CleanMemory` remembers."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from schemas.clean import (
    AuthorsSource,
    CleanArticle,
    Extraction,
    PublishedAtSource,
    Publisher,
    Rejected,
    RejectReason,
    Removed,
)
from schemas.ids import stable_id, text_sha256
from schemas.raw import RawArticle
from workers.clean import flat, page
from workers.clean.address import canonical_url, domain_of
from workers.clean.admit import Candidate, asks_to_pay, refuse
from workers.clean.charset import decode_page
from workers.clean.fingerprint import simhash
from workers.clean.hygiene import tidy
from workers.clean.language import detect_language
from workers.clean.memory import CleanMemory
from workers.clean.metadata import Metadata
from workers.clean.wire import WireStory, read_wire_marks
from workers.options import CleanOptions

__all__ = ["CleanMemory", "CleanOptions", "clean"]

PARAGRAPH_BREAK = "\n\n"


def clean(
    article: RawArticle,
    *,
    options: CleanOptions | None = None,
    now: datetime | None = None,
    memory: CleanMemory | None = None,
) -> CleanArticle | Rejected:
    """Return the article without its page's clutter, or why it is not worth annotating.

    `text` is the headline, when there is one, and the paragraphs, with an empty line between them. `now` is written to
    `processed_at` (default: the present). `memory` is what was learnt from earlier articles; without it every article
    stands alone.
    """
    options, memory, now = options or CleanOptions(), memory or CleanMemory(), now or datetime.now(UTC)
    source = (article.source and article.source.domain) or domain_of(article.final_url or article.url)
    body = _read_body(article, source, options, memory, now)
    story = read_wire_marks(body.paragraphs)
    article_id, address = identify(article, source, body)
    words = PARAGRAPH_BREAK.join(story.paragraphs)
    language = detect_language(words, given=article.language or body.metadata.language)
    if refusal := refuse(_candidate(article, body, story, language), options):
        return Rejected(reason=refusal[0], detail=refusal[1], article_id=article_id)

    text = PARAGRAPH_BREAK.join([body.headline, *story.paragraphs] if body.headline else story.paragraphs)
    content_hash = text_sha256(words)
    warnings = [*body.warnings, *(["paywall: the text may be only the beginning"] if body.paywalled else [])]
    if twin := memory.seen.first_with(content_hash, article_id):
        if options.drop_duplicates:
            return Rejected(reason=RejectReason.DUPLICATE, detail=f"same text as {twin}", article_id=article_id)
        warnings.append(f"duplicate: same text as {twin}")
    authors, dated = _authors(article, body), _first_date(article, body, story)
    return CleanArticle(
        article_id=article_id,
        content_hash=content_hash,
        url=article.url,
        canonical_url=address,
        headline=body.headline,
        authors=authors[0],
        authors_source=authors[1],
        authors_confidence=authors[2],
        publisher=_publisher(article, body.metadata, source),
        agency=story.agency,
        dateline=story.dateline,
        published_at=dated[0],
        published_at_source=dated[1],
        published_at_confidence=dated[2],
        fetched_at=article.fetched_at,
        processed_at=now,
        language=language,
        text=text,
        fingerprint=simhash(words),
        extraction=Extraction(method=body.method, version=body.version, confidence=body.confidence),
        removed=_sum(*body.removed, *story.removed),
        warnings=tuple(warnings),
        extra=article.extra,
    )


@dataclass(frozen=True, slots=True)
class Body:
    """What either path, HTML or flat, hands to the rest of the stage."""

    headline: str | None
    paragraphs: tuple[str, ...]
    method: str
    version: str
    metadata: Metadata = field(default_factory=Metadata)
    confidence: float | None = None
    removed: tuple[Removed, ...] = ()
    warnings: tuple[str, ...] = ()
    paywalled: bool = False


def _read_body(
    article: RawArticle, source: str | None, options: CleanOptions, memory: CleanMemory, now: datetime
) -> Body:
    """Read the page if there is one, else the flat text; the text also where the page holds no article."""
    html, warnings = _html_of(article)
    if html is not None:
        found = _read_page(article, html, warnings, options, now)
        if found.paragraphs or article.text is None:
            return found
        warnings = found.warnings
    return _read_flat(article, source, warnings, options, memory)


def _read_page(article: RawArticle, html: str, warnings: tuple[str, ...], options: CleanOptions, now: datetime) -> Body:
    url, latest = article.final_url or article.url, (article.fetched_at or now) + timedelta(days=2)
    found = page.main_text(html, url=url, max_chars=options.max_html_bytes, latest=latest)
    headline = _one_line(article.headline or found.metadata.title)
    paragraphs = tuple(filter(None, (_one_line(paragraph) for paragraph in found.paragraphs)))
    if headline and paragraphs and paragraphs[0] == headline:
        paragraphs = paragraphs[1:]
    return Body(
        headline=headline,
        paragraphs=paragraphs,
        method=found.method,
        version=page.VERSION,
        metadata=found.metadata,
        confidence=found.confidence,
        removed=found.removed,
        warnings=(*warnings, *found.warnings),
        paywalled=found.metadata.paywalled or found.asks_to_pay,
    )


def _read_flat(
    article: RawArticle, source: str | None, warnings: tuple[str, ...], options: CleanOptions, memory: CleanMemory
) -> Body:
    text = article.text or ""
    if len(text) > options.max_text_chars:
        cut = len(text) - options.max_text_chars
        warnings = (*warnings, f"text: {cut} of {len(text)} characters cut off at the end")
        text = text[: options.max_text_chars]
    headline = _one_line(article.headline)
    known_lines = memory.lines if options.line_memory else None
    lines = flat.main_lines(tidy(text), source=source, headline=headline, memory=known_lines)
    return Body(
        headline=lines.headline,
        paragraphs=lines.paragraphs,
        method=lines.method,
        version=flat.VERSION,
        metadata=Metadata(
            authors=lines.authors,
            authors_source=AuthorsSource.BYLINE if lines.authors else None,
            authors_confidence=flat.BYLINE_CONFIDENCE if lines.authors else None,
            published_at=lines.published_at,
            published_at_source=lines.published_at_source,
            published_at_confidence=flat.DATE_CONFIDENCE[lines.published_at_source]
            if lines.published_at_source
            else None,
        ),
        confidence=lines.confidence,
        removed=lines.removed,
        warnings=(*warnings, *lines.warnings),
        paywalled=asks_to_pay(text),
    )


def _html_of(article: RawArticle) -> tuple[str | None, tuple[str, ...]]:
    """Return the page as text, and what went wrong in decoding it; None when the record carries no page."""
    if article.html is not None:
        return article.html, ()
    if article.html_base64 is None:
        return None, ()
    try:
        payload = base64.b64decode(article.html_base64, validate=False)
    except binascii.Error as error:
        raise ValueError(f"html_base64: not base64 ({error})") from None
    decoded = decode_page(payload, declared=article.encoding, content_type=article.content_type)
    return decoded.text, decoded.warnings


def _one_line(text: str | None) -> str | None:
    tidied = tidy(text) if text else ""
    return (" ".join(tidied.split()) if "\n" in tidied else tidied) or None


def identify(article: RawArticle, source: str | None, body: Body) -> tuple[str, str | None]:
    """Return the article's id and its canonical URL: by URL, else by the source's own id, else by its content.

    The id follows from the input record alone: what the page calls its address (`rel=canonical`) may change with the
    site's software, and then a replay would give the article a second id. It becomes `canonical_url` when it is on the
    same site (an AMP page names its article so).
    """
    if article.url:
        address = canonical_url(article.url)
        named = body.metadata.canonical
        shown = canonical_url(named) if named and domain_of(named) == domain_of(address) else address
        return stable_id("article", address), shown
    if article.id:
        return stable_id("article", source or "", article.id), None
    return stable_id("article", PARAGRAPH_BREAK.join(body.paragraphs)), None


def _candidate(article: RawArticle, body: Body, story: WireStory, language: str | None) -> Candidate:
    return Candidate(
        paragraphs=story.paragraphs,
        headline=body.headline,
        language=language,
        url=article.final_url or article.url,
        http_status=article.http_status,
        kind=body.metadata.kind,
        paywalled=body.paywalled,
    )


def _publisher(article: RawArticle, metadata: Metadata, source: str | None) -> Publisher | None:
    name = (article.source and article.source.name) or metadata.publisher
    return Publisher(name=name, domain=source) if name or source else None


def _authors(article: RawArticle, body: Body) -> tuple[tuple[str, ...], AuthorsSource | None, float | None]:
    """Return the authors, where they were read and how sure that is: the scraper's before the page's."""
    if article.authors:
        return article.authors, AuthorsSource.GIVEN, None
    said = body.metadata
    return said.authors, said.authors_source, said.authors_confidence


def _first_date(
    article: RawArticle, body: Body, story: WireStory
) -> tuple[datetime | None, PublishedAtSource | None, float | None]:
    """Return the best date, where it was read and how sure that is: the scraper's, the page's, the document id's."""
    if article.published_at:
        return article.published_at, PublishedAtSource.GIVEN, None
    said = body.metadata
    if said.published_at:
        return said.published_at, said.published_at_source or PublishedAtSource.TEXT, said.published_at_confidence
    if story.published_at:
        return story.published_at, PublishedAtSource.DOC_ID, flat.DATE_CONFIDENCE[PublishedAtSource.DOC_ID]
    return None, None, None


def _sum(*removed: Removed) -> tuple[Removed, ...]:
    """Return one entry a reason, in order of first mention."""
    chars: dict[str, Removed] = {}
    for piece in removed:
        before = chars.get(piece.reason)
        chars[piece.reason] = Removed(reason=piece.reason, chars=piece.chars + (before.chars if before else 0))
    return tuple(chars.values())
