"""When an article was published, as its page says it. Never guessed: a page without a date has none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.raw import read_time

EARLIEST_YEAR = 1990  # the web is not older
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janvier januar enero gennaio janeiro", "feb february février februar febrero febbraio",
            "mar march mars märz marzo", "apr april avril abril aprile", "may mai mayo maggio maio",
            "jun june juin juni junio giugno", "jul july juillet juli julio luglio", "aug august août agosto",
            "sep sept september septembre septiembre settembre", "oct october octobre oktober octubre ottobre",
            "nov november novembre noviembre", "dec december décembre dezember diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WRITTEN = re.compile(
    rf"\b(?:(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+(?:de\s+|of\s+)?(?P<month2>{_MONTH})\.?,?[\s-]+(?:de\s+)?(?P<year2>\d{{4}})"
    r"|(?P<year3>(?:19|20)\d\d)[-/.](?P<month3>\d{1,2})[-/.](?P<day3>\d{1,2})"
    r"|(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year4>(?:19|20)\d\d))\b",
    re.IGNORECASE,
)
_URL_DATE = re.compile(
    r"/(?P<year>(?:19|20)\d\d)[/-]?(?P<month>0[1-9]|1[0-2]|[1-9](?=[/-])|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[/-]?(?P<day>0[1-9]|[12]\d|3[01]|[1-9](?=[/-]))(?!\d)",
    re.IGNORECASE,
)
MODIFIED = re.compile(r"\b(?:(?:last )?(?:updated|modified|reviewed|edited|revised|changed)|update)\b", re.IGNORECASE)
PUBLISHED = re.compile(r"\b(?:published|posted|first published|date|released|created|written)\b", re.IGNORECASE)
# Countries that write the day first in English; elsewhere an ambiguous 4/5/2025 is read as the United States do.
DAY_FIRST = re.compile(r"\.(?:uk|au|nz|ie|in|za|ng|ke|eu|de|fr|es|it)(?:[:/]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A moment (UTC; midnight when only the day is known) and how much of it was said."""

    moment: datetime
    has_time: bool


def parse_stamp(value: str, *, latest: datetime) -> FoundDate | None:
    """Return the moment of a machine-readable date (`2025-10-25T14:03:00+02:00`, `20251025`), or None.

    Dates before 1990 or after `latest` are mistakes of the page's software and count as none.
    """
    value = value.strip()
    if re.fullmatch(r"\d{8}", value):
        value = f"{value[:4]}-{value[4:6]}-{value[6:]}"
    if re.fullmatch(r"1\d{9}(?:\d{3})?", value):  # seconds or milliseconds since 1970
        moment: datetime | None = datetime.fromtimestamp(int(value[:10]), UTC)
    else:
        moment = read_time(value)
        if moment is None and (found := find_date(value, latest=latest)):
            return found
    if moment is None or not re.search(r"\d{4}|\d\d[-/]\d\d[-/]\d\d", value):
        return None
    return _sane(moment, bool(re.search(r"\d:\d\d|^\d{10,13}$", value)), latest)


def find_date(text: str, *, latest: datetime, day_first: bool = False) -> FoundDate | None:
    """Return the first date written out in `text`, as people read it, or None."""
    for match in _WRITTEN.finditer(text):
        part = match.groupdict()
        if part["year"] or part["year2"]:
            year = part["year"] or part["year2"]
            month = MONTHS[(part["month"] or part["month2"]).lower()]
            day = part["day"] or part["day2"]
        elif part["year3"]:
            year, month, day = part["year3"], int(part["month3"]), part["day3"]
        else:
            first, second = int(part["first"]), int(part["second"])
            if first > 12 or (day_first and second <= 12):
                first, second = second, first
            year, month, day = part["year4"], first, str(second)
        try:
            moment = datetime(int(year), month, int(day), tzinfo=UTC)
        except ValueError:
            continue
        if found := _sane(moment, False, latest):
            return found
    return None


def date_in_url(url: str, *, latest: datetime) -> FoundDate | None:
    """Return the date in the path of `url` (`/2025/10/25/`, `/2025/oct/25/`, `-20251025`), or None."""
    match = _URL_DATE.search(url)
    if not match:
        return None
    month = match["month"].lower()
    try:
        moment = datetime(int(match["year"]), MONTHS.get(month) or int(month), int(match["day"]), tzinfo=UTC)
    except ValueError:
        return None
    return _sane(moment, False, latest)


def _sane(moment: datetime, has_time: bool, latest: datetime) -> FoundDate | None:
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    if moment.year < EARLIEST_YEAR or moment > latest + timedelta(days=2):
        return None
    return FoundDate(moment, has_time)
