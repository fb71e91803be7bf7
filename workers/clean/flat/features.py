"""What is known of each paragraph of a flat text: itself, its place, its neighbours, the rest of the text."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.lines import (
    CAPITALISED,
    COLUMNS,
    COMMA,
    DIGIT,
    LOWER,
    OTHER,
    QUOTE,
    RULE,
    SPACE,
    SPLIT,
    STOPS,
    TERMINAL,
    UPPER,
    WORDS,
    Floats,
    Lines,
)
from workers.clean.flat.phrases import CLASSES, find_classes
from workers.clean.flat.stopwords import STOPWORDS

MIN_SENTENCE_WORDS = 8  # a paragraph of fewer is no evidence of running text
MIN_ENGLISH_SHARE = 0.04  # of these words in long lines; English news has .12 to .2, a list of recipes .05, others 0
_ENGLISH = frozenset(("the", "and", "of", "is", "for", "with", "you", "your", "that", "are", "was"))
EDGE_WORDS = 24  # words at either end of a paragraph whose weights count: the rest says little more

_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[/.:-]\d{2}\b")


Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Units:
    """Paragraphs after joining: lines put together, with their counts added up."""

    texts: list[str]
    words: list[list[str]]
    gaps: Floats
    marked: Floats
    pieces: Floats  # lines in each
    counts: Floats
    starts: Floats
    ends: Floats

    def __len__(self) -> int:
        return len(self.texts)


def lexical_tokens(words: list[str]) -> list[str]:
    """Return the tokens whose weights are learnt: words, pairs of words, and the first and last word as such."""
    if len(words) > 2 * EDGE_WORDS:
        words = words[:EDGE_WORDS] + words[-EDGE_WORDS:]
    if not words:
        return []
    pairs = [f"{a} {b}" for a, b in pairwise(words)] if len(words) <= EDGE_WORDS else []
    return [*words, *pairs, f"^{words[0]}", f"{words[-1]}$"]


def lexical_score(words: list[str], weights: Mapping[str, float]) -> float:
    """Return the sum of the weights of the words, over the square root of their number."""
    tokens = lexical_tokens(words)
    total: float = sum(map(weights.get, tokens, repeat(0.0)))
    return total / math.sqrt(1 + len(tokens))


def has_address(text: str) -> bool:
    """Return whether a web or mail address, or an account's name, is in `text`."""
    return "@" in text or ("." in text and ("://" in text or "www." in text or ".com" in text or ".org" in text))


def shift(column: Floats, by: int, fill: float = 0.0) -> Floats:
    """Return `column` moved down by `by` entries (up if negative), with `fill` where nothing moves in."""
    moved = np.full_like(column, fill)
    if by > 0:
        moved[by:] = column[:-by]
    elif by < 0:
        moved[:by] = column[-by:]
    return moved


def window_sums(column: Floats, reach: int) -> tuple[Floats, Floats]:
    """Return the sums over the `reach` entries before and behind each entry."""
    n = len(column)
    total = np.zeros(n + 1)
    np.cumsum(column, dtype=np.float64, out=total[1:])
    before, last = total[:n].copy(), np.full(n, total[n])
    if reach < n:
        before[reach:] -= total[: n - reach]
        last[: n - reach] = total[reach + 1 :]
    return before.astype(np.float32), (last - total[1:]).astype(np.float32)


def best_stretch(scores: Floats) -> tuple[int, int]:
    """Return the half-open stretch of entries with the largest sum (Kadane); (0, 0) when all are negative."""
    best, here, start, stretch = 0.0, 0.0, 0, (0, 0)
    for at, score in enumerate(scores.tolist()):
        if here <= 0:
            here, start = 0.0, at
        here += score
        if here > best:
            best, stretch = here, (start, at + 1)
    return stretch


