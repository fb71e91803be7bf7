"""From bytes to text: the charset that was declared, where it fits; else the one that does."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

SNIFFED_BYTES = 4_096  # at the head of a page, where HTML allows its charset to be declared (the standard says 1,024)
DETECTED_ON_BYTES = 100_000  # more do not make the detection better, only slower
MAX_WRONG_SHARE = 0.001  # of characters: a page of that many broken bytes was declared right and cut carelessly

# Bounded white space: with two runs side by side, a megabyte of blanks would take the square of its length.
_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s{0,20}=\s{0,20}[\"']?\s{0,20}([\w.:-]{2,40})", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s{0,20}=\s{0,20}[\"']?\s{0,20}([\w.:-]{2,40})", re.IGNORECASE)
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What browsers read under these names (https://encoding.spec.whatwg.org/#names-and-labels).
_AS_BROWSERS_DO = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "iso-8859-9": "cp1254", "tis-620": "cp874", "x-sjis": "cp932", "utf8": "utf-8", "unicode": "utf-8",
}  # fmt: skip
_NOT_OF_TEXT = frozenset("idna punycode rot13 rot_13 hex base64 bz2 zlib uu quopri undefined".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page as text, the charset that made it so, and what went wrong on the way."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode_page(payload: bytes, declared: str | None = None, *, content_type: str | None = None) -> Decoded:
    """Return the text of `payload`. Never raises.

    Tried in order: a byte order mark, UTF-8 (nothing else looks like it by chance), what was `declared` with the
    record, what its `content_type` and the page's own `<meta>` say, what charset-normalizer detects.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if payload.startswith(mark):
            text = payload.decode(encoding, "replace").removeprefix("\ufeff")
            return Decoded(text, encoding, _losses(text, encoding))
    said = [name for name in (declared, _of_header(content_type), _of_meta(payload)) if name]
    # ASCII in UTF-16 is UTF-8 too, with a NUL between any two letters
    wide = [name for name in said if _named(name).startswith(("utf-16", "utf-32"))]
    for name in (*wide, "utf-8", *said):
        exact = _decode(payload, name, "strict")
        if exact is not None:
            return Decoded(exact, _named(name))
    return _best_fit(payload, said)


def _best_fit(payload: bytes, said: list[str]) -> Decoded:
    """Return the text in the charset that was said, if it is nearly right, else in the one that is detected."""
    for name in (*said, "utf-8"):
        text = _decode(payload, name, "replace")
        if text is not None and text.count("\ufffd") <= MAX_WRONG_SHARE * len(text):
            return Decoded(text, _named(name), _losses(text, _named(name)))
    best = from_bytes(payload[:DETECTED_ON_BYTES]).best()
    encoding = best.encoding if best else "cp1252"
    text = payload.decode(encoding, "replace")
    wrong = f"charset: declared {said[0][:40]!r} does not fit, " if said else "charset: none declared, "
    return Decoded(text, encoding, (f"{wrong}{encoding} detected", *_losses(text, encoding)))


def _named(name: str) -> str:
    return _AS_BROWSERS_DO.get(name.lower(), name.lower())


def _decode(payload: bytes, name: str, errors: str) -> str | None:
    """Return the text, or None where the bytes do not fit or Python knows no such charset."""
    encoding = _named(name)
    if encoding in _NOT_OF_TEXT:
        return None
    try:
        return payload.decode(encoding, errors)
    except (LookupError, ValueError):
        return None


def _losses(text: str, encoding: str) -> tuple[str, ...]:
    lost = text.count("\ufffd")
    return (f"charset: {lost} bytes are not {encoding}",) if lost else ()


def _of_header(content_type: str | None) -> str | None:
    match = _HEADER_CHARSET.search(content_type) if content_type else None
    return match[1] if match else None


def _of_meta(payload: bytes) -> str | None:
    match = _META_CHARSET.search(payload[:SNIFFED_BYTES])
    return match[1].decode("ascii", "replace") if match else None
