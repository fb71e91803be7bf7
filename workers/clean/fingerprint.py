"""A 64-bit SimHash (Charikar 2002): copies of one wire story differ in few bits, other texts in about half."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workers.clean import kernel
from workers.clean.folding import WORDS, code_points

BITS = 64
SAME_STORY_BITS = 14  # at most as many differ between copies of one story

_ODD = 0x9E3779B97F4A7C15  # makes a pair another one when its words change places
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))  # steps of SplitMix64 (Steele, Lea, Flood 2014)


def simhash(text: str) -> str:
    """Return the SimHash of the distinct word pairs of `text`, 16 hex digits; of a text without words, all zeros.

    Case and punctuation do not count.
    """
    if kernel.compiled is not None:
        codes, folds, _ = WORDS.extended(code_points([text]))
        number = kernel.compiled.simhash(codes, folds, _ODD)
        if number is not None:
            return f"{number:0{BITS // 4}x}"
    return simhash_of(WORDS.words_in(text))


def simhash_of(words: Sequence[str]) -> str:
    """Return the SimHash of the distinct pairs of `words`, folded, in their order."""
    if not words:
        return "0" * (BITS // 4)
    numbers = np.fromiter(map(_NUMBERS.__getitem__, words), np.uint64, len(words))
    pairs = np.sort(mixed(numbers[:-1] * np.uint64(_ODD) + numbers[1:] if len(words) > 1 else numbers))
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]  # half the time of `np.unique`
    majority = _bit_counts(pairs) * 2 > len(pairs)
    return np.packbits(majority).tobytes().hex()


class WordNumbers(dict[str, int]):
    """The 64-bit hashes of words that came before, at most `capacity` of them: words come again from text to text."""

    def __init__(self, capacity: int = 50_000) -> None:
        # 7 MB when full. All are forgotten then, and soon known again: to hash the words of a text takes 1 ms.
        super().__init__()
        self.capacity = capacity

    def __missing__(self, word: str) -> int:
        if len(self) >= self.capacity:
            self.clear()
        digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=BITS // 8).digest()
        number = self[word] = int.from_bytes(digest, "big")
        return number


_NUMBERS = WordNumbers()
_BYTES = BITS // 8
_FIRST_OF_BYTE = 256 * np.arange(_BYTES)
_BITS_OF_BYTES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float64)


def _bit_counts(numbers: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return how many of the numbers have each bit, the highest first: by how often each byte has each value."""
    values = numbers.astype(">u8").view(np.uint8).reshape(-1, _BYTES)
    often = np.bincount((values + _FIRST_OF_BYTE).ravel(), minlength=256 * _BYTES).reshape(_BYTES, 256)
    return (often @ _BITS_OF_BYTES).ravel()


def mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers whose bits depend on all bits of `numbers`: sums alone keep what their lowest bits had."""
    for shift, factor in _MIX:
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    return numbers ^ (numbers >> np.uint64(31))


def bits_apart(left: str, right: str) -> int:
    """Return in how many of their 64 bits two fingerprints differ."""
    return (int(left, 16) ^ int(right, 16)).bit_count()