def distance_to(flags: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return how far the nearest flagged entry before and behind each entry is, at most 50."""
    at = np.arange(len(flags))
    before = at - np.maximum.accumulate(np.where(flags, at, -50))
    behind = np.minimum.accumulate(np.where(flags, at, len(flags) + 50)[::-1])[::-1] - at
    return np.minimum(before, 50).astype(np.float32), np.minimum(behind, 50).astype(np.float32)


def is_foreign(units: Units) -> bool:
    """Return whether the running text is not English: then words say nothing to us."""
    total = marks = 0
    for words in units.words:
        if len(words) >= MIN_SENTENCE_WORDS:
            total += len(words)
            marks += sum(map(_ENGLISH.__contains__, words))
    wide = float(units.counts[:, WORDS].sum()) - sum(map(len, units.words))  # East Asian, see `Lines`
    return total + wide > 0 and marks < MIN_ENGLISH_SHARE * (total + wide)


@dataclass(frozen=True, slots=True)
class Look:
    """What each paragraph shows by itself, one entry a paragraph."""

    words: Floats
    chars: Floats
    lexical: Floats  # what its words speak for, see `lexical_score`
    classes: NDArray[np.int64]  # bits of known phrases
    stops: Floats  # share of function words
    capitals: Floats  # share of words with a capital or digit first
    running: Floats  # words, where it is running text, else 0
    clutter: Floats  # 1 for a short one with a known phrase
    dates: Floats
    repeated: Floats  # how often the text has it
    keys: list[str]
    distinct: list[set[str]]


def look_at(units: Units, weights: Mapping[str, float], *, foreign: bool | None = None) -> Look:
    """Return what the paragraphs show.

    `foreign` text (default: as `is_foreign` says) is judged without its words: lengths, signs, place and repetition.
    """
    if foreign is None:
        foreign = is_foreign(units)
    n = len(units)
    counts = units.counts
    words = counts[:, WORDS]
    some = np.maximum(words, 1)
    distinct = [set(w) for w in units.words]
    lexical, classes, stops = np.zeros(n), np.zeros(n, np.int64), np.zeros(n)
    if not foreign:
        lexical = np.fromiter((lexical_score(w, weights) for w in units.words), np.float64, n)
        classes = np.fromiter(map(find_classes, units.words, distinct), np.int64, n)
        stops = counts[:, STOPS] / some
    sentence = (units.ends == 1) | ((units.ends == 5) & (words > 5))
    fluent = sentence & (words >= MIN_SENTENCE_WORDS) & ((stops > 0.2) | foreign)
    has_digits = (counts[:, DIGIT] > 1).tolist()
    dates = (bool(digits and _DATE.search(t)) for t, digits in zip(units.texts, has_digits, strict=True))
    keys = [" ".join(w) for w in units.words]
    often = Counter(keys)
    return Look(
        words=words,
        chars=counts[:, :WORDS].sum(axis=1),
        lexical=lexical,
        classes=classes,
        stops=stops,
        capitals=counts[:, CAPITALISED] / some,
        running=np.where(fluent, words, 0),
        clutter=((classes != 0) & (words < 30)).astype(np.float32),
        dates=np.fromiter(dates, np.float32, n),
        repeated=np.fromiter((often[key] for key in keys), np.float32, n),
        keys=keys,
        distinct=distinct,
    )


def unit_features(units: Units, look: Look, *, headline: str | None = None) -> Floats:
    """Return one row a paragraph: (paragraphs, features)."""
    weigh = np.where(look.running > 0, np.minimum(look.running, 60), np.where(look.words > 4, -6, -4))
    stretch = best_stretch(weigh)
    columns = [
        *_own_columns(units, look),
        *_place_columns(look),
        *_neighbour_columns(units, look),
        *_surrounding_columns(look, stretch),
        *title_overlap(units, look.distinct, look.keys, headline),
    ]
    rows = np.stack(columns, axis=1).astype(np.float32)
    document = np.array(_document_row(units, look, stretch), np.float32)
    return np.concatenate([rows, np.broadcast_to(document, (len(units), len(document)))], axis=1)


def _own_columns(units: Units, look: Look) -> list[Column]:
    """What the paragraph shows by itself."""
    counts, words, chars = units.counts, look.words, look.chars
    some = np.maximum(words, 1)
    letters = np.maximum(counts[:, LOWER] + counts[:, UPPER], 1)
    links = np.fromiter(map(has_address, units.texts), np.float32, len(units))
    return [
        words, np.log1p(chars), counts[:, LOWER] / some, look.stops, look.capitals, counts[:, UPPER] / letters,
        counts[:, DIGIT] / np.maximum(chars, 1), counts[:, TERMINAL], counts[:, COMMA], counts[:, QUOTE],
        counts[:, RULE], counts[:, OTHER], counts[:, TERMINAL] / some, counts[:, COMMA] / some, units.ends,
        units.starts, look.lexical, np.minimum(units.gaps, 4), units.marked, units.pieces, look.dates,
        links, look.repeated, look.running, *((look.classes >> bit) & 1 for bit in range(len(CLASSES))),
    ]  # fmt: skip


def _place_columns(look: Look) -> list[Column]:
    """Where in the text it stands."""
    n = len(look.words)
    at = np.arange(n)
    before = np.cumsum(look.chars) - look.chars
    return [at, at / n, before / (float(look.chars.sum()) or 1.0), np.minimum(before, 20_000), n - at]


def _neighbour_columns(units: Units, look: Look) -> list[Column]:
    """What the paragraphs next to it show."""
    columns: list[Column] = []
    for by in (1, -1, 2, -2, 3, -3):
        shown = (look.words, units.ends, look.lexical, look.stops, look.running, look.clutter)
        columns += [shift(column, by, -1) for column in shown]
    for by in (1, -1):
        more = (look.capitals, units.starts, units.marked, look.dates, look.repeated)
        columns += [shift(column, by, -1) for column in more]
    return [*columns, shift(np.minimum(units.gaps, 4), -1, -1)]


# How many paragraphs before and behind are summed up, for each of the things they show.
_REACHES = (
    ("running", (3, 8, 20, 60)),
    ("words", (3, 8)),
    ("lexical", (3, 8, 20)),
    ("clutter", (3, 8, 20)),
    ("stops", (5,)),
)


def _surrounding_columns(look: Look, stretch: tuple[int, int]) -> list[Column]:
    """What stands further around it, whether it is in the longest stretch of running text, and on its subject."""
    columns: list[Column] = []
    for name, reaches in _REACHES:
        for reach in reaches:
            columns += window_sums(getattr(look, name), reach)
    for flags in (look.running > 0, look.clutter > 0, look.running > 25):
        columns += distance_to(flags)
    at, (start, end) = np.arange(len(look.words)), stretch
    columns += [(at >= start) & (at < end), np.clip(at - start, -30, 30), np.clip(end - at, -30, 30)]
    topics = topicality(look.distinct, look.running)
    return [*columns, topics, *window_sums(topics * look.words, 4), *first_occurrence(look.keys)]


def _document_row(units: Units, look: Look, stretch: tuple[int, int]) -> list[float]:
    """What the text as a whole is like."""
    n, running, (start, end) = len(units), float(look.running.sum()), stretch
    return [
        n, float(look.chars.sum()) or 1.0, running / max(float(look.words.sum()), 1), (look.running > 0).mean(),
        (units.gaps > 0).mean(), np.median(look.words), end - start, start / n,
        (units.pieces > 1).mean(), float(look.running[start:end].sum()) / max(running, 1),
    ]  # fmt: skip


def topicality(distinct: Sequence[set[str]], running: Floats) -> Floats:
    """Return the share of each paragraph's content words that another running paragraph has as well."""
    sets = [words - STOPWORDS for words in distinct]
    once: set[str] = set()
    twice: set[str] = set()
    for words, weight in zip(sets, running.tolist(), strict=True):
        if weight:
            twice |= once & words
            once |= words
    shares = np.zeros(len(sets), np.float32)
    for at, words in enumerate(sets):
        if words:
            shares[at] = len(words & (twice if running[at] else once)) / len(words)
    return shares


def first_occurrence(keys: list[str]) -> list[Floats]:
    """Return whether the same line came before, and whether it comes again, as two columns."""
    n = len(keys)
    seen: set[str] = set()
    earlier, later = np.zeros(n, np.float32), np.zeros(n, np.float32)
    for at, key in enumerate(keys):
        earlier[at] = key in seen
        seen.add(key)
    seen.clear()
    for at in range(n - 1, -1, -1):
        later[at] = keys[at] in seen
        seen.add(keys[at])
    return [earlier, later]


def title_overlap(units: Units, distinct: Sequence[set[str]], keys: list[str], headline: str | None) -> list[Floats]:
    """Return how much of each paragraph is in the headline, and how far above the nearest line stands that repeats it.

    Without a given headline the first line stands in for it: many flattened pages begin with the page's title.
    """
    n = len(units)
    title = " ".join((headline or (units.texts[0] if n else "")).lower().translate(SPLIT).split())
    parts = frozenset(title.split())
    overlap = np.zeros(n, np.float32)
    for at, own in enumerate(distinct):
        if 2 <= len(own) <= 40 and not parts.isdisjoint(own):
            overlap[at] = len(own & parts) / len(own | parts)
    same = overlap > 0.75
    for at, key in enumerate(keys):
        if len(key) > 15 and at and (title.startswith(key) or (len(title) > 15 and key.startswith(title))):
            same[at] = True
    if not headline and n:
        same[0] = False
    before, behind = distance_to(same)
    return [overlap, before, behind, np.full(n, 1.0 if headline else 0.0, np.float32)]


def make_units(lines: Lines, begins: NDArray[np.int64], texts: list[str]) -> Units:
    """Return the paragraphs that begin at the lines `begins` and read `texts`."""
    ends = np.append(begins[1:], len(lines))
    words = [
        lines.words[a] if b - a == 1 else [w for line in lines.words[a:b] for w in line]
        for a, b in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
    counts = np.add.reduceat(lines.counts, begins, axis=0) if len(lines) else np.zeros((0, COLUMNS), np.float32)
    counts[:, SPACE] += (ends - begins) - 1
    return Units(
        texts, words, lines.gaps[begins].astype(np.float32),
        lines.marked[begins].astype(np.float32), (ends - begins).astype(np.float32), counts,
        lines.starts[begins].astype(np.float32), lines.ends[ends - 1].astype(np.float32),
    )  # fmt: skip
