"""The audit's arithmetic: which offsets of a partition have a fate in the ledger, and which have none. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

UNKNOWN = 0  # the code of an offset without an entry


class Codebook:
    """Numbers for (fate, reason) pairs, so that an offset costs one byte; at most 255 pairs, the rest share one."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str | None], int] = {}

    def code(self, fate: str, reason: str | None) -> int:
        """Return the number of a pair, from 1."""
        pair = (fate, reason)
        if pair not in self._codes and len(self._codes) >= 254:
            pair = (fate, "…")  # reasons are a closed list of about 15; more come from another version
            if pair not in self._codes and len(self._codes) >= 255:
                return 255
        return self._codes.setdefault(pair, len(self._codes) + 1)

    def pairs(self) -> dict[int, tuple[str, str | None]]:
        """Return the pairs by number."""
        return {code: pair for pair, code in self._codes.items()}


@dataclass(slots=True)
class Account:
    """The offsets `start` to `end` (exclusive) of one partition, and the fate of each; one byte an offset."""

    start: int
    end: int
    _codes: bytearray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._codes = bytearray(max(0, self.end - self.start))

    def record(self, offset: int, code: int) -> None:
        """Note the fate of an offset; a later entry replaces an earlier one, as compaction does."""
        if self.start <= offset < self.end:
            self._codes[offset - self.start] = code

    def without_fate(self) -> Iterator[tuple[int, int]]:
        """Yield the stretches of offsets without an entry, half-open, in order."""
        offset = self.start
        for code, run in groupby(self._codes):
            length = sum(1 for _ in run)
            if code == UNKNOWN:
                yield offset, offset + length
            offset += length

    def counts(self) -> Counter[int]:
        """Return how many offsets have which code."""
        counts = Counter(self._codes)
        counts.pop(UNKNOWN, None)
        return counts
