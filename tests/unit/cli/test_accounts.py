"""The audit's arithmetic: what has a fate, what has none, whatever the order of the ledger."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workers.cli.accounts import Account, Codebook


def test_offsets_without_an_entry_are_found_as_stretches() -> None:
    """Half-open, in order, from the start of the log that is still there."""
    account = Account(100, 110)
    for offset in (101, 102, 105, 109):
        account.record(offset, 1)
    assert list(account.without_fate()) == [(100, 101), (103, 105), (106, 109)]


def test_entries_outside_the_audited_offsets_count_nowhere() -> None:
    """The ledger remembers what retention has deleted, and is ahead of the commit."""
    account = Account(10, 12)
    for offset in (9, 12, 1_000_000):
        account.record(offset, 1)
    assert not account.counts()
    assert list(account.without_fate()) == [(10, 12)]


def test_the_last_entry_of_an_offset_counts() -> None:
    """A replayed record is entered twice; compaction would keep the later one."""
    book = Codebook()
    account = Account(0, 1)
    account.record(0, book.code("dead-lettered", "crash"))
    account.record(0, book.code("published", None))
    assert {book.pairs()[code]: count for code, count in account.counts().items()} == {("published", None): 1}


def test_more_kinds_of_fates_than_a_byte_holds_do_not_break_it() -> None:
    """Reasons are a closed list; a newer version may write others."""
    book = Codebook()
    codes = [book.code("rejected", f"reason {number}") for number in range(1_000)]
    assert max(codes) <= 255
    assert min(codes) >= 1


def test_an_empty_partition_is_in_order() -> None:
    """Nothing in, nothing missing."""
    assert list(Account(5, 5).without_fate()) == []


@given(st.integers(0, 50), st.integers(0, 60), st.sets(st.integers(0, 120)))
def test_every_offset_is_accounted_for_once(start: int, length: int, entered: set[int]) -> None:
    """With a fate, or in exactly one stretch without."""
    account = Account(start, start + length)
    for offset in entered:
        account.record(offset, 1)
    without = {offset for a, b in account.without_fate() for offset in range(a, b)}
    assert without == set(range(start, start + length)) - entered
    assert account.counts().total() == length - len(without)
