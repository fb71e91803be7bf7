"""Deterministic ids: the same input gives the same id on every replay, so consumers can upsert by key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

ID_HEX_DIGITS = 32  # 128 bits: a collision among 10^12 articles has a chance of about 10^-15


def text_sha256(text: str) -> str:
    """SHA-256 of the UTF-8 bytes of `text`, 64 hex digits; lone surrogates are hashed as they stand."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def stable_id(kind: str, *parts: str) -> str:
    """Hash of `kind` and `parts`, 32 hex digits. Parts are length-prefixed, so ('ab','c') differs from ('a','bc')."""
    try:
        encoded = [part.encode() for part in (kind, *parts)]
    except UnicodeEncodeError:  # lone surrogates; naming the way to treat them takes thrice the time of an id
        encoded = [part.encode("utf-8", "surrogatepass") for part in (kind, *parts)]
    payload = b"".join([len(part).to_bytes(8, "big") + part for part in encoded])
    return hashlib.sha256(payload).hexdigest()[:ID_HEX_DIGITS]


def quote_id(article_id: str, spans: Iterable[tuple[int, int]], text: str) -> str:
    """Id of a quote: article, offsets of its spans, and the words themselves."""
    offsets = ",".join(f"{start}-{end}" for start, end in spans)
    return stable_id("quote", article_id, offsets, text_sha256(text))


def entity_id(article_id: str, label: str, name: str) -> str:
    """Id of an entity of one article: its label and canonical name."""
    return stable_id("entity", article_id, label, name)
