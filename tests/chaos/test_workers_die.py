"""Workers and their children are killed, frozen and moved about under load: nothing is lost, nothing is torn."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.harness.articles import articles, poison
from tests.harness.brokers import Broker
from tests.harness.crew import chaos_seed, supervised
from tests.harness.kafka import as_input, create_topics, feed, until
from tests.harness.oracle import Oracle, lasting
from tests.harness.plugin import MakeWorker, Note
from tests.harness.processes import run
from tests.harness.worker import WIREMILL, Worker

pytestmark = [pytest.mark.system, pytest.mark.chaos, pytest.mark.embedded("tansu")]

KILLS = int(os.environ.get("WIREMILL_CHAOS_KILLS", "20"))
IN_FLIGHT_ARTICLES = 64  # of each of the two stages, by default and with one child
SETTLED_SECONDS = 300
FROZEN_SECONDS = 12  # twice the session


def undisturbed(inputs: list[dict[str, object]], folder: Path) -> dict[str, dict[str, object]]:
    """Return what the stages make of the articles where nothing goes wrong: the offline command, by article id.

    Without the memory of lines, which a worker does not have either (docs/adr/0006).
    """
    path = folder / "raw.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in inputs))
    done = run(WIREMILL, "enrich", path, environment={"WIREMILL_LINE_MEMORY": "off"}, seconds=SETTLED_SECONDS)
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return {record["article_id"]: record for record in records}


async def test_kill_9_at_random_moments(
    broker: Broker, prefix: str, make_worker: MakeWorker, tmp_path: Path, figures: Note
) -> None:
    """However often and whenever a worker is killed: 0 missing, 0 torn, and each record is that of a calm run."""
    seed = chaos_seed()
    rng = random.Random(seed)
    inputs = list(articles(KILLS * 12, seed=11))
    await create_topics(broker.address, prefix)
    await feed(broker.address, f"{prefix}.raw", map(as_input, inputs[: len(inputs) // 2]), idempotent=broker.idempotent)
    worker = make_worker(broker.address, in_flight_articles=IN_FLIGHT_ARTICLES)
    fates, repeats = 0, []
    async with Oracle(broker.address, prefix) as oracle:
        for kill in range(KILLS):
            fed_late = inputs[len(inputs) // 2 :][kill * 6 : kill * 6 + 6]
            await feed(broker.address, f"{prefix}.raw", map(as_input, fed_late), idempotent=broker.idempotent)
            # Some are killed while they start, the others a moment after they published something.
            if rng.random() < 0.8:

                async def moved(fates: int = fates) -> bool:
                    return await oracle.fates() > fates

                await until(moved, SETTLED_SECONDS, f"progress before kill {kill} (seed {seed})", every=0.01)
            await asyncio.sleep(rng.uniform(0, 0.6))
            worker.send(signal.SIGKILL)
            worker.wait(10)
            fates = await oracle.fates()
            repeats.append((await oracle.judge()).repeated)
            worker.start()
        verdict, seconds = await oracle.wait(len(inputs), SETTLED_SECONDS, worker)
    assert verdict.sound, f"seed {seed}: {verdict}"
    calm = undisturbed(inputs, tmp_path)
    assert set(verdict.articles) == set(calm)
    for article_id, again in verdict.articles.items():
        for one in again:
            assert lasting(one) == lasting(calm[article_id]), f"seed {seed}: {article_id}"
    most = max(later - earlier for earlier, later in zip([0, *repeats], repeats, strict=False))
    assert most <= 2 * IN_FLIGHT_ARTICLES, f"seed {seed}: {most} again after a kill, more than was in flight"
    figures(f"{KILLS} kills, seed {seed}: {verdict}; at most {most} again after a kill; {seconds:.0f} s from the last")


async def test_children_are_killed_and_frozen(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """Children that vanish or freeze cost no article: it is tried again elsewhere, and the pool is whole again."""
    seed = chaos_seed()
    rng = random.Random(seed)
    await create_topics(broker.address, prefix)
    fed = await feed(
        broker.address, f"{prefix}.raw", map(as_input, articles(200, seed=12)), idempotent=broker.idempotent
    )
    worker = make_worker(broker.address, pool_size=2, task_seconds=8)
    done = 0
    async with Oracle(broker.address, prefix) as oracle:
        while done < 12:
            await asyncio.sleep(rng.uniform(0.2, 1.0))
            # The children are those that hold no children of their own: the template that forks them stays out of it.
            children = [p for p in worker.descendants() if not p.children()]
            if worker.metric("news_articles_total") == 0 or not children:
                continue
            try:
                rng.choice(children).send_signal(signal.SIGSTOP if done % 4 == 3 else signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
            done += 1
        verdict, seconds = await oracle.wait(len(fed), SETTLED_SECONDS, worker)
    assert verdict.sound, f"seed {seed}: {verdict}"
    assert len(verdict.articles) == len(fed), f"seed {seed}: {verdict}"
    assert verdict.repeated == 0, verdict

    # An empty place is filled when work comes.
    await feed(
        broker.address, f"{prefix}.raw", map(as_input, articles(20, seed=12, first=200)), idempotent=broker.idempotent
    )

    async def whole() -> bool:
        return worker.metric('news_pool_children{state="missing"}') == 0

    await until(whole, 30, "the pool is back to size")
    figures(f"9 kills and 3 stops of children, seed {seed}: {verdict}; {seconds:.0f} s after the last")


async def test_a_worker_frozen_for_two_sessions_is_fenced(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """SIGSTOP until another has its partitions, then SIGCONT: its late commits are refused, and nothing is skipped."""
    if not broker.replaces_the_dead:
        pytest.skip("noida never replaces a member that is gone")
    await create_topics(broker.address, prefix)
    fed = await feed(
        broker.address, f"{prefix}.raw", map(as_input, articles(240, seed=13)), idempotent=broker.idempotent
    )
    frozen, other = (make_worker(broker.address) for _ in range(2))
    async with supervised(frozen, other) as restarts, Oracle(broker.address, prefix) as oracle:

        async def both_work() -> bool:
            return min(frozen.metric("news_articles_total"), other.metric("news_articles_total")) > 0

        await until(both_work, SETTLED_SECONDS, "both workers work", every=0.05)
        for process in (psutil.Process(frozen.pid), *frozen.descendants()):
            process.suspend()
        await asyncio.sleep(FROZEN_SECONDS)
        for process in (psutil.Process(frozen.pid), *frozen.descendants()):
            process.resume()
        more = await feed(
            broker.address,
            f"{prefix}.raw",
            map(as_input, articles(40, seed=13, first=240)),
            idempotent=broker.idempotent,
        )
        verdict, seconds = await oracle.wait(len(fed) + len(more), SETTLED_SECONDS)
        assert verdict.sound, verdict
        figures(f"frozen {FROZEN_SECONDS} s: {verdict}; {restarts()} restarts; {seconds:.0f} s after")


def _who_may_leave(crew: list[Worker]) -> list[Worker]:
    """Return all but the only worker that is up, none while none is: a start may take longer than a storm gives one."""
    up = [worker for worker in crew if worker.get("/healthz")[0] == 200]
    return [worker for worker in crew if up and [worker] != up]


async def test_a_rebalance_storm(broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note) -> None:
    """Workers come and go every few seconds, in order and by kill -9: progress never stops for a minute."""
    if not broker.replaces_the_dead:
        pytest.skip("noida never replaces a member that is gone")
    seed = chaos_seed()
    rng = random.Random(seed)
    await create_topics(broker.address, prefix)
    fed = await feed(
        broker.address, f"{prefix}.raw", map(as_input, articles(400, seed=14)), idempotent=broker.idempotent
    )
    crew = [make_worker(broker.address)]
    async with Oracle(broker.address, prefix) as oracle:
        last, since, longest = 0, time.monotonic(), 0.0
        ends = time.monotonic() + 90
        next_change = time.monotonic() + 5
        while time.monotonic() < ends:
            fates = await oracle.fates()
            if fates > last:
                longest = max(longest, time.monotonic() - since)
                last, since = fates, time.monotonic()
            if time.monotonic() > next_change:
                if len(crew) < 4 and (len(crew) == 1 or rng.random() < 0.5):
                    crew.append(make_worker(broker.address))
                elif leaving := _who_may_leave(crew):
                    one = rng.choice(leaving)
                    crew.remove(one)
                    one.send(rng.choice([signal.SIGTERM, signal.SIGKILL]))
                next_change = time.monotonic() + rng.uniform(2, 6)
            await asyncio.sleep(0.2)
            if fates >= 2 * len(fed):
                break
        verdict, seconds = await oracle.wait(len(fed), SETTLED_SECONDS)
    assert verdict.sound, f"seed {seed}: {verdict}"
    assert longest < 60, f"seed {seed}: no progress for {longest:.0f} s"
    figures(
        f"storm of up to 4 workers, seed {seed}: {verdict}; longest pause {longest:.0f} s; {seconds:.0f} s after it"
    )


@pytest.mark.everyday
async def test_a_worker_that_makes_no_progress_ends_itself(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """Frozen children: heartbeats go on, yet it dumps its stacks and exits with the status that asks for a restart."""
    await create_topics(broker.address, prefix)
    worker = make_worker(broker.address, stall_seconds=6, task_seconds=120, rebalance_seconds=400)
    fed = await feed(
        broker.address, f"{prefix}.raw", map(as_input, articles(40, seed=15)), idempotent=broker.idempotent
    )

    async def works() -> bool:
        return worker.metric("news_articles_total") > 0

    await until(works, SETTLED_SECONDS, "the worker works", every=0.02)
    for child in worker.descendants():
        child.suspend()
    more = await feed(
        broker.address, f"{prefix}.raw", map(as_input, articles(20, seed=15, first=40)), idempotent=broker.idempotent
    )
    began = time.monotonic()
    assert worker.wait(60) == 70, worker.tail()
    seconds = time.monotonic() - began
    assert "Current thread" in worker.tail(), "no stack dump"
    worker.start()
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(fed) + len(more), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    figures(f"noticed after {seconds:.0f} s; {verdict}")


@pytest.mark.everyday
async def test_a_bad_deploy_stops_instead_of_draining_the_topic(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """Every article raises: the circuit breaker ends the worker, most of the topic is still there for a better one."""
    await create_topics(broker.address, prefix)
    inputs = [poison("raise", number, seed=16) for number in range(400)]
    await feed(broker.address, f"{prefix}.raw", map(as_input, inputs), idempotent=broker.idempotent)
    worker = make_worker(broker.address)
    assert worker.wait(SETTLED_SECONDS) == 76, worker.tail()
    better = make_worker(broker.address, test_hooks=False)
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(inputs), SETTLED_SECONDS, better)
    lost = verdict.fates["clean dead-lettered"]
    assert lost < 200, verdict
    assert verdict.fates["clean published"] >= 200
    assert not verdict.missing
    figures(f"{lost} of {len(inputs)} articles were dead-lettered before it stopped; {verdict}")
