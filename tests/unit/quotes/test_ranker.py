"""The speaker ranker: weights are data with reasons, and scores become probabilities."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from bench.train_speakers import read_passages
from workers.annotate.quotes.candidates import Candidate
from workers.annotate.quotes.ranker import probabilities, speaker_weights


def test_every_weight_has_a_reason_and_stands_once() -> None:
    """A number without a reason cannot be argued with."""
    text = (files("workers.annotate.quotes") / "speaker_weights.tsv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t"))
    assert all(row["reason"] for row in rows)
    assert len({row["tell"] for row in rows}) == len(rows) == len(speaker_weights())


def test_probabilities_add_up_and_follow_the_weights() -> None:
    """A candidate whose tell is worth more is more probable; one without a known tell counts nothing."""
    weights = {"person": 1.0, "text": -1.0}
    person, text, unknown = probabilities(
        [Candidate(1, ("person",)), Candidate(2, ("text",)), Candidate(None, ("new",))], weights
    )
    assert person + text + unknown == pytest.approx(1.0)
    assert person > unknown > text


def test_a_marked_passage_is_read_into_text_and_places() -> None:
    """Places are those of the text without its signs, in whatever order they stand."""
    for passage in read_passages():
        assert not set("{}<>") & set(passage.text)
        assert passage.text[slice(*passage.content)].strip()
        assert passage.speaker is None or passage.text[slice(*passage.speaker)][0].isalnum(), passage.text


def test_no_passage_stands_twice() -> None:
    """Twice the same would count twice."""
    texts = [passage.text for passage in read_passages()]
    assert len(texts) == len(set(texts)) > 100
