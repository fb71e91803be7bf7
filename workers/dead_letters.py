"""Failures → dead letters: the original bytes, where they came from, and why they could not be processed. Pure."""

from __future__ import annotations

import base64
import gzip
import hashlib
import traceback
from datetime import UTC, datetime

from schemas.codec import DecodeError, shorten_message
from schemas.dead_letter import DeadLetter, ErrorClass, Failure, Header, PayloadEncoding
from schemas.ledger import Fate
from workers import __version__, publish
from workers.publish import Delivery, Handled

STACK_CHARS = 4_000  # of a traceback in a dead letter: the innermost frames


class TooLargeError(ValueError):
    """A text that is longer than the stage takes."""


def failure_of(error: Exception) -> Failure:
    """Say what `error` was: the field for input errors, the stack for ours."""
    if isinstance(error, TooLargeError):
        return Failure(error_class=ErrorClass.TOO_LARGE, message=str(error), path="text")
    if isinstance(error, DecodeError):
        kind = ErrorClass.MALFORMED if error.malformed else ErrorClass.INVALID
        return Failure(error_class=kind, message=str(error), path=error.path or None)
    kind = ErrorClass.MEMORY if isinstance(error, MemoryError) else ErrorClass.EXCEPTION
    stack = "".join(traceback.format_tb(error.__traceback__))[-STACK_CHARS:]
    return Failure(error_class=kind, message=f"{type(error).__name__}: {shorten_message(str(error))}", stack=stack)


RETRYABLE = frozenset({ErrorClass.TIMEOUT, ErrorClass.CRASH, ErrorClass.MEMORY, ErrorClass.EXCEPTION})


def bury(stage: str, delivery: Delivery, failure: Failure, *, attempts: int, max_bytes: int) -> Handled:
    """Return the dead-lettered fate of `delivery`, with its original bytes in a letter of at most about `max_bytes`."""
    value, encoding = _carried(delivery.value, max_bytes)
    sent = delivery.timestamp_ms
    letter = DeadLetter(
        key=None if delivery.key is None else base64.b64encode(delivery.key).decode(),
        value=value,
        value_encoding=encoding,
        value_bytes=len(delivery.value or b""),
        value_sha256=None if delivery.value is None else hashlib.sha256(delivery.value).hexdigest(),
        headers=tuple(Header(key=k, value=base64.b64encode(v or b"").decode()) for k, v in delivery.headers),
        topic=delivery.topic,
        partition=delivery.partition,
        offset=delivery.offset,
        timestamp=None if sent is None or sent < 0 else datetime.fromtimestamp(sent / 1000, UTC),
        stage=stage,
        error=failure,
        attempts=attempts,
        retryable=failure.error_class in RETRYABLE,
        first_failed_at=datetime.now(UTC),
        worker_version=__version__,
    )
    return Handled(Fate.DEAD_LETTERED, failure.error_class.value, None, publish.dead_lettered(letter, delivery))


def _carried(value: bytes | None, max_bytes: int) -> tuple[str | None, PayloadEncoding]:
    """Return `value` as text that fits: whole, else compressed, else its head (the whole is still at its offset)."""
    if value is None:
        return None, PayloadEncoding.BASE64
    room = (max_bytes - 64_000) * 3 // 4  # what base64 makes of it, and the rest of the letter
    if len(value) <= room:
        return base64.b64encode(value).decode(), PayloadEncoding.BASE64
    packed = gzip.compress(value, compresslevel=6, mtime=0)
    if len(packed) <= room:
        return base64.b64encode(packed).decode(), PayloadEncoding.GZIP_BASE64
    return base64.b64encode(value[:room]).decode(), PayloadEncoding.HEAD_BASE64
