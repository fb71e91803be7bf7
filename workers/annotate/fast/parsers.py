"""Two ways to write tags and a parse into documents: our own loop, or spaCy's where that is not compiled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from spacy.tokens import Doc
from thinc.api import NumpyOps

from workers.annotate.fast.arrays import Bytes, Floats, Hashes, write
from workers.annotate.fast.decoders import ParserDecoder
from workers.annotate.fast.gemm import Gemm, blis_gemm


class CompiledParser:
    """Writes what `ParserDecoder` finds."""

    def __init__(self, decoder: ParserDecoder, postprocesses: Sequence[Callable[[Doc], Any]]) -> None:
        self._decoder = decoder
        self._postprocesses = postprocesses  # spaCy's: reattach the arcs that projective parsing had to lift

    def annotate(
        self, docs: Sequence[Doc], lengths: Sequence[int], vectors: Floats, tags: Hashes, starts: Bytes
    ) -> None:
        """Set TAG, HEAD, DEP and sentence starts of `docs`. `starts` is 1 where a sentence must begin."""
        heads, arcs = self._decoder.parse(vectors, lengths, starts)
        values = np.column_stack([tags, heads.view(np.uint64), self._decoder.labels[arcs]])
        lifted = self._decoder.lifted[arcs]
        start = 0
        for doc, length in zip(docs, lengths, strict=True):
            part = slice(start, start + length)
            write(doc, ("TAG", "HEAD", "DEP"), values[part])
            if lifted[part].any():
                for hook in self._postprocesses:
                    hook(doc)
            start += length


class StockParser:
    """Hands our vectors to spaCy's own parser."""

    def __init__(self, parser: Any, gemm: Gemm) -> None:
        self._parser = parser
        for node in parser.model.walk():
            node.ops = NumpyOps(use_blis=gemm is blis_gemm)

    def annotate(self, docs: Sequence[Doc], lengths: Sequence[int], vectors: Floats, tags: Hashes, _: Bytes) -> None:
        """Set TAG, HEAD, DEP and sentence starts of `docs`, which know by themselves where a sentence must begin."""
        ends = np.cumsum(lengths)[:-1]
        for doc, own, values in zip(docs, np.split(vectors, ends), np.split(tags, ends), strict=True):
            doc.tensor = cast(Any, own)  # where the parser's listener looks
            write(doc, ("TAG",), values)
        self._parser.set_annotations(docs, self._parser.predict(docs))
