"""Flat text, as scrapers flatten pages: which of its lines are the article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from schemas.clean import Removed, RemovedReason
from workers.clean.memory import LineMemory

METHOD, VERSION = "flat:long-lines", "0"
MIN_SENTENCE_WORDS = 8  # shorter lines are labels and links far more often than sentences


@dataclass(frozen=True, slots=True)
class FlatText:
    """The article in a flat text. `paragraphs` are without the headline; `removed` says what was left out, by class."""

    paragraphs: tuple[str, ...]
    headline: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None  # of a document id (`MENAFN25102025…`) or a line that is only a date
    removed: tuple[Removed, ...] = ()
    warnings: tuple[str, ...] = ()
    confidence: float | None = None


def main_lines(
    text: str,
    *,
    source: str | None = None,  # noqa: ARG001
    headline: str | None = None,
    memory: LineMemory | None = None,  # noqa: ARG001
) -> FlatText:
    """Return the article's paragraphs of `text` (tidied: see `hygiene.tidy`). Never raises.

    `source` is the domain the text came from, or None; `headline` what the scraper gave, to be found and not repeated.
    `memory`, when given, knows lines of other pages of the same source, and is told of these.
    """
    lines = [line.strip() for line in text.split("\n")]
    kept = tuple(line for line in lines if len(line.split()) >= MIN_SENTENCE_WORDS and line != headline)
    dropped = sum(len(line) for line in lines) - sum(map(len, kept))
    removed = (Removed(reason=RemovedReason.OTHER, chars=dropped),) if dropped > 0 else ()
    return FlatText(paragraphs=kept, headline=headline or _headline(lines), removed=removed)


def _headline(lines: list[str]) -> str | None:
    """Return the last short line before the first sentence."""
    candidate = None
    for line in lines:
        if len(line.split()) >= MIN_SENTENCE_WORDS and re.search(r"[.!?][\"”’)]*$", line):
            return candidate
        candidate = line or candidate
    return None
