"""How long is fuzzed: `WIREMILL_FUZZ` is quick (in every run), minutes (in CI) or hours (by hand: `make fuzz`)."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

EFFORT = os.environ.get("WIREMILL_FUZZ", "quick")
# Examples of a test whose example costs about 10 ms; a costlier one takes a share of them.
EXAMPLES = {"quick": 60, "minutes": 3_000, "hours": 300_000}[EFFORT]


def effort(*, share: float = 1.0) -> settings:
    """Return hypothesis' settings for a test that is worth `share` of the effort. Quick runs repeat themselves."""
    return settings(
        max_examples=max(4, int(EXAMPLES * share)),
        deadline=None,
        derandomize=EFFORT == "quick",
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
