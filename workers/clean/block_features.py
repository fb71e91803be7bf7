"""What is known of each block of a page: itself, its place in the tree, its neighbours, and the rest of the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from workers.clean.block_words import (
    AS_FIRST_WORD,
    IS_CLASSED,
    IS_STOPWORD,
    NAME_COUNT,
    NAME_LABELS,
    TAG_COUNT,
    TAG_LABELS,
    WORD_COUNTS,
    WORD_LABELS,
    WORD_NUMBERS,
)
from workers.clean.blocks import PROSE_CHARS, Block, Place
from workers.clean.folding import TABLE_SIZE, code_points
from workers.clean.running import Ints, RunningWords

Floats: TypeAlias = NDArray[np.float32]
_Float = TypeVar("_Float", bound=np.floating)

_WORD = re.compile(r"\w+")
_OWN_TAG = {
    tag: float(index)
    for index, tag in enumerate(
        (
            "p",
            "div",
            "li",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "tr",
            "section",
            "figcaption",
            "dd",
            "dt",
            "blockquote",
            "pre",
            "button",
            "label",
            "article",
            "figure",
            "caption",
            "ul",
            "ol",
            "body",
            "center",
            "header",
            "footer",
            "aside",
            "main",
            "nav",
            "table",
            "summary",
        )
    )
}

LOCAL = (
    "chars", "words", "link_share", "links", "sentences", "commas", "end", "lower_start", "caps", "digits", "stops",
    "word_length", "quotes", "question", "emphasis", "lines", "pipes", "depth", "own_tag", "heading", "hidden",
    "title_overlap", "repeats", "before_h1", "h1_gap",
)  # fmt: skip
PLACE = ("chars", "link_share", "prose", "blocks", "prose_share", "page_prose", "page_chars", "mean_chars")
CORE = ("distance", "link_share", "page_chars", "depth")
GROUP = ("count", "chars", "link_share", "prose", "prose_share")
ORDER = (
    "position", "index", "index_from_end", "prose_before", "prose_after", "gap_before", "gap_after", "page.prose",
    "page.chars", "page.prose_share", "page.blocks",
)  # fmt: skip
WIDTHS = (3, 8)
STEPS = (-2, -1, 1, 2)
_LINK_SHARE = LOCAL.index("link_share")
_HEADINGS = frozenset(f"h{level}" for level in range(10))
AROUND = tuple(LOCAL.index(name) for name in ("chars", "link_share", "sentences", "end", "stops", "own_tag", "heading"))


def featurise(blocks: Sequence[Block], title: str | None) -> Floats:
    """Return the feature matrix, (blocks, features), in the order of `FEATURE_NAMES`. `title` is that of the page."""
    if not blocks:
        return np.zeros((0, len(FEATURE_NAMES)), np.float32)
    heads = RunningWords.of([block.words for block in blocks])
    numbers = heads.numbers(WORD_NUMBERS)
    chars = np.array([len(block.text) for block in blocks], np.float32)
    local = _local(blocks, heads, numbers, title)
    links = local[_LINK_SHARE] * chars
    prose = prose_chars(chars, local[_LINK_SHARE])
    parts = (
        local,
        _words(heads, numbers),
        _places(blocks),
        _bits(blocks),
        _groups(chars, links, prose, [block.place.signature for block in blocks]),
        _groups(chars, links, prose, [_path(block.place) for block in blocks]),
        _order(chars, links, prose),
        _neighbours(local),
    )
    # columns are whole, as the trees ask for them: rows would be turned round
    return np.concatenate(parts, axis=0, dtype=np.float32).T


def prose_chars(chars: NDArray[_Float], link_share: NDArray[_Float]) -> NDArray[_Float]:
    """Return the characters of each block that is taken for running text, 0 of all others."""
    return np.where((chars >= PROSE_CHARS) & (link_share < 0.5), chars, np.zeros_like(chars))


def _local(blocks: Sequence[Block], heads: RunningWords, numbers: Ints, title: str | None) -> Floats:
    """Return the figures of each block by itself, (`LOCAL`, blocks)."""
    title_words = frozenset(_WORD.findall(title.lower())) if title else frozenset()
    of_title = np.fromiter(map(title_words.__contains__, heads.words), bool, len(heads.words))
    texts = [block.text for block in blocks]
    repeats = Counter(texts)
    tags = [block.place.tag for block in blocks]
    from_h1 = np.arange(len(blocks)) - tags.index("h1") if "h1" in tags else None
    signs = _Signs(texts)
    chars, words, said = signs.lengths, signs.words, np.maximum(heads.counts, 1)
    columns = (
        np.minimum(chars, 2000),
        np.minimum(words, 300),
        np.array([block.link_chars for block in blocks]) / chars,
        np.minimum([block.links for block in blocks], 20),
        np.where(chars > 20, signs.sentences, 0),
        signs.count(_COMMA),
        signs.ends,
        signs.starts_lower,
        signs.capitals_in_head / np.minimum(words, CAPITALS_OF_WORDS),
        signs.digits_in_head / np.minimum(chars, DIGITS_OF_CHARS),
        heads.sums(IS_STOPWORD[numbers]) / said,
        chars / words,
        signs.count(_DOUBLE_QUOTE),
        signs.count(_QUESTION) > 0,
        np.array([block.emphasised_chars for block in blocks]) / chars,
        np.minimum([block.lines for block in blocks], 20),
        np.minimum(signs.count(_PIPE), 10),
        np.minimum([block.place.depth for block in blocks], 40),
        [_OWN_TAG.get(tag, 40.0) for tag in tags],
        [tag in _HEADINGS for tag in tags],
        [block.place.hidden for block in blocks],
        np.where(words < 40, heads.sums(of_title) / said, 0),
        np.minimum([repeats[text] for text in texts], 6),
        2.0 if from_h1 is None else from_h1 < 0,
        -99 if from_h1 is None else np.minimum(np.maximum(from_h1, -60), 60),
    )
    local = np.empty((len(columns), len(blocks)), np.float32)
    for at, column in enumerate(columns):
        local[at] = column
    return local


CAPITALS_OF_WORDS = 40  # at the head of a block, of which the capitalised are counted
DIGITS_OF_CHARS = 120  # at the head of a block, of which the digits are counted
# What a character is, as bits.
_CAPITAL, _LOWER, _DIGIT, _SPACE, _STOP, _COLON, _CLOSING, _COMMA, _DOUBLE_QUOTE, _QUESTION, _PIPE = (
    1 << bit for bit in range(11)
)


def _signs_of(char: str) -> int:
    """Return what a character is, as bits."""
    return (
        _CAPITAL * char.isupper()
        | _LOWER * char.islower()
        | _DIGIT * char.isdigit()
        | _SPACE * char.isspace()
        | _STOP * (char in ".!?…")
        | _COLON * (char == ":")
        | _CLOSING * (char in "'\"”’)]")
        | _COMMA * (char == ",")
        | _DOUBLE_QUOTE * (char in '"“')
        | _QUESTION * (char == "?")
        | _PIPE * (char == "|")
    )


_SIGNS = np.array([_signs_of(chr(code)) for code in range(TABLE_SIZE)], np.uint16)


class _Signs:
    """What the characters of texts say, a figure a text; none of them is empty."""

    def __init__(self, texts: Sequence[str]) -> None:
        codes = code_points([*texts, ""])  # the last is a line break
        self._signs = _SIGNS[np.minimum(codes, TABLE_SIZE - 1)]
        wide = codes >= TABLE_SIZE
        if wide.any():
            distinct, places = np.unique(codes[wide], return_inverse=True)
            self._signs[wide] = np.array([_signs_of(chr(code)) for code in distinct.tolist()], np.uint16)[places]
        self.lengths: Ints = np.fromiter(map(len, texts), np.int64, len(texts))
        self._behind: Ints = np.cumsum(self.lengths + 1) - 1
        self._begins: Ints = self._behind - self.lengths
        self._space = self._is(_SPACE)
        self._word_begins = np.flatnonzero(~self._space & np.append(True, self._space[:-1]))
        self._first_word: Ints = np.searchsorted(self._word_begins, self._begins)
        self.words: Ints = np.diff(self._first_word, append=len(self._word_begins))

    def _is(self, sign: int) -> NDArray[np.bool_]:
        # without the comparison numpy takes tenfold to find where it holds
        return np.asarray((self._signs & sign) > 0)

    def count(self, sign: int, *, within: int | None = None) -> Ints:
        """Return how many characters of each text, or of the first so many of it, are that."""
        found = np.flatnonzero(self._is(sign))
        return self._in_each(found, self._behind if within is None else np.minimum(self._begins + within, self._behind))

    def _in_each(self, found: Ints, behind: Ints) -> Ints:
        """Return how many of the places `found` each text has before `behind`."""
        return np.asarray(np.searchsorted(found, behind) - np.searchsorted(found, self._begins))

    @property
    def sentences(self) -> Ints:
        """The ends of sentences: a stop with closing signs or none behind it, and then white space or the end."""
        stops: Ints = np.flatnonzero(self._is(_STOP))
        behind = stops + 1
        while (closing := (self._signs[behind] & _CLOSING) > 0).any():
            behind = behind + closing
        return self._in_each(stops[self._space[behind]], self._behind)

    @property
    def capitals_in_head(self) -> Ints:
        """The capitalised among the first `CAPITALS_OF_WORDS` words."""
        capitals: Ints = np.append(0, np.cumsum((self._signs[self._word_begins] & _CAPITAL) > 0))
        first = self._first_word
        return np.asarray(capitals[first + np.minimum(self.words, CAPITALS_OF_WORDS)] - capitals[first])

    @property
    def digits_in_head(self) -> Ints:
        """The digits among the first `DIGITS_OF_CHARS` characters."""
        return self.count(_DIGIT, within=DIGITS_OF_CHARS)

    @property
    def starts_lower(self) -> NDArray[np.bool_]:
        """Whether it begins in lower case."""
        return np.asarray((self._signs[self._begins] & _LOWER) > 0)

    @property
    def ends(self) -> Floats:
        """How it ends, one closing sign aside: with a stop (1), a colon (2) or otherwise (0)."""
        last = self._signs[self._behind - 1]
        # of a text that is a closing sign and nothing else this is the line break before it
        last = np.where(last & _CLOSING, self._signs[self._behind - 2], last)
        return np.asarray(((last & _STOP) > 0) + 2.0 * ((last & _COLON) > 0), np.float32)


def _words(heads: RunningWords, numbers: Ints) -> Floats:
    """Return how many words of each class a block has, 0 to 3, and the class of its first word; a row each."""
    counts = np.zeros((len(heads.counts), len(WORD_LABELS)), np.float32)
    classed = np.flatnonzero(IS_CLASSED[numbers])
    if len(classed):
        of = heads.text[classed]
        begins = np.flatnonzero(np.diff(of, prepend=-1))
        counts[of[begins]] = np.add.reduceat(WORD_COUNTS[numbers[classed]], begins, axis=0)
    first = np.zeros(len(counts), np.float32)
    first[heads.filled] = AS_FIRST_WORD[numbers[heads.firsts]]
    return np.concatenate([np.minimum(counts, 3).T, first[None]])


def _places(blocks: Sequence[Block]) -> Floats:
    """Return, a row each, the figures of each block's place, the two above it, and the section; then of the core."""
    top = blocks[0].place
    while top.parent is not None:
        top = top.parent
    page_prose, page_chars = max(1, top.prose_chars), max(1, top.chars)
    numbers: dict[Place, int] = {}  # of all places that are asked about
    around: dict[Place, list[int]] = {}  # of each block's place: numbers of itself, parent, grandparent, section, core
    for block in blocks:
        place = block.place
        if place not in around:
            parent = place.parent or place
            near = (place, parent, parent.parent or parent, place.section, place.core)
            around[place] = [numbers.setdefault(one, len(numbers)) for one in near]
    all_chars, links, prose, count, depth = _columns(map(_SUMS_AND_DEPTH, numbers), 5)
    chars = np.maximum(all_chars, 1)
    figures = np.stack(
        [
            np.minimum(chars, 50_000),
            links / chars,
            np.minimum(prose, 50_000),
            np.minimum(count, 500),
            prose / chars,
            prose / page_prose,
            all_chars / page_chars,
            chars / np.maximum(count, 1),
        ]
    )
    *places, core = _columns([around[block.place] for block in blocks], 5).astype(np.intp)
    distance = depth[places[0]] - depth[core]
    of_core = (np.minimum(distance, 20), links[core] / chars[core], all_chars[core] / page_chars, depth[core])
    return np.concatenate([*(figures[:, number] for number in places), of_core], dtype=np.float32)


