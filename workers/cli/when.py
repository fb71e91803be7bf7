"""Moments as people type them: `2h`, `30m`, `3d`, `2025-10-25`, `2025-10-25T14:03:00Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from workers.cli.exits import fail

_AGO = re.compile(r"(\d{1,6})\s*(s|m|h|d|w)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, *, option: str, now: datetime | None = None) -> datetime:
    """Return the moment `text` names: how long ago, or a time (UTC without a zone). Ends the command for others."""
    if ago := _AGO.fullmatch(text.strip().lower()):
        return (now or datetime.now(UTC)) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        fail(f"{option} {text}: not a moment", hint="30m, 2h, 3d (ago), or 2025-10-25, or 2025-10-25T14:03:00Z")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
