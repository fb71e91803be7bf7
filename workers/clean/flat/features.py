"""What is known of each paragraph of a flat text: itself, its place, its neighbours, the rest of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.lexical import WordWeights
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
    STOPS,
    TERMINAL,
    UPPER,
    WORDS,
    Floats,
    Lines,
    words_of,
)
from workers.clean.flat.phrases import CLASSES, find_classes
from workers.clean.flat.vocabulary import Flags, Hashes, Ints, Vocabulary, hash_words

MIN_SENTENCE_WORDS = 8  # a paragraph of fewer is no evidence of running text
MIN_ALIKE_CHARS = 16  # in which a paragraph and the headline begin alike
MIN_ENGLISH_SHARE = 0.04  # of these words in long lines; English news has .12 to .2, a list of recipes .05, others 0
_ENGLISH = hash_words(("the", "and", "of", "is", "for", "with", "you", "your", "that", "are", "was"))
# A year of our times, or a day or time in digits. A digit comes first, so that the search leaps from digit to digit.
_DATE = re.compile(r"\d(?<!\w\d)(?:(?:(?<=1)9|(?<=2)0)\d\d\b|\d?[/.:-]\d{2}\b)")

Columns = NDArray[Any]  # one column, (paragraphs,), or several, (columns, paragraphs)


@dataclass(frozen=True, slots=True)
class Units:
    """Paragraphs after joining: lines put together, with their counts added up."""

    texts: list[str]
    lines: list[str]  # of which they were put together
    text: Vocabulary
    gaps: Floats
    marked: Floats
    pieces: Floats  # lines in each
    counts: Floats
    starts: Floats
    ends: Floats

    def __len__(self) -> int:
        return len(self.texts)

    def words_of(self, at: int) -> list[str]:
        """Return the words of one paragraph, those of its lines."""
        end = int(self.pieces[: at + 1].sum())
        return [word for line in self.lines[end - int(self.pieces[at]) : end] for word in words_of(line)]


def has_address(text: str) -> bool:
    """Return whether a web or mail address, or an account's name, is in `text`."""
    return "@" in text or ("." in text and ("://" in text or "www." in text or ".com" in text or ".org" in text))


def shifted(columns: Columns, steps: Sequence[int], fill: float) -> list[Columns]:
    """Return `columns`, (columns, paragraphs), moved down by each of `steps`, with `fill` where nothing moves in."""
    count, n = columns.shape
    reach = max(map(abs, steps))
    padded = np.full((count, n + 2 * reach), fill, columns.dtype)
    padded[:, reach : reach + n] = columns
    return [padded[:, reach - by : reach - by + n] for by in steps]


def stacked(*columns: Columns) -> Columns:
    """Return columns as one array, (columns, paragraphs): `np.stack` in half of its time on so few."""
    return np.concatenate(columns).reshape(len(columns), -1)


def window_sums(columns: Columns, reaches: Sequence[int]) -> Columns:
    """Return, for each of `columns` and its reach, the sums over so many entries before and behind each entry.

    `columns` is (columns, paragraphs), the sums are (columns, 2, paragraphs).
    """
    count, n = columns.shape
    total = np.zeros((count, n + 1))
    np.cumsum(columns, axis=1, dtype=np.float64, out=total[:, 1:])
    rows, reach, at = np.arange(count)[:, None], np.array(reaches)[:, None], np.arange(n)
    sums = np.empty((count, 2, n), np.float32)
    np.subtract(total[:, :-1], total[rows, np.maximum(at - reach, 0)], out=sums[:, 0])
    np.subtract(total[rows, np.minimum(at + reach + 1, n)], total[:, 1:], out=sums[:, 1])
    return sums


def within(values: Columns, bound: int) -> Columns:
    """Return `values` with what is beyond ± `bound` put there: `np.clip` in a fifth of its time on so few."""
    return np.minimum(np.maximum(values, -bound), bound)


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


def distance_to(flags: NDArray[np.bool_]) -> Columns:
    """Return how far the nearest flagged entry before and behind each entry is, at most 50.

    `flags` is (columns, entries), the distances are (columns, 2, entries).
    """
    count, n = flags.shape
    at = np.arange(n)
    distances = np.empty((count, 2, n), np.int64)
    distances[:, 0] = at - np.maximum.accumulate(np.where(flags, at, -50), axis=1)
    distances[:, 1] = np.minimum.accumulate(np.where(flags, at, n + 50)[:, ::-1], axis=1)[:, ::-1] - at
    return np.minimum(distances, 50, out=distances)


def as_rows(columns: Sequence[Columns], document: Sequence[float], n: int) -> Floats:
    """Return one row a paragraph: its entries in `columns`, then what holds for the whole `document`.

    The rows are a view on whole columns, as the trees read them.
    """
    whole = np.repeat(np.array(document, np.float32), n)
    return np.concatenate([*columns, whole], axis=None, dtype=np.float32).reshape(-1, n).T


