"""Words and characters of flat text, counted over the whole text at once: the same as line by line."""

from __future__ import annotations

import math
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.clean.flat.features import distance_to, shifted, window_sums
from workers.clean.flat.join import percentile_95
from workers.clean.flat.lexical import EDGE_WORDS, WordWeights, lexical_tokens
from workers.clean.flat.lines import STOPS, WORDS, end_kind, read_lines, start_kind, words_of
from workers.clean.flat.stopwords import STOPWORDS
from workers.clean.flat.vocabulary import _POWERS_KEPT, Vocabulary, Words, WordTable, hash_words
from workers.clean.folding import code_points

# A final sigma depends on its place, a dotted capital I becomes two characters, Cherokee and full-width letters have
# their lower case beyond the table.
HARD = "ab ΑΣ\nσİIı'’s\"”7Ａ五Ꭰ😀.\ud800\u3000•-"


@given(st.one_of(st.text(), st.text(alphabet=HARD)))
def test_lines_are_read_at_once_as_they_are_one_by_one(text: str) -> None:
    """Words, stop words and the kinds of both ends follow from each line alone."""
    lines = read_lines(text)
    words = [words_of(line) for line in lines.texts]
    running = list(chain.from_iterable(words))
    assert lines.words.lengths.tolist() == [len(of_line) for of_line in words]
    assert lines.words.hashes[lines.words.running].tolist() == hash_words(running).tolist()
    assert lines.words.chars[lines.words.running].tolist() == [len(word) for word in running]
    assert len(lines.words.hashes) == len(set(running))
    assert lines.starts.tolist() == [start_kind(line) for line in lines.texts]
    assert lines.ends.tolist() == [end_kind(line) for line in lines.texts]
    assert lines.counts[:, STOPS].tolist() == [sum(word in STOPWORDS for word in of_line) for of_line in words]
    assert lines.edge_stops.T.tolist() == [
        [of_line[0] in STOPWORDS, of_line[-1] in STOPWORDS] if of_line else [False, False] for of_line in words
    ]
    if text.isascii():
        assert lines.counts[:, WORDS].tolist() == [len(of_line) for of_line in words]


def test_blank_lines_are_counted_and_those_beyond_the_limit_too() -> None:
    """Of four lines two may be read; before the second stand two blank ones."""
    lines = read_lines("\nOne\n\n \n* Two\n3. Three\nFour", max_lines=2)
    assert (lines.texts, lines.gaps.tolist(), lines.marked.tolist(), lines.cut) == (
        ["One", "Two"], [1, 2], [False, True], 2,
    )  # fmt: skip


@given(st.lists(st.text(alphabet="ab0'é", min_size=1, max_size=40), max_size=30))
def test_a_hash_tells_words_apart_wherever_they_stand(words: list[str]) -> None:
    """Equal where the words are, and only there; the same alone as among others."""
    hashes = hash_words(words).tolist()
    assert len(set(hashes)) == len(set(words))
    assert hashes == [hash_words([word]).item() for word in words]


def test_a_hash_does_not_change_behind_the_powers_that_are_kept() -> None:
    """A word at the end of a long text has the hash that it has alone."""
    [*_, last] = hash_words(["boat"] * _POWERS_KEPT + ["harbour"])
    assert last == hash_words(["harbour"])[0]


NAMED = ["the", "boat", "said", "left", "mayor"]
PARAGRAPHS = st.lists(st.lists(st.sampled_from(NAMED), max_size=60), max_size=6)


def vocabulary_of(paragraphs: list[list[str]]) -> Vocabulary:
    """Return the vocabulary of paragraphs given as their words."""
    words = Words.of(code_points([" ".join(of_one) for of_one in paragraphs]), len(paragraphs))
    return Vocabulary.of(words, words.which(hash_words(sorted(STOPWORDS))), words.lengths)


@given(PARAGRAPHS)
def test_words_as_numbers(paragraphs: list[list[str]]) -> None:
    """What a vocabulary counts is what sets of words say."""
    text = vocabulary_of(paragraphs)
    named = dict(zip(hash_words(NAMED).tolist(), NAMED, strict=True))
    distinct = [named[number] for number in text.words.hashes.tolist()]
    assert [distinct[number] for number in text.running] == list(chain.from_iterable(paragraphs))
    assert text.count(~text.stops).tolist() == [len(set(words) - STOPWORDS) for words in paragraphs]
    wanted = text.words.which(hash_words(["boat", "tram", "boat"]))
    assert text.count(wanted).tolist() == [int("boat" in words) for words in paragraphs]
    chosen = np.array([len(words) > 3 for words in paragraphs], bool)
    told = {word for words in paragraphs if len(words) > 3 for word in words}
    assert {word for word, told_here in zip(distinct, text.words_in(chosen), strict=True) if told_here} == told
    keys = text.keys().tolist()
    assert len(set(keys)) == len(set(map(tuple, paragraphs)))
    assert [keys.index(key) for key in keys] == [paragraphs.index(one) for one in paragraphs]


def test_numbers_of_words() -> None:
    """A word that the table does not know is 0, be its hash before all others or behind them."""
    table = WordTable({"boat": 3, "left": 7})
    assert table.of(hash_words(["left", "tram", "boat", *"abcdefgh"])).tolist() == [7, 0, 3, *[0] * 8]
    assert WordTable({}).of(hash_words(["left"])).tolist() == [0]


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
    assert WordWeights.of(WEIGHTS).score(vocabulary_of(paragraphs)).tolist() == pytest.approx(expected)


def test_pairs_count_in_short_paragraphs_only() -> None:
    """Of a long one the words at both ends count, and no pairs."""
    weights = WordWeights.of({"the boat": 1.0, "boat": 0.0})
    short, long = ["the", "boat"], ["the", "boat"] * EDGE_WORDS
    score = weights.score(vocabulary_of([short, long]))
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
