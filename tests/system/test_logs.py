"""What a real worker logs, where machines read it."""

from __future__ import annotations

import json
import signal

import pytest

from tests.harness.articles import article, poison
from tests.harness.brokers import Broker
from tests.harness.kafka import Input, as_input, create_topics, feed
from tests.harness.oracle import Oracle
from tests.harness.plugin import MakeWorker

pytestmark = [pytest.mark.system, pytest.mark.model]


async def test_every_line_of_a_worker_is_json(broker: Broker, prefix: str, make_worker: MakeWorker) -> None:
    """From start to end, with bad input and children that die: also what the children and the libraries say."""
    await create_topics(broker.address, prefix)
    # At DEBUG everybody speaks, also the process that loads the model and forks the children.
    worker = make_worker(broker.address, log_format="auto", log_level="DEBUG")
    inputs = [as_input(article(n, seed=61)) for n in range(4)]
    inputs += [as_input(poison("kill", 4, seed=61)), as_input(poison("raise", 5, seed=61)), Input(b"{", b"broken")]
    fed = await feed(broker.address, f"{prefix}.raw", inputs, idempotent=broker.idempotent)
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(inputs), 90, worker)
    assert verdict.sound, verdict
    worker.send(signal.SIGTERM)
    assert worker.wait(40) == 0
    entries = []
    for line in worker.log.read_text().splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            raise AssertionError(f"not JSON: {line[:300]}") from None
    assert all({"time", "level", "logger", "message"} <= set(entry) for entry in entries)
    assert "workers.stages" in {entry["logger"] for entry in entries}, "what children log is among it"
    placed = {
        (entry["topic"], entry["partition"], entry["offset"]): entry["message"]
        for entry in entries
        if entry.get("topic") == f"{prefix}.raw" and entry["message"] in {"published", "dead-lettered"}
    }
    expected = {(f"{prefix}.raw", partition, offset) for partition, offset, _ in fed}
    assert set(placed) == expected, "every input has its line"
    assert sorted(placed.values()) == ["dead-lettered"] * 3 + ["published"] * 4
    assert {entry["article_id"] for entry in entries if entry["message"] == "published"} == set(verdict.articles)