def is_foreign(units: Units) -> bool:
    """Return whether the running text is not English: then words say nothing to us."""
    text = units.text
    sentences = text.lengths >= MIN_SENTENCE_WORDS
    total = float(text.lengths[sentences].sum())
    marks = np.count_nonzero(text.words.which(_ENGLISH)[text.running] & sentences[text.paragraph])
    wide = float(units.counts[:, WORDS].sum()) - len(text.running)  # East Asian, see `Lines`
    return bool(total + wide > 0 and marks < MIN_ENGLISH_SHARE * (total + wide))


@dataclass(frozen=True, slots=True)
class Look:
    """What each paragraph shows by itself, one entry a paragraph."""

    words: Floats
    chars: Floats
    lexical: Floats  # what its words speak for, see `WordWeights`
    classes: NDArray[np.int64]  # bits of known phrases
    stops: Floats  # share of function words
    capitals: Floats  # share of words with a capital or digit first
    running: Floats  # words, where it is running text, else 0
    clutter: Floats  # 1 for a short one with a known phrase
    dates: Floats
    keys: Hashes  # of its words
    repeated: Ints  # how often the text has it
    earlier: Flags  # whether it came before
    later: Flags  # and comes again


def look_at(units: Units, weights: WordWeights, *, foreign: bool | None = None) -> Look:
    """Return what the paragraphs show.

    `foreign` text (default: as `is_foreign` says) is judged without its words: lengths, signs, place and repetition.
    """
    if foreign is None:
        foreign = is_foreign(units)
    n = len(units)
    counts = units.counts
    words = counts[:, WORDS]
    some = np.maximum(words, 1)
    lexical: Floats = np.zeros(n)
    stops: Floats = np.zeros(n)
    classes = np.zeros(n, np.int64)
    if not foreign:
        lexical, classes, stops = weights.score(units.text), find_classes(units.text), counts[:, STOPS] / some
    sentence = (units.ends == 1) | ((units.ends == 5) & (words > 5))
    fluent = sentence & (words >= MIN_SENTENCE_WORDS) & ((stops > 0.2) | foreign)
    dates = np.zeros(n, np.float32)
    for at in np.flatnonzero(counts[:, DIGIT] > 1).tolist():
        dates[at] = _DATE.search(units.texts[at]) is not None
    keys = units.text.keys()
    repeated, earlier, later = _repeats(keys)
    return Look(
        words=words,
        chars=counts[:, :WORDS].sum(axis=1),
        lexical=lexical,
        classes=classes,
        stops=stops,
        capitals=counts[:, CAPITALISED] / some,
        running=np.where(fluent, words, 0),
        clutter=((classes != 0) & (words < 30)).astype(np.float32),
        dates=dates,
        keys=keys,
        repeated=repeated,
        earlier=earlier,
        later=later,
    )


def _repeats(keys: Hashes) -> tuple[Ints, Flags, Flags]:
    """Return how often the text has each paragraph, whether it came before, and whether it comes again."""
    n = len(keys)
    order = np.argsort(keys, kind="stable")
    in_order = keys[order]
    begins = np.flatnonzero(np.append(True, in_order[1:] != in_order[:-1])[:n])
    often = np.diff(begins, append=n)
    place = np.arange(n) - np.repeat(begins, often)
    of_sorted = np.repeat(often, often)
    table = np.empty((3, n), np.int64)
    table[:, order] = of_sorted, place, of_sorted - place
    return table[0], table[1] > 0, table[2] > 1


def unit_features(units: Units, look: Look, *, headline: str | None = None) -> Floats:
    """Return one row a paragraph: (paragraphs, features)."""
    weigh = np.where(look.running > 0, np.minimum(look.running, 60), np.where(look.words > 4, -6, -4))
    stretch = best_stretch(weigh)
    columns = [
        *_own_columns(units, look),
        *_place_columns(look),
        *_neighbour_columns(units, look),
        *_surrounding_columns(units, look, stretch),
        *title_overlap(units, headline),
    ]
    return as_rows(columns, _document_row(units, look, stretch), len(units))


_CLASS_BITS = np.arange(len(CLASSES))[:, None]


def _own_columns(units: Units, look: Look) -> list[Columns]:
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
        links, look.repeated, look.running, (look.classes >> _CLASS_BITS) & 1,
    ]  # fmt: skip


def _place_columns(look: Look) -> list[Columns]:
    """Where in the text it stands."""
    n = len(look.words)
    at = np.arange(n)
    before = np.cumsum(look.chars) - look.chars
    return [at, at / n, before / (float(look.chars.sum()) or 1.0), np.minimum(before, 20_000), n - at]


def _neighbour_columns(units: Units, look: Look) -> list[Columns]:
    """What the paragraphs next to it show."""
    shown = stacked(look.words, units.ends, look.lexical, look.stops, look.running, look.clutter)
    more = stacked(look.capitals, units.starts, units.marked, look.dates, look.repeated)
    return [
        *shifted(shown, (1, -1, 2, -2, 3, -3), -1),
        *shifted(more, (1, -1), -1),
        *shifted(np.minimum(units.gaps, 4)[None, :], (-1,), -1),
    ]


