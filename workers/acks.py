"""Acknowledgement in offset order, per partition and group generation.

Faust commits past an event that was not acknowledged when later ones are (faust-streaming #606: `Consumer._new_offset`
does not look for a gap at the head), so an acknowledgement is released only as part of the unbroken row of finished
events that begins with the oldest one delivered. Events of an earlier generation come again by redelivery: their
acknowledgement is dropped.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workers.publish import Delivery

if TYPE_CHECKING:
    from workers.tracing import ArticleTrace


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery with the way to acknowledge it. `generation` is the consumer group's when it was delivered."""

    delivery: Delivery
    generation: int
    ack: Callable[[], object]


@dataclass(eq=False, slots=True)
class Ticket:
    """An arrival under way."""

    arrival: Arrival
    since: float = field(default_factory=time.monotonic)
    finished: bool = False
    traced: ArticleTrace | None = None  # its spans, where traces are on


Partition = tuple[str, int]


class OrderedAcks:
    """The rows of arrivals under way, one a partition."""

    def __init__(self) -> None:
        self._rows: dict[Partition, deque[Ticket]] = {}
        self._generations: dict[Partition, int] = {}
        self.next_offsets: dict[Partition, int] = {}  # of each partition: the offset after the last acknowledged one

    def track(self, arrival: Arrival) -> Ticket:
        """Put an arrival at the end of its partition's row. A new generation starts a new row."""
        partition = (arrival.delivery.topic, arrival.delivery.partition)
        if self._generations.get(partition) != arrival.generation:
            self._generations[partition] = arrival.generation
            self._rows[partition] = deque()
        ticket = Ticket(arrival)
        self._rows[partition].append(ticket)
        return ticket

    def finish(self, ticket: Ticket) -> int:
        """Mark a ticket as finished and acknowledge what that completes, oldest first; return how many that were."""
        ticket.finished = True
        partition = (ticket.arrival.delivery.topic, ticket.arrival.delivery.partition)
        if self._generations.get(partition) != ticket.arrival.generation:
            return 0
        row, released = self._rows[partition], 0
        while row and row[0].finished:
            done = row.popleft()
            done.arrival.ack()
            self.next_offsets[partition] = done.arrival.delivery.offset + 1
            released += 1
        return released

    def oldest_seconds(self) -> float:
        """Return for how long the oldest unfinished arrival is under way, 0 when there is none."""
        heads = [row[0].since for row in self._rows.values() if row]
        return time.monotonic() - min(heads) if heads else 0.0

    def under_way(self) -> int:
        """Return how many arrivals wait for their acknowledgement."""
        return sum(len(row) for row in self._rows.values())
