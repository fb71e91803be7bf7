"""Spans of the flow, caught in memory: who is whose parent, what they are called, what the outputs carry."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from schemas.clean import CleanArticle
from schemas.codec import encode
from schemas.ledger import Fate
from workers import tracing
from workers.acks import Arrival
from workers.agents import Flow, Limits
from workers.metrics import Metrics
from workers.options import CleanOptions, Stage, StageOptions
from workers.publish import Delivery, Handled, Headers, Outgoing, Topic
from workers.settings import Settings
from workers.stages import Stages
from workers.tracing import Traces, TracingError

TRACE, SCRAPER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SCRAPER}-01".encode()
TEXT = (
    "The harbour of Westport reopened on Monday after the worst storm in thirty years had closed it for nine days.\n\n"
    "“We lost two cranes and a week of trade,” said Anna Keller of the port authority, who had called the crews in. "
    "The first ships came in at noon, and the fishing boats that had sheltered in the river went out again."
)


class Broker:
    """Runner and sender in one: real stages, or made-up outcomes; keeps what is sent, and can be silent."""

    def __init__(self, stages: Stages | None = None) -> None:
        self.stages = stages
        self.sent: list[Outgoing] = []
        self.open: list[str] = []

    async def run(self, stage: Stage, deliveries: Sequence[Delivery]) -> list[Handled]:
        if self.stages is not None:
            return self.stages.handle(stage, deliveries)
        return [Handled(Fate.DEAD_LETTERED, "crash", None, (out(Topic.DEAD_LETTER),)) for _ in deliveries]

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        self.sent += messages

    def header(self, topic: Topic, name: str = "traceparent") -> list[bytes]:
        return [dict(message.headers)[name] for message in self.sent if message.topic is topic]


def out(topic: Topic) -> Outgoing:
    return Outgoing(topic, b"k", b"v", (("traceparent", TRACEPARENT),))


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.clear()


@pytest.fixture
def traces(spans: InMemorySpanExporter) -> Iterator[Traces]:
    one = tracing.start({}, group="wiremill", topic_name=lambda topic: f"news.{topic}", exporter=spans)
    yield one
    one.stop()


async def handle(broker: Broker, traces: Traces | None, stage: Stage, *deliveries: Delivery) -> None:
    """Bring deliveries through a flow to their acknowledgement."""
    acknowledged: list[int] = []
    crashes: list[BaseException] = []
    flow = Flow(
        (Stage.CLEAN, Stage.ANNOTATE), broker, broker, Metrics(), Limits(1_000_000, 100, 1),
        topic_name=lambda topic: f"news.{topic}", on_crash=crashes.append, traces=traces,
    )  # fmt: skip
    flow.start()

    async def arrivals() -> AsyncIterator[Arrival]:
        for one in deliveries:
            yield Arrival(one, 1, lambda offset=one.offset: acknowledged.append(offset))  # type: ignore[misc]

    await flow.consume(stage, arrivals())
    async with asyncio.timeout(30):
        while len(acknowledged) < len(deliveries):
            assert not crashes, crashes
            await asyncio.sleep(0.001)
    await flow.stop()
    if traces is not None:
        traces.stop()  # exports what it has


def raw(text: str = TEXT, *, headers: Headers = (("traceparent", TRACEPARENT),)) -> Delivery:
    value = b'{"url": "https://paper.example/1", "text": %b}' % json.dumps(text).encode()
    return Delivery("news.raw", 3, 42, b"https://paper.example/1", value, headers)


def by_name(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans.get_finished_spans()}


def ids(span: ReadableSpan) -> tuple[str, str, str]:
    """Return trace, parent and own id as hexadecimal digits."""
    assert span.context is not None
    parent = f"{span.parent.span_id:016x}" if span.parent else ""
    return f"{span.context.trace_id:032x}", parent, f"{span.context.span_id:016x}"


@pytest.fixture
def cleaning() -> Broker:
    return Broker(Stages(StageOptions(stages=(Stage.CLEAN,), clean=CleanOptions(min_words=10))))


async def test_a_trace_goes_on_from_the_scraper(cleaning: Broker, spans: Any, traces: Traces) -> None:
    """Process is the scraper's child; running and sending are its children; the clean record carries the send."""
    await handle(cleaning, traces, Stage.CLEAN, raw())
    found = by_name(spans)
    assert set(found) == {"process news.raw", "clean", "send news.clean", "send news.ledger"}
    trace, parent, process = ids(found["process news.raw"])
    assert (trace, parent) == (TRACE, SCRAPER)
    for name in ("clean", "send news.clean", "send news.ledger"):
        assert ids(found[name])[:2] == (TRACE, process)
    _, _, send = ids(found["send news.clean"])
    assert cleaning.header(Topic.CLEAN) == [f"00-{TRACE}-{send}-01".encode()]
    assert [name for name, _ in cleaning.sent[0].headers].count("traceparent") == 1


