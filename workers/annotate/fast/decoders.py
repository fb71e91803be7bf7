"""From token vectors to tags, heads and entities: the same transition systems as spaCy's, without its bookkeeping."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import numpy as np
from spacy.strings import StringStore

from workers.annotate.fast.architecture import TransitionModel
from workers.annotate.fast.arrays import Bytes, Floats, Hashes, Ints, Longs
from workers.annotate.fast.gemm import Gemm

TILE = 64  # classes are padded to a multiple of it: _kernel.c
MOVES = {"S": 0, "D": 1, "L": 2, "R": 3, "B": 4}  # arc-eager: shift, reduce, left arc, right arc, break
KINDS = {"M": 0, "B": 1, "I": 2, "L": 3, "U": 4, "O": 5}  # BILUO
GROUP_TOKENS = 1_000  # 4 KB of features a token: small groups stay in the cache


class Tagger:
    """The tag of each token, by the vector alone."""

    def __init__(self, weights: Floats, bias: Floats, tags: Sequence[str], gemm: Gemm, strings: StringStore) -> None:
        self._gemm = gemm
        self._weights = np.ascontiguousarray(weights.T)
        self._bias = bias
        self._tags = np.array([strings.add(tag) for tag in tags], dtype=np.uint64)

    def tags(self, vectors: Floats) -> Hashes:
        """Return the TAG of each token."""
        scores = np.empty((len(vectors), self._weights.shape[1]), dtype=np.float32)
        self._gemm(vectors, self._weights, scores)
        scores += self._bias
        tags: Hashes = self._tags[scores.argmax(axis=1)]
        return tags


class Scorer:
    """A transition model's weights as the loops want them."""

    def __init__(self, model: TransitionModel, gemm: Gemm) -> None:
        slots, hidden, pieces, inputs = model.lower.shape
        self._gemm = gemm
        self._inner = np.ascontiguousarray(model.inner.T)
        self._inner_bias = model.inner_bias
        self._lower = np.ascontiguousarray(model.lower.transpose(3, 0, 2, 1).reshape(inputs, slots * pieces * hidden))
        self._padding = model.padding.transpose(0, 2, 1).reshape(-1)
        self.bias = np.ascontiguousarray(model.lower_bias.T).reshape(-1)
        count = len(model.classes)
        self.classes = -(-count // TILE) * TILE
        self.weights = np.zeros((hidden, self.classes), dtype=np.float32)
        self.weights[:, :count] = model.upper.T
        self.offsets = np.full(self.classes, -np.inf, dtype=np.float32)
        self.offsets[:count] = model.upper_bias
        self._buffer = np.empty((1 + GROUP_TOKENS, self._padding.size), dtype=np.float32)

    def features(self, vectors: Floats) -> Floats:
        """Return what each token adds to a state in each slot, after a first row for the token that is not there."""
        rows = 1 + len(vectors)
        out = self._buffer[:rows] if rows <= len(self._buffer) else np.empty((rows, self._padding.size), np.float32)
        inner = np.empty((len(vectors), self._inner.shape[1]), dtype=np.float32)
        self._gemm(vectors, self._inner, inner)
        inner += self._inner_bias
        self._gemm(inner, self._lower, out[1:])
        out[0] = self._padding
        return out

    def penalties(self, allowed: Sequence[Sequence[int]]) -> Floats:
        """Return a row per set of allowed classes: 0 for those, minus infinity for the others."""
        table = np.full((len(allowed), self.classes), -np.inf, dtype=np.float32)
        for row, classes in zip(table, allowed, strict=True):
            row[list(classes)] = 0
        return table


def _groups(lengths: Sequence[int]) -> list[tuple[int, int, int, int]]:
    """Return (first document, end document, first token, end token) of runs of documents up to GROUP_TOKENS tokens."""
    groups, doc, token = [], 0, 0
    while doc < len(lengths):
        end, tokens = doc + 1, lengths[doc]
        while end < len(lengths) and tokens + lengths[end] <= GROUP_TOKENS:
            tokens += lengths[end]
            end += 1
        groups.append((doc, end, token, token + tokens))
        doc, token = end, token + tokens
    return groups


class ParserDecoder:
    """The greedy arc-eager parser."""

    def __init__(self, model: TransitionModel, gemm: Gemm, loops: ModuleType, strings: StringStore) -> None:
        self._loops = loops
        self._scorer = Scorer(model, gemm)
        names = [name.partition("-") for name in model.classes]
        self._moves = np.array([MOVES[move] for move, _, _ in names], dtype=np.int32)
        self._penalties = self._scorer.penalties(
            [[i for i, move in enumerate(self._moves) if mask >> move & 1] for mask in range(1 << len(MOVES))]
        )
        # The label of each class; the last stands for arcs of class -1, the roots.
        self.labels = np.array([strings.add(label) for _, _, label in names] + [strings.add("ROOT")], dtype=np.uint64)
        self.lifted = np.array(["||" in label for _, _, label in names] + [False])

    def parse(self, vectors: Floats, lengths: Sequence[int], starts: Bytes) -> tuple[Longs, Ints]:
        """Return each token's head, relative to it, and the class of its arc (-1: a root).

        `starts` is 1 where a sentence must begin; the sentences found are added to it.
        """
        heads, arcs = np.empty(len(vectors), dtype=np.int64), np.empty(len(vectors), dtype=np.int32)
        s = self._scorer
        for first, end, low, high in _groups(lengths):
            self._loops.parse(
                s.features(vectors[low:high]), s.bias, s.weights, s.offsets, self._moves, self._penalties,
                np.array(lengths[first:end], dtype=np.int32), starts[low:high], heads[low:high], arcs[low:high],
            )  # fmt: skip
        return heads, arcs


class EntityDecoder:
    """The greedy BILUO entity recogniser, for documents without preset entities."""

    def __init__(self, model: TransitionModel, gemm: Gemm, loops: ModuleType, strings: StringStore) -> None:
        self._loops = loops
        self._scorer = Scorer(model, gemm)
        names = [name.partition("-") for name in model.classes]
        kinds = [KINDS[kind] for kind, _, _ in names]
        labels = sorted({label for _, _, label in names if label})
        index = {label: i for i, label in enumerate(labels)}
        self._kinds = np.array(kinds, dtype=np.int32)
        self._labels = np.array([index.get(label, -1) for _, _, label in names], dtype=np.int32)

        def those(kinds: str, label: str | None = None) -> list[int]:
            return [
                i for i, (kind, _, own) in enumerate(names)
                if kind in kinds and (own == label if label else bool(own) or kind == "O")
            ]  # fmt: skip

        outside = [those("O"), those("OU"), those("O"), those("OUB")]
        inside = [those(kinds, label) for label in labels for kinds in ("L", "IL")]
        self._penalties = self._scorer.penalties(outside + inside)
        # ENT_IOB (3: begins, 1: inside, 2: outside) and ENT_TYPE by class
        self.iob = np.array([{1: 3, 4: 3, 2: 1, 3: 1}.get(kind, 2) for kind in kinds], dtype=np.uint64)
        self.types = np.array([strings.add(label) if label else 0 for _, _, label in names], dtype=np.uint64)

    def recognise(self, vectors: Floats, lengths: Sequence[int], spaces: Bytes, starts: Bytes) -> Ints:
        """Return each token's class. `spaces` is 1 for white space, `starts` where a sentence begins."""
        classes = np.empty(len(vectors), dtype=np.int32)
        s = self._scorer
        for first, end, low, high in _groups(lengths):
            self._loops.recognise(
                s.features(vectors[low:high]), s.bias, s.weights, s.offsets, self._kinds, self._labels, self._penalties,
                np.array(lengths[first:end], dtype=np.int32), spaces[low:high], starts[low:high], classes[low:high],
            )  # fmt: skip
        return classes
