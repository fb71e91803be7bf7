"""`news.clean`: the text of an article without the clutter of its page, and what was learnt about it on the way."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from schemas.ids import text_sha256
from schemas.record import Confidence, Record, Timestamp

_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")


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

    name: str | None = None
    domain: str | None = None


class Dateline(Record):
    """`WASHINGTON (AP) —` at the head of an article."""

    place: str | None = None
    agency: str | None = None


class PublishedAtSource(StrEnum):
    """Where `published_at` was read, best first. A closed list."""

    GIVEN = "given"
    METADATA = "metadata"
    MARKUP = "markup"
    TEXT = "text"
    DOC_ID = "doc-id"
    URL = "url"


class Paragraph(Record):
    """A paragraph of `text`, half-open, in code points, without the line break that ends it."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Removed(Record):
    """How many code points of one class of clutter were taken out."""

    reason: RemovedReason
    chars: int = Field(ge=0)


class Extraction(Record):
    """How the text was found: `html:…`, `flat:…` or `given` (annotated exactly as it came)."""

    method: str
    version: str
    confidence: Confidence | None = None


class CleanArticle(Record):
    """An article ready to be annotated. All offsets downstream refer to `text`."""

    article_id: str = Field(min_length=1)
    content_hash: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    headline: str | None = None
    authors: tuple[str, ...] = ()
    publisher: Publisher | None = None
    agency: str | None = None
    dateline: Dateline | None = None
    published_at: Timestamp | None = None
    published_at_source: PublishedAtSource | None = None
    fetched_at: Timestamp | None = None
    processed_at: Timestamp | None = None
    language: str | None = None
    text: str
    text_sha256: str = ""
    paragraphs: tuple[Paragraph, ...] = ()
    fingerprint: str | None = Field(default=None, description="64-bit SimHash of the text, 16 hex digits")
    extraction: Extraction | None = None
    removed: tuple[Removed, ...] = ()
    warnings: tuple[str, ...] = ()
    extra: dict[str, Any] = Field(default_factory=dict)

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
            filled["paragraphs"] = [{"start": m.start(), "end": m.end()} for m in _PARAGRAPH.finditer(text)]
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

    reason: RejectReason
    detail: str = ""
    article_id: str | None = None
