"""`news.dead-letter`: an input that could not be processed, whole, with where it came from and why it failed."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from schemas.record import Record, Timestamp


class PayloadEncoding(StrEnum):
    """How the original bytes are carried. `head+base64`: only a head fits; the whole is still at its offset."""

    BASE64 = "base64"
    GZIP_BASE64 = "gzip+base64"
    HEAD_BASE64 = "head+base64"


class ErrorClass(StrEnum):
    """What kind of failure it was. A closed list."""

    MALFORMED = "malformed"
    INVALID = "invalid"
    TOO_LARGE = "too-large"
    TIMEOUT = "timeout"
    CRASH = "crash"
    MEMORY = "memory"
    EXCEPTION = "exception"
    OUTPUT_TOO_LARGE = "output-too-large"


class Failure(Record):
    """What went wrong. The message names the field and the shortened value, never the article's text at length."""

    error_class: ErrorClass = Field(alias="class", description="class of the failure")
    message: str = Field(description="what went wrong, with the field")
    path: str | None = Field(default=None, description="the field that was wrong, as a dotted path")
    stack: str | None = Field(default=None, description="the innermost frames, of errors of ours")


class Header(Record):
    """A Kafka header; the value is base64."""

    key: str = Field(description="name")
    value: str = Field(description="value, base64")


class DeadLetter(Record):
    """The original record, byte for byte, and its failure."""

    key: str | None = Field(default=None, description="original key, base64; null when there was none")
    value: str | None = Field(default=None, description="original value as `value_encoding` says; null for a tombstone")
    value_encoding: PayloadEncoding = Field(
        default=PayloadEncoding.BASE64, description="how `value` holds it: whole, compressed, or only its head"
    )
    value_bytes: int = Field(default=0, ge=0, description="length of the original value")
    value_sha256: str | None = Field(default=None, description="SHA-256 of the original value, hex")
    headers: tuple[Header, ...] = Field(default=(), description="original headers")
    topic: str = Field(description="topic of the input")
    partition: int = Field(description="its partition")
    offset: int = Field(description="its offset")
    timestamp: Timestamp | None = Field(default=None, description="the input's timestamp")
    stage: str = Field(description="the stage that failed")
    error: Failure = Field(description="what went wrong")
    attempts: int = Field(ge=1, description="how often it was tried")
    retryable: bool = Field(description="false: it would fail again by itself")
    first_failed_at: Timestamp = Field(description="when it failed")
    worker_version: str = Field(description="version of the worker")
