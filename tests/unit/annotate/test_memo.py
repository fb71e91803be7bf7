"""The memo of words: distinct rows, room for new ones, the most used stay."""

from __future__ import annotations

import numpy as np
import pytest

from workers.annotate.fast.arrays import Hashes
from workers.annotate.fast.memo import WordMemo


def words(*orths: int, space: int = 1) -> Hashes:
    return np.array([(orth, orth + 1_000_000, space) for orth in orths], dtype=np.uint64)


def filled(capacity: int, *orths: int) -> WordMemo:
    memo = WordMemo(capacity, by_space=True)
    memo.add(memo.keys(words(*orths)))
    return memo


def test_a_word_keeps_its_row() -> None:
    """Rows count from 1; row 0 is for no word."""
    memo = filled(5, 7, 8)
    assert memo.find(memo.keys(words(8, 9, 7))).tolist() == [2, -1, 1]


def test_the_space_after_a_word_counts_only_where_it_is_read() -> None:
    """'said ' and 'said' are two words for an encoder that reads the space, one for the other."""
    for by_space in (True, False):
        memo = WordMemo(5, by_space=by_space)
        one, other = memo.keys(words(7)), memo.keys(words(7, space=0))
        assert (one.tolist() != other.tolist()) is by_space


def test_making_room_keeps_the_words_used_most() -> None:
    """Of four words two go: those that nobody asked for again. The return value says from where the others moved."""
    memo = filled(4, 1, 2, 3, 4)
    memo.find(memo.keys(words(2, 4)))
    moved = memo.forget(1)
    assert moved is not None
    assert moved.tolist() == [2, 4]
    assert memo.find(memo.keys(words(1, 2, 3, 4))).tolist() == [-1, 1, -1, 2]
    assert memo.add(memo.keys(words(5))) == slice(3, 4)


def test_kept_words_never_move() -> None:
    """What was known at the warm-up stays where it is, however seldom it is used."""
    memo = filled(4, 1, 2)
    memo.keep(2)
    memo.add(memo.keys(words(3, 4)))
    memo.find(memo.keys(words(3, 4)))
    moved = memo.forget(2)
    assert moved is not None
    assert moved.size == 0
    assert memo.find(memo.keys(words(1, 2, 3))).tolist() == [1, 2, -1]


def test_nothing_is_forgotten_while_there_is_room() -> None:
    """None says that no row moved."""
    assert filled(4, 1, 2).forget(2) is None


def test_words_without_room_are_refused() -> None:
    """A caller that did not make room learns how many rows there are."""
    memo = filled(2, 1, 2)
    with pytest.raises(ValueError, match="no room for 1 words: 2 of 2 rows are taken"):
        memo.add(memo.keys(words(3)))
