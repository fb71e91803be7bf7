"""The judge of a run: reads all topics whole and says what is missing, torn, repeated or contradictory.

It knows the promise and the wire format, and nothing of the code that keeps it.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self

from aiokafka import ConsumerRecord

from tests.harness.kafka import TOPICS, Tape, until
from tests.harness.processes import Process

VOLATILE = ("processed_at",)  # of a record: when it was made, which no second run repeats
Place = tuple[str, int, int]  # topic, partition, offset


@dataclass
class Verdict:
    """What one look at all topics found. Problems are listed by place or id, so that a failure says where."""

    inputs: int
    fates: Counter[str] = field(default_factory=Counter)
    missing: list[Place] = field(default_factory=list)
    contradictory: list[Place] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    unknown: list[Place] = field(default_factory=list)
    repeated: int = 0
    articles: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    letters: list[dict[str, Any]] = field(default_factory=list)
    ledger: dict[Place, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Every input has one fate, and whatever was published is whole."""
        return not (self.missing or self.contradictory or self.torn or self.unknown)

    @property
    def duplicates(self) -> int:
        """How many enriched records a consumer that upserts would see again."""
        return sum(len(records) - 1 for records in self.articles.values())

    def __str__(self) -> str:
        problems = {name: getattr(self, name) for name in ("missing", "contradictory", "torn", "unknown")}
        shown = ", ".join(f"{name} {len(found)} {found[:3] or ''}".strip() for name, found in problems.items())
        counted = ", ".join(f"{count} {fate}" for fate, count in sorted(self.fates.items()))
        return f"{self.inputs} inputs: {counted or 'no fates'}; {shown}; {self.repeated} handled again"


class Oracle:
    """Reads the seven topics of a flow as they grow."""

    def __init__(self, address: str, prefix: str) -> None:
        self.prefix = prefix
        self._tapes = {name: Tape(address, f"{prefix}.{name}") for name in TOPICS}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for tape in self._tapes.values():
            await self._stack.enter_async_context(tape)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def records(self, name: str) -> list[ConsumerRecord]:
        """Return all records of one topic, without prefix, so far."""
        return await self._tapes[name].pull()

    async def judge(self) -> Verdict:
        """Read all topics, the ledger first: what it claims must by then be in the others."""
        ledger = list(await self.records("ledger"))
        read = {name: await self.records(name) for name in TOPICS if name != "ledger"}
        verdict = Verdict(inputs=len(read["raw"]))
        entries: dict[Place, list[dict[str, Any]]] = defaultdict(list)
        for record in ledger:
            entry = json.loads(record.value)
            entries[(entry["topic"], entry["partition"], entry["offset"])].append(entry)
        verdict.ledger = dict(entries)
        expected = [(r.topic, r.partition, r.offset) for name in ("raw", "clean") for r in read[name]]
        verdict.missing = [place for place in expected if place not in entries]
        verdict.unknown = sorted(set(entries) - set(expected)) if not verdict.missing else []
        for place, found in entries.items():
            if len({(entry["fate"], entry.get("reason")) for entry in found}) > 1:
                verdict.contradictory.append(place)
            verdict.fates[f"{found[0]['stage']} {found[0]['fate']}"] += 1
            verdict.repeated += len(found) - 1
        verdict.letters = [json.loads(record.value) for record in read["dead-letter"]]
        articles: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for record in read["enriched"]:
            enriched = json.loads(record.value)
            articles[enriched["article_id"]].append(enriched)
        verdict.articles = dict(articles)
        verdict.torn = self._torn(entries, read, articles)
        return verdict

    async def wait(self, inputs: int, seconds: float, *workers: Process) -> tuple[Verdict, float]:
        """Return the verdict once `inputs` raw records and all clean ones have fates, and after how many seconds.

        Fails at once if one of `workers`, which should be running, has ended.
        """
        last: list[Verdict] = []

        async def done() -> bool:
            for worker in workers:
                assert worker.running, f"the worker ended with status {worker.returncode}"
            last[:] = [await self.judge()]
            return last[0].inputs >= inputs and not last[0].missing

        began = time.monotonic()
        try:
            await until(done, seconds, "every input has a fate")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{last[0] if last else 'nothing could be read'}") from None
        return last[0], time.monotonic() - began

    async def fates(self) -> int:
        """Return how many distinct places have a fate so far; cheap, for waiting in the middle of a run."""
        return len({record.key for record in await self.records("ledger")})

    @staticmethod
    def _torn(
        entries: dict[Place, list[dict[str, Any]]],
        read: dict[str, list[ConsumerRecord]],
        articles: dict[str, list[dict[str, Any]]],
    ) -> list[str]:
        """Name what the ledger or an enriched record claims and a topic does not have."""
        quotes = {json.loads(record.value)["quote_id"] for record in read["quotes"]}
        entities = {json.loads(record.value)["entity_id"] for record in read["entities"]}
        clean = {json.loads(record.value)["article_id"] for record in read["clean"]}
        torn = []
        for found in entries.values():
            for entry in found:
                published_to = clean if entry["stage"] == "clean" else articles
                if entry["fate"] == "published" and entry["article_id"] not in published_to:
                    torn.append(f"article {entry['article_id']} of {entry['stage']}")
        for records in articles.values():
            for enriched in records:
                torn += [f"quote {q['quote_id']}" for q in enriched["quotes"] if q["quote_id"] not in quotes]
                torn += [f"entity {e['entity_id']}" for e in enriched["entities"] if e["entity_id"] not in entities]
        letters = {
            (letter["topic"], letter["partition"], letter["offset"]) for letter in map(_json, read["dead-letter"])
        }
        torn += [
            f"dead letter of {place}"
            for place, found in entries.items()
            if found[0]["fate"] == "dead-lettered" and place not in letters
        ]
        return torn


def _json(record: ConsumerRecord) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(record.value)
    return value


def lasting(enriched: dict[str, Any]) -> dict[str, Any]:
    """Return an enriched record without what differs from run to run."""
    return {name: value for name, value in enriched.items() if name not in VOLATILE}
