"""What is known of each block of a page: itself, its place in the tree, its neighbours, and the rest of the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from workers.clean.block_words import (
    ANCESTOR_TAGS,
    FIRST_WORDS,
    NAME_COUNT,
    NAME_LABELS,
    STOPWORDS,
    TAG_COUNT,
    TAG_LABELS,
    WORD_CLASSES,
    WORD_LABELS,
)
from workers.clean.blocks import PROSE_CHARS, Block, Place
from workers.clean.folding import TABLE_SIZE, code_points

Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]

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
_SECTIONS = ANCESTOR_TAGS["article"] | ANCESTOR_TAGS["main"] | ANCESTOR_TAGS["section"]
CORE_SHARE = 0.55  # of the page's prose: the smallest element with as much is taken for the one that holds the article

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
AROUND = tuple(LOCAL.index(name) for name in ("chars", "link_share", "sentences", "end", "stops", "own_tag", "heading"))


def featurise(blocks: Sequence[Block], title: str | None) -> Floats:
    """Return the feature matrix, (blocks, features), in the order of `FEATURE_NAMES`. `title` is that of the page."""
    if not blocks:
        return np.zeros((0, len(FEATURE_NAMES)), np.float32)
    local = _local(blocks, title)
    chars = np.array([len(block.text) for block in blocks], np.float32)
    prose = np.where((chars >= PROSE_CHARS) & (local[:, 2] < 0.5), chars, 0).astype(np.float32)
    parts = (
        local,
        _words(blocks),
        _places(blocks),
        _bits(blocks),
        _groups(chars, local[:, 2] * chars, prose, [block.place.signature for block in blocks]),
        _groups(chars, local[:, 2] * chars, prose, [_path(block.place) for block in blocks]),
        _order(blocks, chars, local[:, 2] * chars, prose),
        _neighbours(local),
    )
    # columns are whole, as the trees ask for them: rows would be turned round
    return np.concatenate([part.T for part in parts], axis=0, dtype=np.float32).T


def _local(blocks: Sequence[Block], title: str | None) -> Floats:
    """Return the figures of each block by itself, `LOCAL`."""
    title_words = frozenset(_WORD.findall(title.lower())) if title else frozenset()
    repeats = Counter([block.text for block in blocks])
    h1 = next((index for index, block in enumerate(blocks) if block.place.tag == "h1"), -1)
    signs = _signs([block.text for block in blocks])
    rows = []
    for index, (block, n, sentences, capitals, digits) in enumerate(zip(blocks, *signs, strict=True)):
        text, place = block.text, block.place
        chars, tag, head = len(text), place.tag, block.words
        m = max(1, len(head))
        last = text[-1] if text[-1] not in "\"”’')]" else text[-2:-1]
        rows.append((
            min(chars, 2000),
            min(n, 300),
            block.link_chars / chars,
            min(block.links, 20),
            sentences if chars > 20 else 0,
            text.count(","),
            1.0 if last in ".!?…" and last else 2.0 if last == ":" else 0.0,
            text[0].islower(),
            capitals / min(n, CAPITALS_OF_WORDS),
            digits / min(chars, DIGITS_OF_CHARS),
            sum(map(_is_stopword, head)) / m,
            chars / n,
            text.count('"') + text.count("“"),
            "?" in text,
            block.emphasised_chars / chars,
            min(block.lines, 20),
            min(text.count("|"), 10),
            min(place.depth, 40),
            _OWN_TAG.get(tag, 40.0),
            len(tag) == 2 and tag[0] == "h" and tag[1].isdigit(),
            place.hidden,
            sum(map(title_words.__contains__, head)) / m if n < 40 else 0.0,
            min(repeats[text], 6),
            2.0 if h1 < 0 else index < h1,
            max(-60, min(60, index - h1)) if h1 >= 0 else -99,
        ))  # fmt: skip
    return np.array(rows, np.float32)


_is_stopword = STOPWORDS.__contains__
CAPITALS_OF_WORDS = 40  # at the head of a block, of which the capitalised are counted
DIGITS_OF_CHARS = 120  # at the head of a block, of which the digits are counted
# What a character is, as bits.
_CAPITAL, _DIGIT, _SPACE, _ENDING, _CLOSING = (1 << bit for bit in range(5))


def _signs_of(char: str) -> int:
    """Return what a character is, as bits."""
    return (
        _CAPITAL * char.isupper()
        | _DIGIT * char.isdigit()
        | _SPACE * char.isspace()
        | _ENDING * (char in ".!?…")
        | _CLOSING * (char in "'\"”’)]")
    )


_SIGNS = np.array([_signs_of(chr(code)) for code in range(TABLE_SIZE)], np.uint8)


def _signs(texts: Sequence[str]) -> tuple[list[int], list[int], list[int], list[int]]:
    """Return of each text its words, the ends of sentences, and of its head the capitalised words and the digits.

    The end of a sentence is a stop with closing signs or none behind it, and then white space or the end.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    codes = code_points([*texts, ""])
    signs = _SIGNS[np.minimum(codes, TABLE_SIZE - 1)]
    wide = codes >= TABLE_SIZE
    if wide.any():
        distinct, places = np.unique(codes[wide], return_inverse=True)
        signs[wide] = np.array([_signs_of(chr(code)) for code in distinct.tolist()], np.uint8)[places]
    begins = np.cumsum(lengths + 1) - (lengths + 1)

    space = (signs & _SPACE) > 0
    words = np.flatnonzero(~space & np.append(True, space[:-1]))  # where one begins
    first: Ints = np.searchsorted(words, begins)  # the first word of each text
    capitals: Ints = np.append(0, np.cumsum((signs[words] & _CAPITAL) > 0))
    counts: Ints = np.append(first[1:], len(words)) - first
    in_head = capitals[first + np.minimum(counts, CAPITALS_OF_WORDS)] - capitals[first]

    ends: Ints = np.flatnonzero(signs & _ENDING)
    behind: Ints = ends + 1
    while (closing := (signs[behind] & _CLOSING) > 0).any():
        behind = behind + closing
    ends = ends[space[behind]]
    sentences = np.searchsorted(ends, begins + lengths) - np.searchsorted(ends, begins)

    digits = np.flatnonzero(signs & _DIGIT)
    of_head = begins + np.minimum(lengths, DIGITS_OF_CHARS)
    digits_in_head = np.searchsorted(digits, of_head) - np.searchsorted(digits, begins)
    return counts.tolist(), sentences.tolist(), in_head.tolist(), digits_in_head.tolist()


