"""What cleaning remembers between articles: bounded, and never required for a correct result."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field


class LineMemory:
    """Hashes of lines seen by source: a line that stands on two pages of a site is the site's, not the article's."""


class SeenTexts:
    """The article ids of the latest texts, by hash of the text. Holds `capacity` hashes, oldest out first."""

    def __init__(self, capacity: int = 100_000) -> None:
        self.capacity = capacity
        self._ids: OrderedDict[str, str] = OrderedDict()

    def first_with(self, content_hash: str, article_id: str) -> str | None:
        """Return the id of another article that had this text, or None after noting that this one has it."""
        found = self._ids.setdefault(content_hash, article_id)
        self._ids.move_to_end(content_hash)
        if len(self._ids) > self.capacity:
            self._ids.popitem(last=False)
        return None if found == article_id else found


@dataclass(slots=True)
class CleanMemory:
    """All that one process remembers; a new one is empty."""

    lines: LineMemory = field(default_factory=LineMemory)
    seen: SeenTexts = field(default_factory=SeenTexts)
