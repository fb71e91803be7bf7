"""Logs: lines for people on a terminal, JSON for machines elsewhere, and never the text of an article."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import pytest

from schemas.ledger import Fate
from workers.acks import Arrival
from workers.agents import Flow, Limits
from workers.metrics import Metrics
from workers.options import Stage
from workers.publish import Delivery, Handled, Outgoing

SAY = (
    "import logging; from workers import logs; logs.configure('INFO', {style!r}); "
    "logging.getLogger('workers.x').warning('a thing %s', 'happened', "
    "extra={{'article_id': 'é1', 'topic': 'news.raw', 'partition': 3, 'offset': 42}})"
)


def said(style: str) -> str:
    """Return what a process whose errors go into a pipe says."""
    done = subprocess.run([sys.executable, "-c", SAY.format(style=style)], capture_output=True, text=True, check=True)
    return done.stderr


def said_on_terminal(style: str) -> str:
    """Return what a process whose errors go to a terminal says."""
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", SAY.format(style=style)], stderr=theirs, check=True)
    os.close(theirs)
    try:
        return os.read(ours, 10_000).decode()
    finally:
        os.close(ours)


@pytest.mark.parametrize("style", ["auto", "json"])
def test_elsewhere_logs_are_json(style: str) -> None:
    """One object a line: when, how bad, who, what, and the facts under their names."""
    [line] = said(style).splitlines()
    entry = json.loads(line)
    assert datetime.fromisoformat(entry.pop("time")).utcoffset() is not None
    assert entry == {
        "level": "warning", "logger": "workers.x", "message": "a thing happened",
        "article_id": "é1", "topic": "news.raw", "partition": 3, "offset": 42,
    }  # fmt: skip


def test_on_a_terminal_logs_are_lines() -> None:
    """The message first, the facts behind it."""
    line = said_on_terminal("auto").strip()
    assert line.endswith("WARNING  a thing happened  [article_id=é1 topic=news.raw partition=3 offset=42]")
    assert said("text").strip().endswith(line[9:])


def test_json_can_be_had_on_a_terminal() -> None:
    """`WIREMILL_LOG_FORMAT` wins."""
    assert json.loads(said_on_terminal("json"))["message"] == "a thing happened"


class Fates:
    """Runner and sender of a flow whose articles all have one fate."""

    def __init__(self, fate: Fate, reason: str | None, article_id: str | None) -> None:
        self.handled = Handled(fate, reason, article_id)

    async def run(self, stage: Stage, deliveries: Sequence[Delivery]) -> list[Handled]:
        return [self.handled] * len(deliveries)

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        pass


async def logged(
    caplog: pytest.LogCaptureFixture, fates: Fates, stage: Stage, level: int = logging.INFO
) -> list[logging.LogRecord]:
    """Return what a flow logs of one article."""
    flow = Flow(
        (stage,), fates, fates, Metrics(), Limits(1_000, 10, 1), topic_name=lambda topic: topic, on_crash=lambda _: None
    )
    flow.start()
    done = asyncio.Event()

    async def arrivals() -> AsyncIterator[Arrival]:
        yield Arrival(Delivery("news.clean", 3, 42, b"a7", b"a secret text"), 1, done.set)

    with caplog.at_level(level, logger="workers.agents"):
        await flow.consume(stage, arrivals())
        await asyncio.wait_for(done.wait(), 5)
    await flow.stop()
    return caplog.records


async def test_a_dead_letter_is_logged_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    """Article, topic, partition, offset and reason; the id of an article that could not be read is its key."""
    [record] = await logged(caplog, Fates(Fate.DEAD_LETTERED, "crash", None), Stage.ANNOTATE)
    assert (record.levelname, record.getMessage()) == ("WARNING", "dead-lettered")
    facts = vars(record)
    assert {name: facts[name] for name in ("article_id", "topic", "partition", "offset", "reason", "stage")} == {
        "article_id": "a7", "topic": "news.clean", "partition": 3, "offset": 42, "reason": "crash", "stage": "annotate",
    }  # fmt: skip
    assert not [value for value in facts.values() if "secret" in str(value)]


async def test_an_article_that_is_published_is_logged_at_debug_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Per article there are metrics and the ledger; who asks for more gets a line for each."""
    fates = Fates(Fate.PUBLISHED, None, "a8")
    assert await logged(caplog, fates, Stage.CLEAN) == []
    [record] = await logged(caplog, fates, Stage.CLEAN, logging.DEBUG)
    assert (record.getMessage(), vars(record)["article_id"], vars(record)["offset"]) == ("published", "a8", 42)
