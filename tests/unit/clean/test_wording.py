"""What words say about a block: learnt weights of words and pairs, and those of the blocks around."""

from __future__ import annotations

import numpy as np
import pytest

from workers.clean.page import load_model
from workers.clean.wording import COLUMNS, Worded, Wording

ARRAYS = {
    "phrases": np.frombuffer(b"council\n by\nby\nmin read", np.uint8),
    "phrase_weights": np.array([0.5, -2.0, 0.25, -1.5], np.float32),
    "phrase_bias": np.array(-0.5),
}


@pytest.mark.parametrize(
    ("text", "score"),
    [
        pytest.param("the council met", 0.0, id="a word"),
        pytest.param("by ida berg", -2.25, id="a word that opens the block counts as a pair too"),
        pytest.param("chosen by the council", 0.25, id="further on it is a word alone"),
        pytest.param("4 min read", -2.0, id="two words in a row"),
        pytest.param("read for a min", -0.5, id="in another order they say nothing"),
        pytest.param("", -0.5, id="no words"),
    ],
)
def test_weights_of_words_and_pairs_add_up(text: str, score: float) -> None:
    """With the bias, they are log-odds of standing in the article."""
    assert Wording.from_arrays(ARRAYS).scores([text.split()]) == pytest.approx(score)


def test_a_block_is_seen_with_those_around_it() -> None:
    """Means of its neighbours, of the blocks of its kind and of its parent; the blocks before and after as they are."""
    page = Worded([["a"]] * 4, kinds=np.array([0, 1, 0, 1]), parents=np.array([0, 0, 0, 1]))
    columns = dict(zip(COLUMNS, page.columns(np.array([1, 2, 3, 8], np.float32)).T, strict=True))
    assert columns["own"].tolist() == [1, 2, 3, 8]
    assert columns["near2"] == pytest.approx([2, 3.5, 3.5, 13 / 3])
    assert columns["near8"] == pytest.approx([3.5] * 4)
    assert columns["kind"].tolist() == [2, 5, 2, 5]
    assert columns["parent"].tolist() == [2, 2, 2, 8]
    assert columns["before"].tolist() == [0, 1, 2, 3]
    assert columns["after"].tolist() == [2, 3, 8, 0]


def test_long_blocks_say_more_of_their_neighbourhood() -> None:
    """A mean is weighted by the root of the words: eight against three here, plus one each."""
    page = Worded([["a"] * 8, ["a"] * 3], kinds=np.zeros(2, np.int64), parents=np.zeros(2, np.int64))
    assert page.columns(np.array([1, -1], np.float32))[0, 1] == pytest.approx((3 - 2) / 5)


def test_a_page_without_blocks_has_no_figures() -> None:
    """But their columns."""
    page = Worded.of([])
    assert page.columns(Wording.from_arrays(ARRAYS).scores(page.texts)).shape == (0, len(COLUMNS))


def test_the_shipped_weights_know_clutter_from_prose() -> None:
    """On sentences written for this test."""
    prose = "the ferry had left before he reached the pier and nobody would tell him when it came back"
    clutter = "sign up for our newsletter and get the latest offers privacy policy terms of use"
    for_prose, for_clutter = load_model().wording.scores([prose.split(), clutter.split()])
    assert for_prose > 0 > for_clutter
