"""The pool gives every document a fate, whatever the document does to its child. Real processes, no model."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest

from schemas.ledger import Fate
from workers.options import Stage, StageOptions
from workers.pool import Pool, PoolEvent
from workers.pool.child import Died, DocumentFault, TimedOut
from workers.publish import Delivery, Handled

SENTENCE = "The council of the harbour town voted on Monday to repair the old bridge before winter comes. "


def delivery(offset: int, text: str = SENTENCE * 6) -> Delivery:
    value = json.dumps({"url": f"https://example.org/{offset}", "text": text}).encode()
    return Delivery("news.raw", 0, offset, None, value)


@pytest.fixture
async def pool_events() -> AsyncIterator[tuple[Pool, list[PoolEvent]]]:
    events: list[PoolEvent] = []
    options = StageOptions(stages=(Stage.CLEAN,), test_hooks=True)
    pool = Pool(options, size=2, task_seconds=1.5, memory_bytes=300 << 20, on_event=events.append)
    await pool.start()
    yield pool, events
    await pool.stop()


async def settled(pool: Pool, size: int = 2) -> None:
    """Wait until every place has a living child again, by giving each a document."""
    await asyncio.gather(*(pool.run(Stage.CLEAN, [delivery(1_000 + i)]) for i in range(size * 2)))


def reasons(handled: list[Handled]) -> list[str | None]:
    return [h.reason for h in handled]


async def test_every_document_comes_back_in_order(pool_events: tuple[Pool, list[PoolEvent]]) -> None:
    """A batch of good articles gives as many clean articles, in the order they came."""
    pool, _ = pool_events
    handled = await pool.run(Stage.CLEAN, [delivery(i) for i in range(5)])
    assert [h.fate for h in handled] == [Fate.PUBLISHED] * 5
    urls = [json.loads(h.outputs[0].value)["url"] for h in handled]
    assert urls == [f"https://example.org/{i}" for i in range(5)]


@pytest.mark.parametrize(
    ("wish", "reason", "attempts"),
    [
        pytest.param("hang", "timeout", 2, id="hangs"),
        pytest.param("crash", "crash", 3, id="aborts the interpreter"),
        pytest.param("exit", "crash", 3, id="exits"),
        pytest.param("kill", "crash", 3, id="is killed"),
        pytest.param("memory", "memory", 2, id="eats memory, to the child's own limit"),
        pytest.param("raise", "exception", 1, id="raises"),
    ],
)
async def test_a_poison_article_harms_only_itself(
    pool_events: tuple[Pool, list[PoolEvent]], wish: str, reason: str, attempts: int
) -> None:
    """The offender goes to dead-letter with its original bytes; its neighbours are published."""
    pool, _ = pool_events
    poison = delivery(1, f"wiremill-test:{wish} " + SENTENCE * 6)
    before, after = delivery(0), delivery(2)
    handled = await pool.run(Stage.CLEAN, [before, poison, after])
    assert [h.fate for h in handled] == [Fate.PUBLISHED, Fate.DEAD_LETTERED, Fate.PUBLISHED]
    letter = json.loads(handled[1].outputs[0].value)
    assert base64.b64decode(letter["value"]) == poison.value
    assert (letter["attempts"], letter["offset"], letter["stage"]) == (attempts, 1, "clean")
    assert letter["error"]["class"] == reason
    await settled(pool)
    assert pool.state().alive == 2


async def test_a_stray_kill_costs_no_article(pool_events: tuple[Pool, list[PoolEvent]]) -> None:
    """kill -9 of a child while it works: the article is tried again and published."""
    pool, events = pool_events
    victims = pool.state().pids
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    handled = await asyncio.gather(*(pool.run(Stage.CLEAN, [delivery(i)]) for i in range(4)))
    assert [h.fate for [h] in handled] == [Fate.PUBLISHED] * 4
    assert events.count(PoolEvent.CRASH) == 2
    assert not set(victims) & set(pool.state().pids)


async def test_a_death_and_a_time_out_cost_no_article(
    pool_events: tuple[Pool, list[PoolEvent]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed once and frozen once, in either order: neither has come twice, so the article is tried again."""
    pool, _ = pool_events
    call = pool._call
    for faults in ([Died(), TimedOut()], [TimedOut(), Died()]):
        coming = list(faults)

        async def unlucky(*arguments: Any, coming: list[DocumentFault] = coming, **options: Any) -> Any:
            if coming:
                raise coming.pop()
            return await call(*arguments, **options)

        monkeypatch.setattr(pool, "_call", unlucky)
        [handled] = await pool.run(Stage.CLEAN, [delivery(0)])
        assert handled.fate is Fate.PUBLISHED


async def test_the_template_may_die_too(pool_events: tuple[Pool, list[PoolEvent]]) -> None:
    """kill -9 of the template takes the children along; the pool starts over and blames no article."""
    pool, _ = pool_events
    template = pool._template._process
    assert template is not None
    template.kill()
    template.wait()
    handled = await asyncio.gather(*(pool.run(Stage.CLEAN, [delivery(i)]) for i in range(4)))
    assert [h.fate for [h] in handled] == [Fate.PUBLISHED] * 4


async def test_no_process_is_left_behind() -> None:
    """After stop, the template and all children are gone."""
    pool = Pool(StageOptions(stages=(Stage.CLEAN,)), size=2)
    await pool.start()
    pids = pool.state().pids
    await pool.stop()
    for _ in range(100):
        if not any(_running(pid) for pid in pids):
            break
        await asyncio.sleep(0.05)
    assert not any(_running(pid) for pid in pids)


async def test_a_worn_child_is_replaced() -> None:
    """After its share of articles a child makes room for a fresh fork."""
    events: list[PoolEvent] = []
    pool = Pool(StageOptions(stages=(Stage.CLEAN,)), size=1, child_articles=3, on_event=events.append)
    await pool.start()
    first = pool.state().pids
    for i in range(4):
        await pool.run(Stage.CLEAN, [delivery(i)])
    assert PoolEvent.RECYCLED in events
    assert pool.state().pids != first
    await pool.stop()


def _running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
