"""Names of the user's gazetteer among the names of the model."""

from __future__ import annotations

from collections.abc import Iterable

from workers.annotate.entities.columns import Columns
from workers.annotate.entities.gazetteer import Gazetteer, Match
from workers.annotate.entities.names import Name, key_of
from workers.annotate.entities.organizations import without_legal_form
from workers.annotate.entities.trim import make_name


def link(columns: Columns, names: list[Name], gazetteer: Gazetteer) -> list[Name]:
    """Return the names with those of the gazetteer: its spans, labels and entries win, but not inside a longer name.

    'Bank of England' does not find 'England'; 'Deutsche Bank AG' is the entry 'Deutsche Bank'.
    """
    matches = list(gazetteer.find(columns))
    if not matches:
        return names
    name_at: dict[int, Name] = {token: name for name in names for token in range(name.first, name.after)}
    dropped: set[Name] = set()
    added: list[Name] = []
    for match in matches:
        touched = dict.fromkeys(name_at[t] for t in range(match.first, match.after) if t in name_at)
        if any(_is_inside(match, name) for name in touched):
            for name in touched:
                if without_legal_form(name.key) == key_of(_text(columns, match)):
                    name.entry, name.label = match.entry, match.entry.label
            continue
        dropped.update(touched)
        linked = make_name(columns, match.first, match.after, match.entry.label)
        linked.entry = match.entry
        added.append(linked)
    if not added:
        return names
    return sorted([name for name in names if name not in dropped] + added, key=lambda name: name.first)


def _is_inside(match: Match, name: Name) -> bool:
    longer = name.after - name.first > match.after - match.first
    return longer and name.first <= match.first and match.after <= name.after


def _text(columns: Columns, match: Match) -> str:
    return columns.text[columns.start[match.first] : columns.end[match.after - 1]]


def entries_by_key(names: Iterable[Name]) -> dict[str, str]:
    """Return, by key, the name of the entry that an article's names are linked to."""
    return {name.key: name.entry.name for name in names if name.entry is not None}