def _words(blocks: Sequence[Block]) -> Floats:
    """Return how many words of each class a block has, 0 to 3, and the class of its first word."""
    rows = []
    nothing = [0.0] * (len(WORD_LABELS) + 1)
    for block in blocks:
        row = nothing.copy()
        for word in block.words:
            if word in WORD_CLASSES:
                for label in WORD_CLASSES[word]:
                    row[label] += 1
        if block.words:
            row[-1] = FIRST_WORDS.get(block.words[0], 0)
        rows.append(row)
    return np.minimum(np.array(rows, np.float32), np.array([3.0] * len(WORD_LABELS) + [99.0], np.float32))


def _places(blocks: Sequence[Block]) -> Floats:
    """Return the figures of each block's place, the two above it, and the nearest section; then of the core."""
    top = blocks[0].place
    while top.parent is not None:
        top = top.parent
    page_prose, page_chars = max(1, top.prose_chars), max(1, top.chars)
    numbers: dict[Place, int] = {}  # of the places that are asked about
    whole: dict[Place, tuple[tuple[int, ...], tuple[float, ...]]] = {}
    around: list[tuple[int, ...]] = []  # numbers of place, parent, grandparent, section
    cores: list[tuple[float, ...]] = []
    sections: dict[Place, tuple[Place, int]] = {}
    prose_wanted, with_prose = CORE_SHARE * page_prose, dict[Place, tuple[Place, int]]()
    for block in blocks:
        place = block.place
        row = whole.get(place)
        if row is None:
            parent = place.parent or place
            section = _nearest(place, _is_section, sections)[0] if place.tags & _SECTIONS else top
            core, distance = _nearest(place, lambda one: one.prose_chars >= prose_wanted, with_prose)
            near = tuple(
                numbers.setdefault(one, len(numbers)) for one in (place, parent, parent.parent or parent, section)
            )
            row = whole[place] = (
                near,
                (min(distance, 20), core.link_chars / max(1, core.chars), core.chars / page_chars, core.depth),
            )
        around.append(row[0])
        cores.append(row[1])
    sums = np.array([(p.chars, p.link_chars, p.prose_chars, p.blocks) for p in numbers], np.float64)
    all_chars, links, prose, count = sums.T
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
        ],
        axis=1,
    )
    of_places = figures[np.array(around)].reshape(len(blocks), -1)
    return np.concatenate([of_places, np.array(cores)], axis=1, dtype=np.float32)


