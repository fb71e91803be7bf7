"""What the worker did lately, kept small: the latest enriched articles as bytes, and how long each input took."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable

from workers.publish import Handled, Topic

MAX_ARTICLES = 50
MAX_BYTES = 4_000_000  # of all articles kept; a news article with its entities and quotes has 20 to 60 kB
MAX_ARTICLE_BYTES = 500_000  # a larger one is not kept: it would push out the others and fill the page
WINDOW_SECONDS = 60.0  # that rates and latencies look back on
MAX_TIMES = 5_000  # inputs that rates and latencies look back on, at most; sorting them takes 1 ms


class Recent:
    """The latest articles, bounded in count and bytes, and the pace of each stage."""

    def __init__(
        self,
        *,
        max_articles: int = MAX_ARTICLES,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_articles = max_articles
        self._max_bytes = max_bytes
        self._clock = clock
        self._began = clock()
        self._articles: deque[tuple[int, bytes]] = deque()
        self._times: dict[str, deque[tuple[float, float]]] = {}
        self._lags: dict[str, deque[tuple[float, int]]] = {}
        self.bytes_kept = 0
        self.last_number = 0

    def note(self, stage: str, seconds: float, handled: Handled) -> None:
        """Note an input whose outputs the broker has confirmed, and how long it took."""
        self._times.setdefault(stage, deque(maxlen=MAX_TIMES)).append((self._clock(), seconds))
        for message in handled.outputs:
            if message.topic is Topic.ENRICHED:
                self._keep(message.value)

    def articles_after(self, number: int) -> bytes:
        """Return JSON: the articles numbered higher than `number`, oldest first. Joined as bytes, never decoded."""
        later: Iterable[bytes] = (
            b'{"number":%d,"article":%b}' % (kept, value) for kept, value in self._articles if kept > number
        )
        return b'{"last":%d,"articles":[%b]}' % (self.last_number, b",".join(later))

    def pace(self, stage: str) -> dict[str, float | None]:
        """Return inputs a second and the 50th and 95th percentile of seconds, of the last minute; None where none."""
        now = self._clock()
        times = self._times.get(stage, deque())
        took = sorted(seconds for when, seconds in times if now - when <= WINDOW_SECONDS)
        full = len(times) == MAX_TIMES and now - times[0][0] < WINDOW_SECONDS
        span = now - times[0][0] if full else min(WINDOW_SECONDS, now - self._began)
        if not took:
            return {"per_second": 0.0, "p50_seconds": None, "p95_seconds": None}
        return {
            "per_second": round(len(took) / max(span, 1.0), 3),
            "p50_seconds": round(_percentile(took, 0.50), 4),
            "p95_seconds": round(_percentile(took, 0.95), 4),
        }

    def note_lag(self, stage: str, records: int) -> None:
        """Note how many records a stage's partitions have waiting now."""
        now = self._clock()
        looks = self._lags.setdefault(stage, deque())
        looks.append((now, records))
        while now - looks[0][0] > WINDOW_SECONDS:
            looks.popleft()

    def drain_seconds(self, stage: str) -> float | None:
        """Return when nothing will wait any more if the lag goes on to shrink as in the last minute; None if not."""
        looks = self._lags.get(stage, deque())
        if not looks or looks[-1][1] == 0:
            return 0.0
        (began, before), (now, records) = looks[0], looks[-1]
        return round(records * (now - began) / (before - records), 1) if records < before else None

    def _keep(self, value: bytes) -> None:
        if len(value) > min(MAX_ARTICLE_BYTES, self._max_bytes):
            return
        self.last_number += 1
        self._articles.append((self.last_number, value))
        self.bytes_kept += len(value)
        while len(self._articles) > self._max_articles or self.bytes_kept > self._max_bytes:
            self.bytes_kept -= len(self._articles.popleft()[1])


def _percentile(ordered: list[float], share: float) -> float:
    """Return the nearest-rank percentile of a sorted, non-empty list."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
