"""Every metric, declared once. Labels come from closed sets; a per-article fact is counted here, never logged.

Names follow Prometheus' conventions: base units in the name, `_total` for what only grows, and labels over which a sum
means something. Every series whose labels are known beforehand begins at 0, so that `rate` sees the first event too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from schemas.clean import RejectReason
from schemas.dead_letter import ErrorClass
from schemas.ledger import Fate
from workers.options import Stage
from workers.pool import PoolEvent
from workers.publish import Topic

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

# Of Prometheus' text format they are gauges of their own: half as many series again, which no rule of ours reads.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types there


class ChildState(StrEnum):
    """What a place in the pool is. Together they are the pool's size."""

    IDLE = "idle"
    BUSY = "busy"
    MISSING = "missing"


class SendError(StrEnum):
    """Why the broker did not confirm. A closed list: the exceptions' own names are the client library's to change."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    REFUSED = "refused"


# The values each label may have. A metric with another one is a bug, and in the tests a failure.
LABELS: Mapping[str, frozenset[str]] = {
    "stage": frozenset({Stage.CLEAN, Stage.ANNOTATE}),
    "fate": frozenset(Fate),
    "reason": frozenset({"", *RejectReason, *ErrorClass}),
    "topic": frozenset(Topic),
    "event": frozenset(PoolEvent),
    "state": frozenset(ChildState),
    "error": frozenset(SendError),
}


class Metrics:
    """The metrics of one worker, in a registry of their own."""

    def __init__(self, stages: Sequence[Stage] = (Stage.CLEAN, Stage.ANNOTATE)) -> None:
        registry = self.registry = CollectorRegistry()
        self.articles = Counter(
            "news_articles", "input records by stage and fate, counted after the broker confirmed the outputs",
            ["stage", "fate", "reason"], registry=registry,
        )  # fmt: skip
        self.messages = Counter("news_messages", "records published, by topic", ["topic"], registry=registry)
        self.article_seconds = Histogram(
            "news_article_seconds", "from delivery by the broker to confirmed outputs, by stage",
            ["stage"], buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self.batch_articles = Histogram(
            "news_batch_articles", "articles given to a child at once, by stage",
            ["stage"], buckets=(1, 2, 4, 8, 16, 32), registry=registry,
        )  # fmt: skip
        self.in_flight_bytes = Gauge(
            "news_in_flight_bytes",
            "article bytes read and not yet acknowledged, by stage",
            ["stage"],
            registry=registry,
        )
        self.in_flight_articles = Gauge(
            "news_in_flight_articles", "articles read and not yet acknowledged, by stage", ["stage"], registry=registry
        )
        self.pool_events = Counter(
            "news_pool_events", "what happened to the child processes, by event", ["event"], registry=registry
        )
        self.stage_cpu = Counter(
            "news_stage_cpu_seconds", "seconds of CPU that the child processes spent, by stage",
            ["stage"], registry=registry,
        )  # fmt: skip
        self.pool_children = Gauge(
            "news_pool_children", "places for child processes, by state; a missing one is filled when work comes",
            ["state"], registry=registry,
        )  # fmt: skip
        self.send_retries = Counter(
            "news_send_retries",
            "tries to publish that the broker did not confirm, by error",
            ["error"],
            registry=registry,
        )
        self.loop_stall_seconds = Histogram(
            "news_loop_stall_seconds", "how much later than asked the event loop came back",
            buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1), registry=registry,
        )  # fmt: skip
        self.loop_stall_max_seconds = Gauge(
            "news_loop_stall_max_seconds", "the longest stall of the event loop since the start", registry=registry
        )
        self.lag = Gauge("news_lag_records", "records not yet committed, of our partitions, by stage", ["stage"],
                         registry=registry)  # fmt: skip
        self.lost_records = Counter(
            "news_lost_records",
            "input records that the broker deleted before we read them, by stage",
            ["stage"],
            registry=registry,
        )
        self.last_progress = Gauge(
            "news_last_progress_timestamp_seconds", "Unix time of the last acknowledged article", registry=registry
        )
        self.assigned_partitions = Gauge(
            "news_assigned_partitions", "partitions this worker reads, by stage", ["stage"], registry=registry
        )
        self.build = Info("news_worker", "version, stages and model of this worker", registry=registry)
        self._begin(stages)
        ProcessCollector(registry=registry)  # memory, CPU time and start of the worker's own process, not its children

    def _begin(self, stages: Iterable[Stage]) -> None:
        """Make every series that is known beforehand."""
        for stage in stages:
            self.articles.labels(stage, Fate.PUBLISHED, "")
            for error in ErrorClass:
                self.articles.labels(stage, Fate.DEAD_LETTERED, error)
            for gauge in (self.in_flight_bytes, self.in_flight_articles, self.lag, self.assigned_partitions):
                gauge.labels(stage)
            self.lost_records.labels(stage)
            for histogram in (self.article_seconds, self.batch_articles):
                histogram.labels(stage)
            self.stage_cpu.labels(stage)
        if Stage.CLEAN in stages:
            for reason in RejectReason:
                self.articles.labels(Stage.CLEAN, Fate.REJECTED, reason)
        for topic in set(Topic) - {Topic.RAW}:
            self.messages.labels(topic)
        for event in PoolEvent:
            self.pool_events.labels(event)
        for send_error in SendError:
            self.send_retries.labels(send_error)

    def show_pool(self, *, size: int, alive: int, busy: int) -> None:
        """Note what the places of the pool are now."""
        for state, count in zip(ChildState, (alive - busy, busy, size - alive), strict=True):
            self.pool_children.labels(state).set(count)

    def fate_counts(self) -> list[dict[str, str | int]]:
        """Return how many inputs had which fate, by stage and reason; what never happened is left out."""
        return [{**sample.labels, "count": int(sample.value)} for sample in _counted(self.articles) if sample.value]

    def pool_event_counts(self) -> dict[str, int]:
        """Return how often what happened to the child processes."""
        return {sample.labels["event"]: int(sample.value) for sample in _counted(self.pool_events)}

    def render(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


def _counted(counter: Counter) -> list[Any]:
    """Return the samples of a counter, without those that tell when it was made."""
    return [sample for metric in counter.collect() for sample in metric.samples if sample.name.endswith("_total")]
