"""The flow on fake arrivals: what is sent, in which order, and what is acknowledged when."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

import pytest

from schemas.ledger import Fate
from workers.acks import Arrival
from workers.agents import BreakerTrippedError, Flow, Limits
from workers.metrics import Metrics
from workers.options import Stage
from workers.publish import Delivery, Handled, Outgoing, Topic


class Log:
    """Runner, sender and acknowledgement in one: writes down what happens, in order."""

    def __init__(self) -> None:
        self.events: list[tuple[str, object]] = []
        self.batches: list[list[int]] = []
        self.go = asyncio.Event()
        self.go.set()
        self.confirm = asyncio.Event()
        self.confirm.set()
        self.fate = Fate.PUBLISHED
        self.reason: str | None = None

    async def run(self, stage: Stage, deliveries: Sequence[Delivery]) -> list[Handled]:
        self.batches.append([delivery.offset for delivery in deliveries])
        await self.go.wait()
        return [
            Handled(self.fate, self.reason, f"a{d.offset}", (Outgoing(Topic.CLEAN, b"k", b"%d" % d.offset, ()),))
            for d in deliveries
        ]

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        await self.confirm.wait()
        self.events += [(message.topic.value, message.value) for message in messages]

    def arrival(self, offset: int, size: int = 1) -> Arrival:
        return Arrival(
            Delivery("news.raw", 0, offset, None, b"x" * size), 1, lambda: self.events.append(("ack", offset))
        )


def make_flow(log: Log, crashes: list[BaseException] | None = None, **limits: float) -> Flow:
    chosen = {"in_flight_bytes": 1_000, "in_flight_articles": 100, "batches": 1} | limits
    flow = Flow(
        (Stage.CLEAN, Stage.ANNOTATE),
        log,
        log,
        Metrics(),
        Limits(**chosen),  # type: ignore[arg-type]
        topic_name=lambda topic: f"news.{topic}",
        on_crash=(crashes if crashes is not None else []).append,
    )
    flow.start()
    return flow


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def arrivals(*items: Arrival) -> AsyncIterator[Arrival]:
    for item in items:
        yield item


async def test_outputs_then_ledger_then_acknowledgement() -> None:
    """An article is acknowledged after its outputs and its ledger entry, in this order."""
    log = Log()
    flow = make_flow(log)
    await flow.consume(Stage.CLEAN, arrivals(log.arrival(5)))
    await settle()
    assert [name for name, _ in log.events] == ["clean", "ledger", "ack"]
    entry = json.loads(log.events[1][1])  # type: ignore[arg-type]
    assert (entry["topic"], entry["offset"], entry["fate"], entry["outputs"]) == (
        "news.raw", 5, "published", {"news.clean": 1},
    )  # fmt: skip
    await flow.stop()


async def test_nothing_is_acknowledged_before_the_broker_confirms() -> None:
    """While the broker is silent, no acknowledgement; when it answers, all."""
    log = Log()
    log.confirm.clear()
    flow = make_flow(log)
    await flow.consume(Stage.CLEAN, arrivals(log.arrival(1), log.arrival(2)))
    await settle()
    assert log.events == []
    assert flow.acks.under_way() == 2
    log.confirm.set()
    await settle()
    assert [event for event in log.events if event[0] == "ack"] == [("ack", 1), ("ack", 2)]
    await flow.stop()


async def test_bytes_under_way_are_bounded() -> None:
    """With room for 1,000 bytes, the third article of 400 waits outside."""
    log = Log()
    log.go.clear()
    flow = make_flow(log)
    taking = asyncio.create_task(flow.consume(Stage.CLEAN, arrivals(*(log.arrival(i, 400) for i in range(4)))))
    await settle()
    assert not taking.done()
    assert sum(len(batch) for batch in log.batches) <= 2
    log.go.set()
    await asyncio.wait_for(taking, 5)
    await settle()
    assert len([event for event in log.events if event[0] == "ack"]) == 4
    await flow.stop()


async def test_an_article_larger_than_the_room_still_passes() -> None:
    """A single article of any size is admitted when nothing else is under way."""
    log = Log()
    flow = make_flow(log)
    await asyncio.wait_for(flow.consume(Stage.CLEAN, arrivals(log.arrival(1, 5_000), log.arrival(2, 5_000))), 5)
    await settle()
    assert ("ack", 2) in log.events
    await flow.stop()


async def test_a_lone_article_does_not_wait_for_company() -> None:
    """The first article goes at once; what gathers meanwhile goes together."""
    log = Log()
    log.go.clear()
    flow = make_flow(log)
    await flow.consume(Stage.CLEAN, arrivals(log.arrival(0)))
    await settle()
    await flow.consume(Stage.CLEAN, arrivals(*(log.arrival(i) for i in range(1, 5))))
    log.go.set()
    await settle()
    assert log.batches == [[0], [1, 2, 3, 4]]
    await flow.stop()


async def test_what_waits_is_shared_with_the_child_that_is_still_at_work() -> None:
    """The first of two children that is free takes half of what waits: its first would wait for its last."""
    log = Log()
    log.go.clear()
    flow = make_flow(log, batches=2)
    await flow.consume(Stage.CLEAN, arrivals(log.arrival(0), log.arrival(1)))
    await settle()
    await flow.consume(Stage.CLEAN, arrivals(*(log.arrival(i) for i in range(2, 10))))
    log.go.set()
    await settle()
    assert log.batches[:3] == [[0], [1], [2, 3, 4, 5]]
    assert sorted(offset for batch in log.batches for offset in batch) == list(range(10))
    await flow.stop()


async def test_the_later_stage_goes_first() -> None:
    """With both waiting, clean articles are annotated before more raw ones are cleaned."""
    log = Log()
    log.go.clear()
    flow = make_flow(log)
    await flow.consume(Stage.CLEAN, arrivals(log.arrival(0)))
    await settle()
    await flow.consume(Stage.CLEAN, arrivals(log.arrival(1)))
    await flow.consume(Stage.ANNOTATE, arrivals(Arrival(Delivery("news.clean", 0, 9, None, b""), 1, lambda: None)))
    log.go.set()
    await settle()
    assert log.batches == [[0], [9], [1]]
    await flow.stop()


async def test_the_breaker_stops_before_the_topic_is_drained() -> None:
    """When most articles die of our own errors, the flow breaks off without acknowledging the rest."""
    log, crashes = Log(), list[BaseException]()
    log.fate, log.reason = Fate.DEAD_LETTERED, "crash"
    flow = make_flow(log, crashes, max_dead_letter_share=0.5)
    await flow.consume(Stage.CLEAN, arrivals(*(log.arrival(i) for i in range(90))))
    await settle()
    assert [type(error) for error in crashes] == [BreakerTrippedError]
    assert len([event for event in log.events if event[0] == "ack"]) < 90
    await flow.stop()


@pytest.mark.parametrize("reason", ["malformed", "invalid"])
async def test_bad_input_does_not_trip_the_breaker(reason: str) -> None:
    """Malformed input is its sender's fault; the worker goes on."""
    log, crashes = Log(), list[BaseException]()
    log.fate, log.reason = Fate.DEAD_LETTERED, reason
    flow = make_flow(log, crashes, max_dead_letter_share=0.5)
    await flow.consume(Stage.CLEAN, arrivals(*(log.arrival(i) for i in range(90))))
    await settle()
    assert crashes == []
    await flow.stop()
