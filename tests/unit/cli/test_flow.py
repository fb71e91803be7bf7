"""The offline flow keeps the order of its inputs, keeps its window small, and passes on what could not be read."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import pytest

from schemas.ledger import Fate
from workers.cli.flow import CHUNK_ARTICLES, READ_AHEAD, WINDOW_PER_CHILD, Outcome, limited, outcomes
from workers.cli.sources import Found, Unreadable
from workers.options import Stage
from workers.publish import Delivery, Handled


class UnevenPool:
    """A pool whose chunks take random times; notes how many run at once."""

    def __init__(self) -> None:
        self.running = self.most = 0

    async def run(self, stage: Stage, deliveries: list[Delivery]) -> list[Handled]:
        self.running += 1
        self.most = max(self.most, self.running)
        for _ in range(random.Random(deliveries[0].offset).randint(1, 20)):
            await asyncio.sleep(0)
        self.running -= 1
        return [Handled(Fate.PUBLISHED, article_id=str(delivery.offset)) for delivery in deliveries]


def inputs(count: int) -> Iterator[Found | Unreadable]:
    for number in range(count):
        if number % 10 == 7:
            yield Unreadable(str(number), "broken")
        else:
            yield Found("f", number, str(number), b"x")


async def test_outcomes_come_in_the_order_of_the_inputs() -> None:
    """Whatever chunk is done first; the unreadable ones in between."""
    pool = UnevenPool()
    places = []
    async for outcome in outcomes(inputs(200), pool, Stage.CLEAN, children=3):
        if isinstance(outcome, Outcome):
            assert outcome.handled.article_id == outcome.found.place
            places.append(outcome.found.place)
        else:
            places.append(outcome.place)
    assert places == [str(number) for number in range(200)]
    assert 1 < pool.most <= 3 * WINDOW_PER_CHILD + 2


async def test_reading_does_not_run_away() -> None:
    """While nothing is taken out, only a bounded number of inputs is read."""
    read = 0

    def endless() -> Iterator[Found | Unreadable]:
        nonlocal read
        while True:
            read += 1
            yield Found("f", read, str(read), b"x")

    flow = outcomes(endless(), UnevenPool(), Stage.CLEAN, children=1)
    await anext(flow)
    for _ in range(500):
        await asyncio.sleep(0.001)
        if read > 10_000:
            break
    await flow.aclose()
    assert read <= READ_AHEAD + (WINDOW_PER_CHILD + 4) * CHUNK_ARTICLES + 2


async def test_an_error_of_reading_reaches_whoever_asked() -> None:
    """It does not end as a silent short result."""

    def failing() -> Iterator[Found | Unreadable]:
        yield Found("f", 0, "0", b"x")
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError, match="the disk is gone"):
        async for _ in outcomes(failing(), UnevenPool(), Stage.CLEAN, children=1):
            pass


def test_a_limit_stops_reading() -> None:
    """`--limit 3` reads three inputs, not the whole archive."""
    source = inputs(100)
    assert len(list(limited(source, 3))) == 3
    assert next(source) is not None
