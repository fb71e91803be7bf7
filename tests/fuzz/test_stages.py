"""Whatever comes in, each stage gives it one fate, in time that grows with its length and no faster."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, target
from hypothesis import strategies as st

from schemas.clean import CleanArticle
from schemas.ledger import Fate
from tests.fuzz.attacks import SENTENCE, pieces, pumped
from tests.fuzz.effort import effort
from workers.options import CleanOptions, Stage, StageOptions
from workers.publish import Delivery, Topic
from workers.stages import Stages

CHARS = 40_000
# CPU seconds for CHARS; an ordinary text of that length takes 0.1 to be cleaned and 1.5 to be annotated. What is
# quadratic takes minutes.
CLEAN_SECONDS, ANNOTATE_SECONDS = 5.0, 30.0
FIELDS = (
    "url", "id", "final_url", "http_status", "content_type", "html", "html_base64", "encoding", "text", "headline",
    "title", "authors", "author", "published_at", "date", "date_publish", "fetched_at", "language", "source",
    "source_domain", "extra", "articleBody", "maintext", "raw_text", "hostname", "datePublished", "publish_date",
)  # fmt: skip

CLEANING = Stages(StageOptions(stages=(Stage.CLEAN,), clean=CleanOptions()))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | pieces,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner),
    max_leaves=12,
)


def seconds_of(work: Callable[[], Any], most: float) -> tuple[Any, float]:
    """Return what `work` returns and its CPU seconds; fails when it takes more than `most`."""

    def give_up(*_: object) -> None:
        raise AssertionError(f"more than {most:g} s of CPU")

    before = signal.signal(signal.SIGVTALRM, give_up)
    began = time.process_time()
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, most)
        return work(), time.process_time() - began
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def fate_of(stages: Stages, stage: Stage, value: bytes | None, most: float) -> tuple[Any, float]:
    """Return how a stage handled one value, whole and consistent, and how long it took."""
    delivery = Delivery("news.raw", 0, 0, b"https://news.example/a", value, ())
    [handled], seconds = seconds_of(lambda: stages.handle(stage, [delivery]), most)
    topics = {message.topic for message in handled.outputs}
    match handled.fate:
        case Fate.PUBLISHED:
            assert topics & {Topic.CLEAN, Topic.ENRICHED}
            assert handled.article_id
        case Fate.REJECTED:
            assert not topics
            assert handled.reason
        case Fate.DEAD_LETTERED:
            assert topics == {Topic.DEAD_LETTER}
            assert handled.reason != "exception", handled.outputs[0].value[:3_000]
    return handled, seconds


def as_bytes(value: object) -> bytes:
    """Return JSON with halves of surrogate pairs escaped, as scrapers write them."""
    return json.dumps(value).encode()


@effort()
@given(st.none() | st.binary(max_size=300) | values.map(as_bytes))
def test_any_bytes_have_a_fate(value: bytes | None) -> None:
    """Published, rejected, or a dead letter that blames the input; never our exception."""
    fate_of(CLEANING, Stage.CLEAN, value, CLEAN_SECONDS)


@effort()
@given(st.dictionaries(st.sampled_from(FIELDS), values), st.sampled_from(["text", "html"]), pieces)
def test_any_fields_have_a_fate(fields: dict[str, Any], body: str, strange: str) -> None:
    """The same with a text that is worth publishing, so that the strange fields are read."""
    fields |= {"url": "https://news.example/a", body: f"{SENTENCE * 10}{strange}\n\n{SENTENCE * 5}"}
    fate_of(CLEANING, Stage.CLEAN, as_bytes(fields), CLEAN_SECONDS)


@effort(share=2, cost=3)
@given(pumped(chars=CHARS), st.sampled_from(["text", "html", "page", "headline", "author", "date"]))
def test_cleaning_is_linear(text: str, place: str) -> None:
    """A text that is made to be slow, wherever it stands."""
    article: dict[str, Any] = {"url": "https://news.example/a", "text": SENTENCE * 10}
    if place == "page":
        del article["text"]
        paragraphs = f"<p>{SENTENCE * 5}</p>" * 4
        article["html"] = f"<html><head><title>{text}</title></head><body><article>{paragraphs}<p>{text}</p></article>"
    elif place == "html":
        article = {"url": "https://news.example/a", "html": text + SENTENCE * 10}
    else:
        article[place] = text
    _, seconds = fate_of(CLEANING, Stage.CLEAN, as_bytes(article), CLEAN_SECONDS)
    target(seconds, label="seconds to clean")


@pytest.fixture(scope="module")
def annotating() -> Stages:
    """The stages with the real model."""
    return Stages(StageOptions(stages=(Stage.ANNOTATE,)))


@pytest.mark.model
@effort(share=2, cost=25)
@given(text=pumped(chars=CHARS // 4))
def test_annotating_is_linear(annotating: Stages, text: str) -> None:
    """A text that is made to be slow, through the real model and all rules of quotes and entities."""
    text = text.encode("utf-8", "replace").decode()
    value = CleanArticle(article_id="a", text=text or "-", headline=text[:200]).model_dump_json().encode()
    _, seconds = fate_of(annotating, Stage.ANNOTATE, value, ANNOTATE_SECONDS)
    target(seconds, label="seconds to annotate")
