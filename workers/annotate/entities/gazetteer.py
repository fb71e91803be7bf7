"""A user's own names: JSON lines of name, aliases, label and uri, matched in the text and linked by `kb_uri`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from schemas.record import Record
from workers.annotate.entities.columns import Columns

# The leading letters and digits of a name: what its first token at least begins with, however the name is cut up.
_LEAD = re.compile(r"\w+")


class GazetteerError(ValueError):
    """A line of a gazetteer that cannot be used. The message names file, line and field."""


class Entry(Record):
    """One entity of a gazetteer, as a line of its file says it."""

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    label: str = Field(default="ORG", min_length=1, description="OntoNotes label")
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An entry found in a text: tokens `first:after`."""

    first: int
    after: int
    entry: Entry


class Gazetteer:
    """Many names, found in one pass: each token costs one look-up, whatever the number of names.

    Names are matched as they are spelled, case included, and only at the bounds of tokens. Of overlapping names the one
    that begins first wins, then the longest.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_name: dict[str, Entry] = {}
        lengths: dict[str, set[int]] = {}
        for entry in entries:
            for name in (entry.name, *entry.aliases):
                lead = _LEAD.match(name)
                if lead is None or name in self._by_name:  # of two entries with one name, the first
                    continue
                self._by_name[name] = entry
                lengths.setdefault(lead.group(), set()).add(len(name))
        self._lengths = {lead: tuple(sorted(found, reverse=True)) for lead, found in lengths.items()}

    def __len__(self) -> int:
        return len(self._by_name)

    def find(self, columns: Columns) -> Iterator[Match]:
        """Yield the entries found in the text, in order, none overlapping another.

        A name of one plain word must be a proper noun where it stands, so that 'Apple' does not find 'Apple pie' at the
        head of a recipe; capitals or digits inside ('eBay', 'G20') say as much.
        """
        text, size, token = columns.text, len(columns), 0
        word, start, ends = columns.word, columns.start, None
        lengths, by_name = self._lengths, self._by_name
        while token < size:
            options = lengths.get(word[token])
            if options is None and not word[token].isalnum() and (lead := _LEAD.match(word[token])):
                options = lengths.get(lead.group())
            if options is not None:
                begin = start[token]
                ends = ends or {end: index + 1 for index, end in enumerate(columns.end)}
                for length in options:
                    after = ends.get(begin + length)
                    if after is None or (entry := by_name.get(text[begin : begin + length])) is None:
                        continue
                    if after - token > 1 or _is_proper(columns, token):
                        yield Match(token, after, entry)
                        token = after - 1
                        break
            token += 1


def _is_proper(columns: Columns, token: int) -> bool:
    if columns.tag[token] in ("NNP", "NNPS"):
        return True
    return any(c.isupper() or c.isdigit() for c in columns.word[token][1:])


def read_gazetteer(path: Path) -> Gazetteer:
    """Return the gazetteer of a JSON lines file. Raises GazetteerError on a bad line, OSError where it is not there."""
    with path.open(encoding="utf-8") as lines:
        return Gazetteer(_entries(path, lines))


def _entries(path: Path, lines: Iterable[str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except json.JSONDecodeError as error:
            raise GazetteerError(f"{path}:{number}: not JSON: {line.strip()[:60]!r}") from error
        try:
            yield Entry.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "the line"
            raise GazetteerError(f"{path}:{number}: {field}: {first['msg']}") from error
