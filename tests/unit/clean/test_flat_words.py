"""Words and characters of flat text, counted over the whole text at once: the same as line by line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.clean.flat.features import distance_to, shifted, window_sums
from workers.clean.flat.join import percentile_95
from workers.clean.flat.lexical import EDGE_WORDS, WordWeights, lexical_tokens
from workers.clean.flat.lines import STOPS, WORDS, end_kind, read_lines, start_kind, words_of
from workers.clean.flat.stopwords import STOPWORDS
from workers.clean.flat.vocabulary import Vocabulary

# A final sigma depends on its place, a dotted capital I becomes two characters, Cherokee and full-width letters have
# their lower case beyond the table.
HARD = "ab ΑΣ\nσİIı'’s\"”7Ａ五Ꭰ😀.\ud800\u3000•-"


@given(st.one_of(st.text(), st.text(alphabet=HARD)))
def test_lines_are_read_at_once_as_they_are_one_by_one(text: str) -> None:
    """Words, stop words and the kinds of both ends follow from each line alone."""
    lines = read_lines(text)
    assert lines.words == [words_of(line) for line in lines.texts]
    assert lines.starts.tolist() == [start_kind(line) for line in lines.texts]
    assert lines.ends.tolist() == [end_kind(line) for line in lines.texts]
    assert lines.counts[:, STOPS].tolist() == [sum(word in STOPWORDS for word in words) for words in lines.words]
    assert lines.edge_stops.T.tolist() == [
        [words[0] in STOPWORDS, words[-1] in STOPWORDS] if words else [False, False] for words in lines.words
    ]
    if text.isascii():
        assert lines.counts[:, WORDS].tolist() == [len(words) for words in lines.words]


PARAGRAPHS = st.lists(st.lists(st.sampled_from(["the", "boat", "said", "left", "mayor"]), max_size=60), max_size=6)


@given(PARAGRAPHS)
def test_words_as_numbers(paragraphs: list[list[str]]) -> None:
    """What a vocabulary counts is what sets of words say."""
    text = Vocabulary.of(paragraphs)
    assert [text.words[number] for number in text.running] == [word for words in paragraphs for word in words]
    assert text.count(~text.stops).tolist() == [len(set(words) - STOPWORDS) for words in paragraphs]
    assert text.count(text.which({"boat", "tram"})).tolist() == [int("boat" in words) for words in paragraphs]
    chosen = np.array([len(words) > 3 for words in paragraphs], bool)
    told = {word for words in paragraphs if len(words) > 3 for word in words}
    assert {word for word, told_here in zip(text.words, text.words_in(chosen), strict=True) if told_here} == told


WEIGHTS = {
    "boat": 1.5,
    "the boat": -0.25,
    "boat left": 2.0,
    "^the": 0.5,
    "said$": -1.0,
    "mayor said": 0.75,
    "left$": 3.0,
}


@given(PARAGRAPHS)
def test_weights_are_those_of_the_tokens(paragraphs: list[list[str]]) -> None:
    """Words, pairs and edges are looked up as numbers; written out, they sum up to the same."""
    expected = []
    for words in paragraphs:
        tokens = lexical_tokens(words)
        expected.append(sum(WEIGHTS.get(token, 0.0) for token in tokens) / math.sqrt(1 + len(tokens)))
    assert WordWeights.of(WEIGHTS).score(Vocabulary.of(paragraphs)).tolist() == pytest.approx(expected)


def test_pairs_count_in_short_paragraphs_only() -> None:
    """Of a long one the words at both ends count, and no pairs."""
    weights = WordWeights.of({"the boat": 1.0, "boat": 0.0})
    short, long = ["the", "boat"], ["the", "boat"] * EDGE_WORDS
    score = weights.score(Vocabulary.of([short, long]))
    assert score[0] > 0
    assert score[1] == 0


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.integers(1, 40))
def test_sums_of_what_stands_around(values: list[int], reach: int) -> None:
    """As many before and behind as there are, itself not."""
    [[before, behind]] = window_sums(np.array([values]), [reach]).tolist()
    assert before == [sum(values[max(0, at - reach) : at]) for at in range(len(values))]
    assert behind == [sum(values[at + 1 : at + 1 + reach]) for at in range(len(values))]


def test_what_stands_next_to_a_paragraph() -> None:
    """One step down shows the one before; beyond the ends there is the filling."""
    down, up = shifted(np.array([[1, 2, 3]]), (1, -2), -1)
    assert down.tolist() == [[-1, 1, 2]]
    assert up.tolist() == [[3, -1, -1]]


def test_how_far_the_next_flag_is() -> None:
    """On the flag itself 0; where there is none, 50."""
    [[before, behind], nowhere] = distance_to(np.array([[False, True, False], [False] * 3])).tolist()
    assert before == [50, 0, 1]
    assert behind == [1, 0, 50]
    assert nowhere == [[50] * 3] * 2


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=400))
def test_the_usual_width_of_a_line(widths: list[int]) -> None:
    """The same as numpy's percentile, which needs ten times as long."""
    chars = np.array(widths, np.float32)
    assert percentile_95(chars) == pytest.approx(float(np.percentile(chars, 95)), rel=1e-6)
