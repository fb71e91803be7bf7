"""Alive means progressing: when the worker counts as stalled, and when it does not."""

from __future__ import annotations

from typing import Any

import pytest

from workers.watch import Progress, stalled

WELL = {"oldest_seconds": 0.0, "last_progress": 1_000.0, "last_delivery": 1_000.0, "send_failing": False, "lag": {}}


@pytest.mark.parametrize(
    ("facts", "now", "said"),
    [
        pytest.param({}, 5_000.0, None, id="idle for an hour with nothing to do"),
        pytest.param({"oldest_seconds": 299.0}, 1_299.0, None, id="a slow article"),
        pytest.param({"oldest_seconds": 301.0}, 1_301.0, "under way for 301 s", id="an article that never ends"),
        pytest.param({"lag": {"clean": 7}}, 1_301.0, "7 records wait", id="records wait and none comes"),
        pytest.param({"lag": {"clean": 7}, "last_delivery": 1_200.0}, 1_301.0, None, id="records come"),
        pytest.param({"oldest_seconds": 900.0, "send_failing": True}, 1_900.0, None, id="the broker is down"),
    ],
)
def test_when_a_worker_counts_as_stalled(facts: dict[str, Any], now: float, said: str | None) -> None:
    """Only a stop that a restart can cure counts."""
    reason = stalled(Progress(**(WELL | facts)), 300, now)
    assert (reason is None) == (said is None)
    assert said is None or said in str(reason)
