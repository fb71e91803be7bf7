"""Who and when, from the lines around the headline: `By Dana Whitlock`, `Published: October 25, 2025`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

_NAME = r"[^\W\d_a-zß-ÿ][\w.'’-]+(?:\s(?:[a-z]{2,3}\s)?[^\W\d_a-zß-ÿ][\w.'’-]*){1,3}"
_BYLINE = re.compile(
    rf"(?:(?:Written|Posted|Published|Reported|Story)\s+)?[Bb][Yy]:?\s+(?P<names>{_NAME}(?:(?:,\s+{_NAME}){{0,3}},?\s+(?:and|&)\s+{_NAME})?)"
    r"(?:\s*[,|·•–—-].{0,60}|\s+(?:for|of|in|on|at)\s.{0,60})?"
)
_SEPARATOR = re.compile(r",?\s+(?:and|&)\s+|,\s+")
# Not names: desks and roles that stand in a byline.
_DESK = re.compile(
    r"(?i)\b(staff|desk|editor|editorial|team|reporter|writer|correspondent|news|agency|agencies|press|admin|guest|contributor|service|wire)\b"
)
MAX_BYLINE_CHARS = 140

_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_DATES = (
    re.compile(r"(?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)(?!\d)"),
    re.compile(rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)", re.IGNORECASE),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>(?:19|20)\d\d)", re.IGNORECASE),
)
MAX_DATE_LINE_WORDS = 14  # a longer line tells a story in which the date occurs


def read_authors(text: str) -> tuple[str, ...]:
    """Return the names in a byline; empty when `text` is none, or names a desk."""
    found = _BYLINE.fullmatch(text.strip()) if len(text) <= MAX_BYLINE_CHARS else None
    if not found:
        return ()
    return tuple(name for name in _SEPARATOR.split(found["names"]) if not _DESK.search(name))


def read_date(text: str) -> datetime | None:
    """Return the day that a line of few words names in full with its year; numbers alone (03/04/2025) are no day."""
    if len(text.split()) > MAX_DATE_LINE_WORDS:
        return None
    for pattern in _DATES:
        if found := pattern.search(text):
            parts = found.groupdict()
            month = int(parts["number"]) if parts.get("number") else _MONTHS[parts["month"][:3].lower()]
            try:
                return datetime(int(parts["year"]), month, int(parts["day"]), tzinfo=UTC)
            except ValueError:
                return None
    return None


def first_date(lines: Iterable[str]) -> datetime | None:
    """Return the date of the first line that has one, a line that speaks of publishing before others."""
    best: datetime | None = None
    for line in lines:
        if moment := read_date(line):
            if re.search(r"(?i)\b(published|posted|first published|issued)\b", line):
                return moment
            best = best or moment
    return best