# How many paragraphs before and behind are summed up, for each of the things they show: running words, all words, what
# they speak for, clutter, function words.
_REACHES = ((3, 8, 20, 60), (3, 8), (3, 8, 20), (3, 8, 20), (5,))
_REACH_OF_EACH = [reach for reaches in _REACHES for reach in reaches]
_SHOWN_WITH_REACH = [row for row, reaches in enumerate(_REACHES) for _ in reaches]


def _surrounding_columns(units: Units, look: Look, stretch: tuple[int, int]) -> list[Columns]:
    """What stands further around it, whether it is in the longest stretch of running text, and on its subject."""
    shown = stacked(look.running, look.words, look.lexical, look.clutter, look.stops)
    flags = stacked(look.running > 0, look.clutter > 0, look.running > 25)
    at, (start, end) = np.arange(len(look.words)), stretch
    topics = topicality(units.text, look.running)
    return [
        window_sums(shown[_SHOWN_WITH_REACH], _REACH_OF_EACH), distance_to(flags),
        (at >= start) & (at < end), within(at - start, 30), within(end - at, 30),
        topics, window_sums((topics * look.words)[None, :], (4,)), look.earlier, look.later,
    ]  # fmt: skip


def _document_row(units: Units, look: Look, stretch: tuple[int, int]) -> list[float]:
    """What the text as a whole is like."""
    n, running, (start, end) = len(units), float(look.running.sum()), stretch
    in_order = np.sort(look.words)
    median = (float(in_order[(n - 1) // 2]) + float(in_order[n // 2])) / 2
    return [
        n, float(look.chars.sum()) or 1.0, running / max(float(look.words.sum()), 1),
        np.count_nonzero(look.running) / n, np.count_nonzero(units.gaps) / n, median, end - start, start / n,
        np.count_nonzero(units.pieces > 1) / n, float(look.running[start:end].sum()) / max(running, 1),
    ]  # fmt: skip


def topicality(text: Vocabulary, running: Floats) -> Floats:
    """Return the share of each paragraph's content words that another running paragraph has as well."""
    content = ~text.stops
    is_running = running > 0
    in_running = np.bincount(text.each[is_running[text.each_paragraph]], minlength=len(content))
    others = np.where(is_running, text.count(content & (in_running > 1)), text.count(content & (in_running > 0)))
    return others / np.maximum(text.count(content), 1)


def title_overlap(units: Units, headline: str | None) -> list[Columns]:
    """Return how much of each paragraph is in the headline, and how far above the nearest line stands that repeats it.

    Without a given headline the first line stands in for it: many flattened pages begin with the page's title.
    """
    n, text = len(units), units.text
    title = words_of(headline or (units.texts[0] if n else ""))
    hashes = hash_words(title)
    own, shared = np.bincount(text.each_paragraph, minlength=n), text.count(text.words.which(hashes))
    some = (shared > 0) & (own >= 2) & (own <= 40)
    overlap = np.where(some, shared / np.maximum(own + len(set(title)) - shared, 1), 0).astype(np.float32)
    same = (overlap > 0.75) | _begin_alike(units, title, hashes)
    if not headline:
        same[:1] = False
    return [overlap, distance_to(same[None, :]), np.full(n, 1.0 if headline else 0.0)]


def _begin_alike(units: Units, title: list[str], hashes: Hashes) -> Flags:
    """Return which paragraphs but the first begin with all of the `title`, or are its beginning: 16 characters of it.

    The words that end within those have to be the same before a paragraph is written out. `hashes` are the title's.
    """
    text, whole = units.text, " ".join(title)
    alike = np.zeros(len(units), bool)
    if len(whole) < MIN_ALIKE_CHARS:
        return alike
    begins = text.ends() - text.lengths
    places = np.arange(1, len(units))
    for number, hashed in enumerate(hashes[: whole[:MIN_ALIKE_CHARS].count(" ")]):
        places = places[text.lengths[places] > number]
        places = places[text.words.hashes[text.running[begins[places] + number]] == hashed]
    for at in places.tolist():
        key = " ".join(units.words_of(at))
        alike[at] = len(key) >= MIN_ALIKE_CHARS and (whole.startswith(key) or key.startswith(whole))
    return alike


def make_units(lines: Lines, begins: NDArray[np.int64], texts: list[str]) -> Units:
    """Return the paragraphs that begin at the lines `begins` and read `texts`."""
    ends = np.append(begins[1:], len(lines))
    counts = np.add.reduceat(lines.counts, begins, axis=0) if len(lines) else np.zeros((0, COLUMNS), np.float32)
    counts[:, SPACE] += (ends - begins) - 1
    lengths = np.add.reduceat(lines.words.lengths, begins) if len(lines) else lines.words.lengths
    text = Vocabulary.of(lines.words, lines.stops, lengths)
    return Units(
        texts, lines.texts, text, lines.gaps[begins].astype(np.float32),
        lines.marked[begins].astype(np.float32), (ends - begins).astype(np.float32), counts,
        lines.starts[begins].astype(np.float32), lines.ends[ends - 1].astype(np.float32),
    )  # fmt: skip
