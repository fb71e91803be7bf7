"""A 64-bit SimHash: copies of one wire story differ in few bits."""

from __future__ import annotations

import hashlib
import re

BITS = 64
SHINGLE_WORDS = 3


def simhash(text: str) -> str:
    """Return the SimHash of the word 3-grams of `text`, 16 hex digits."""
    words = re.findall(r"\w+", text.lower())
    totals = [0] * BITS
    for at in range(max(1, len(words) - SHINGLE_WORDS + 1)):
        shingle = " ".join(words[at : at + SHINGLE_WORDS]).encode("utf-8", "replace")
        bits = int.from_bytes(hashlib.blake2b(shingle, digest_size=BITS // 8).digest(), "big")
        for bit in range(BITS):
            totals[bit] += 1 if bits >> bit & 1 else -1
    return f"{sum(1 << bit for bit, total in enumerate(totals) if total > 0):016x}"
