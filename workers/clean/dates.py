"""When an article was published, as its page says it. Never guessed: a page without a date has none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.raw import read_time

EARLIEST_YEAR = 1990  # the web is not older
# Names of months by number, in the languages of large news markets: English, French, German, Spanish, Italian,
# Portuguese, Dutch, Swedish, Danish, Polish, Russian, Turkish; whole and short, in the case a date puts them in.
_MONTHS_BY_NUMBER = (
    "jan january janvier januar januari enero ene gennaio gen janeiro stycznia января ocak",
    "feb february février févr februar februari febrero febbraio fevereiro lutego февраля şubat",
    "mar march mars märz marzo março maart marts marca марта mart",
    "apr april avril avr abril abr aprile kwietnia апреля nisan",
    "may mai mayo maggio maio mei maj maja мая mayıs",
    "jun june juin juni junio giugno junho czerwca июня haziran",
    "jul july juillet juil juli julio luglio lug julho lipca июля temmuz",
    "aug august août agosto ago augustus augusti sierpnia августа ağustos",
    "sep sept september septembre septiembre settembre setembro set września сентября eylül",
    "oct october octobre oktober okt octubre ottobre ott outubro out października октября ekim",
    "nov november novembre noviembre novembro listopada ноября kasım",
    "dec december décembre déc dezember dez diciembre dic dicembre dezembro grudnia декабря aralık",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS_BY_NUMBER, start=1) for name in names.split()}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_WRITTEN = re.compile(
    rf"\b(?:(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[,.]?\s+(?P<year>\d{{4}})"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+(?:de\s+|of\s+)?(?P<month2>{_MONTH})\.?,?[\s-]+(?:de\s+)?(?P<year2>\d{{4}})"
    r"|(?P<year3>(?:19|20)\d\d)[-/.](?P<month3>\d{1,2})[-/.](?P<day3>\d{1,2})(?=T\d|\b)"
    r"|(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year4>(?:19|20)\d\d))(?=T\d|\b)",
    re.IGNORECASE,
)
HAS_YEAR = re.compile(r"\d{4}")  # a text without has no date: most need not meet the pattern above
_URL_DATE = re.compile(
    r"/(?P<year>(?:19|20)\d\d)[/-]?(?P<month>0[1-9]|1[0-2]|[1-9](?=[/-])|"
    r"(?:jan|febr)uary|march|april|june|july|august|(?:septem|octo|novem|decem)ber|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[/-]?(?P<day>0[1-9]|[12]\d|3[01]|[1-9](?=[/-]))(?!\d)",
    re.IGNORECASE,
)
MODIFIED = re.compile(r"\b(?:(?:last )?(?:updated|modified|reviewed|edited|revised|changed)|update)\b", re.IGNORECASE)
PUBLISHED = re.compile(
    r"\b(?:published|publish(?:ing|ed)? date|publication date|posted|first published|date|released|created|written)\b",
    re.IGNORECASE,
)
# A line that is nothing but the label of the date below it.
LABEL = re.compile(
    r"\W*(?:last |first |originally |date )?(?:updated|modified|reviewed|"
    r"publish(?:ed)?|publication|posted|date|released)(?: on| date)?\W*",
    re.IGNORECASE,
)
# Countries that write the day first in English; elsewhere an ambiguous 4/5/2025 is read as the United States do.
DAY_FIRST = re.compile(r"\.(?:uk|au|nz|ie|in|za|ng|ke|eu|de|fr|es|it)(?:[:/]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A moment (with the offset the page gave, else UTC; midnight when only the day is known) and how much was said."""

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
    if not HAS_YEAR.search(text):
        return None
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


_NUMERIC_YEARS = [f"{mark}{century}" for mark in "/.-" for century in (19, 20)]  # any such date has one of them
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2((?:19|20)\d\d)(?!\d)")


def is_day_first(text: str, *, latest: datetime, named: FoundDate | None = None) -> bool:
    """Return whether numeric dates in `text` are read day first.

    They are when one cannot be read otherwise (`25/10/2025`) and none only month first. When each can be read both
    ways, they are where that day is written out in `text` with its month, or is the `named` one of the address.
    """
    if not any(year in text for year in _NUMERIC_YEARS):
        return False
    numeric = [(int(first), int(second), int(year)) for first, _, second, year in _NUMERIC.findall(text)]
    if any(12 < second <= 31 for _, second, _ in numeric):
        return False
    if any(12 < first <= 31 for first, _, _ in numeric):
        return True
    numeric = [(first, second, year) for first, second, year in numeric if first != second]
    if not numeric:
        return False
    known = {(found.moment.year, found.moment.month, found.moment.day) for found in _written_out(text, latest)}
    if named:
        known.add((named.moment.year, named.moment.month, named.moment.day))
    month_first = any((year, first, second) in known for first, second, year in numeric)
    return not month_first and any((year, second, first) in known for first, second, year in numeric)


def _written_out(text: str, latest: datetime) -> Iterator[FoundDate]:
    """Yield the dates of `text` whose month is a word or that begin with the year."""
    for match in _WRITTEN.finditer(text):
        if match["first"] is None and (found := find_date(match[0], latest=latest)):
            yield found


def _sane(moment: datetime, has_time: bool, latest: datetime) -> FoundDate | None:
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        moment.astimezone(UTC)  # raises where that is before the first or after the last day there is
    except (OverflowError, ValueError):
        return None
    if moment.year < EARLIEST_YEAR or moment > latest + timedelta(days=2):
        return None
    return FoundDate(moment, has_time)