async def test_spans_are_named_as_the_conventions_say(cleaning: Broker, spans: Any, traces: Traces) -> None:
    """Kinds and attributes of OpenTelemetry's messaging conventions, and of those for Kafka."""
    await handle(cleaning, traces, Stage.CLEAN, raw())
    found = by_name(spans)
    process, send, clean = found["process news.raw"], found["send news.clean"], found["clean"]
    assert (process.kind, send.kind, clean.kind) == (SpanKind.CONSUMER, SpanKind.PRODUCER, SpanKind.INTERNAL)
    attributes = dict(process.attributes or {})
    assert attributes.pop("wiremill.article_id")
    assert attributes == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "news.raw",
        "messaging.destination.partition.id": "3",
        "messaging.kafka.offset": 42,
        "messaging.kafka.message.key": "https://paper.example/1",
        "messaging.consumer.group.name": "wiremill",
        "messaging.message.body.size": len(raw().value or b""),
        "wiremill.fate": "published",
    }
    assert dict(send.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "news.clean",
    }
    assert dict(clean.attributes or {}) == {"wiremill.batch.articles": 1}
    assert process.start_time <= clean.start_time <= clean.end_time <= send.start_time <= process.end_time  # type: ignore[operator]
    assert dict(process.resource.attributes)["service.name"] == "wiremill"


async def test_an_article_without_a_trace_begins_one(cleaning: Broker, spans: Any, traces: Traces) -> None:
    """The worker's own root, which the next stage goes on from."""
    await handle(cleaning, traces, Stage.CLEAN, raw(headers=()))
    trace, parent, _ = ids(by_name(spans)["process news.raw"])
    assert parent == ""
    assert cleaning.header(Topic.CLEAN)[0].startswith(f"00-{trace}-".encode())


async def test_what_the_scraper_did_not_sample_is_not_sampled(cleaning: Broker, spans: Any, traces: Traces) -> None:
    """No span is exported, the outputs say so too, and vendors' tracestate is passed on."""
    unsampled = TRACEPARENT[:-1] + b"0"
    await handle(cleaning, traces, Stage.CLEAN, raw(headers=(("TraceParent", unsampled), ("tracestate", b"vendor=1"))))
    assert by_name(spans) == {}
    [carried] = cleaning.header(Topic.CLEAN)
    assert carried.startswith(f"00-{TRACE}-".encode())
    assert carried.endswith(b"-00")
    assert cleaning.header(Topic.CLEAN, "tracestate") == [b"vendor=1"]


async def test_a_dead_letter_is_an_error_and_a_rejected_article_is_not(spans: Any, traces: Traces) -> None:
    """The status of the span says which, its attributes why."""
    await handle(Broker(), traces, Stage.CLEAN, raw())
    process = by_name(spans)["process news.raw"]
    assert process.status.status_code is StatusCode.ERROR
    assert dict(process.attributes or {})["error.type"] == "crash"
    assert "send news.dead-letter" in by_name(spans)


async def test_a_rejected_article_is_no_error(cleaning: Broker, spans: Any, traces: Traces) -> None:
    """Too short: its fate and reason, and nothing is sent but the ledger entry."""
    await handle(cleaning, traces, Stage.CLEAN, raw("Too short."))
    process = by_name(spans)["process news.raw"]
    assert process.status.status_code is StatusCode.UNSET
    attributes = dict(process.attributes or {})
    assert (attributes["wiremill.fate"], attributes["wiremill.reason"]) == ("rejected", "too-short")
    assert set(by_name(spans)) == {"process news.raw", "clean", "send news.ledger"}


