"""Traces of a real worker, sent to a collector of the test over OTLP/HTTP."""

from __future__ import annotations

import gzip
import json
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.harness.articles import article
from tests.harness.brokers import Broker
from tests.harness.kafka import Input, create_topics, feed, until
from tests.harness.oracle import Oracle
from tests.harness.plugin import MakeWorker

pytestmark = [pytest.mark.system, pytest.mark.model]

TRACE, SCRAPER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector:
    """Takes spans as an OpenTelemetry collector does, and keeps them."""

    def __init__(self) -> None:
        self.spans: list[dict[str, Any]] = []
        self.headers: list[str | None] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.headers.append(self.headers.get("x-team"))
                collector.take(self.path, ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def take(self, path: str, request: ExportTraceServiceRequest) -> None:
        assert path == "/v1/traces"
        for resource in request.resource_spans:
            service = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append({
                        "service": service["service.name"], "name": span.name, "trace": span.trace_id.hex(),
                        "id": span.span_id.hex(), "parent": span.parent_span_id.hex(),
                        "attributes": {one.key: one.value.string_value for one in span.attributes},
                    })  # fmt: skip

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    one = Collector()
    yield one
    one.close()


async def test_one_trace_leads_from_the_scraper_to_every_output(
    broker: Broker, prefix: str, make_worker: MakeWorker, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scraper, process, clean, send, process, annotate, send: each the child of the one before; none is lost."""
    for name, value in {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
        "OTEL_EXPORTER_OTLP_HEADERS": "x-team=news",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
        "OTEL_SERVICE_NAME": "our-wiremill",
        "OTEL_BSP_SCHEDULE_DELAY": "60000",  # what is exported here is exported because the worker ends
    }.items():
        monkeypatch.setenv(name, value)
    await create_topics(broker.address, prefix)
    worker = make_worker(broker.address)
    one = article(1, seed=51)
    header = ("traceparent", f"00-{TRACE}-{SCRAPER}-01".encode())
    fed = [Input(json.dumps(one).encode(), one["url"].encode(), (header,))]
    await feed(broker.address, f"{prefix}.raw", fed, idempotent=broker.idempotent)
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(1, 90, worker)
        outputs = {name: await oracle.records(name) for name in ("clean", "enriched", "quotes", "entities", "ledger")}
    assert verdict.sound, verdict

    async def acknowledged() -> bool:
        return worker.metric("news_articles_total") == 2

    await until(acknowledged, 30, "both stages have counted it")
    worker.send(signal.SIGTERM)
    assert worker.wait(40) == 0, worker.tail()
    spans = {span["name"]: span for span in collector.spans}
    assert {span["trace"] for span in collector.spans} == {TRACE}
    assert {span["service"] for span in collector.spans} == {"our-wiremill"}
    assert set(collector.headers) == {"news"}
    parents = [
        (f"process {prefix}.raw", SCRAPER),
        ("clean", f"process {prefix}.raw"),
        (f"send {prefix}.clean", f"process {prefix}.raw"),
        (f"process {prefix}.clean", f"send {prefix}.clean"),
        ("annotate", f"process {prefix}.clean"),
        (f"send {prefix}.enriched", f"process {prefix}.clean"),
        (f"send {prefix}.quotes", f"process {prefix}.clean"),
        (f"send {prefix}.entities", f"process {prefix}.clean"),
    ]
    for name, parent in parents:
        assert spans[name]["parent"] == (spans[parent]["id"] if parent in spans else parent), name
    for topic, records in outputs.items():
        assert records, topic
        for record in records:
            carried = dict(record.headers)["traceparent"].decode()
            sends = [s["id"] for s in collector.spans if s["name"] == f"send {prefix}.{topic}"]
            assert carried in {f"00-{TRACE}-{send}-01" for send in sends}, topic
    assert spans[f"process {prefix}.clean"]["attributes"]["messaging.consumer.group.name"] == f"{prefix}-workers"


async def test_a_collector_that_is_away_costs_no_article(
    broker: Broker, prefix: str, make_worker: MakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spans are lost then, articles are not; and the worker still ends within its grace period, with status 0."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    await create_topics(broker.address, prefix)
    worker = make_worker(broker.address)
    fed = [Input(json.dumps(one).encode(), one["url"].encode()) for one in (article(n, seed=52) for n in range(5))]
    await feed(broker.address, f"{prefix}.raw", fed, idempotent=broker.idempotent)
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(5, 90, worker)
    assert verdict.sound, verdict
    assert verdict.fates == {"clean published": 5, "annotate published": 5}
    worker.send(signal.SIGTERM)
    assert worker.wait(30) == 0, worker.tail()
