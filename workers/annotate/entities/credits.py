"""Who wrote and sent the article: credit lines, whose names are not in the story, and datelines, whose places are."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import Final

from workers.annotate.entities.columns import Columns
from workers.annotate.entities.names import GPE, Name, key_of
from workers.annotate.entities.places import atlas
from workers.annotate.entities.tables import words
from workers.annotate.entities.trim import make_name

_CREDIT: Final = re.compile(r"\b(?:Authors?|Editors?|Edited by|Interview(?:er)?|Text)\s?: ?[^\n.:]{3,80}")
_CREDIT_WORDS: Final = ("Author", "Editor", "Edited by", "Interview", "Text")
# 'KABUL, Dec 7 (Reuters) -' at the head of a paragraph, and without agency, if the place is known: 'KABUL -'. In one
# regex: each search tries the head of each line.
_DATELINE: Final = re.compile(
    r"(?m)^[ \t]*([A-Z][A-Z.'’-]+(?: [A-Z.'’-]{2,}){0,2})"
    r"(?:(?:[,/][^()\n]{0,40})? ?\([A-Z][A-Za-z-]+\) ?[-–—]"  # another place or the date; the agency
    r"|(?P<bare>(?:, [A-Z][a-z]+\.?(?: \d{1,2})?)? [-–—]{1,2} (?=[A-Z“\"])))"
)


def credit_lines(text: str) -> list[tuple[int, int]]:
    """Return the code points of the credit lines of a text."""
    credited = any(word in text for word in _CREDIT_WORDS)  # five quick scans before a slow one
    return [match.span() for match in _CREDIT.finditer(text)] if credited else []


def without_credits(columns: Columns, names: list[Name], lines: list[tuple[int, int]]) -> list[Name]:
    """Return the names outside credit lines (`credit_lines`) and lists of agencies."""
    agencies = words("news_agencies.txt")
    lists = (_list_around(columns.text, name) for name in names if name.key in agencies)
    spans = lines + [span for span in lists if span is not None]
    if not spans:
        return names
    spans.sort()
    starts, reach = [start for start, _ in spans], list(accumulate((end for _, end in spans), max))
    return [name for name in names if not ((at := bisect_right(starts, name.start)) and reach[at - 1] > name.start)]


def _list_around(text: str, name: Name) -> tuple[int, int] | None:
    """Return the parenthesis of agencies that holds the name, or None. A lone '(Reuters)' belongs to a dateline."""
    begin, end = text.rfind("(", max(0, name.start - 80), name.start), text.find(")", name.end, name.end + 80)
    if begin < 0 or end < 0:
        return None
    parts = [part.strip().lower() for part in re.split(r"[,/;]", text[begin + 1 : end])]
    agencies = words("news_agencies.txt")
    return (begin, end) if len(parts) > 1 and sum(part in agencies for part in parts) * 2 > len(parts) else None


def with_datelines(columns: Columns, names: list[Name]) -> list[Name]:
    """Return the names and the places of datelines; a dateline's words have no other reading."""
    found = []
    known = atlas()
    for match in _DATELINE.finditer(columns.text):
        if match["bare"] and (key := key_of(match[1])) not in known.cities and key not in known.countries:
            continue
        start, end = match.span(1)
        first = bisect_left(columns.start, start)
        if first == len(columns) or columns.start[first] != start:
            continue
        after = first + 1
        while after < len(columns) and columns.end[after] <= end:
            after += 1
        if columns.end[after - 1] == end:
            found.append(make_name(columns, first, after, GPE))
    if not found:
        return names
    taken = {token for name in found for token in range(name.first, name.after)}
    kept = [name for name in names if taken.isdisjoint(range(name.first, name.after))]
    return sorted(kept + found, key=lambda name: name.first)
