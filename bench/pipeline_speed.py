"""What each trick of the fast pipeline is worth, and whether it changes anything.

    python -m bench.pipeline_speed [--model sm] [--corpus FILE] [--words 40000] [--rounds 5] [--only NAME …]
    python -m bench.pipeline_speed --identity [--model sm] [--corpus FILE] [--words 40000]

Every round runs every way of annotating over texts that none has seen, one after the other, in one process; the table
has the median of CPU time a word, and the median of the ratio to spaCy's default of the same round. A corpus is a file
of JSON lines with `text` or `gold_body`, gzipped or not; without one, articles are generated. Its first tenth warms up.
With `--identity` the fast way's annotations are compared with the default's, and nothing is timed.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from unittest.mock import patch

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import NumpyOps

from tests.harness.articles import article
from workers.annotate import pipeline
from workers.annotate.fast import FastPipe, encoder, kernel, loops
from workers.annotate.fast import pipe as fast_pipe
from workers.annotate.fast.encoder import Encoder
from workers.annotate.fast.gemm import blis_gemm, numpy_gemm
from workers.annotate.fast.memo import WordMemo
from workers.annotate.pipeline import load_pipeline, parse, warm_up
from workers.annotate.vocabulary import LearningTokenizer, bounded_vocabulary

Annotate = Callable[[Sequence[str]], object]


def texts_of(corpus: Path | None, words: int) -> list[str]:
    """Return texts of together at least so many words, fewer where the corpus ends."""
    source = _lines(corpus) if corpus else (article(i, seed=1)["text"] for i in range(1_000_000))
    texts, count = [], 0
    for text in source:
        texts.append(text)
        count += len(text.split())
        if count >= words:
            break
    return texts


def _lines(path: Path) -> Iterator[str]:
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if text := row.get("text") or row.get("gold_body"):
                yield text


def default(model: str) -> Annotate:
    """`nlp.pipe(texts)` of the model as it is published, with numpy's BLAS left as it was."""
    nlp = published(model)
    return lambda texts: drain(nlp.pipe(texts))


def published(model: str) -> Language:
    """Return the model as published, and the step that ends sentences at line breaks: what the fast way is held to."""
    with patch.object(pipeline, "_drop_unread_pipes"), patch.object(pipeline, "LearningTokenizer", lambda own: own):
        return load_pipeline(model)


def by_tokens(model: str) -> Annotate:
    """Batches of 5,000 tokens, the collector paused."""
    nlp = published(model)
    return lambda texts: drain(parse(nlp, texts))


def without_unread(model: str) -> Annotate:
    """And without lemmatizer and attribute ruler."""
    with patch.object(pipeline, "LearningTokenizer", lambda own: own):
        nlp = load_pipeline(model)
    return lambda texts: drain(parse(nlp, texts))


def with_numpy_gemm(model: str) -> Annotate:
    """And numpy's BLAS, one thread, under all layers."""
    with patch.object(pipeline, "LearningTokenizer", lambda own: own):
        nlp = load_pipeline(model)
    for _, pipe in nlp.pipeline:
        for node in getattr(pipe, "model", _NO_MODEL).walk():
            node.ops = NumpyOps(use_blis=False)
    return lambda texts: drain(parse(nlp, texts))


class _NoModel:
    def walk(self) -> Iterable[Any]:
        return ()


_NO_MODEL = _NoModel()


def usual(model: str) -> Annotate:
    """What runs with `fast` off: as above, with the tokenizer that learns."""
    return _learning(load_pipeline(model))


def fast(model: str) -> Annotate:
    """What runs with `fast` on."""
    return _learning(load_pipeline(model, fast=True))


def _learning(nlp: Language) -> Annotate:
    warm_up(nlp)

    def annotate(texts: Sequence[str]) -> None:
        for some in batches(texts):
            with bounded_vocabulary(nlp, some):
                drain(parse(nlp, some))

    return annotate


def fast_in_numpy(model: str) -> Annotate:
    """Fast without a compiler: loops in numpy, spaCy's parser."""
    with _loops(loops):
        return _learning(load_pipeline(model, fast=True))


