"""The broker stops, dies, is cut off, lacks a topic, refuses what we write: input waits, nothing is skipped."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tests.harness.articles import articles
from tests.harness.brokers import Broker
from tests.harness.crew import supervised
from tests.harness.kafka import TOPICS, as_input, create_topics, feed, until
from tests.harness.oracle import Oracle
from tests.harness.plugin import MakeWorker, Note
from tests.harness.proxy import Network, Proxy

pytestmark = [pytest.mark.system, pytest.mark.chaos]

SETTLED_SECONDS = 300
AWAY_SECONDS = 20


async def _some_fates(oracle: Oracle, least: int) -> None:
    async def some() -> bool:
        return await oracle.fates() >= least

    await until(some, SETTLED_SECONDS, f"{least} fates", every=0.05)


@pytest.mark.parametrize(
    ("how", "away_seconds"),
    [
        pytest.param("stop", 0, id="restarted"),
        pytest.param("stop", AWAY_SECONDS, id="away"),
        pytest.param("kill", 0, id="killed"),
    ],
)
async def test_the_broker_goes_and_comes_back(
    own_broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note, how: str, away_seconds: int
) -> None:
    """The worker waits, or ends and is started again; it resumes unaided, and no article is missing."""
    broker = own_broker
    if broker.kind == "tansu" or (how == "kill" and not broker.remembers):
        pytest.skip(f"{broker.kind} itself forgets confirmed records then")
    await create_topics(broker.address, prefix)
    fed = await feed(broker.address, f"{prefix}.raw", map(as_input, articles(200, seed=21)))
    worker = make_worker(broker.address)
    async with supervised(worker) as restarts:
        async with Oracle(broker.address, prefix) as oracle:
            await _some_fates(oracle, 40)
        await asyncio.to_thread(broker.stop if how == "stop" else broker.kill)
        await asyncio.sleep(away_seconds)
        await asyncio.to_thread(broker.start)
        more = await feed(broker.address, f"{prefix}.raw", map(as_input, articles(40, seed=21, first=200)))
        async with Oracle(broker.address, prefix) as oracle:
            verdict, seconds = await oracle.wait(len(fed) + len(more), SETTLED_SECONDS)
        assert verdict.sound, verdict
        figures(f"{how}, away {away_seconds} s: {verdict}; {restarts()} restarts; {seconds:.0f} s to the end")


@pytest.mark.embedded("tansu")
@pytest.mark.parametrize("fault", ["cut", "half-open", "slow"])
async def test_the_network_fails(
    proxied_broker: tuple[Broker, Proxy], prefix: str, make_worker: MakeWorker, figures: Note, fault: str
) -> None:
    """Cut off, half-open (all sent, nothing received), or half a second late each way: nothing is lost."""
    broker, proxy = proxied_broker
    if broker.kind == "noida":
        pytest.skip("noida cannot advertise a proxy")
    address = f"127.0.0.1:{proxy.port}"
    await create_topics(address, prefix)
    fed = await feed(address, f"{prefix}.raw", map(as_input, articles(150, seed=22)), idempotent=broker.idempotent)
    worker = make_worker(address, send_seconds=10)
    async with supervised(worker) as restarts:
        async with Oracle(address, prefix) as oracle:
            await _some_fates(oracle, 30)
        if fault == "slow":
            proxy.seconds_late = 0.5
        else:
            proxy.set(Network(fault))
        await asyncio.sleep(AWAY_SECONDS)
        proxy.seconds_late = 0.0
        proxy.set(Network.UP)
        async with Oracle(address, prefix) as oracle:
            verdict, seconds = await oracle.wait(len(fed), SETTLED_SECONDS)
        assert verdict.sound, verdict
        figures(f"{fault} for {AWAY_SECONDS} s: {verdict}; {restarts()} restarts; {seconds:.0f} s after")


async def test_a_missing_output_topic_holds_the_input(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """Readiness is red and names the topic, no article is skipped; when it is made, all goes on unaided."""
    if broker.kind != "kafka":
        pytest.skip(f"{broker.kind} makes a topic for whoever asks")
    await create_topics(broker.address, prefix, names=[name for name in TOPICS if name != "quotes"])
    fed = await feed(broker.address, f"{prefix}.raw", map(as_input, articles(30, seed=23)))
    worker = make_worker(broker.address)

    async def red() -> bool:
        status, body = worker.get("/readyz")
        return status == 503 and f"{prefix}.quotes" in json.loads(body).get("missing_topics", [])

    await until(red, 120, "readiness is red and names the topic")
    await asyncio.sleep(5)
    assert worker.running
    assert worker.get("/healthz")[0] == 200, "a restart would not help"
    await create_topics(broker.address, prefix, names=["quotes"])

    async def green() -> bool:
        return worker.get("/readyz")[0] == 200

    seconds = await until(green, 120, "readiness is green again")
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(fed), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    assert len(verdict.articles) == len(fed)
    figures(f"green {seconds:.0f} s after the topic was made; {verdict}")


async def test_a_topic_that_takes_only_small_records_holds_the_input(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """`max.message.bytes` smaller than what we write: the input waits until it is mended, and nothing is skipped."""
    if broker.kind != "kafka":
        pytest.skip(f"{broker.kind} has no such limit")
    await create_topics(broker.address, prefix, names=[name for name in TOPICS if name != "enriched"])
    await create_topics(broker.address, prefix, names=["enriched"], **{"max.message.bytes": "2000"})
    fed = await feed(broker.address, f"{prefix}.raw", map(as_input, articles(20, seed=24)))
    worker = make_worker(broker.address)

    async def refused() -> bool:
        return worker.metric("news_send_retries_total") > 0

    await until(refused, 120, "the broker refuses a record")
    assert worker.get("/readyz")[0] == 503
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    topic = ConfigResource(ConfigResourceType.TOPIC, f"{prefix}.enriched", {"max.message.bytes": "1000000"})
    await admin.alter_configs([topic])
    await admin.close()
    async with Oracle(broker.address, prefix) as oracle:
        verdict, seconds = await oracle.wait(len(fed), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    assert len(verdict.articles) == len(fed)
    figures(f"{seconds:.0f} s after the limit was mended: {verdict}")
