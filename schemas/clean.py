"""`news.clean`: the text of an article without the clutter of its page, and what was learnt about it on the way."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from schemas.ids import text_sha256
from schemas.record import Confidence, LocalTimestamp, Record, Timestamp

_LINE = re.compile(r"[^\n]+")


class RejectReason(StrEnum):
    """Why an input that could be read is not worth annotating. A closed list."""

    NOT_AN_ARTICLE = "not-an-article"
    TOO_SHORT = "too-short"
    UNSUPPORTED_LANGUAGE = "unsupported-language"
    PAYWALL_STUB = "paywall-stub"
    DUPLICATE = "duplicate"


class RemovedReason(StrEnum):
    """The classes of clutter that cleaning takes out. A closed list."""

    NAVIGATION = "navigation"
    DISCLAIMER = "disclaimer"
    SHARE = "share"
    SIGN_UP = "sign-up"
    RELATED_LINKS = "related-links"
    CAPTION = "caption"
    COMMENTS = "comments"
    BYLINE = "byline"
    DOC_ID = "doc-id"
    DUPLICATE = "duplicate"
    MARKUP = "markup"
    OTHER = "other"


class Publisher(Record):
    """Who published the page."""

    name: str | None = Field(default=None, description="name, as the page or the scraper gives it")
    domain: str | None = Field(default=None, description="domain of its site")


class Dateline(Record):
    """`WASHINGTON (AP) —` at the head of an article."""

    place: str | None = Field(default=None, description="the place a report is sent from, as written: `WASHINGTON`")
    agency: str | None = Field(default=None, description="the agency named in the dateline")


class PublishedAtSource(StrEnum):
    """Where `published_at` was read, best first. A closed list."""

    GIVEN = "given"
    METADATA = "metadata"
    MARKUP = "markup"
    TEXT = "text"
    DOC_ID = "doc-id"
    URL = "url"


class AuthorsSource(StrEnum):
    """Where `authors` were read. A closed list."""

    GIVEN = "given"
    JSON_LD = "json-ld"
    META = "meta"
    MARKUP = "markup"
    BYLINE = "byline"
    SIGNATURE = "signature"


class Paragraph(Record):
    """A paragraph of `text`, half-open, in code points, without the line break that ends it."""

    start: int = Field(ge=0, description="first code point")
    end: int = Field(ge=0, description="code point after the last")


class Removed(Record):
    """How many code points of one class of clutter were taken out."""

    reason: RemovedReason = Field(description="class of the clutter")
    chars: int = Field(ge=0, description="code points taken out")


class Extraction(Record):
    """How the text was found: `html:…`, `flat:…` or `given` (annotated exactly as it came)."""

    method: str = Field(description="`html:…`, `flat:…` or `given`")
    version: str = Field(description="version of the cleaning")
    confidence: Confidence | None = Field(default=None, description="how sure the cleaning is of the text, 0 to 1")


class CleanArticle(Record):
    """An article ready to be annotated. All offsets downstream refer to `text`."""

    article_id: str = Field(
        min_length=1,
        description="hash of address or id: the same on every replay; the record's key",
    )
    content_hash: str | None = Field(
        default=None, description="hash of the article's words without its headline: copies of a text share it"
    )
    url: str | None = Field(default=None, description="address as it was scraped")
    canonical_url: str | None = Field(
        default=None, description="address without tracking parameters, as the page names it"
    )
    headline: str | None = Field(default=None, description="headline")
    authors: tuple[str, ...] = Field(default=(), description="names, one each, without 'By'")
    authors_source: AuthorsSource | None = Field(default=None, description="where they were read")
    authors_confidence: Confidence | None = Field(
        default=None, description="share of right names where they were read so; null when given"
    )
    publisher: Publisher | None = Field(default=None, description="who published it")
    agency: str | None = Field(default=None, description="news agency the text is from: `Reuters`")
    dateline: Dateline | None = Field(default=None, description="place and agency at the head of the text")
    published_at: LocalTimestamp | None = Field(
        default=None,
        description="when it was published, with the offset the page gave (its day is the publisher's), else UTC",
    )
    published_at_source: PublishedAtSource | None = Field(default=None, description="where that was read")
    published_at_confidence: Confidence | None = Field(
        default=None, description="share of right days where the same rule decided; null when given"
    )
    fetched_at: Timestamp | None = Field(default=None, description="when the page was fetched")
    processed_at: Timestamp | None = Field(
        default=None, description="when it was cleaned; of enriched articles, when it was annotated"
    )
    language: str | None = Field(default=None, description="BCP 47, detected or given")
    text: str = Field(description="the article's text, paragraphs divided by blank lines; all offsets refer to it")
    text_sha256: str = Field(default="", description="SHA-256 of the UTF-8 bytes of the text, hex")
    paragraphs: tuple[Paragraph, ...] = Field(default=(), description="the paragraphs' places in the text")
    fingerprint: str | None = Field(default=None, description="64-bit SimHash of the text, 16 hex digits")
    extraction: Extraction | None = Field(default=None, description="how the text was found")
    removed: tuple[Removed, ...] = Field(default=(), description="what was taken out, by class")
    warnings: tuple[str, ...] = Field(default=(), description="what had to be cut or mended on the way")
    extra: dict[str, Any] = Field(default_factory=dict, description="fields of the input nobody knows, as they came")

    @model_validator(mode="before")
    @classmethod
    def _derive_from_text(cls, values: Any) -> Any:
        """Fill what follows from the text, so that `{article_id, text}` alone is a clean article."""
        if not isinstance(values, dict) or not isinstance(values.get("text"), str):
            return values
        text, filled = values["text"], dict(values)
        if not filled.get("text_sha256"):
            filled["text_sha256"] = text_sha256(text)
        if not filled.get("paragraphs"):
            lines = (line for line in _LINE.finditer(text) if not line.group().isspace())
            filled["paragraphs"] = [{"start": line.start(), "end": line.end()} for line in lines]
        return filled

    @model_validator(mode="after")
    def _paragraphs_lie_in_the_text(self) -> CleanArticle:
        end = 0
        for paragraph in self.paragraphs:
            if not end <= paragraph.start <= paragraph.end <= len(self.text):
                raise ValueError(f"paragraph {paragraph.start}:{paragraph.end} is out of order or outside the text")
            end = paragraph.end
        return self


class Rejected(Record):
    """An input that was read but is not worth annotating: its fate, not an error."""

    reason: RejectReason = Field(description="why")
    detail: str = Field(default="", description="more words on it")
    article_id: str | None = Field(default=None, description="id, where one could be made")