@contextmanager
def _loops(module: ModuleType) -> Iterator[None]:
    with patch.dict(cast(Any, FastPipe.__init__).__kwdefaults__, loops=module):
        yield


def fast_with(gemm: object) -> Callable[[str], Annotate]:
    """Fast with one of the two matrix products."""

    def make(model: str) -> Annotate:
        with patch.object(fast_pipe, "choose_gemm", lambda: gemm):
            return _learning(load_pipeline(model, fast=True))

    return make


def fast_without_memo(model: str) -> Annotate:
    """Fast, every word embedded anew in each batch."""
    nlp = load_pipeline(model, fast=True)
    warm_up(nlp)
    encoders = next(pipe.encoders for _, pipe in nlp.pipeline if isinstance(pipe, FastPipe))

    def annotate(texts: Sequence[str]) -> None:
        for some in batches(texts):
            for own in encoders:
                own.memo = WordMemo(encoder.MEMO_ROWS, by_space=own.memo.by_space)
            with bounded_vocabulary(nlp, some):
                drain(parse(nlp, some))

    return annotate


def fast_without_products(model: str) -> Annotate:
    """Fast, the first encoder layer's products computed by token instead of remembered by word."""

    def run(self: Encoder, words: Any) -> Any:
        vectors = np.empty((len(words), self._width), dtype=np.float32)
        first = self._layers[0]
        for start in range(0, len(words), encoder.CHUNK_ROWS):
            end = min(start + encoder.CHUNK_ROWS, len(words))
            low, high = max(0, start - self._reach), min(end + self._reach, len(words))
            windows, sums = self._windows[: high - low], self._sums[: high - low]
            own = self._vectors[words[low:high]]
            windows[:, self._width : 2 * self._width] = own
            windows[1:, : self._width], windows[0, : self._width] = own[:-1], 0
            windows[:-1, 2 * self._width :], windows[-1, 2 * self._width :] = own[1:], 0
            for layer in (first, *self._layers[1:]):
                self._gemm(windows, layer.weights, sums)
                self._loops.next_layer(layer.bias, layer.gain, layer.shift, sums, windows)
            vectors[start:end] = windows[start - low : end - low, self._width : 2 * self._width]
        return vectors

    annotate = fast(model)

    def patched(texts: Sequence[str]) -> None:
        with patch.object(Encoder, "_run", run):
            annotate(texts)

    return patched


def fast_with_spacys_tokenizer(model: str) -> Annotate:
    """Fast, with spaCy's tokenizer as it is."""
    with patch.object(pipeline, "LearningTokenizer", lambda own: own):
        nlp = load_pipeline(model, fast=True)
    return lambda texts: drain(parse(nlp, texts))


def fast_in_zones(model: str) -> Annotate:
    """Fast with a full vocabulary: each batch in a memory zone, new words forgotten after it."""
    nlp = load_pipeline(model, fast=True)
    warm_up(nlp)

    def annotate(texts: Sequence[str]) -> None:
        tokenizer = cast(LearningTokenizer, nlp.tokenizer)
        for some in batches(texts):
            with patch.object(LearningTokenizer, "full", True), bounded_vocabulary(nlp, some):
                drain(parse(nlp, some))
        for text in texts:  # what a child has learnt by the time its vocabulary is full
            tokenizer.learn(text)

    return annotate


def fast_collecting(model: str) -> Annotate:
    """Fast, the garbage collector running while a batch is made."""
    annotate = fast(model)

    @contextmanager
    def nothing() -> Iterator[None]:
        yield

    def patched(texts: Sequence[str]) -> None:
        with patch.object(pipeline, "paused_garbage_collection", nothing):
            annotate(texts)

    return patched


def fast_in_batches_of(tokens: int) -> Callable[[str], Annotate]:
    """Fast with another batch size."""

    def make(model: str) -> Annotate:
        nlp = load_pipeline(model, fast=True)
        warm_up(nlp)

        def annotate(texts: Sequence[str]) -> None:
            with patch.object(pipeline, "BATCH_TOKENS", tokens):
                cast(LearningTokenizer, nlp.tokenizer).learn(" ".join(texts))
                drain(parse(nlp, texts))

        return annotate

    return make


