"""Flat text, as scrapers flatten pages: which of its lines are the article.

Lines are put together where inline tags broke them (`join`), looked at one by one with what stands around them
(`features`), looked at again with what the first look thought of the others (`stretches`), and kept or left out.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from schemas.clean import PublishedAtSource, Removed
from workers.clean.flat.credits import first_date, read_authors
from workers.clean.flat.features import MIN_SENTENCE_WORDS, Units, unit_features
from workers.clean.flat.headline import find_headline, is_same_headline
from workers.clean.flat.lines import WORDS, Floats, read_lines
from workers.clean.flat.model import VERSION, FlatModel, load_model
from workers.clean.flat.paragraphs import put_together
from workers.clean.flat.removed import count_removed
from workers.clean.flat.stretches import stretch_features
from workers.clean.memory import LineMemory
from workers.clean.wire import date_of_doc_id, read_doc_id

__all__ = ["METHOD", "METHOD_WITH_MEMORY", "VERSION", "FlatText", "main_lines"]

METHOD = "flat:boosted-lines"
METHOD_WITH_MEMORY = "flat:boosted-lines+memory"  # lines of other pages of the source changed what was kept

KNOWN_LINE = 0.02  # probability of a line that another page of the source had; measured: .01 of them are article
MAX_KNOWN_SHARE = 0.5  # of the likely article's words; if more are known, the page is a copy and memory says nothing
NEAR_HEADLINE = 12  # paragraphs about the headline in which a byline or a date is the article's


@dataclass(frozen=True, slots=True)
class FlatText:
    """The article in a flat text. `paragraphs` are without the headline; `removed` says what was left out, by class."""

    paragraphs: tuple[str, ...]
    headline: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None  # of a document id (`MENAFN25102025…`) or a line that is only a date
    published_at_source: PublishedAtSource | None = None
    removed: tuple[Removed, ...] = ()
    warnings: tuple[str, ...] = ()
    confidence: float | None = None
    method: str = METHOD


def main_lines(
    text: str,
    *,
    source: str | None = None,
    headline: str | None = None,
    memory: LineMemory | None = None,
    model: FlatModel | None = None,
) -> FlatText:
    """Return the article's paragraphs of `text` (tidied: see `hygiene.tidy`). Never raises.

    `source` is the domain the text came from, or None; `headline` what the scraper gave, to be found and not repeated.
    `memory`, when given, knows lines of other pages of the same source, and is told of these. `model` is for
    measuring; the default is the one that came with this version.
    """
    lines = read_lines(text)
    if not len(lines):
        return FlatText(paragraphs=(), headline=headline)
    model = model or load_model()
    units, _ = put_together(lines, model.joins, model.join_threshold)
    rows = unit_features(units, model.words, headline=headline)
    likely = model.paragraphs.probability(rows)
    known = _known_lines(units, likely, source, memory)
    probability = _second_look(model, units, rows, np.where(known, np.minimum(likely, KNOWN_LINE), likely))
    kept = (probability > model.keep_threshold) & ~known
    return _assemble(
        units, kept, probability, headline, METHOD_WITH_MEMORY if known.any() else METHOD, lines_cut=lines.cut
    )


def _second_look(model: FlatModel, units: Units, rows: Floats, likely: Floats) -> Floats:
    table = np.concatenate([stretch_features(likely, units.counts[:, WORDS]), rows], axis=1)
    return model.stretches.probability(table)


def _known_lines(units: Units, likely: Floats, source: str | None, memory: LineMemory | None) -> NDArray[np.bool_]:
    """Return which paragraphs other pages of the source had as well; none if the page is a copy of one of them."""
    none = np.zeros(len(units), bool)
    if memory is None or not source:
        return none
    hashes = [zlib.crc32(" ".join(words).encode("utf-8", "replace")) for words in units.words]
    page = zlib.crc32(repr(hashes).encode())
    known = np.array(memory.repeated(source, page, hashes), bool)
    article = units.counts[:, WORDS] * (likely > 0.5)
    if float(article[known].sum()) > MAX_KNOWN_SHARE * float(article.sum()):
        return none
    memory.learn(source, page, hashes)
    return known


def _assemble(
    units: Units, kept: NDArray[np.bool_], probability: Floats, headline: str | None, method: str, *, lines_cut: int
) -> FlatText:
    """Return the kept paragraphs with the headline, the credits and the count of what was left out."""
    kept = kept.copy()
    keys = [" ".join(words) for words in units.words]
    _drop_repeats(keys, units, kept)
    first = int(np.argmax(kept)) if kept.any() else len(units)
    if headline:
        for at in range(min(first + 3, len(units))):
            kept[at] &= not is_same_headline(units.texts[at], headline)
        title = next(
            (at for at in range(first, -1, -1) if at < len(units) and is_same_headline(units.texts[at], headline)), None
        )
    else:
        body = [word for at in np.flatnonzero(kept).tolist() for word in units.words[at]]
        title = find_headline(units, first, body) if kept.any() else None
        if title is not None:
            kept[title] = False
            headline = units.texts[title]
    published_at, read_from = _date(units, kept, title, first)
    around = range(max(0, (title if title is not None else first) - 3), min(first + 3, len(units)))
    authors = next((names for at in around if not kept[at] and (names := read_authors(units.texts[at]))), ())
    words = units.counts[:, WORDS] + 1
    known = frozenset(keys[at] for at in np.flatnonzero(kept).tolist()) | (
        {keys[title]} if title is not None else set()
    )
    if title is not None:
        counted = kept.copy()
        counted[title] = True
    else:
        counted = kept
    return FlatText(
        paragraphs=tuple(units.texts[at] for at in np.flatnonzero(kept).tolist()),
        headline=headline,
        authors=authors,
        published_at=published_at,
        published_at_source=read_from,
        removed=count_removed(units, counted, known, first),
        warnings=(f"{lines_cut} lines beyond the first {len(units)} were left out",) if lines_cut else (),
        confidence=round(float((probability * words)[kept].sum() / words[kept].sum()), 3) if kept.any() else None,
        method=method,
    )


def _drop_repeats(keys: list[str], units: Units, kept: NDArray[np.bool_]) -> None:
    """Leave out a paragraph that was kept before, word for word: pull quotes, summaries, text rendered twice."""
    seen: set[str] = set()
    for at in np.flatnonzero(kept).tolist():
        if units.counts[at, WORDS] >= MIN_SENTENCE_WORDS:
            kept[at] = keys[at] not in seen
            seen.add(keys[at])


def _date(
    units: Units, kept: NDArray[np.bool_], title: int | None, first: int
) -> tuple[datetime | None, PublishedAtSource | None]:
    """Return the date of a line near the headline, else of a document id, and which it was."""
    start = max(0, (title if title is not None else first) - 4)
    near = [units.texts[at] for at in range(start, min(first + 2, len(units))) if not kept[at] and at != title]
    if moment := first_date(near[:NEAR_HEADLINE]):
        return moment, PublishedAtSource.TEXT
    for at in np.flatnonzero(~kept).tolist():
        if (doc_id := read_doc_id(units.texts[at])) and (moment := date_of_doc_id(doc_id)):
            return moment, PublishedAtSource.DOC_ID
    return None, None
