"""The fast pipe: stands where a model's own pipes stood, and annotates as they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from types import ModuleType
from typing import Any, cast

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from workers.annotate.fast import kernel
from workers.annotate.fast.architecture import read_architecture
from workers.annotate.fast.arrays import Bytes, Hashes, read, write
from workers.annotate.fast.decoders import EntityDecoder, ParserDecoder, Tagger
from workers.annotate.fast.encoder import Encoder
from workers.annotate.fast.gemm import choose_gemm
from workers.annotate.fast.parsers import CompiledParser, StockParser

NAME = "wiremill_fast"


class FastPipe:
    """Tags, heads, labels, sentences and entities of documents, a batch at a time. Sets no vectors (`doc.tensor`)."""

    def __init__(self, nlp: Language, *, loops: ModuleType = kernel.best) -> None:
        """Read the weights of `nlp`. Raises UnknownArchitectureError where it is of another kind."""
        architecture = read_architecture(nlp)
        strings = nlp.vocab.strings
        gemm = choose_gemm()
        self._nlp = nlp
        # Of tagger and parser, and of the recogniser, which has its own.
        self.encoders = (
            Encoder(architecture.shared, nlp.vocab, gemm, loops),
            Encoder(architecture.own, nlp.vocab, gemm, loops),
        )
        self._tagger = Tagger(architecture.tagger, architecture.tagger_bias, architecture.tags, gemm, strings)
        parser = cast(Any, nlp.get_pipe("parser"))
        self._parser: CompiledParser | StockParser = (
            CompiledParser(ParserDecoder(architecture.parser, gemm, loops, strings), parser.postprocesses)
            if loops is kernel.compiled
            else StockParser(parser, gemm)
        )
        self._entities = EntityDecoder(architecture.recogniser, gemm, loops, strings)
        self._before = nlp.get_pipe("wiremill_line_breaks")

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        self.annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64, **_: Any) -> Iterator[Doc]:
        """Annotate documents in batches of `batch_size`, as spaCy calls it."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            self.annotate(batch)
            yield from batch

    def annotate(self, batch: Sequence[Doc]) -> None:
        """Annotate documents together. They must be fresh: made by the tokenizer, without entities."""
        docs = [self._before(doc) for doc in batch if len(doc)]
        if not docs:
            return
        lengths = [len(doc) for doc in docs]
        tokens = read(docs, "ORTH", "NORM", "SPACY", "IS_SPACE", "SENT_START")
        shared = self.encoders[0].encode(tokens[:, :3], lengths)
        self._parser.annotate(docs, lengths, shared, self._tagger.tags(shared), _flags(tokens[:, 4]))
        starts = _flags(read(docs, "SENT_START"))
        own = self.encoders[1].encode(tokens[:, :3], lengths)
        classes = self._entities.recognise(own, lengths, _flags(tokens[:, 3]), starts)
        entities = np.column_stack([self._entities.iob[classes], self._entities.types[classes]])
        for doc, values in zip(docs, np.split(entities, np.cumsum(lengths)[:-1]), strict=True):
            write(doc, ("ENT_IOB", "ENT_TYPE"), values)

    def learn(self, frequent: Sequence[str]) -> None:
        """Compute now what the encoders make of words, with and without a space after them, and never forget it."""
        if not frequent:
            return
        doc = self._nlp.make_doc(" ".join(frequent))
        words = read([doc], "ORTH", "NORM", "SPACY")
        for spaces in (1, 0):
            words[:, 2] = spaces
            for encoder in self.encoders:
                encoder.learn(words)


def _flags(values: Hashes) -> Bytes:
    """Return 1 where an attribute is 1; SENT_START is -1 inside of sentences."""
    flags: Bytes = (values == 1).astype(np.uint8)
    return flags