WAYS: dict[str, Callable[[str], Annotate]] = {
    "default": default,
    "+ batches by tokens, collector paused": by_tokens,
    "+ no lemmatizer, no attribute ruler": without_unread,
    "+ numpy's BLAS, one thread": with_numpy_gemm,
    "fast off": usual,
    "fast, not compiled": fast_in_numpy,
    "fast": fast,
    "fast, BLIS": fast_with(blis_gemm),
    "fast, numpy's BLAS": fast_with(numpy_gemm),
    "fast, no memo of words": fast_without_memo,
    "fast, no memo of products": fast_without_products,
    "fast, spaCy's tokenizer": fast_with_spacys_tokenizer,
    "fast, vocabulary full": fast_in_zones,
    "fast, collector running": fast_collecting,
    "fast, batches of 500": fast_in_batches_of(500),
    "fast, batches of 20,000": fast_in_batches_of(20_000),
}


def batches(texts: Sequence[str], size: int = 8) -> Iterator[list[str]]:
    """Yield texts as a worker gets them: some at a time."""
    rest = iter(texts)
    while some := list(islice(rest, size)):
        yield some


def drain(docs: Iterable[Doc]) -> None:
    """Use up documents as quotes would, keeping none."""
    for doc in docs:
        assert doc is not None


def measure(model: str, texts: Sequence[str], rounds: int, only: Sequence[str]) -> None:
    """Print the table."""
    names = [name for name in WAYS if not only or name in only or name == "default"]
    ways = {name: WAYS[name](model) for name in names}
    first = max(1, len(texts) // 10)
    for annotate in ways.values():
        annotate(texts[:first])
    parts = [texts[first + i :: rounds] for i in range(rounds)]
    words = [sum(len(text.split()) for text in part) for part in parts]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for part, count in zip(parts, words, strict=True):
        for name, annotate in ways.items():
            gc.collect()
            start = time.process_time()
            annotate(part)
            seconds[name].append((time.process_time() - start) / count)
    print(f"{model}: {sum(words):,} words, {rounds} rounds, {kernel.best.INSTRUCTIONS} loops, CPU time")
    for name, own in seconds.items():
        ratios = [base / mine for base, mine in zip(seconds["default"], own, strict=True)]
        print(
            f"{name:<40}{statistics.median(own) * 1e6:8.1f} us a word"
            f"{1 / statistics.median(own):10,.0f} words/s{statistics.median(ratios):7.2f} x"
            f"   ({min(ratios):.2f}-{max(ratios):.2f})",
            flush=True,
        )


def compare(model: str, texts: Sequence[str]) -> None:
    """Print how many tokens are annotated differently by the fast way and by the model as published."""
    reference, own = published(model), load_pipeline(model, fast=True)
    warm_up(own)
    different: Counter[str] = Counter()
    tokens = entities = 0
    for some in batches(texts):
        with bounded_vocabulary(own, some):
            for one, other in zip(reference.pipe(some), parse(own, some), strict=True):
                tokens += len(one)
                entities += len(one.ents)
                for theirs, ours in zip(one, other, strict=True):
                    for attribute in ("text", "tag_", "dep_", "ent_iob_", "ent_type_", "is_sent_start"):
                        different[attribute] += getattr(theirs, attribute) != getattr(ours, attribute)
                    different["head"] += theirs.head.i != ours.head.i
                spans = [{(e.start, e.end, e.label_) for e in doc.ents} for doc in (one, other)]
                different["entities"] += len(spans[0] ^ spans[1])
    words = sum(len(text.split()) for text in texts)
    print(f"{model}: {words:,} words, {tokens:,} tokens, {entities:,} entities; different: {dict(different)}")


def main() -> None:
    """Measure, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="md")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--words", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=())
    parser.add_argument("--identity", action="store_true")
    options = parser.parse_args()
    texts = texts_of(options.corpus, options.words)
    if options.identity:
        compare(options.model, texts)
    else:
        measure(options.model, texts, options.rounds, options.only)


if __name__ == "__main__":
    main()
