"""The inner loops in numpy, for where the install found no C compiler: the same calls as `_kernel`, but no parser.

A parser in numpy would take a call per state; there spaCy's own stays (pipe.py).
"""

from __future__ import annotations

import numpy as np

from workers.annotate.fast.arrays import Bytes, Floats, Ints

INSTRUCTIONS = "numpy"
BEGIN, LAST, UNIT = 1, 3, 4  # the kinds of classes that begin, end and are an entity: decoders.py
MAY_ENTER, MAY_BEGIN = 1, 2  # flags that choose the penalties outside of an entity: _kernel.c


def first_layer(
    bias: Floats, gain: Floats, shift: Floats, words: Ints, vectors: Floats, products: Floats, windows: Floats
) -> None:
    """Fill the windows of `words` after the first layer, from each word's memoised vector and three products."""
    size = bias.size
    sums = products[words, size : 2 * size] + bias
    sums[1:] += products[words[:-1], :size]
    sums[:-1] += products[words[1:], 2 * size :]
    _finish(gain, shift, sums, vectors[words], windows)


def next_layer(bias: Floats, gain: Floats, shift: Floats, sums: Floats, windows: Floats) -> None:
    """Update the windows by a further layer, from the products of the windows and its weights."""
    width = gain.size
    sums += bias
    _finish(gain, shift, sums, windows[:, width : 2 * width].copy(), windows)


def _finish(gain: Floats, shift: Floats, sums: Floats, own: Floats, windows: Floats) -> None:
    """Take the best piece, normalise, add to the rows' own vectors, and lay the result into the windows."""
    width = gain.size
    best = sums.reshape(len(sums), -1, width).max(axis=1)
    best -= best.mean(axis=1, keepdims=True)
    best *= (np.square(best).mean(axis=1, keepdims=True) + np.float32(1e-8)) ** np.float32(-0.5)
    best *= gain
    best += shift
    best += own
    windows[:, width : 2 * width] = best
    windows[1:, :width] = best[:-1]
    windows[:-1, 2 * width :] = best[1:]
    windows[0, :width] = 0
    windows[-1, 2 * width :] = 0


def recognise(
    features: Floats,
    bias: Floats,
    weights: Floats,
    offsets: Floats,
    kinds: Ints,
    labels: Ints,
    penalties: Floats,
    lengths: Ints,
    spaces: Bytes,
    starts: Bytes,
    classes: Ints,
) -> None:
    """Fill the class of each token. Every token is scored as if no entity were open, then all entities grow at once."""
    slots = features.reshape(len(features), 3, 2, -1)
    bias = bias.reshape(2, -1)

    def scores(state: Floats) -> Floats:
        hidden: Floats = (state + bias).max(axis=1)
        return hidden @ weights + offsets

    ends = np.zeros(len(classes), dtype=bool)
    ends[:-1] = starts[1:] != 0
    ends[np.cumsum(lengths) - 1] = True
    flags = np.where(spaces != 0, 0, MAY_ENTER | np.where(ends, 0, MAY_BEGIN))
    classes[:] = (scores(slots[1:, 0] + slots[0, 1] + slots[0, 2]) + penalties[flags]).argmax(axis=1)

    last = np.arange(len(classes))  # of the entity that begins here
    inside: dict[int, list[int]] = {}
    begun = np.flatnonzero(kinds[classes] == BEGIN)
    now, label = begun + 1, labels[classes[begun]]
    while begun.size:
        open_scores = scores(slots[1 + now, 0] + slots[1 + begun, 1] + slots[now, 2])
        best = (open_scores + penalties[4 + 2 * label + ~ends[now]]).argmax(axis=1)
        for first, token_class in zip(begun.tolist(), best.tolist(), strict=True):
            inside.setdefault(first, []).append(token_class)
        last[begun] = now
        goes_on = kinds[best] != LAST
        begun, now, label = begun[goes_on], now[goes_on] + 1, label[goes_on]

    free = 0
    for first in np.flatnonzero((kinds[classes] == BEGIN) | (kinds[classes] == UNIT)).tolist():
        if first >= free:  # otherwise it lies inside the entity before
            free = int(last[first]) + 1
            classes[first + 1 : free] = inside.get(first, [])