_SUMS_AND_DEPTH = attrgetter("chars", "link_chars", "prose_chars", "blocks", "depth")


def _columns(rows: Iterable[Iterable[float]], count: int) -> NDArray[np.float64]:
    """Return rows of so many figures each as columns: `np.array` needs twice the time to find out what they are."""
    return np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, count).T


def _bits(blocks: Sequence[Block]) -> Floats:
    """Return, a row each, the tags above a block (0, 1) and the names: 0 nowhere, 1 far above, 2 near."""
    tags = _spread([block.place.tags for block in blocks], TAG_COUNT)
    names = _spread([block.place.names for block in blocks], NAME_COUNT)
    near = _spread([block.place.near_names | block.inner_names for block in blocks], NAME_COUNT)
    return np.concatenate([tags, names + near])


def _spread(values: list[int], count: int) -> NDArray[np.uint8]:
    """Return the lowest bits of each of `values`, (count, values)."""
    octets = np.array(values, "<u8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(octets, axis=1, count=count, bitorder="little").T


def _groups(chars: Floats, links: Floats, prose: Floats, keys: Sequence[str]) -> Floats:
    """Return, for each block, figures of all blocks of the page with the same key, (`GROUP`, blocks).

    A template shows in what it repeats.
    """
    numbers: dict[str, int] = {}
    group = np.array([numbers.setdefault(key, len(numbers)) for key in keys])
    count = np.bincount(group)
    all_chars = np.bincount(group, chars)
    is_prose = np.bincount(group, prose > 0)
    rows = (count, all_chars / count, np.bincount(group, links) / all_chars, is_prose, is_prose / count)
    return np.asarray(np.stack(rows)[:, group], np.float32)


def _path(place: Place) -> str:
    parent = place.parent
    grand = parent.parent if parent else None
    return f"{place.signature}<{parent.signature if parent else ''}<{grand.signature if grand else ''}"


def _order(chars: Floats, links: Floats, prose: Floats) -> Floats:
    """Return where each block stands among the others, and the figures of those around it; a row each."""
    n = len(chars)
    total_prose, total_chars = max(1.0, float(prose.sum())), max(1.0, float(chars.sum()))
    indices = np.arange(n)
    before = np.cumsum(prose) - prose
    last = np.maximum.accumulate(np.where(prose > 0, indices, -1000))
    following = np.minimum.accumulate(np.where(prose > 0, indices, n + 1000)[::-1])[::-1]
    columns = [
        indices / n,
        np.minimum(indices, 300),
        np.minimum(n - indices, 300),
        before / total_prose,
        1 - (before + prose) / total_prose,
        np.minimum(indices - np.concatenate([[-1000], last[:-1]]), 50),
        np.minimum(np.concatenate([following[1:], [n + 1000]]) - indices, 50),
        np.full(n, total_prose),
        np.full(n, total_chars),
        np.full(n, total_prose / total_chars),
        np.full(n, n),
    ]
    for width in WIDTHS:
        low, high = np.maximum(0, indices - width), np.minimum(n, indices + width + 1)
        near, near_links, near_prose = (_window(values, low, high) for values in (chars, links, prose))
        columns += [near, near_links / np.maximum(near, 1), near_prose / np.maximum(near, 1)]
    return np.stack(columns).astype(np.float32)


def _window(values: Floats, low: NDArray[np.int64], high: NDArray[np.int64]) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(sums[high] - sums[low], np.float32)


def _neighbours(local: Floats) -> Floats:
    """Return the rows `AROUND` of the blocks one and two before and after; -1 beyond the page."""
    chosen = local[AROUND, :]
    shifted = np.full((len(STEPS), *chosen.shape), -1, np.float32)
    for moved, step in zip(shifted, STEPS, strict=True):
        if step < 0:
            moved[:, -step:] = chosen[:, :step]
        else:
            moved[:, :-step] = chosen[:, step:]
    return shifted.reshape(-1, chosen.shape[1])


FEATURE_NAMES: tuple[str, ...] = (
    *LOCAL,
    *(f"words:{label}" for label in WORD_LABELS),
    "first_word",
    *(f"{which}.{name}" for which in ("place", "parent", "grand", "section") for name in PLACE),
    *(f"core.{name}" for name in CORE),
    *(f"in:{tag}" for tag in TAG_LABELS),
    *(f"name:{name}" for name in NAME_LABELS),
    *(f"{kind}.{name}" for kind in ("same", "path") for name in GROUP),
    *ORDER,
    *(f"near{width}.{name}" for width in WIDTHS for name in ("chars", "link_share", "prose_share")),
    *(f"{step:+d}.{LOCAL[column]}" for step in STEPS for column in AROUND),
)
