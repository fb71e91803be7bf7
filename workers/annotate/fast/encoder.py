"""Token vectors: a memo of the words' embeddings, and the window encoder over them."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import numpy as np
from spacy.tokens import Doc
from spacy.vocab import Vocab
from thinc.api import NumpyOps

from workers.annotate.fast.architecture import EncoderLayer, Tok2Vec
from workers.annotate.fast.arrays import Floats, read
from workers.annotate.fast.gemm import Gemm, blis_gemm
from workers.annotate.fast.memo import Rows, WordMemo, Words

PIECE_TOKENS = 6_144  # looked up at once; so many words must find room in the memo
MEMO_ROWS = 14_336  # of 3.8 KB: 55 MB when full
KEPT_ROWS = MEMO_ROWS - PIECE_TOKENS - 64
CHUNK_ROWS = 768  # windows and sums of a chunk stay in the second-level cache


class Layer:
    """An encoder layer's weights as the loops want them: transposed, the pieces side by side."""

    def __init__(self, layer: EncoderLayer) -> None:
        width, pieces, inputs = layer.weights.shape
        self.weights: Floats = np.ascontiguousarray(layer.weights.transpose(2, 1, 0).reshape(inputs, pieces * width))
        self.bias: Floats = np.ascontiguousarray(layer.bias.T).reshape(-1)
        self.gain: Floats = np.ascontiguousarray(layer.gain)
        self.shift: Floats = np.ascontiguousarray(layer.shift)


class Encoder:
    """One tok2vec: vectors of words, then window layers of which the first is memoised by word."""

    def __init__(self, tok2vec: Tok2Vec, vocab: Vocab, gemm: Gemm, loops: ModuleType) -> None:
        self._embed = tok2vec.embed
        for node in self._embed.walk():
            node.ops = NumpyOps(use_blis=gemm is blis_gemm)
        self._vocab = vocab
        self._gemm = gemm
        self._loops = loops
        self._layers = [Layer(layer) for layer in tok2vec.layers]
        self._width = tok2vec.width
        self._reach = len(tok2vec.layers)  # tokens to either side that a vector depends on
        self.memo = WordMemo(MEMO_ROWS, by_space=tok2vec.reads_space)
        size = self._layers[0].bias.size
        first = self._layers[0].weights  # (3 * width, size) -> (width, 3 * size): what a word adds to each neighbour
        self._word_weights = np.ascontiguousarray(np.concatenate(np.split(first, 3), axis=1))
        self._vectors = np.zeros((1 + MEMO_ROWS, self._width), dtype=np.float32)
        self._products = np.zeros((1 + MEMO_ROWS, 3 * size), dtype=np.float32)
        self._windows = np.empty((CHUNK_ROWS + 2 * self._reach, 3 * self._width), dtype=np.float32)
        self._sums = np.empty((CHUNK_ROWS + 2 * self._reach, size), dtype=np.float32)

    def encode(self, words: Words, lengths: Sequence[int]) -> Floats:
        """Return a vector per token. `words` are the tokens of documents of `lengths` tokens, none empty."""
        reach = self._reach
        places = np.arange(len(words)) + np.repeat(reach * np.arange(1, 1 + len(lengths)), lengths)
        vectors = np.empty((len(words), self._width), dtype=np.float32)
        rows = np.zeros(len(words) + reach * (1 + len(lengths)), dtype=np.int32)  # padding between documents: row 0
        for start in range(0, len(words), PIECE_TOKENS - 2 * reach):  # a piece reads `reach` tokens beyond its ends
            end = min(start + PIECE_TOKENS - 2 * reach, len(words))
            low, high = max(0, start - reach), min(end + reach, len(words))
            rows[places[low:high]] = self._rows_of(words[low:high])
            first = places[low] - reach
            piece = self._run(rows[first : places[high - 1] + 1 + reach])
            vectors[start:end] = piece[places[start:end] - first]
        return vectors

    def learn(self, words: Words) -> None:
        """Compute `words` now and never forget them, as far as the memo has room for them beside those of one piece."""
        for start in range(0, len(words), PIECE_TOKENS):
            self._rows_of(words[start : start + PIECE_TOKENS])
        self.memo.keep(KEPT_ROWS)

    def _rows_of(self, words: Words) -> Rows:
        """Return the memo's row of each of at most PIECE_TOKENS words, first computing those that are not there."""
        unique, first, inverse = np.unique(self.memo.keys(words), return_index=True, return_inverse=True)
        rows = self.memo.find(unique)
        new = np.flatnonzero(rows < 0)
        if new.size:
            if (moved := self.memo.forget(new.size)) is not None:
                stay = slice(1 + self.memo.kept, 1 + self.memo.kept + len(moved))
                self._vectors[stay] = self._vectors[moved]
                self._products[stay] = self._products[moved]
                rows = self.memo.find(unique)
                new = np.flatnonzero(rows < 0)
            added = self.memo.add(unique[new])
            self._compute(self._doc_of(words[first[new]]), added)
            rows[new] = np.arange(added.start, added.stop, dtype=np.int32)
        inverse_rows: Rows = rows[inverse]
        return inverse_rows

    def _doc_of(self, words: Words) -> Doc:
        strings = self._vocab.strings
        doc = Doc(
            self._vocab,
            words=[strings[orth] for orth in words[:, 0].tolist()],
            spaces=words[:, 2].astype(bool).tolist(),
        )
        for i in np.flatnonzero(
            read([doc], "NORM") != words[:, 1]
        ).tolist():  # the tokenizer's exceptions have their own
            doc[i].norm_ = strings[int(words[i, 1])]
        return doc

    def _compute(self, words: Doc, rows: slice) -> None:
        [vectors] = self._embed.predict([words])
        self._vectors[rows] = vectors
        self._gemm(self._vectors[rows], self._word_weights, self._products[rows])

    def _run(self, words: Rows) -> Floats:
        """Return a vector per row of `words`."""
        vectors = np.empty((len(words), self._width), dtype=np.float32)
        for start in range(0, len(words), CHUNK_ROWS):
            end = min(start + CHUNK_ROWS, len(words))
            low, high = max(0, start - self._reach), min(end + self._reach, len(words))
            windows, sums = self._windows[: high - low], self._sums[: high - low]
            layer = self._layers[0]
            self._loops.first_layer(
                layer.bias, layer.gain, layer.shift, words[low:high], self._vectors, self._products, windows
            )
            for layer in self._layers[1:]:
                self._gemm(windows, layer.weights, sums)
                self._loops.next_layer(layer.bias, layer.gain, layer.shift, sums, windows)
            vectors[start:end] = windows[start - low : end - low, self._width : 2 * self._width]
        return vectors
