"""What holds for the blocks of any page and for their figures."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.interpreted import interpreted
from workers.clean.block_features import CAPITALS_OF_WORDS, DIGITS_OF_CHARS, FEATURE_NAMES, featurise
from workers.clean.block_words import FIRST_WORDS, STOPWORDS, WORD_CLASSES, WORD_LABELS
from workers.clean.blocks import Block, BlockReader, Place
from workers.clean.page import load_model
from workers.clean.tree import EmptyPageError, parse_page

_INTERPRETED = interpreted("workers.clean.blocks")
_TAGS = (
    "p",
    "div",
    "article",
    "section",
    "h1",
    "li",
    "td",
    "tr",
    "table",
    "a",
    "b",
    "span",
    "br",
    "script",
    "img",
    "nav",
)
_ATTRIBUTES = (
    "", " class='share bar'", " id=comments", " role=main", " hidden", " aria-hidden=true", " style='display:none'",
    " class=",
)  # fmt: skip
_WORDS = (
    "The council met. ", "By Ida Berg", "Share", "“No,” she said.", "İstanbul", "ſ", "σας", "Sign up: ", "4 min read",
    " | ", "?", "1,200 of 3.5", "…”)", "U.S.", "ǅ", "²", "Ⅷ", "\u2003", "\x1c", "🙂", "'", '"', "the",
    "a lot of words in a row that go on ",
)  # fmt: skip
tags = st.builds(
    "<{}{}{}>".format, st.sampled_from(("", "", "/")), st.sampled_from(_TAGS), st.sampled_from(_ATTRIBUTES)
)
pages = st.lists(tags | st.sampled_from(_WORDS) | st.text(max_size=5), min_size=1, max_size=40).map("".join)
texts = st.lists(st.sampled_from(_WORDS) | st.text(max_size=5), min_size=1, max_size=30).map("".join).map(str.strip)


@given(pages)
def test_compiled_or_not_a_page_has_the_same_blocks(html: str) -> None:
    """Those of `workers.clean.blocks` as it is installed and as its source says."""
    try:
        root = parse_page(html, max_chars=10_000).root
    except EmptyPageError:
        return
    assert _figures(BlockReader().read(root)) == _figures(_INTERPRETED.BlockReader().read(root))


def _figures(blocks: list[Block]) -> list[object]:
    names = ("text", "link_chars", "links", "inner_names", "emphasised_chars", "lines", "words")
    return [[[getattr(block, name) for name in names], _chain(block.place)] for block in blocks]


def _chain(place: Place) -> list[object]:
    """Return what is known of a place and of all above it."""
    names = ("tag", "own_names", "signature", "hidden", "depth", "tags", "names", "near_names")
    names += ("chars", "link_chars", "prose_chars", "blocks")
    above = [place]
    while above[-1].parent is not None:
        above.append(above[-1].parent)
    return [
        [[getattr(one, name) for name in names], above.index(one.core), above.index(one.section)] for one in above[:1]
    ] + [[getattr(one, name) for name in names] for one in above[1:]]


@given(st.lists(texts.filter(str.split), min_size=1, max_size=6), texts)
def test_figures_of_all_blocks_at_once_are_those_of_each(found: list[str], title: str) -> None:
    """As one would count them text by text."""
    blocks = _blocks_of([" ".join(text.split()) for text in found])
    rows = featurise(blocks, title)
    columns = dict(zip(FEATURE_NAMES, rows.T, strict=True))
    for at, block in enumerate(blocks):
        for name, value in _by_itself(block, title).items():
            assert columns[name][at] == np.float32(value), (name, block.text)


def _blocks_of(found: list[str]) -> list[Block]:
    top = Place("html", signature="html")
    blocks = [
        Block(text, Place("p", top, signature="p."), link_chars=1, links=1, inner_names=0, emphasised_chars=0)
        for text in found
    ]
    for block in blocks:
        block.words = re.findall(r"\w+", block.text.lower())
    return blocks


def _by_itself(block: Block, title: str) -> dict[str, float]:
    """Return the figures of a block that need no other block, counted the plain way."""
    text, words = block.text, block.text.split()
    last = text[-1] if text[-1] not in "\"”’')]" else text[-2:-1]
    said = max(1, len(block.words))
    of_title = set(re.findall(r"\w+", title.lower()))
    counts = dict.fromkeys(WORD_LABELS, 0)
    for word in block.words:
        for label in WORD_CLASSES.get(word, ()):
            counts[WORD_LABELS[label]] += 1
    return {
        "chars": min(len(text), 2000),
        "words": min(len(words), 300),
        "link_share": block.link_chars / len(text),
        "sentences": len(re.findall(r"[.!?…]['\"”’)\]]*(?=\s|$)", text)) if len(text) > 20 else 0,
        "commas": text.count(","),
        "end": 1 if last and last in ".!?…" else 2 if last == ":" else 0,
        "lower_start": text[0].islower(),
        "caps": sum(word[0].isupper() for word in words[:CAPITALS_OF_WORDS]) / min(len(words), CAPITALS_OF_WORDS),
        "digits": sum(map(str.isdigit, text[:DIGITS_OF_CHARS])) / min(len(text), DIGITS_OF_CHARS),
        "stops": sum(word in STOPWORDS for word in block.words) / said,
        "word_length": len(text) / len(words),
        "quotes": text.count('"') + text.count("“"),
        "question": "?" in text,
        "pipes": min(text.count("|"), 10),
        "title_overlap": sum(word in of_title for word in block.words) / said if len(words) < 40 else 0,
        "first_word": FIRST_WORDS.get(block.words[0], 0) if block.words else 0,
        **{f"words:{label}": min(count, 3) for label, count in counts.items()},
    }


phrases = st.lists(st.sampled_from(["by", "the", "min", "read", "sign", "up", "newsletter", "of", "İ"]), max_size=12)


@given(st.lists(phrases, max_size=5))
def test_weights_of_all_texts_at_once_are_those_of_each(found: list[list[str]]) -> None:
    """However many stand before it, and whatever they end with."""
    wording = load_model().wording
    together = wording.scores(found)
    assert together.shape == (len(found),)
    assert together == pytest.approx([wording.scores([words])[0] for words in found], abs=1e-6)
