"""The one place that knows bytes: records to and from JSON, with errors that name the field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from schemas.record import Record

SHOWN_CHARS = 80  # of an offending value: enough to recognise it, too little to leak an article into a log

FRAME_BYTES = 5
_FRAMED = re.compile(rb"\0[\0-\xff]{4}\s*[\[{]")

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

R = TypeVar("R", bound=Record)


class DecodeError(ValueError):
    """Bytes that are not the record they should be. `path` names the field, empty when there is no JSON object."""

    def __init__(self, message: str, *, path: str = "", malformed: bool = False) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.malformed = malformed


def shorten(value: Any) -> str:
    """Return `repr(value)`, at most 80 characters of it."""
    text = repr(value[:SHOWN_CHARS] if isinstance(value, str | bytes) else value)
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"


def frame(schema_id: int) -> bytes:
    """Return what schema registries want before a value: a zero byte, and its schema's id in four bytes."""
    return b"\0" + schema_id.to_bytes(4, "big")


def unframed(payload: bytes) -> bytes:
    """Return the value without the frame of a schema registry, if it has one. No JSON text begins with a zero byte."""
    return payload[FRAME_BYTES:] if _FRAMED.match(payload) else payload


def encode(record: Record) -> bytes:
    """Return `record` as UTF-8 JSON. Nulls and empty lists are left out of no record: the schema is the shape."""
    return record.model_dump_json(by_alias=True).encode()


def decode(payload: bytes | None, model: type[R]) -> R:
    """Return the record in `payload`.

    Raises DecodeError, naming the field: no value, not UTF-8, not JSON, too deep, a key twice in one object, a lone
    surrogate, a wrong type, a missing field.
    """
    values = decode_json(payload)
    if not isinstance(values, dict):
        raise DecodeError(f"a JSON object was expected, not {shorten(values)}", malformed=True)
    return validate(values, model)


def validate(values: dict[str, Any], model: type[R]) -> R:
    """Return `values` as a record, or raise DecodeError with the first field that is wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _field_error(error) from None


def decode_json(payload: bytes | None) -> Any:
    """Return the JSON value in `payload`, framed for a schema registry or not, or raise DecodeError."""
    if payload is None:
        raise DecodeError("the record has no value (a tombstone)", malformed=True)
    payload = unframed(payload)
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = payload[max(0, error.start - 8) : error.start + 8]
        raise DecodeError(f"not UTF-8 at byte {error.start}: {shorten(at)}", malformed=True) from None
    try:
        from_json(text, allow_inf_nan=False)  # strict and bounded in depth; json below is neither, but sees keys twice
    except ValueError as error:
        raise _surrogate_error(text) or DecodeError(_json_error(text, error), malformed=True) from None
    try:
        return json.loads(text, object_pairs_hook=_no_key_twice)
    except RecursionError:
        raise DecodeError("JSON nested too deeply", malformed=True) from None


def _surrogate_error(text: str) -> DecodeError | None:
    """Name the field when the only trouble is half of a surrogate pair, which `json` lets through and UTF-8 cannot."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for path, value in _strings(values):
        if at := _LONE_SURROGATE.search(value):
            found = f"lone surrogate U+{ord(at.group()):04X} at character {at.start()}"
            return DecodeError(found, path=path, malformed=True)
    return None


def _strings(values: Any) -> Iterator[tuple[str, str]]:
    """Yield (dotted path, string) of every key and string value, without recursion."""
    waiting = [("", values)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict):
            for key, item in value.items():
                yield path, key
                waiting.append((f"{path}.{key}" if path else key, item))
        elif isinstance(value, list):
            waiting.extend((f"{path}.{index}", item) for index, item in enumerate(value))


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise DecodeError("the key stands twice in one object", path=key[:SHOWN_CHARS], malformed=True)
            seen.add(key)
    return values


def _json_error(text: str, error: ValueError) -> str:
    start = text[:SHOWN_CHARS]
    return f"not JSON ({shorten_message(str(error))}); it begins {shorten(start)}"


def shorten_message(message: str) -> str:
    """Return the first line of `message`, at most 200 characters."""
    return message.splitlines()[0][:200] if message else ""


def _field_error(error: ValidationError) -> DecodeError:
    first = error.errors(include_url=False, include_context=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    value = "" if first["type"] in ("missing", "value_error") and not path else f", not {shorten(first['input'])}"
    more = error.error_count() - 1
    return DecodeError(f"{reason}{value}" + (f" (and {more} more)" if more else ""), path=path)
