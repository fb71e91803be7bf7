"""What the page shows is bounded, and its figures are those of the last minute."""

from __future__ import annotations

import json

from schemas.ledger import Fate
from workers.page import Recent
from workers.publish import Handled, Outgoing, Topic


def handled(value: bytes, topic: Topic = Topic.ENRICHED) -> Handled:
    return Handled(Fate.PUBLISHED, None, "a", (Outgoing(topic, b"a", value, ()),))


def numbers(recent: Recent, after: int = 0) -> list[int]:
    return [one["number"] for one in json.loads(recent.articles_after(after))["articles"]]


def test_only_the_latest_articles_are_kept() -> None:
    """The oldest goes when there are too many; clean articles are not kept at all."""
    recent = Recent(max_articles=2)
    for value in (b"1", b"2", b"3"):
        recent.note("annotate", 0.1, handled(value))
    recent.note("clean", 0.1, handled(b"4", Topic.CLEAN))
    assert numbers(recent) == [2, 3]
    assert numbers(recent, after=2) == [3]
    assert numbers(recent, after=3) == []


def test_the_bytes_kept_are_bounded() -> None:
    """Articles go until the rest fits; one that never fits pushes nobody out."""
    recent = Recent(max_bytes=10)
    for value in (b"1" * 6, b"2" * 4, b"3" * 5, b"4" * 11):
        recent.note("annotate", 0.1, handled(value))
    assert numbers(recent) == [2, 3]
    assert recent.bytes_kept == 9


def test_the_pace_is_that_of_the_last_minute() -> None:
    """What is older than a minute counts no more."""
    now = [0.0]
    recent = Recent(clock=lambda: now[0])
    recent.note("clean", 9.0, handled(b"1", Topic.CLEAN))
    now[0] = 100.0
    for hundredths in range(1, 101):
        recent.note("clean", hundredths / 100, handled(b"1", Topic.CLEAN))
    pace = recent.pace("clean")
    assert pace == {"per_second": round(100 / 60, 3), "p50_seconds": 0.5, "p95_seconds": 0.95}
    assert recent.pace("annotate")["p50_seconds"] is None


def test_the_time_to_drain_is_that_of_a_lag_that_shrinks() -> None:
    """What comes in counts too: a lag that stays is never drained, however many articles are handled."""
    now = [0.0]
    recent = Recent(clock=lambda: now[0])
    assert recent.drain_seconds("clean") == 0.0
    looks = [
        (0.0, 300, None),
        (10.0, 300, None),
        (20.0, 200, 40.0),
        (30.0, 0, 0.0),
        (100.0, 50, None),
        (110.0, 40, 40.0),
    ]
    for when, records, seconds in looks:
        now[0] = when
        recent.note_lag("clean", records)
        assert recent.drain_seconds("clean") == seconds, when
