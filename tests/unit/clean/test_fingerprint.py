"""The fingerprint is the SimHash it says, however its parts are computed."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workers.clean.fingerprint import BITS, WordNumbers, mixed, simhash

MASK = (1 << BITS) - 1


def number_of(word: str) -> int:
    """Return the hash of one word, by itself."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")


@given(st.lists(st.sampled_from(["Tolls", "rise", "again", "it's", "café", "2024"]), max_size=40))
def test_a_bit_is_what_most_pairs_of_words_have(words: list[str]) -> None:
    """Charikar's definition, pair by pair and bit by bit."""
    numbers = [number_of(word) for word in re.findall(r"\w+", " ".join(words).lower())]
    pairs = [(a * 0x9E3779B97F4A7C15 + b) & MASK for a, b in pairwise(numbers)] or numbers
    distinct = {int(pair) for pair in mixed(np.array(pairs, np.uint64))}
    bits = [sum(pair >> bit & 1 for pair in distinct) * 2 > len(distinct) for bit in range(BITS)]
    assert int(simhash(" ".join(words)), 16) == sum(1 << bit for bit, most in enumerate(bits) if most)


def test_hashes_of_words_are_remembered_up_to_a_bound() -> None:
    """A full memory begins anew; what it says stays the same."""
    numbers = WordNumbers(capacity=3)
    words = ["tide", "boat", "tide", "pier", "rope", "tide"]
    assert [numbers[word] for word in words] == [number_of(word) for word in words]
    assert len(numbers) <= 3
