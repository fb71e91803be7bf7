"""Positions: what was lost, what is a hole with nothing in it, what is not the topic that was read."""

from __future__ import annotations

from workers.broker import Bounds
from workers.offsets import Positions

RAW = ("news.raw", 0)
OTHER = ("news.raw", 1)


def bounds(begin: int, end: int) -> dict[tuple[str, int], Bounds]:
    return {RAW: Bounds(begin, end, 0)}


def test_records_deleted_in_a_hole_are_lost() -> None:
    """Expected 10, got 50, and the oldest there is is 50: 40 records were deleted unread. Said once."""
    positions = Positions()
    positions.begin({RAW: 10})
    positions.arrived(RAW, 50)
    assert positions.take_lost(bounds(50, 60)) == {RAW: 40}
    assert positions.take_lost(bounds(50, 60)) == {}


def test_a_hole_that_the_broker_still_has_is_empty() -> None:
    """A transaction's marker or compaction: the partition begins before it."""
    positions = Positions()
    positions.begin({RAW: 10})
    positions.arrived(RAW, 10)
    positions.arrived(RAW, 12)
    assert positions.take_lost(bounds(0, 60)) == {}
    positions.arrived(RAW, 20)
    assert positions.take_lost(bounds(15, 60)) == {RAW: 2}, "13 and 14 are gone; what is behind 15 may be compacted"


def test_a_hole_waits_for_its_bounds() -> None:
    """A look that does not see the partition leaves the hole for the next one."""
    positions = Positions()
    positions.begin({RAW: 0})
    positions.arrived(RAW, 5)
    assert positions.take_lost({OTHER: Bounds(0, 0, 0)}) == {}
    assert positions.take_lost(bounds(5, 6)) == {RAW: 5}


def test_the_first_record_of_a_partition_without_a_commit_is_no_hole() -> None:
    """Nobody knows what was there before the group first came."""
    positions = Positions()
    positions.begin({RAW: None})
    positions.arrived(RAW, 500)
    assert positions.take_lost(bounds(500, 501)) == {}


def test_a_partition_that_ends_before_its_reader_was_made_anew() -> None:
    """Standing at its end is usual; standing beyond it is not."""
    positions = Positions()
    positions.begin({RAW: 60})
    assert positions.beyond(bounds(0, 60)) == []
    assert positions.beyond(bounds(0, 25)) == [RAW]


def test_an_offset_that_is_gone_means_another_topic() -> None:
    """We committed 7 and the broker knows of nothing: said once, and not of partitions that others committed."""
    positions = Positions()
    positions.committed[RAW] = 7
    assert positions.forgotten({RAW: None, OTHER: None}) == [RAW]
    assert positions.forgotten({RAW: None}) == []


def test_a_redelivered_record_is_no_hole() -> None:
    """After a rebalance the position goes back to the committed offset."""
    positions = Positions()
    positions.begin({RAW: 10})
    positions.arrived(RAW, 15)
    positions.begin({RAW: 10})
    positions.arrived(RAW, 10)
    positions.arrived(RAW, 11)
    assert positions.take_lost(bounds(0, 60)) == {}
