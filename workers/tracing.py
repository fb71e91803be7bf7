"""Traces: from the scraper's `traceparent` through clean, annotate and publish, as OpenTelemetry spans.

Imported only where the environment asks for traces, so that without them not even the library is loaded. Names and
attributes are those of OpenTelemetry's semantic conventions for messaging and for Kafka. Spans are made in the worker's
own process; what the children did is told by the times between which they did it.

    process news.raw        CONSUMER  parent: the span in the record's `traceparent`, the scraper's
    ├── clean               INTERNAL  the batch that the article was in, in a child
    ├── send news.clean     PRODUCER  until the broker confirmed; outputs carry the context of this span
    └── send news.ledger    PRODUCER
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from schemas.ledger import Fate
from workers import __version__
from workers.options import Stage
from workers.publish import Delivery, Handled, Headers, Outgoing, Topic

EXPORTERS = "opentelemetry_traces_exporter"  # the entry points under which exporters are installed
SERVICE = "wiremill"
MAX_KEY_CHARS = 256  # of a record's key in an attribute; keys are URLs, and some are very long


class TracingError(ValueError):
    """An exporter that cannot be had; the message names the variable."""


class ArticleTrace:
    """The spans of one article in one stage. Calls come in the order in which the article moves."""

    def __init__(self, traces: Traces, span: Span, context: Context) -> None:
        self._traces = traces
        self._span = span
        self._context = context
        self._sends: list[Span] = []

    def ran(self, stage: Stage, *, began: int, articles: int) -> None:
        """Note that a child has run the stage since `began`, in ns of Unix time, over so many articles."""
        attributes = {"wiremill.batch.articles": articles}
        self._traces.tracer.start_span(stage.value, self._context, start_time=began, attributes=attributes).end()

    def sending(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """Open a span for each topic that messages go to; return the messages with its context in their headers."""
        counts = Counter(message.topic for message in messages)
        carried = {topic: self._open_send(topic, count) for topic, count in counts.items()}
        return [replace(message, headers=_with(message.headers, carried[message.topic])) for message in messages]

    def confirmed(self) -> None:
        """Close the spans of what the broker has now confirmed."""
        for span in self._sends:
            span.end()
        self._sends.clear()

    def end(self, handled: Handled) -> None:
        """Close the article's span with its fate. A dead letter is an error; a rejected article is not."""
        span = self._span
        span.set_attribute("wiremill.fate", handled.fate.value)
        if handled.reason:
            span.set_attribute("wiremill.reason", handled.reason)
        if handled.article_id:
            span.set_attribute("wiremill.article_id", handled.article_id)
        if handled.fate is Fate.DEAD_LETTERED:
            span.set_attribute("error.type", handled.reason or "unknown")
            span.set_status(Status(StatusCode.ERROR, f"dead-lettered: {handled.reason}"))
        span.end()

    def _open_send(self, topic: Topic, count: int) -> Mapping[str, str]:
        name = self._traces.topic_name(topic)
        attributes = _operation("send", name)
        if count > 1:
            attributes["messaging.batch.message_count"] = count
        tracer = self._traces.tracer
        span = tracer.start_span(f"send {name}", self._context, kind=SpanKind.PRODUCER, attributes=attributes)
        self._sends.append(span)
        carrier: dict[str, str] = {}
        propagate.inject(carrier, trace.set_span_in_context(span, self._context))
        return carrier


class Traces:
    """Makes the spans of one worker."""

    def __init__(self, provider: TracerProvider, *, group: str, topic_name: Callable[[Topic], str]) -> None:
        self._provider = provider
        self.tracer: Tracer = provider.get_tracer("wiremill", __version__)
        self._group = group
        self.topic_name = topic_name

    def begin(self, delivery: Delivery) -> ArticleTrace:
        """Open the span of a delivery: the child of the span that its headers name, if they name one."""
        parent = propagate.extract(_carrier(delivery.headers))
        attributes = _operation("process", delivery.topic) | {
            "messaging.destination.partition.id": str(delivery.partition),
            "messaging.kafka.offset": delivery.offset,
            "messaging.consumer.group.name": self._group,
            "messaging.message.body.size": len(delivery.value or b""),
        }
        if delivery.key is not None:
            attributes["messaging.kafka.message.key"] = delivery.key.decode("utf-8", "replace")[:MAX_KEY_CHARS]
        name = f"process {delivery.topic}"
        span = self.tracer.start_span(name, parent, kind=SpanKind.CONSUMER, attributes=attributes)
        return ArticleTrace(self, span, trace.set_span_in_context(span, parent))

    def stop(self) -> None:
        """Export what is not exported yet. Blocks, at most as long as the exporter's own time-out."""
        self._provider.shutdown()


def start(
    environment: Mapping[str, str],
    *,
    group: str,
    topic_name: Callable[[Topic], str],
    exporter: SpanExporter | None = None,
) -> Traces:
    """Return traces that go where the OTEL_… variables say. Raises TracingError for an exporter that is not installed.

    Sampler, resource, limits, propagators, addresses, headers and time-outs are read by OpenTelemetry itself.
    """
    ours = {SERVICE_VERSION: __version__}
    if "OTEL_SERVICE_NAME" not in environment and "service.name=" not in environment.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    ):
        ours[SERVICE_NAME] = SERVICE
    provider = TracerProvider(resource=Resource.create(ours), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter or _exporter(environment)))
    return Traces(provider, group=group, topic_name=topic_name)


def _exporter(environment: Mapping[str, str]) -> SpanExporter:
    name = environment.get("OTEL_TRACES_EXPORTER") or "otlp"
    entry = name
    if name == "otlp":
        protocol = environment.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environment.get(
            "OTEL_EXPORTER_OTLP_PROTOCOL"
        )
        entry = "otlp_proto_grpc" if protocol == "grpc" else "otlp_proto_http"
    found = entry_points(group=EXPORTERS, name=entry)
    if not found:
        known = ", ".join(sorted({one.name for one in entry_points(group=EXPORTERS)}))
        raise TracingError(f"OTEL_TRACES_EXPORTER: no exporter {entry!r} is installed; there are {known}, and none")
    exporter: Any = next(iter(found)).load()()
    return exporter  # type: ignore[no-any-return]  # of an entry point


def _operation(name: str, destination: str) -> dict[str, str | int]:
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": name,
        "messaging.operation.type": name,
        "messaging.destination.name": destination,
    }


def _carrier(headers: Headers) -> dict[str, str]:
    return {name.lower(): value.decode("latin-1") for name, value in headers}


def _with(headers: Headers, carried: Mapping[str, str]) -> Headers:
    """Return headers with those of `carried` in the place of their namesakes."""
    kept = tuple((name, value) for name, value in headers if name.lower() not in carried)
    return (*kept, *((name, value.encode()) for name, value in carried.items()))
