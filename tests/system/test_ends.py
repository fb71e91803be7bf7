"""However a worker ends, nothing is lost; when it is asked to end, nothing is done twice."""

from __future__ import annotations

import json
import random
import signal
import time
from collections.abc import Awaitable, Callable

import psutil
import pytest

from tests.harness.articles import articles
from tests.harness.brokers import Broker
from tests.harness.kafka import as_input, committed, create_topics, feed, until
from tests.harness.oracle import Oracle, lasting
from tests.harness.plugin import MakeWorker, Note

pytestmark = pytest.mark.system

SETTLED_SECONDS = 120
GRACE_SECONDS = 25


@pytest.mark.embedded("tansu")
async def test_kill_9_in_the_middle_loses_nothing(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """A worker that is killed twice under load and started again: no article is missing, no record is torn."""
    seed = random.randrange(1_000_000)
    rng = random.Random(seed)
    await create_topics(broker.address, prefix)
    fed = await feed(
        broker.address, f"{prefix}.raw", map(as_input, articles(200, seed=6)), idempotent=broker.idempotent
    )
    async with Oracle(broker.address, prefix) as oracle:
        for share in (rng.uniform(0.05, 0.4), rng.uniform(0.5, 0.9)):
            worker = make_worker(broker.address)
            target = int(share * 2 * len(fed))

            async def far_enough(target: int = target) -> bool:
                return await oracle.fates() >= target

            await until(far_enough, SETTLED_SECONDS, f"{target} fates (seed {seed})", every=0.02)
            children = worker.descendants()
            worker.send(signal.SIGKILL)
            assert worker.wait(5) == -signal.SIGKILL
            await until(_ended(children), 5, "the children of a killed worker end too")
        worker = make_worker(broker.address)
        verdict, seconds = await oracle.wait(len(fed), SETTLED_SECONDS, worker)
    assert verdict.sound, f"seed {seed}: {verdict}"
    assert len(verdict.articles) == len(fed)
    for again in verdict.articles.values():
        assert all(lasting(one) == lasting(again[0]) for one in again), "a replay differs from the first time"
    if broker.kind == "tansu":
        figures(f"seed {seed}: {verdict}; {seconds:.1f} s to the end")
        return  # it misstates where topics end, which the audit must believe and the oracle need not
    status, output = worker.command("audit", "--to-end", "--json")
    assert status == 0, output
    audited = {name: (topic["inputs"], topic["missing"]) for name, topic in json.loads(output)["topics"].items()}
    assert audited == {f"{prefix}.raw": (len(fed), 0), f"{prefix}.clean": (verdict.fates["annotate published"], 0)}
    figures(f"seed {seed}: {verdict}; {seconds:.1f} s to the end; audit, inputs and missing: {audited}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
async def test_a_worker_that_is_asked_to_end_does_nothing_twice(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note, number: signal.Signals
) -> None:
    """Under load it ends with status 0 within the grace period, commits what it finished, and the next one goes on."""
    await create_topics(broker.address, prefix)
    fed = await feed(
        broker.address, f"{prefix}.raw", map(as_input, articles(200, seed=7)), idempotent=broker.idempotent
    )
    first = make_worker(broker.address)
    async with Oracle(broker.address, prefix) as oracle:

        async def under_load() -> bool:
            return await oracle.fates() >= 40

        await until(under_load, SETTLED_SECONDS, "40 fates", every=0.02)
        children = first.descendants()
        began = time.monotonic()
        first.send(number)
        status = first.wait(GRACE_SECONDS + 5)
        seconds = time.monotonic() - began
        assert status == 0, first.tail()
        assert seconds < GRACE_SECONDS
        await until(_ended(children), 5, "the children end with the worker")
        before = await oracle.judge()
        assert before.missing, "it ended after all was done: the load was too light for this test"
        offsets = [
            await committed(broker.address, f"{prefix}-workers", f"{prefix}.{name}") for name in ("raw", "clean")
        ]
        assert sum(sum(offset.values()) for offset in offsets) == len(before.ledger), "committed is what has a fate"
        second = make_worker(broker.address)
        verdict, _ = await oracle.wait(len(fed), SETTLED_SECONDS, second)
    assert verdict.sound, verdict
    assert verdict.repeated == 0, verdict
    assert verdict.duplicates == 0, verdict
    figures(f"ended in {seconds:.1f} s with {len(before.ledger)} fates; {verdict}")


@pytest.mark.embedded("tansu")
async def test_a_worker_that_joins_repeats_nothing(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """What is finished and not yet committed is committed before its partition goes to somebody else."""
    await create_topics(broker.address, prefix)
    fed = await feed(broker.address, f"{prefix}.raw", map(as_input, articles(30, seed=9)), idempotent=broker.idempotent)
    first = make_worker(broker.address, commit_seconds=600)  # so that only the rebalance commits
    async with Oracle(broker.address, prefix) as oracle:
        before, _ = await oracle.wait(len(fed), SETTLED_SECONDS, first)
        second = make_worker(broker.address, commit_seconds=600)

        async def shared() -> bool:
            return all(worker.metric("news_assigned_partitions") == 4 for worker in (first, second))

        await until(shared, SETTLED_SECONDS, "both workers have partitions")
        more = await feed(
            broker.address, f"{prefix}.raw", map(as_input, articles(30, seed=10)), idempotent=broker.idempotent
        )
        verdict, _ = await oracle.wait(len(fed) + len(more), SETTLED_SECONDS, second)
    assert before.sound, before
    assert verdict.sound, verdict
    assert verdict.repeated == 0, verdict
    figures(str(verdict))


async def test_a_second_signal_does_not_break_the_first(broker: Broker, prefix: str, make_worker: MakeWorker) -> None:
    """SIGTERM twice, as an impatient operator sends it: still an orderly end, still nothing twice."""
    await create_topics(broker.address, prefix)
    fed = await feed(
        broker.address, f"{prefix}.raw", map(as_input, articles(120, seed=8)), idempotent=broker.idempotent
    )
    first = make_worker(broker.address)
    async with Oracle(broker.address, prefix) as oracle:

        async def under_load() -> bool:
            return await oracle.fates() >= 20

        await until(under_load, SETTLED_SECONDS, "20 fates", every=0.02)
        first.send(signal.SIGTERM)
        time.sleep(0.1)  # noqa: ASYNC251  # nothing else runs here; the worker is another process
        first.send(signal.SIGTERM)
        assert first.wait(GRACE_SECONDS + 5) == 0, first.tail()
        second = make_worker(broker.address)
        verdict, _ = await oracle.wait(len(fed), SETTLED_SECONDS, second)
    assert verdict.sound, verdict
    assert verdict.repeated == 0, verdict


def _ended(processes: list[psutil.Process]) -> Callable[[], Awaitable[bool]]:
    async def ended() -> bool:
        return not any(process.is_running() and process.status() != "zombie" for process in processes)

    return ended
