"""The loops in C and their twins in numpy: the same to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.clean import kernel
from workers.clean.fingerprint import simhash, simhash_of
from workers.clean.flat.lines import count_characters, fold_lines, read_words
from workers.clean.flat.vocabulary import Words
from workers.clean.folding import WORDS, code_points
from workers.clean.trees import Forest

pytestmark = pytest.mark.skipif(kernel.compiled is None, reason="without a compiler there is nothing to compare")

# With characters that only their context folds, which the kernel leaves to numpy.
TEXT = (
    st.text()
    | st.text(alphabet="ab Bé'’7._-\u2003\u0130Σ五Ａ😀\u3000。，\U00020000\ud800")
    | st.text(alphabet="ab Bé'’7._-", max_size=300)
)
LINES = st.lists(TEXT.map(lambda text: text.replace("\n", " ").strip()).filter(bool), max_size=12)


@given(LINES)
def test_words_of_lines_agree(texts: list[str]) -> None:
    """Each word where it stands, and the characters of each kind."""
    codes, lengths = code_points(texts), np.array([len(text) for text in texts], np.int64)
    words, counts = read_words(texts, codes, lengths)
    twin = Words.of(fold_lines(texts, codes), len(texts))
    assert words.lengths.tolist() == twin.lengths.tolist()
    assert words.hashes[words.running].tolist() == twin.hashes[twin.running].tolist()
    assert words.chars[words.running].tolist() == twin.chars[twin.running].tolist()
    assert sorted(words.hashes.tolist()) == twin.hashes.tolist()
    assert counts.tolist() == count_characters(codes, lengths).tolist()


@given(TEXT | st.lists(st.sampled_from(["Tolls", "rise", "é", "ß" * 200, "—"]), max_size=400).map(" ".join))
def test_fingerprints_agree(text: str) -> None:
    """Also of words longer than a block of BLAKE2b, and of texts whose words all come again."""
    assert simhash(text) == simhash_of(WORDS.words_in(text))


@pytest.mark.parametrize("rows", [2, 64, 65, 200])
@pytest.mark.parametrize("depth", [1, 2, 6, 8])
def test_trees_agree(rows: int, depth: int) -> None:
    """Full blocks of rows and rests; questions whose answer is never yes; rows without a number."""
    random = np.random.default_rng(rows + depth)
    borders = random.choice(np.array([-1, 0, 0.5, np.inf], np.float32), (30, depth))
    forest = Forest.from_arrays(
        {
            "features": random.integers(0, 7, (30, depth)),
            "borders": borders,
            "leaves": random.standard_normal((30, 1 << depth), np.float32),
            "bias": 0.25,
        }
    )
    table = random.standard_normal((rows, 7), np.float32)
    table[0, 0] = np.nan
    assert kernel.compiled is not None
    sums = np.empty(rows, np.float32)
    columns = np.ascontiguousarray(table.T)
    kernel.compiled.walk(columns, forest.features, forest.borders, forest.questions, forest.leaves, depth, sums)
    assert sums.tolist() == forest.walk(columns).tolist()


def test_arrays_that_do_not_belong_together_are_refused() -> None:
    """Rather than read beyond their ends."""
    assert kernel.compiled is not None
    borders, features = np.zeros(2, np.float32), np.zeros(2, np.int64)
    questions, leaves = np.zeros((3, 2), np.int64), np.zeros((3, 4), np.float32)
    columns, sums = np.zeros((1, 5), np.float32), np.zeros(5, np.float32)
    kernel.compiled.walk(columns, features, borders, questions, leaves, 2, sums)
    for wrong in (
        (columns, features + 1, borders, questions, leaves, 2, sums),
        (columns, features, borders, questions + 2, leaves, 2, sums),
        (columns, features, borders, questions, leaves[:, :3].copy(), 2, sums),
        (columns, features[:1], borders, questions, leaves, 2, sums),
        (columns, features, borders, questions, leaves, 2, sums[:0]),
        (columns, features, borders, questions, leaves, 9, sums),
    ):
        with pytest.raises(ValueError, match=r"forest|rows|levels"):
            kernel.compiled.walk(*wrong)
    kinds, counts = np.zeros(len(WORDS.table), np.uint8), np.zeros((1, 12), np.float32)
    lengths, chars = np.zeros(1, np.int64), np.zeros(3, np.int64)
    codes = code_points(["a b"])
    with pytest.raises(ValueError, match="one text"):
        kernel.compiled.read_words(codes, WORDS.table, kinds, 1, counts, lengths, chars[:1], chars, chars)
    with pytest.raises(ValueError, match="no kind"):
        kernel.compiled.read_words(
            codes, WORDS.table, kinds + 9, 1, counts, lengths, chars.astype(np.uint64), chars, chars.copy()
        )
