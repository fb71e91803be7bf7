"""From bytes to text: the charset that was declared, or the one that fits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
# Servers add these to every page without looking at it; bytes that are UTF-8 are never meant as one of them.
_CARELESS = frozenset({"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252", "cp1252"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page as text, the charset that made it so, and what went wrong on the way."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode_page(payload: bytes, declared: str | None = None, *, content_type: str | None = None) -> Decoded:
    """Return the text of `payload`, by what the scraper declared, else by the HTTP header. Never raises."""
    found = _CHARSET.search(content_type or "")
    header = found[1].lower() if found else None
    for encoding in (declared, None if header in _CARELESS else header, "utf-8-sig", _web_name(header)):
        if encoding:
            try:
                return Decoded(payload.decode(encoding), encoding)
            except (UnicodeDecodeError, LookupError):
                continue
    best = from_bytes(payload[:200_000]).best()
    encoding = best.encoding if best else "cp1252"
    return Decoded(payload.decode(encoding, "replace"), encoding, (f"charset detected: {encoding}",))


def _web_name(label: str | None) -> str | None:
    """Return what a label means on the web: browsers read Latin-1 and ASCII as Windows-1252 (WHATWG Encoding)."""
    return "cp1252" if label in _CARELESS else label
