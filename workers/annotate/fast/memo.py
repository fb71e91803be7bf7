"""Which words an encoder remembers, and which it forgets when it is full."""

from __future__ import annotations

import numpy as np

from workers.annotate.fast.arrays import Hashes, Ints

Words = Hashes  # (tokens, 3): ORTH, NORM, SPACY
Keys = Hashes
Rows = Ints

# Odd 64-bit constants (xxHash's) mix the three into one key; of 14,000 words two share a key once in 2e11 memos.
MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)


class WordMemo:
    """Rows 1 to `capacity` of some table, by word. Row 0 is for no word."""

    def __init__(self, capacity: int, *, by_space: bool) -> None:
        self.by_space = by_space
        self._mix = MIX if by_space else MIX[:2]
        self._rows: dict[int, int] = {}
        self._keys = np.zeros(1 + capacity, dtype=np.uint64)
        self._uses = np.zeros(1 + capacity, dtype=np.int32)
        self.capacity = capacity
        self.kept = 0

    def __len__(self) -> int:
        return len(self._rows)

    def keep(self, limit: int) -> None:
        """Never forget what is known now, up to `limit` rows: pages of it stay shared between forked processes."""
        self.kept = min(len(self._rows), limit)

    def keys(self, words: Words) -> Keys:
        """Return a key per word; equal words have equal keys."""
        keys: Keys = np.bitwise_xor.reduce(words[:, : len(self._mix)] * self._mix, axis=1)
        return keys

    def find(self, keys: Keys) -> Rows:
        """Return the row of each of the distinct `keys`, -1 for those that are not known."""
        get = self._rows.get
        rows = np.array([get(key, -1) for key in keys.tolist()], dtype=np.int32)
        self._uses[rows[rows > 0]] += 1
        return rows

    def add(self, keys: Keys) -> slice:
        """Return the rows for new keys, all free until now."""
        start = 1 + len(self._rows)
        rows = slice(start, start + len(keys))
        if rows.stop > 1 + self.capacity:
            raise ValueError(f"no room for {len(keys)} words: {len(self._rows)} of {self.capacity} rows are taken")
        self._keys[rows] = keys
        self._uses[rows] = 1
        self._rows.update(zip(keys.tolist(), range(rows.start, rows.stop), strict=True))
        return rows

    def forget(self, room: int) -> Rows | None:
        """Make room by keeping the most used words. Return where the rows from `kept` on came from; None if none moved.

        Half of the rows beyond `kept` stay if the room allows: with 14,000 rows 8.3 % of the tokens of mixed web pages
        had to be computed, 9.7 % when all beyond `kept` were forgotten.
        """
        known = len(self._rows)
        if known + room <= self.capacity:
            return None
        stay = min((known - self.kept) // 2, self.capacity - self.kept - room)
        from_rows = np.arange(1 + self.kept, 1 + known, dtype=np.int32)
        most_used = np.argsort(-self._uses[from_rows], kind="stable")[: max(0, stay)]
        from_rows = np.sort(from_rows[most_used])
        to_rows = slice(1 + self.kept, 1 + self.kept + len(from_rows))
        self._keys[to_rows] = self._keys[from_rows]
        self._uses[to_rows] = self._uses[from_rows]
        self._uses[: to_rows.stop] //= 2
        held = self._keys[1 : to_rows.stop].tolist()
        self._rows = dict(zip(held, range(1, to_rows.stop), strict=True))
        return from_rows
