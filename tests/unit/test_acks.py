"""Acknowledgements are released in offset order, and never for a generation that is over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workers.acks import Arrival, OrderedAcks, Ticket
from workers.publish import Delivery


def arrival(acked: list[int], offset: int, *, partition: int = 0, generation: int = 1) -> Arrival:
    return Arrival(Delivery("t", partition, offset, None, b""), generation, lambda: acked.append(offset))


def test_a_finished_article_waits_for_those_before_it() -> None:
    """2 and 3 are done, but 1 is not: nothing is acknowledged until 1 is."""
    acks, acked = OrderedAcks(), list[int]()
    one, two, three = (acks.track(arrival(acked, offset)) for offset in (1, 2, 3))
    assert acks.finish(three) == 0
    assert acks.finish(two) == 0
    assert acked == []
    assert acks.finish(one) == 3
    assert acked == [1, 2, 3]
    assert acks.next_offsets == {("t", 0): 4}


def test_partitions_do_not_wait_for_each_other() -> None:
    """An article that hangs in one partition holds back only that one."""
    acks, acked = OrderedAcks(), list[int]()
    acks.track(arrival(acked, 1))
    other = acks.track(arrival(acked, 7, partition=1))
    assert acks.finish(other) == 1
    assert acked == [7]
    assert acks.under_way() == 1


def test_a_past_generation_acknowledges_nothing() -> None:
    """After a rebalance the broker delivers again from the committed offset; the old copies stay silent."""
    acks, acked = OrderedAcks(), list[int]()
    old = acks.track(arrival(acked, 1, generation=1))
    new = acks.track(arrival(acked, 1, generation=2))
    assert acks.finish(old) == 0
    assert acked == []
    assert acks.finish(new) == 1
    assert acked == [1]


@given(order=st.permutations(range(12)))
def test_any_order_of_finishing_acknowledges_in_offset_order(order: list[int]) -> None:
    """Whatever finishes first, acknowledgements come as 0, 1, 2, … and are complete at the end."""
    acks, acked = OrderedAcks(), list[int]()
    tickets: list[Ticket] = [acks.track(arrival(acked, offset)) for offset in range(12)]
    for index in order:
        acks.finish(tickets[index])
        assert acked == list(range(len(acked)))
    assert len(acked) == 12
