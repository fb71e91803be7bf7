"""Dead letters opened: the original bytes, headers and key as they were, or why they cannot be had from the letter."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import zlib
from dataclasses import dataclass

from schemas.dead_letter import DeadLetter, PayloadEncoding
from workers.publish import Headers

REPLAY_OF = "wm-replay-of"  # position of the letter a record was replayed from
REPLAYS = "wm-replays"  # how often a record was replayed, this time included


class LetterError(ValueError):
    """A letter that does not carry its original: cut to a head, or damaged on the way."""


@dataclass(frozen=True, slots=True)
class Original:
    """The record that failed, as its topic had it."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


def original(letter: DeadLetter) -> Original:
    """Return the record a letter carries. Raises LetterError where it is cut or does not match its hash."""
    if letter.value_encoding is PayloadEncoding.HEAD_BASE64:
        origin = f"{letter.topic}/{letter.partition}/{letter.offset}"
        raise LetterError(f"only the head of {letter.value_bytes} bytes fits into the letter; the whole is at {origin}")
    value = carried(letter)
    check(letter, value)
    return Original(letter.topic, _decoded(letter.key, "key"), value, headers_of(letter))


def carried(letter: DeadLetter) -> bytes | None:
    """Return the bytes a letter carries: the value or its head. Raises LetterError for damaged ones."""
    content = _decoded(letter.value, "value")
    if content is None or letter.value_encoding is not PayloadEncoding.GZIP_BASE64:
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise LetterError(f"value: not gzip ({error})") from None


def check(letter: DeadLetter, value: bytes | None) -> None:
    """Raise LetterError if `value` is not what failed: another length or hash."""
    if value is None:
        if letter.value_sha256 is not None:
            raise LetterError("value: missing")
        return
    if letter.value_sha256 not in (None, hashlib.sha256(value).hexdigest()):
        raise LetterError(
            f"value: {len(value)} bytes whose hash is not that of the {letter.value_bytes} bytes that failed"
        )


def headers_of(letter: DeadLetter) -> Headers:
    """Return the original headers. Raises LetterError for one that is not base64."""
    return tuple((header.key, _decoded(header.value, f"header {header.key}") or b"") for header in letter.headers)


def replayed(source: Original, position: str) -> Headers:
    """Return the headers for a replay: the original ones, and which letter they come from, how often."""
    kept = tuple((name, value) for name, value in source.headers if name not in (REPLAY_OF, REPLAYS))
    before = next((value for name, value in source.headers if name == REPLAYS), b"0")
    count = int(before) + 1 if before.isdigit() else 1
    return (*kept, (REPLAY_OF, position.encode()), (REPLAYS, str(count).encode()))


def _decoded(text: str | None, field: str) -> bytes | None:
    if text is None:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise LetterError(f"{field}: not base64 ({error})") from None
