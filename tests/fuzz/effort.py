"""How long is fuzzed: `WIREMILL_FUZZ` is quick (in every run), minutes (in the gate) or hours (by hand: `make fuzz`).

Quick runs try a fixed number of examples, the same each time. The others go by the clock: `SECONDS` for all tests of a
run, divided by their shares, with what one does not need left to those after it. Only a failure may take longer: it is
made small first.
"""

from __future__ import annotations

import os
import time
import unittest
from collections.abc import Callable
from functools import wraps
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.errors import HypothesisException

EFFORT = os.environ.get("WIREMILL_FUZZ", "quick")
SECONDS = {"quick": None, "minutes": 300.0, "hours": 3 * 3_600.0}[EFFORT]
QUICK_EXAMPLES = 60  # of a test whose example costs about 10 ms; a costlier one takes a share of them
NO_END = 100_000_000  # examples; the clock ends the test


class TimeIsUpError(unittest.SkipTest):
    """Ends a test that has passed for as long as it was given; hypothesis lets exceptions of this kind through."""


class Clock:
    """Divides the seconds of a run among its fuzzing tests, each of which begins once."""

    def __init__(self, seconds: float | None) -> None:
        self._ends = None if seconds is None else time.monotonic() + seconds
        self._shares_left = 0.0
        self.examples: dict[str, int] = {}

    def plan(self, shares: list[float]) -> None:
        """Say which tests there are, each by its share."""
        self._shares_left = sum(shares)

    def begin(self, share: float) -> float:
        """Return when a test of this share must end, by the monotonic clock."""
        if self._ends is None:
            return float("inf")
        now = time.monotonic()
        part = share / max(share, self._shares_left)
        self._shares_left -= share
        return now + max(0.0, self._ends - now) * part


CLOCK = Clock(SECONDS)


def effort(*, share: float = 1.0, cost: float = 1.0) -> Callable[[Any], Any]:
    """Return a decorator for a test of hypothesis: its share of a run's seconds, and how costly its examples are.

    An example of cost 1 takes about 10 ms; a quick run tries 60 of them.
    """

    def apply(test: Any) -> Any:
        test = settings(
            max_examples=max(4, int(QUICK_EXAMPLES / cost)) if SECONDS is None else NO_END,
            derandomize=SECONDS is None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        )(test)
        inner, name = test.hypothesis.inner_test, test.__name__
        ends: float | None = None
        failed = False

        @wraps(inner)
        def timed(*args: Any, **kwargs: Any) -> None:
            nonlocal ends, failed
            ends = CLOCK.begin(share) if ends is None else ends
            CLOCK.examples[name] = CLOCK.examples.get(name, 0) + 1
            try:
                inner(*args, **kwargs)
            except HypothesisException:  # an example that it cannot use
                raise
            except Exception:
                failed = True
                raise
            # Afterwards: an example that draws while it runs must not end earlier when it is tried again.
            if time.monotonic() > ends and not failed:
                raise TimeIsUpError

        test.hypothesis.inner_test = timed
        test.fuzz_share = share
        return test

    return apply
