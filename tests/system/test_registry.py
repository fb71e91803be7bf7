"""A worker beside a schema registry: what it publishes is framed, what it reads may be either."""

from __future__ import annotations

import json

import pytest
from aiokafka import ConsumerRecord
from jsonschema import Draft202012Validator

from tests.harness.articles import articles
from tests.harness.brokers import Broker
from tests.harness.kafka import Input, as_input, create_topics, feed, read_topic, until
from tests.harness.plugin import MakeWorker
from tests.harness.registry import Registry

pytestmark = [pytest.mark.system, pytest.mark.model]

COUNT = 6
FOREIGN_FRAME = b"\0\0\x01\x86\xa0"  # of a producer's own schema, id 100000


async def test_a_registry_gets_frames_and_commands_see_through_them(
    broker: Broker, prefix: str, make_worker: MakeWorker
) -> None:
    """Half of the input is framed by its producer; all output is framed with ids whose schemas it keeps to.

    `tail` prints plain JSON, `audit` reads the ledger, `produce` frames what it sends.
    """
    if broker.kind == "tansu":
        pytest.skip("its ListOffsets ends a batch early: the commands stop too soon")
    await create_topics(broker.address, prefix)
    plain = list(map(as_input, articles(COUNT, seed=61)))
    inputs = [
        Input(FOREIGN_FRAME + (one.value or b""), one.key) if number % 2 else one for number, one in enumerate(plain)
    ]
    await feed(broker.address, f"{prefix}.raw", inputs, idempotent=broker.idempotent)
    with Registry() as registry:
        worker = make_worker(broker.address, schema_registry=registry.url)
        read: dict[str, list[ConsumerRecord]] = {}

        async def settled() -> bool:
            read["ledger"] = await read_topic(broker.address, f"{prefix}.ledger")
            return len(read["ledger"]) == 2 * COUNT

        await until(settled, 200, "every article is cleaned and annotated")
        for name in ("clean", "enriched", "quotes", "entities", "ledger"):
            records = await read_topic(broker.address, f"{prefix}.{name}")
            assert records, name
            for record in records:
                schema = registry.schema_of(record.value)
                Draft202012Validator(schema).validate(json.loads(record.value[5:]))
                assert (
                    registry.schemas.index(json.dumps(schema, separators=(",", ":"))) + 1
                    in (registry.subjects[f"{prefix}.{name}-value"])
                )
        code, shown = worker.command("tail", "--topic", "quotes", "--from-beginning", "--no-follow", "--json")
        assert code == 0, shown
        assert all("quote_id" in json.loads(line) for line in shown.splitlines())

        async def committed() -> bool:
            return worker.command("audit", "--json")[0] == 0

        await until(committed, 60, "the audit finds a fate for every input")
        code, shown = worker.command("doctor", "--json")
        [check] = [check for check in json.loads(shown) if check["name"] == "registry"]
        assert check["state"] == "ok"
        code, shown = worker.command("produce", "workers/cli/demo/samples/chip-plant.html", "--quiet")
        assert code == 0, shown
        framed = [r for r in await read_topic(broker.address, f"{prefix}.raw") if r.key == b"chip-plant.html"]
        assert registry.schema_of(framed[0].value)["title"] == "RawArticle"


def test_a_worker_does_not_start_without_its_registry(broker: Broker, prefix: str, make_worker: MakeWorker) -> None:
    """Unframed records among framed ones would stop strict consumers: it exits with 1 and names the address."""
    worker = make_worker(broker.address, schema_registry="http://127.0.0.1:9")
    assert worker.wait(60) == 1
    assert "no schema registry answers at http://127.0.0.1:9" in worker.tail()
