"""What happens to a partition behind the reader's back: records deleted before they were read, a topic made anew.

Both clients take it in silence. aiokafka moves a reader whose offset is out of range to the oldest record, and logs
that at INFO; Faust drops, at its lowest log level, whatever lies before the offset it read last, which in a topic made
anew is every record. Here it is found out, said at ERROR, counted, and mended.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from workers import broker
from workers.broker import Bounds, BrokerError
from workers.settings import Settings

log = logging.getLogger(__name__)

Partition = tuple[str, int]
BOUNDS_SECONDS = 30  # to ask where partitions begin and end; without an answer reading begins all the same


class Positions:
    """Where the reader of each partition stands, and which offsets it was never given."""

    def __init__(self) -> None:
        self.expected: dict[Partition, int] = {}  # the offset that comes next
        self.committed: dict[Partition, int] = {}  # by this process, kept when a partition goes
        self._holes: list[tuple[Partition, int, int]] = []  # first offset of the hole, and the one after its last

    def begin(self, committed: Mapping[Partition, int | None]) -> None:
        """Begin these partitions, and no others, at their committed offsets; None: at whatever comes first."""
        self.expected = {partition: offset for partition, offset in committed.items() if offset is not None}

    def forgotten(self, committed: Mapping[Partition, int | None]) -> list[Partition]:
        """Return the partitions of which the broker has no offset any more though we committed one.

        Apache Kafka forgets offsets with the topic, so these topics are not the ones that were read.
        """
        return sorted(at for at, offset in committed.items() if offset is None and self.committed.pop(at, 0))

    def arrived(self, partition: Partition, offset: int) -> None:
        """Note a delivery, and the hole before it."""
        self.skip_to(partition, offset)
        self.expected[partition] = offset + 1

    def skip_to(self, partition: Partition, offset: int) -> None:
        """Go on at an offset, with a hole before it unless it was expected."""
        expected = self.expected.get(partition, offset)
        if offset > expected:
            self._holes.append((partition, expected, offset))
        self.expected[partition] = offset

    def take_lost(self, bounds: Mapping[Partition, Bounds]) -> dict[Partition, int]:
        """Return how many records were deleted in the holes met so far, by partition, and forget those holes.

        A hole that lies before the beginning of its partition was deleted unread; one that does not was made by
        compaction or a transaction, and nothing was in it. Holes of other partitions are kept for the next look.
        """
        lost: dict[Partition, int] = {}
        for partition, start, end in self._holes:
            if partition in bounds and (gone := min(bounds[partition].begin, end) - start) > 0:
                lost[partition] = lost.get(partition, 0) + gone
        self._holes = [hole for hole in self._holes if hole[0] not in bounds]
        return lost

    def beyond(self, bounds: Mapping[Partition, Bounds]) -> list[Partition]:
        """Return the partitions that end before what is expected next of them: they are not those that were read.

        The same is seen where brokers lost confirmed records (an unclean leader election).
        """
        return sorted(at for at, bound in bounds.items() if self.expected.get(at, 0) > bound.end)


class OffsetGuard:
    """Watches the positions of one worker; `on_lost` is told of a topic and how many of its records are gone."""

    def __init__(self, settings: Settings, *, on_lost: Callable[[str, int], None]) -> None:
        self.positions = Positions()
        self._settings = settings
        self._on_lost = on_lost

    async def begin(self, committed: Mapping[Partition, int | None]) -> dict[Partition, int]:
        """Begin at the committed offsets of all partitions assigned; return where to begin instead, where need be."""
        self.positions.begin(committed)
        for topic, number in self.positions.forgotten(committed):
            log.error("the topic was made anew, its committed offset is gone; it is read from its beginning",
                      extra={"topic": topic, "partition": number})  # fmt: skip
        places = [TopicPartition(*partition) for partition in self.positions.expected]
        try:
            bounds = await asyncio.wait_for(broker.bounds(self._settings, places), BOUNDS_SECONDS) if places else {}
            anew = await asyncio.wait_for(self.look(bounds), BOUNDS_SECONDS)
        except (BrokerError, KafkaError, OSError, TimeoutError) as error:
            log.warning("where the topics begin and end is not known", extra={"error": str(error)[:300]})
            return {}
        instead = {}
        for partition in anew:
            instead[partition] = self.positions.expected[partition] = bounds[partition].begin
        for partition, bound in bounds.items():
            if self.positions.expected[partition] < bound.begin:
                self.positions.skip_to(partition, bound.begin)
                instead[partition] = bound.begin
        self._say_lost(bounds)
        return instead

    async def look(self, bounds: Mapping[Partition, Bounds]) -> list[Partition]:
        """Say and count what was lost; return the partitions that must be read from their beginning."""
        self._say_lost(bounds)
        beyond = {TopicPartition(*at): self.positions.expected[at] for at in self.positions.beyond(bounds)}
        # A fetch has the last word: Tansu states ends that lie before records it has delivered.
        anew = sorted(await broker.refused(self._settings, beyond)) if beyond else []
        for topic, number in anew:
            at = (topic, number)
            log.error("the topic was made anew, or lost its end; it is read from its beginning",
                      extra={"topic": topic, "partition": number, "position": self.positions.expected[at],
                             "end": bounds[at].end})  # fmt: skip
        return anew

    def _say_lost(self, bounds: Mapping[Partition, Bounds]) -> None:
        for (topic, number), records in self.positions.take_lost(bounds).items():
            self._on_lost(topic, records)
            log.error("records were deleted before they were read; reading on with the oldest there are",
                      extra={"topic": topic, "partition": number, "records": records})  # fmt: skip
