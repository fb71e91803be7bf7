"""Words of several texts in a row, by number."""

from __future__ import annotations

from workers.clean.running import RunningWords, numbered

TEXTS = (["the", "pier"], [], ["a", "pier", "the"])


def test_words_are_numbered_once_and_above_the_unknown() -> None:
    """In the order in which they come."""
    assert numbered(["pier", "the", "pier"]) == {"pier": 1, "the": 2}


def test_each_word_has_its_number_and_its_text() -> None:
    """Words that are not known are number 0."""
    running = RunningWords.of(TEXTS)
    assert running.numbers({"pier": 1, "the": 2}).tolist() == [2, 1, 0, 1, 2]
    assert running.text.tolist() == [0, 0, 2, 2, 2]
    assert running.counts.tolist() == [2, 0, 3]


def test_first_words_are_those_of_texts_that_have_any() -> None:
    """An empty text has none."""
    running = RunningWords.of(TEXTS)
    assert running.filled.tolist() == [0, 2]
    assert running.firsts.tolist() == [0, 2]


def test_figures_of_words_add_up_by_text() -> None:
    """To 0 where there are no words, and where there are no texts to nothing."""
    running = RunningWords.of(TEXTS)
    assert running.sums(running.numbers({"pier": 1}) == 1).tolist() == [1, 0, 1]
    nothing = RunningWords.of([])
    assert nothing.sums(nothing.numbers({})).tolist() == []
