"""`news.raw`: an article as a scraper found it, an HTML page or flat text with the page's clutter still in it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from dateutil import parser as date_parser
from pydantic import Field, field_validator, model_validator

from schemas.aliases import IGNORED_FIELDS, to_raw_fields
from schemas.record import Record, Timestamp

_AUTHOR_SEPARATOR = re.compile(r"[;|\n]")


class Source(Record):
    """The site the article was found on."""

    name: str | None = Field(default=None, description="name of the site or publisher")
    domain: str | None = Field(default=None, description="its domain")
    feed_url: str | None = Field(default=None, description="the feed the article was found in")


class RawArticle(Record):
    """One scraped article. Needs an `url` or an `id`, and one of `html`, `html_base64`, `text`.

    Other scrapers' names for these fields are understood (`schemas.aliases`). Fields nobody knows go into `extra`.
    """

    id: str | None = Field(default=None, min_length=1, description="name of the article where it has no address")
    url: str | None = Field(default=None, min_length=1, description="address of the article")
    final_url: str | None = Field(default=None, description="where redirects led")
    html: str | None = Field(default=None, description="the page as text")
    html_base64: str | None = Field(
        default=None, description="the page as bytes, base64: the safest way, its charset is then found"
    )
    encoding: str | None = Field(default=None, description="charset of the bytes in `html_base64`, if known")
    text: str | None = Field(default=None, description="flat text, with the page's clutter in it")
    headline: str | None = Field(default=None, description="headline, if the scraper knows it")
    authors: tuple[str, ...] = Field(default=(), description="names, one each")
    published_at: Timestamp | None = Field(default=None, description="when it was published, if the scraper knows it")
    fetched_at: Timestamp | None = Field(default=None, description="when it was fetched")
    language: str | None = Field(default=None, description="BCP 47")
    http_status: int | None = Field(
        default=None, description="status of the response; the page of an error is no article"
    )
    content_type: str | None = Field(
        default=None, description="Content-Type of the response, whose charset is believed first"
    )
    source: Source | None = Field(default=None, description="the site the article was found on")
    extra: dict[str, Any] = Field(default_factory=dict, description="fields nobody knows, kept as they came")

    @model_validator(mode="before")
    @classmethod
    def _read_other_names(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        fields = to_raw_fields(values)
        extra = dict(fields.pop("extra", None) or {}) if isinstance(fields.get("extra", {}), Mapping) else {}
        if "extra" in fields:
            return fields  # a wrong type: let validation name it
        for name in [name for name in fields if name not in cls.model_fields]:
            value = fields.pop(name)
            if name not in IGNORED_FIELDS:
                extra[name] = value
        for name in ("published_at", "fetched_at"):
            value = fields.get(name)
            if isinstance(value, str):
                moment = read_time(value)
                fields[name] = moment
                if moment is None:
                    extra[f"{name}_unreadable"] = value
        if extra:
            fields["extra"] = extra
        return fields

    @field_validator("authors", mode="before")
    @classmethod
    def _one_author_or_many(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(name for part in _AUTHOR_SEPARATOR.split(value) if (name := part.strip()))
        if isinstance(value, list | tuple):
            return tuple(name for name in value if name)
        return value

    @field_validator("html_base64")
    @classmethod
    def _is_base64(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                base64.b64decode("".join(value.split()), validate=True)  # mail and some scrapers break its lines
            except ValueError as error:
                raise ValueError(f"not base64 ({error})") from None
        return value

    @field_validator("id", mode="before")
    @classmethod
    def _number_as_id(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _can_be_named_and_read(self) -> RawArticle:
        if self.url is None and self.id is None:
            raise ValueError("needs `url` or `id`: without one the article cannot be told from others")
        if self.html is None and self.html_base64 is None and self.text is None:
            raise ValueError("needs one of `html`, `html_base64`, `text`: there is nothing to clean")
        return self


def read_time(value: str) -> datetime | None:
    """Read a time as scrapers write it (RFC 3339, RFC 2822, `2025-10-25 14:03`), or None if it is none."""
    text = value.strip()
    if not text or len(text) > 64:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if re.fullmatch(r"\d{1,13}", text):
        return None  # dateutil would make a date of any small number
    try:
        parsed = date_parser.parse(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return parsed if isinstance(parsed, date) else None
