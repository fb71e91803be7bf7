"""What every record has in common: frozen, JSON on the wire, tolerant of fields it does not know."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator


def _as_utc(value: datetime) -> datetime:
    return _with_zone(value).astimezone(UTC)


def _with_zone(value: datetime) -> datetime:
    """Read a time without a zone as UTC: scrapers that omit the zone run on UTC servers far more often than not."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _rfc3339(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


Timestamp = Annotated[
    datetime,
    AfterValidator(_as_utc),
    PlainSerializer(_rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment, RFC 3339 in UTC on the wire."""

LocalTimestamp = Annotated[
    datetime,
    AfterValidator(_with_zone),
    PlainSerializer(_rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment, RFC 3339 on the wire with the offset it was given in: its day is the one where it was given."""

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]


class Record(BaseModel):
    """Base of all records: immutable, and blind to fields of newer versions."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)


class TextSpan(Record):
    """A stretch of the clean text: half-open, in Unicode code points, `text[start:end] == exact`."""

    start: int = Field(ge=0, description="first code point in `text`")
    end: int = Field(ge=0, description="code point after the last")
    exact: str = Field(description="the words there")

    @model_validator(mode="after")
    def _length_agrees(self) -> TextSpan:
        if self.end - self.start != len(self.exact):
            raise ValueError(f"span {self.start}:{self.end} does not have the length of {self.exact[:40]!r}")
        return self
