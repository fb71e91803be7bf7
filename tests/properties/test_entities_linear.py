"""Twice the article is twice the work, also where somebody wrote it to be slow: lines of code counted, not seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, Span

from bench.interpreted import interpreted

_ROOM = interpreted("workers.annotate.entities")  # compiled code has no lines to count
_HERE = str(Path(_ROOM.__file__ or "").parent)
_VOCAB = spacy.blank("en").vocab
_SMALL, _MOST_GROWTH = 150, 2.25  # units; for double the text, with what is read on first use

Entities = list[tuple[int, int, str]]
# `X7` is another word in each unit. Words have their tags behind a stroke; all hang on the first word of the article.
_UNITS: dict[str, tuple[str, Entities]] = {
    "people of one surname": ("X7/NNP Prado/NNP met/VBD Prado/NNP ./.", [(0, 2, "PERSON"), (3, 4, "PERSON")]),
    "people of one first name": ("Ana/NNP X7/NNP met/VBD Ana/NNP ./.", [(0, 2, "PERSON")]),
    "names with one first word": ("Bank/NNP X7/NNP owns/VBZ Bank/NNP Zed/NNP ./.", [(0, 2, "ORG")]),
    "pronouns in one sentence": ("Ana/NNP X7/NNP said/VBD he/PRP saw/VBD him/PRP", [(0, 2, "PERSON")]),
    "roles of one person": ("x7/NN minister/NN Ana/NNP Prado/NNP slept/VBD ./.", [(2, 4, "PERSON")]),
    "holders of one role": (
        "minister/NN Ana/NNP X7/NNP slept/VBD as/IN the/DT minister/NN did/VBD ./.",
        [(1, 3, "PERSON")],
    ),
    "acronyms of the same letters": ("Ax7/NNP Bx7/NNP (/-LRB- AB/NNP )/-RRB- ./.", [(0, 2, "ORG"), (3, 4, "ORG")]),
    "open quotation marks": ('"/`` Ana/NNP Prado/NNP said/VBD he/PRP', [(1, 3, "PERSON")]),
    "open brackets": ("(/-LRB- Reuters/NNP ,/, AFP/NNP", [(1, 2, "ORG"), (3, 4, "ORG")]),
    "places between commas": (
        "Paris/NNP ,/, X7/NNP ,/, Texas/NNP ,/, Paris/NNP",
        [(0, 1, "GPE"), (2, 3, "GPE"), (4, 5, "GPE"), (6, 7, "GPE")],
    ),
    "companies": ("airline/NN X7/NNP owns/VBZ the/DT airline/NN ./.", [(1, 2, "ORG")]),
    "words of no sentence": ("Ana/NNP Prado/NNP ,/, the/DT x7/JJ", [(0, 2, "PERSON")]),
}


def _letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number + 1000))


def _article(unit: str, entities: Entities, count: int) -> Doc:
    pairs = [word.rsplit("/", 1) for word in unit.split()]
    words, tags, found = [], [], []
    for number in range(count):
        found += [(len(words) + first, len(words) + after, label) for first, after, label in entities]
        own = _letters(number)
        words += [word.replace("X7", own.capitalize()).replace("x7", own) for word, _ in pairs]
        tags += [tag for _, tag in pairs]
    relations = {"NNP": "nsubj", "PRP": "nsubj", "NN": "appos", "DT": "det"}
    heads = [index + 1 if tag == "DT" else 0 for index, tag in enumerate(tags)]
    deps = ["ROOT", *(relations.get(tag, "dep") for tag in tags[1:])]
    doc = Doc(_VOCAB, words=words, tags=tags, heads=heads, deps=deps)
    doc.set_ents([Span(doc, first, after, label=label) for first, after, label in found])
    return doc


def _lines_run(work: Callable[[], object]) -> int:
    """Return how many lines of this room's code `work` runs."""
    lines = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        return count if frame.f_code.co_filename.startswith(_HERE) else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        work()
    finally:
        sys.settrace(before)
    return lines


def _find_and_ask(doc: Doc) -> None:
    entities = _ROOM.find_entities(doc, "a")
    for token in doc:
        entities.refer(doc[token.i : token.i + 1])


@pytest.mark.parametrize("name", _UNITS)
def test_work_grows_no_faster_than_the_text(name: str) -> None:
    """Finding the entities and asking whom each word means: twice the units, about twice the lines of code run."""
    unit, entities = _UNITS[name]
    short, long = (_article(unit, entities, count) for count in (_SMALL, 2 * _SMALL))
    _find_and_ask(short)  # reads the tables
    few = _lines_run(lambda: _find_and_ask(short))
    assert few > len(short)
    assert _lines_run(lambda: _find_and_ask(long)) <= _MOST_GROWTH * few


def test_work_grows_no_faster_than_one_long_name() -> None:
    """A run of capitals that the model takes for one name costs no more than its length either."""
    short, long = (_article("X7/NNP", [], count) for count in (_SMALL, 2 * _SMALL))
    for doc in (short, long):
        doc.set_ents([Span(doc, 0, len(doc), label="ORG")])
        _find_and_ask(doc)
    assert _lines_run(lambda: _find_and_ask(long)) <= _MOST_GROWTH * _lines_run(lambda: _find_and_ask(short))
