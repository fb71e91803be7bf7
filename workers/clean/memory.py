"""What cleaning remembers between articles: bounded, and never required for a correct result."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

_KEY_DIGITS = 32  # 128 bits: no two of 10 million texts share them
MANY_PAGES = -1  # stands for the page of a line that two pages have


class LineMemory:
    """Hashes of lines seen by source: a line that stands on two pages of a site is the site's, not the article's.

    Bounded by the number of lines in all, the source that was longest unseen out first, and by the lines of one source,
    the oldest out first. A line counts as repeated only when another page had it, so that a page read twice, after a
    crash or a replay, finds none of its own lines. What a memory says depends on the pages it saw: two workers, or a
    run and its replay, may clean the same page differently; `CleanOptions.line_memory` turns it off.
    """

    def __init__(self, *, max_lines: int = 200_000, max_lines_per_source: int = 2_000) -> None:
        # A line costs about 110 bytes: 22 MB when full. A page has a median of 150 lines, a long one 600.
        self.max_lines = max_lines
        self.max_lines_per_source = max_lines_per_source
        self._sources: OrderedDict[str, dict[int, int]] = OrderedDict()
        self._lines = 0

    def __len__(self) -> int:
        return self._lines

    def repeated(self, source: str, page: int, lines: Sequence[int]) -> list[bool]:
        """Return for each line, by hash, whether a page of `source` other than `page` had it."""
        known = self._sources.get(source)
        if not known:
            return [False] * len(lines)
        return [known.get(line, page) != page for line in lines]

    def learn(self, source: str, page: int, lines: Iterable[int]) -> None:
        """Note that `page` of `source` has these lines."""
        known = self._sources.setdefault(source, {})
        self._sources.move_to_end(source)
        self._lines -= len(known)
        for line in lines:
            known[line] = page if known.pop(line, page) == page else MANY_PAGES  # popped, it is the latest again
        for oldest in list(islice(known, max(len(known) - self.max_lines_per_source, 0))):
            del known[oldest]
        self._lines += len(known)
        while self._lines > self.max_lines and len(self._sources) > 1:
            _, forgotten = self._sources.popitem(last=False)
            self._lines -= len(forgotten)


class SeenTexts:
    """The article ids of the latest texts, by hash of the text: of at least `capacity`, of at most twice as many.

    Two plain dicts, of which the older is forgotten whole, with numbers for hashes: 155 bytes a text, where hexadecimal
    digests in an OrderedDict take 310.
    """

    def __init__(self, capacity: int = 20_000) -> None:
        self.capacity = capacity
        self._latest: dict[int, str] = {}
        self._before: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._latest) + len(self._before)

    def first_with(self, content_hash: str, article_id: str) -> str | None:
        """Return the id of another article that had this text, or None after noting that this one has it.

        `content_hash` is of `schemas.ids.text_sha256`, hexadecimal.
        """
        key = int(content_hash[:_KEY_DIGITS], 16)
        found = self._latest.get(key)
        if found is None:
            found = self._latest[key] = self._before.pop(key, article_id)
            if len(self._latest) >= self.capacity:
                self._latest, self._before = {}, self._latest
        return None if found == article_id else found


@dataclass(slots=True)
class CleanMemory:
    """All that one process remembers; a new one is empty."""

    lines: LineMemory = field(default_factory=LineMemory)
    seen: SeenTexts = field(default_factory=SeenTexts)
