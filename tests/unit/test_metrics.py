"""Metrics that others' rules and dashboards are written against: names by convention, labels from closed sets."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RequestTimedOutError,
)

from schemas.ledger import Fate
from workers.broker import BrokerError
from workers.metrics import LABELS, ChildState, Metrics, SendError
from workers.options import Stage
from workers.publisher import kind_of

BASE_UNITS = {"seconds", "bytes", "records", "articles", "partitions", "children", "info", "events", "messages"}


def our_samples(metrics: Metrics) -> list[tuple[str, dict[str, str]]]:
    """Return name and labels of every series of ours; `process_…` are the client library's, the same everywhere."""
    families = metrics.registry.collect()
    samples = [(sample.name, sample.labels) for family in families for sample in family.samples]
    return [(name, labels) for name, labels in samples if not name.startswith("process_")]


def test_names_say_their_unit() -> None:
    """`news_` before, a base unit at the end (of a retry, what is retried), `_total` on what only grows."""
    for family in Metrics().registry.collect():
        if family.name.startswith("process_"):
            continue
        words = family.name.split("_")
        assert words[0] == "news"
        assert words[-1] in BASE_UNITS | {"retries", "worker"}, family.name
        assert not {"ms", "milliseconds", "kb", "mb", "percent", "ratio", "minutes"} & set(words)
        assert family.documentation
        assert family.documentation[0] != family.documentation[0].upper() or family.documentation.startswith("Unix")
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
        else:
            assert not any(sample.name.endswith("_total") for sample in family.samples)


def test_the_labels_of_every_series_are_known() -> None:
    """No label without a closed set of values, and no value outside its set."""
    metrics = Metrics()
    metrics.show_pool(size=3, alive=2, busy=1)
    for name, labels in our_samples(metrics):
        for label, value in labels.items():
            if label != "le":  # of a histogram's bucket
                assert value in LABELS[label], f"{name} {label}={value}"


def test_a_worker_has_few_series() -> None:
    """However long it runs: what the labels allow at most, topics and reasons together, is bounded."""
    metrics = Metrics()
    for reason in LABELS["reason"]:
        for fate in Fate:
            for stage in (Stage.CLEAN, Stage.ANNOTATE):
                metrics.articles.labels(stage, fate, reason)
    for topic in LABELS["topic"]:
        metrics.messages.labels(topic)
    assert len(our_samples(metrics)) < 200


def test_series_begin_at_zero() -> None:
    """The first dead letter, the first crash and the first retry are seen by `rate`, which needs a value before."""
    rendered = Metrics((Stage.CLEAN,)).render().decode()
    for series in (
        'news_articles_total{fate="dead-lettered",reason="crash",stage="clean"} 0.0',
        'news_articles_total{fate="rejected",reason="too-short",stage="clean"} 0.0',
        'news_pool_events_total{event="crash"} 0.0',
        'news_send_retries_total{error="timeout"} 0.0',
    ):
        assert series in rendered
    assert 'stage="annotate"' not in rendered, "this worker does not annotate"
    assert "_created" not in rendered


def test_what_never_happened_is_no_fate() -> None:
    """The page's table shows what there was, not what there could be."""
    metrics = Metrics()
    assert metrics.fate_counts() == []
    metrics.articles.labels(Stage.CLEAN, Fate.REJECTED, "too-short").inc()
    assert metrics.fate_counts() == [{"stage": "clean", "fate": "rejected", "reason": "too-short", "count": 1}]


def test_the_states_of_the_pool_add_up_to_its_size() -> None:
    """A sum over the label means something."""
    metrics = Metrics()
    metrics.show_pool(size=4, alive=3, busy=2)
    found = {labels["state"]: value for labels, value in _values(metrics, "news_pool_children")}
    assert found == {ChildState.IDLE: 1, ChildState.BUSY: 2, ChildState.MISSING: 1}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(KafkaTimeoutError(), SendError.TIMEOUT, id="ours ran out"),
        pytest.param(RequestTimedOutError(), SendError.TIMEOUT, id="the broker's ran out"),
        pytest.param(KafkaConnectionError(), SendError.CONNECTION, id="it is away"),
        pytest.param(ConnectionResetError(), SendError.CONNECTION, id="it went away"),
        pytest.param(BrokerError("not connected"), SendError.CONNECTION, id="we have no connection"),
        pytest.param(MessageSizeTooLargeError(), SendError.REFUSED, id="it says no"),
        pytest.param(KafkaError(), SendError.REFUSED, id="any other"),
    ],
)
def test_errors_of_the_broker_are_of_three_kinds(error: Exception, kind: SendError) -> None:
    """Whatever the client library calls them."""
    assert kind_of(error) is kind


def test_promtool_has_nothing_to_say(promtool: Path) -> None:
    """Prometheus' own linter of names, types and help."""
    metrics = Metrics()
    metrics.show_pool(size=1, alive=1, busy=0)
    metrics.build.info({"version": "1", "stages": "clean", "model": "md"})
    done = subprocess.run([promtool, "check", "metrics"], input=metrics.render(), capture_output=True, check=False)
    assert (done.returncode, done.stderr + done.stdout) == (0, b"")


def _values(metrics: Metrics, name: str) -> list[tuple[dict[str, str], float]]:
    [family] = [family for family in metrics.registry.collect() if family.name == name]
    return [(sample.labels, sample.value) for sample in family.samples]
