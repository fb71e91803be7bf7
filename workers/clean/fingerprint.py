"""A 64-bit SimHash (Charikar 2002): copies of one wire story differ in few bits, other texts in about half."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from workers.clean.folding import WORDS

BITS = 64
SAME_STORY_BITS = 14  # at most as many differ between copies of one story

_ODD = np.uint64(0x9E3779B97F4A7C15)  # makes a pair another one when its words change places
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))  # steps of SplitMix64 (Steele, Lea, Flood 2014)


def simhash(text: str) -> str:
    """Return the SimHash of the distinct word pairs of `text`, 16 hex digits; of a text without words, all zeros.

    Case and punctuation do not count.
    """
    words = list(chain.from_iterable(WORDS.words_of_each(text.split("\n"))))
    if not words:
        return "0" * (BITS // 4)
    numbers = np.fromiter(map(_number_of, words), np.uint64, len(words))
    pairs = np.sort(_mixed(numbers[:-1] * _ODD + numbers[1:] if len(words) > 1 else numbers))
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]  # half the time of `np.unique`
    bits = np.unpackbits(pairs.astype(">u8").view(np.uint8).reshape(len(pairs), BITS // 8), axis=1)
    majority = bits.sum(axis=0, dtype=np.int64) * 2 > len(pairs)
    return np.packbits(majority).tobytes().hex()


@lru_cache(maxsize=50_000)  # words come again from article to article: 7 MB, and a third of the time
def _number_of(word: str) -> int:
    digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=BITS // 8).digest()
    return int.from_bytes(digest, "big")


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers whose bits depend on all bits of `numbers`: sums alone keep what their lowest bits had."""
    for shift, factor in _MIX:
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    return numbers ^ (numbers >> np.uint64(31))


def bits_apart(left: str, right: str) -> int:
    """Return in how many of their 64 bits two fingerprints differ."""
    return (int(left, 16) ^ int(right, 16)).bit_count()
