"""Every metric, declared once. Labels come from closed sets; a per-article fact is counted here, never logged."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The metrics of one worker, in a registry of their own."""

    def __init__(self) -> None:
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
        self.pool_children = Gauge("news_pool_children", "child processes, by state", ["state"], registry=registry)
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
        self.last_progress = Gauge(
            "news_last_progress_timestamp_seconds", "Unix time of the last acknowledged article", registry=registry
        )
        self.assigned_partitions = Gauge(
            "news_assigned_partitions", "partitions this worker reads, by stage", ["stage"], registry=registry
        )
        self.build = Info("news_worker", "version, stages and model of this worker", registry=registry)

    def fate_counts(self) -> list[dict[str, str | int]]:
        """Return how many inputs had which fate, by stage and reason."""
        return [
            {**sample.labels, "count": int(sample.value)}
            for metric in self.articles.collect()
            for sample in metric.samples
            if sample.name.endswith("_total")
        ]

    def pool_event_counts(self) -> dict[str, int]:
        """Return how often what happened to the child processes."""
        return {
            sample.labels["event"]: int(sample.value)
            for metric in self.pool_events.collect()
            for sample in metric.samples
            if sample.name.endswith("_total")
        }

    def render(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)
