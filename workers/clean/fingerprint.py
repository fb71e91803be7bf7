"""A 64-bit SimHash (Charikar 2002): copies of one wire story differ in few bits, other texts in about half."""

from __future__ import annotations

import hashlib
import re

import numpy as np

BITS = 64
SHINGLE_WORDS = 2  # of 1, 2, 3 the best: see docs/model-card-html.md
SAME_STORY_BITS = 14  # at most as many differ between copies of one story

_WORD = re.compile(r"\w+")


def simhash(text: str) -> str:
    """Return the SimHash of the word pairs of `text`, 16 hex digits; of a text without words, all zeros.

    Case and punctuation do not count; a pair counts as often as it occurs.
    """
    words = _WORD.findall(text.lower())
    if not words:
        return "0" * (BITS // 4)
    shingles = {" ".join(words[at : at + SHINGLE_WORDS]) for at in range(max(1, len(words) - SHINGLE_WORDS + 1))}
    digests = b"".join(
        hashlib.blake2b(shingle.encode("utf-8", "replace"), digest_size=BITS // 8).digest() for shingle in shingles
    )
    bits = np.unpackbits(np.frombuffer(digests, np.uint8).reshape(len(shingles), BITS // 8), axis=1)
    majority = bits.sum(axis=0, dtype=np.int64) * 2 > len(shingles)
    return np.packbits(majority).tobytes().hex()


def bits_apart(left: str, right: str) -> int:
    """Return in how many of their 64 bits two fingerprints differ."""
    return (int(left, 16) ^ int(right, 16)).bit_count()
