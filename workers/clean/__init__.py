"""raw → clean: the article, the whole article, nothing but the article. Pure, but for what `CleanMemory` remembers."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.clean import CleanArticle, Extraction, PublishedAtSource, Publisher, Rejected, RejectReason, Removed
from schemas.ids import stable_id, text_sha256
from schemas.raw import RawArticle
from workers.clean import flat, page
from workers.clean.address import canonical_url, domain_of
from workers.clean.admit import refuse
from workers.clean.charset import decode_page
from workers.clean.fingerprint import simhash
from workers.clean.hygiene import tidy
from workers.clean.language import detect_language
from workers.clean.memory import CleanMemory
from workers.clean.metadata import Metadata
from workers.clean.options import CleanOptions
from workers.clean.wire import read_wire_marks

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
    options, memory = options or CleanOptions(), memory or CleanMemory()
    source = (article.source and article.source.domain) or domain_of(article.url)
    body = _read_body(article, source, options, memory)
    story = read_wire_marks(body.paragraphs)
    article_id, address = identify(article, source, body)
    language = detect_language(PARAGRAPH_BREAK.join(story.paragraphs), given=article.language)
    if refusal := refuse(story.paragraphs, language, options):
        return Rejected(reason=refusal[0], detail=refusal[1], article_id=article_id)

    text = PARAGRAPH_BREAK.join([body.headline, *story.paragraphs] if body.headline else story.paragraphs)
    content_hash = text_sha256(PARAGRAPH_BREAK.join(story.paragraphs))
    warnings = list(body.warnings)
    if twin := memory.seen.first_with(content_hash, article_id):
        if options.drop_duplicates:
            return Rejected(reason=RejectReason.DUPLICATE, detail=f"same text as {twin}", article_id=article_id)
        warnings.append(f"same text as {twin}")
    published_at, published_at_source = _first_date(article, body, story.published_at)
    return CleanArticle(
        article_id=article_id,
        content_hash=content_hash,
        url=article.url,
        canonical_url=address,
        headline=body.headline,
        authors=article.authors or body.metadata.authors,
        publisher=_publisher(article, body.metadata, source),
        agency=story.agency,
        dateline=story.dateline,
        published_at=published_at,
        published_at_source=published_at_source,
        fetched_at=article.fetched_at,
        processed_at=now or datetime.now(UTC),
        language=language,
        text=text,
        fingerprint=simhash(text),
        extraction=Extraction(method=body.method, version=body.version, confidence=body.confidence),
        removed=(*body.removed, *story.removed),
        warnings=tuple(warnings),
        extra=article.extra,
    )


@dataclass(frozen=True, slots=True)
class Body:
    """What either path, HTML or flat, hands to the rest of the stage."""

    headline: str | None
    paragraphs: tuple[str, ...]
    metadata: Metadata
    method: str
    version: str
    confidence: float | None = None
    removed: tuple[Removed, ...] = ()
    warnings: tuple[str, ...] = ()


def _read_body(article: RawArticle, source: str | None, options: CleanOptions, memory: CleanMemory) -> Body:
    """Read the page if there is one, else the flat text; the text also where the page holds no article."""
    html, warnings = _html_of(article)
    if html is not None:
        found = page.main_text(html, url=article.final_url or article.url, max_chars=options.max_html_bytes)
        headline = tidy(article.headline or found.metadata.title or "").replace("\n", " ") or None
        paragraphs = tuple(p for p in (tidy(paragraph) for paragraph in found.paragraphs) if p and p != headline)
        if paragraphs or article.text is None:
            return Body(
                headline,
                paragraphs,
                found.metadata,
                page.METHOD,
                page.VERSION,
                found.confidence,
                found.removed,
                (*warnings, *found.warnings),
            )
    headline = tidy(article.headline or "").replace("\n", " ") or None
    known_lines = memory.lines if options.line_memory else None
    lines = flat.main_lines(tidy(article.text or ""), source=source, headline=headline, memory=known_lines)
    metadata = Metadata(
        authors=lines.authors, published_at=lines.published_at, published_at_source=lines.published_at_source
    )
    return Body(
        lines.headline,
        lines.paragraphs,
        metadata,
        lines.method,
        flat.VERSION,
        lines.confidence,
        lines.removed,
        (*warnings, *lines.warnings),
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
    decoded = decode_page(payload, article.encoding, content_type=article.content_type)
    return decoded.text, decoded.warnings


def identify(article: RawArticle, source: str | None, body: Body) -> tuple[str, str | None]:
    """Return the article's id and its canonical URL: by URL, else by the source's own id, else by its content."""
    if article.url:
        address = canonical_url(article.url)
        return stable_id("article", address), address
    if article.id:
        return stable_id("article", source or "", article.id), None
    return stable_id("article", PARAGRAPH_BREAK.join(body.paragraphs)), None


def _publisher(article: RawArticle, metadata: Metadata, source: str | None) -> Publisher | None:
    name = (article.source and article.source.name) or metadata.publisher
    return Publisher(name=name, domain=source) if name or source else None


def _first_date(
    article: RawArticle, body: Body, wire_date: datetime | None
) -> tuple[datetime | None, PublishedAtSource | None]:
    """Return the best date there is and where it was read: the scraper's, the page's, the document id's."""
    if article.published_at:
        return article.published_at, PublishedAtSource.GIVEN
    if body.metadata.published_at:
        return body.metadata.published_at, body.metadata.published_at_source or PublishedAtSource.TEXT
    return (wire_date, PublishedAtSource.DOC_ID) if wire_date else (None, None)