@pytest.mark.model
async def test_every_record_of_an_article_carries_the_trace(spans: Any, traces: Traces) -> None:
    """Annotate: enriched, quotes and entities each under the send of their topic, which counts them."""
    broker = Broker(Stages(StageOptions(stages=(Stage.ANNOTATE,))))
    article = encode(CleanArticle(article_id="a1", text=TEXT))
    delivery = Delivery("news.clean", 0, 7, b"a1", article, (("traceparent", TRACEPARENT),))
    await handle(broker, traces, Stage.ANNOTATE, delivery)
    found = by_name(spans)
    assert ids(found["process news.clean"])[:2] == (TRACE, SCRAPER)
    for topic in (Topic.ENRICHED, Topic.QUOTES, Topic.ENTITIES):
        send = found[f"send news.{topic}"]
        carried = broker.header(topic)
        assert set(carried) == {f"00-{TRACE}-{ids(send)[2]}-01".encode()}
        count = dict(send.attributes or {}).get("messaging.batch.message_count", 1)
        assert count == len(carried) >= 1
    assert dict(found["process news.clean"].attributes or {})["wiremill.article_id"] == "a1"


async def test_without_traces_headers_pass_as_they_came(cleaning: Broker) -> None:
    """The scraper's context is on the outputs, as it was."""
    await handle(cleaning, None, Stage.CLEAN, raw())
    assert cleaning.header(Topic.CLEAN) == [TRACEPARENT]


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        pytest.param({}, False, id="nobody asks"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True, id="an address"),
        pytest.param({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True, id="for traces"),
        pytest.param({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://127.0.0.1:4318"}, False, id="for metrics only"),
        pytest.param({"OTEL_TRACES_EXPORTER": "console"}, True, id="an exporter"),
        pytest.param({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, False, id="none"),
        pytest.param({"OTEL_SDK_DISABLED": "TRUE", "OTEL_TRACES_EXPORTER": "otlp"}, False, id="all of it is off"),
        pytest.param({"OTEL_SERVICE_NAME": "wiremill"}, False, id="a name alone asks for nothing"),
    ],
)
def test_the_standard_variables_say_whether(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], wanted: bool
) -> None:
    """OTEL_… as every program has them; no setting of our own."""
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings().wants_traces is wanted


def test_an_exporter_that_is_not_there_is_named() -> None:
    """The message has the variable, what was asked for and what there is."""
    with pytest.raises(TracingError, match=r"OTEL_TRACES_EXPORTER: no exporter 'zipkin' .* console, otlp_proto_http"):
        tracing.start({"OTEL_TRACES_EXPORTER": "zipkin"}, group="g", topic_name=str)
    with pytest.raises(TracingError, match="otlp_proto_grpc"):
        tracing.start({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, group="g", topic_name=str)


LOADED = (
    "import sys; from workers import logs; from workers.app import create_app; from workers.settings import Settings; "
    "logs.configure('INFO', 'text'); "
    "app = create_app(Settings(web_port=0)); "
    "print(app.runtime.traces is not None, any(name.startswith('opentelemetry') for name in sys.modules))"
)


@pytest.mark.parametrize(
    ("before", "environment", "printed"),
    [
        pytest.param("", {}, "False False", id="off: not even imported"),
        pytest.param("", {"OTEL_TRACES_EXPORTER": "console"}, "True True", id="on"),
        pytest.param(
            "import sys; sys.modules['opentelemetry'] = None; ", {"OTEL_TRACES_EXPORTER": "otlp"}, "False",
            id="asked for, but the extra is not installed: it runs, and says so",
        ),
        pytest.param("", {"OTEL_TRACES_EXPORTER": "zipkin"}, "False", id="an exporter that is not there: likewise"),
    ],
)  # fmt: skip
def test_without_traces_the_library_is_not_loaded(before: str, environment: dict[str, str], printed: str) -> None:
    """A worker is put together in a process of its own, to see what that loads."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", before + LOADED], env=plain | environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().startswith(printed)
    if environment and printed.startswith("False"):
        assert "no traces" in done.stderr