def _is_section(place: Place) -> bool:
    return place.tag in ("article", "main", "section")


def _nearest(place: Place, wanted: Callable[[Place], bool], known: dict[Place, tuple[Place, int]]) -> tuple[Place, int]:
    """Return the nearest element that is `wanted`, itself or above, else the topmost, and how far above it is.

    `known` keeps what was found for the elements on the way: those of a page share most of it.
    """
    climbed = []
    while place not in known and place.parent is not None and not wanted(place):
        climbed.append(place)
        place = place.parent
    found, distance = known.setdefault(place, (place, 0))
    for lower in reversed(climbed):
        distance += 1
        known[lower] = found, distance
    return found, distance


def _bits(blocks: Sequence[Block]) -> Floats:
    """Return, a column each, the tags above a block (0, 1) and the names: 0 nowhere, 1 far above, 2 near."""
    tags = _spread([block.place.tags for block in blocks], TAG_COUNT)
    names = _spread([block.place.names for block in blocks], NAME_COUNT)
    near = _spread([block.place.near_names | block.inner_names for block in blocks], NAME_COUNT)
    return np.concatenate([tags, names + near], axis=1)


def _spread(values: list[int], count: int) -> Floats:
    raw = np.array(values, np.uint64)
    return ((raw[:, None] >> np.arange(count, dtype=np.uint64)) & np.uint64(1)).astype(np.float32)


def _groups(chars: Floats, links: Floats, prose: Floats, keys: Sequence[str]) -> Floats:
    """Return, per block, figures of all blocks of the page with the same key: a template shows in what it repeats."""
    numbers: dict[str, int] = {}
    group = np.array([numbers.setdefault(key, len(numbers)) for key in keys])
    count = np.bincount(group)
    all_chars = np.bincount(group, chars)
    is_prose = np.bincount(group, prose > 0)
    rows = (count, all_chars / count, np.bincount(group, links) / all_chars, is_prose, is_prose / count)
    return np.asarray(np.stack(rows, axis=1)[group], np.float32)


def _path(place: Place) -> str:
    parent = place.parent
    grand = parent.parent if parent else None
    return f"{place.signature}<{parent.signature if parent else ''}<{grand.signature if grand else ''}"


def _order(blocks: Sequence[Block], chars: Floats, links: Floats, prose: Floats) -> Floats:
    """Return where each block stands among the others, and the figures of those around it."""
    n = len(blocks)
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
    return np.stack(columns, axis=1).astype(np.float32)


def _window(values: Floats, low: NDArray[np.int64], high: NDArray[np.int64]) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(sums[high] - sums[low], np.float32)


def _neighbours(local: Floats) -> Floats:
    """Return the columns `AROUND` of the blocks one and two before and after; -1 beyond the page."""
    chosen = local[:, AROUND]
    shifted = []
    for step in STEPS:
        moved = np.full_like(chosen, -1)
        if step < 0:
            moved[-step:] = chosen[:step]
        else:
            moved[:-step] = chosen[step:]
        shifted.append(moved)
    return np.concatenate(shifted, axis=1)


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
