"""The compiled loops and the numpy ones, on random weights: the same numbers, the same decisions."""

from __future__ import annotations

import numpy as np
import pytest

from workers.annotate.fast import kernel, loops
from workers.annotate.fast.arrays import Floats, Ints
from workers.annotate.fast.gemm import blis_gemm, numpy_gemm

pytestmark = pytest.mark.skipif(kernel.compiled is None, reason="without a compiler there is nothing to compare")

WIDTH, PIECES = 32, 3
HIDDEN, CLASSES = 32, 64


def floats(random: np.random.Generator, *shape: int) -> Floats:
    return random.standard_normal(shape, dtype=np.float32)


@pytest.mark.parametrize("rows", [1, 2, 37])
def test_encoder_layers_agree(rows: int) -> None:
    """One row has no neighbours, two have one each."""
    random = np.random.default_rng(rows)
    bias, gain, shift = floats(random, PIECES * WIDTH), floats(random, WIDTH), floats(random, WIDTH)
    vectors, products = floats(random, 10, WIDTH), floats(random, 10, 9 * WIDTH)
    vectors[0] = products[0] = 0
    words = random.integers(0, 10, rows, dtype=np.int32)
    sums = floats(random, rows, PIECES * WIDTH)
    found = []
    for module in (kernel.best, loops):
        windows, own_sums = np.full((rows, 3 * WIDTH), np.nan, dtype=np.float32), sums.copy()
        module.first_layer(bias, gain, shift, words, vectors, products, windows)
        after_first = windows.copy()
        module.next_layer(bias, gain, shift, own_sums, windows)
        found.append((after_first, windows))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-4, atol=1e-5)


def recogniser(random: np.random.Generator) -> tuple[Ints, Ints, Floats]:
    """Return kinds, labels and penalties of O and B, I, L, U of two labels."""
    kinds = np.array([5, 1, 2, 3, 4, 1, 2, 3, 4], dtype=np.int32)
    labels = np.array([-1, 0, 0, 0, 0, 1, 1, 1, 1], dtype=np.int32)
    allowed = [[0], [0, 4, 8], [0], [0, 1, 4, 5, 8], [3], [2, 3], [7], [6, 7]]
    penalties = np.full((len(allowed), CLASSES), -np.inf, dtype=np.float32)
    for row, classes in zip(penalties, allowed, strict=True):
        row[classes] = 0
    return kinds, labels, penalties


@pytest.mark.parametrize("lengths", [[1], [1, 1, 5], [40, 3, 60]])
def test_entities_agree(lengths: list[int]) -> None:
    """Also where documents and sentences end inside what could be an entity, and at white space."""
    random = np.random.default_rng(len(lengths))
    tokens = sum(lengths)
    kinds, labels, penalties = recogniser(random)
    features, bias = floats(random, tokens + 1, 6 * HIDDEN), floats(random, 2 * HIDDEN)
    weights, offsets = floats(random, HIDDEN, CLASSES), floats(random, CLASSES)
    offsets[len(kinds) :] = -np.inf
    spaces, starts = (random.random((2, tokens)) < 0.1).astype(np.uint8)
    found = []
    for module in (kernel.best, loops):
        classes = np.full(tokens, -1, dtype=np.int32)
        module.recognise(
            features, bias, weights, offsets, kinds, labels, penalties, np.array(lengths, dtype=np.int32),
            spaces, starts, classes,
        )  # fmt: skip
        found.append(classes.tolist())
    assert found[0] == found[1]
    assert tokens < 10 or {kinds[c] for c in found[0]} >= {1, 2, 3, 4, 5}


@pytest.mark.parametrize("sizes", [{"gain": 30}, {"windows": 5}, {"words": 0}])
def test_arrays_that_do_not_fit_are_refused(sizes: dict[str, int]) -> None:
    """A wrong size is an error in Python, not a read beyond an array."""
    width, windows, rows = sizes.get("gain", WIDTH), sizes.get("windows", 10), sizes.get("words", 10)
    zeros = np.zeros((10, 9 * WIDTH), dtype=np.float32)
    with pytest.raises(ValueError, match=r"multiple of 16|windows for the rows"):
        kernel.best.first_layer(
            zeros[0, : 3 * WIDTH], zeros[0, :width], zeros[0, :width], np.zeros(rows, dtype=np.int32),
            zeros[:, :WIDTH].copy(), zeros, np.zeros((windows, 3 * WIDTH), dtype=np.float32),
        )  # fmt: skip


def test_both_matrix_products_agree() -> None:
    """Whichever is faster here, the result is the same to rounding."""
    random = np.random.default_rng(0)
    left, right = floats(random, 50, 96), floats(random, 96, 64)
    one, other = np.empty((2, 50, 64), dtype=np.float32)
    numpy_gemm(left, right, one)
    blis_gemm(left, right, other)
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)
