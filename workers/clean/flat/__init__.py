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
from workers.clean.flat.decide import KNOWN_LINE, agree, choose, end_story
from workers.clean.flat.features import MIN_SENTENCE_WORDS, Look, Units, look_at, unit_features
from workers.clean.flat.headline import find_headline, is_same_headline
from workers.clean.flat.lines import DIGIT, MAX_LINES, RULE, Floats, read_lines
from workers.clean.flat.model import VERSION, FlatModel, load_model
from workers.clean.flat.paragraphs import put_together
from workers.clean.flat.removed import MAX_MARK_WORDS, count_removed
from workers.clean.flat.stretches import stretch_features
from workers.clean.memory import LineMemory
from workers.clean.wire import date_of_doc_id, is_end_mark, read_doc_id

__all__ = ["BYLINE_CONFIDENCE", "DATE_CONFIDENCE", "METHOD", "METHOD_WITH_MEMORY", "VERSION", "FlatText", "main_lines"]

METHOD = "flat:boosted-lines"
METHOD_WITH_MEMORY = "flat:boosted-lines+memory"  # lines of other pages of the source changed what was kept

MAX_KNOWN_SHARE = 0.5  # of the likely article's words; if more are known, the page is a copy and memory says nothing
# Shares that were right of those given on 1,387 flat texts of WCXB: 210 of 223 bylines, 706 of 822 dates. It has no
# document ids; what their digits say is read by rule.
BYLINE_CONFIDENCE = 0.95
DATE_CONFIDENCE = {PublishedAtSource.TEXT: 0.85, PublishedAtSource.DOC_ID: 0.7}
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
    judged = judge(text, source=source, headline=headline, memory=memory, model=model)
    return FlatText(paragraphs=(), headline=headline) if judged is None else _assemble(judged, headline)


@dataclass(frozen=True, slots=True)
class Judged:
    """The paragraphs of a text and what was thought of each."""

    units: Units
    look: Look
    probability: Floats  # of being the article's
    known: NDArray[np.bool_]  # another page of the source has it
    kept: NDArray[np.bool_]
    lines_cut: int


def judge(
    text: str,
    *,
    source: str | None = None,
    headline: str | None = None,
    memory: LineMemory | None = None,
    model: FlatModel | None = None,
) -> Judged | None:
    """Return what each paragraph of `text` is, or None where there is none. The arguments are those of `main_lines`."""
    lines = read_lines(text)
    if not len(lines):
        return None
    model = model or load_model()
    units, _ = put_together(lines, model.joins, model.join_threshold)
    look = look_at(units, model.words)
    rows = unit_features(units, look, headline=headline)
    first = model.paragraphs.probability(rows)
    known = _known_lines(look, first, source, memory)
    first = np.where(known, np.minimum(first, KNOWN_LINE), first)
    if marks := _end_marks(units, look):
        first = end_story(first, look.words, marks)
    second = model.stretches.probability(np.concatenate([stretch_features(first, look.words).T, rows.T]).T)
    probability = agree(first, second, known, look.words)
    return Judged(units, look, probability, known, choose(probability, look.words), lines.cut)


def _end_marks(units: Units, look: Look) -> list[int]:
    """Return the paragraphs that are what wire copy ends with: they have a digit, a `#`, or an `END`."""
    texts, signs = units.texts, (units.counts[:, DIGIT] + units.counts[:, RULE]).tolist()
    brief = np.flatnonzero(look.words <= MAX_MARK_WORDS).tolist()
    return [at for at in brief if (signs[at] or "END" in texts[at]) and is_end_mark(texts[at])]


def _known_lines(look: Look, likely: Floats, source: str | None, memory: LineMemory | None) -> NDArray[np.bool_]:
    """Return which paragraphs other pages of the source had as well; none if the page is a copy of one of them."""
    none = np.zeros(len(likely), bool)
    if memory is None or not source:
        return none
    hashes = look.keys.tolist()
    page = zlib.crc32(look.keys.tobytes())
    known = np.array(memory.repeated(source, page, hashes), bool)
    article = look.words * (likely > 0.5)
    if float(article[known].sum()) > MAX_KNOWN_SHARE * float(article.sum()):
        return none
    memory.learn(source, page, hashes)
    return known


def _assemble(judged: Judged, given: str | None) -> FlatText:
    """Return the kept paragraphs with the headline, the credits and the count of what was left out."""
    units, look, kept = judged.units, judged.look, judged.kept.copy()
    _drop_repeats(look, kept)
    first = int(np.argmax(kept)) if kept.any() else len(units)
    title, headline = _headline(judged, kept, first, given)
    published_at, read_from = _date(units, look, kept, title, first)
    around = range(max(0, (first if title is None else title) - 3), min(first + 3, len(units)))
    authors = next((names for at in around if not kept[at] and (names := read_authors(units.texts[at]))), ())
    counted = kept.copy()
    if title is not None:
        counted[title] = True
    weight = look.words + 1
    sure = float((judged.probability * weight)[kept].sum() / weight[kept].sum()) if kept.any() else None
    warning = f"{judged.lines_cut} lines beyond the first {MAX_LINES} were left out"
    return FlatText(
        paragraphs=tuple(units.texts[at] for at in np.flatnonzero(kept).tolist()),
        headline=headline,
        authors=authors,
        published_at=published_at,
        published_at_source=read_from,
        removed=count_removed(units, look, counted, first),
        warnings=(warning,) if judged.lines_cut else (),
        confidence=None if sure is None else round(sure, 3),
        method=METHOD_WITH_MEMORY if judged.known.any() else METHOD,
    )


def _headline(judged: Judged, kept: NDArray[np.bool_], first: int, given: str | None) -> tuple[int | None, str | None]:
    """Return where the headline stands and how it reads; it is taken out of what is `kept`."""
    texts = judged.units.texts
    if not given:
        found = find_headline(judged.units, judged.look, judged.probability, kept)
        if found is None:
            return None, None
        kept[found[0]] = False
        return found
    same = [at for at in range(min(first + 3, len(texts))) if is_same_headline(texts[at], given)]
    kept[same] = False
    return (same[-1] if same else None), given


def _drop_repeats(look: Look, kept: NDArray[np.bool_]) -> None:
    """Leave out a paragraph that was kept before, word for word: pull quotes, summaries, text rendered twice."""
    long = np.flatnonzero(kept & (look.words >= MIN_SENTENCE_WORDS))
    _, first = np.unique(look.keys[long], return_index=True)
    kept[long] = False
    kept[long[first]] = True


def _date(
    units: Units, look: Look, kept: NDArray[np.bool_], title: int | None, first: int
) -> tuple[datetime | None, PublishedAtSource | None]:
    """Return the date of a line near the headline, else of a document id, and which it was."""
    start = max(0, (title if title is not None else first) - 4)
    near = [units.texts[at] for at in range(start, min(first + 2, len(units))) if not kept[at] and at != title]
    if moment := first_date(near[:NEAR_HEADLINE]):
        return moment, PublishedAtSource.TEXT
    for at in np.flatnonzero(~kept & (look.words <= MAX_MARK_WORDS) & (units.counts[:, DIGIT] > 0)).tolist():
        if (doc_id := read_doc_id(units.texts[at])) and (moment := date_of_doc_id(doc_id)):
            return moment, PublishedAtSource.DOC_ID
    return None, None
