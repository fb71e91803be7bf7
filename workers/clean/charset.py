"""From bytes to text: the charset that was declared, or the one that fits."""

from __future__ import annotations

from dataclasses import dataclass

from charset_normalizer import from_bytes


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page as text, the charset that made it so, and what went wrong on the way."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode_page(payload: bytes, declared: str | None = None) -> Decoded:
    """Return the text of `payload`. Never raises."""
    for encoding in (declared, "utf-8-sig"):
        if encoding:
            try:
                return Decoded(payload.decode(encoding), encoding)
            except (UnicodeDecodeError, LookupError):
                continue
    best = from_bytes(payload[:200_000]).best()
    encoding = best.encoding if best else "cp1252"
    return Decoded(payload.decode(encoding, "replace"), encoding, (f"charset detected: {encoding}",))
