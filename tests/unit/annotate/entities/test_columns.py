"""Columns say of each token what spaCy says, whatever was read before."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc, Span

from workers.annotate.entities import lexemes
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.lexemes import WordClass


def _doc() -> Doc:
    vocab = spacy.blank("en").vocab  # a new one each time: its strings are its own
    words, spaces = ["Straße", "and", "Straße", "in", "İzmir", "."], [True, True, True, True, False, False]
    doc = Doc(
        vocab,
        words=words,
        spaces=spaces,
        heads=[0, 0, 0, 2, 3, 0],
        deps=["ROOT", "cc", "conj", "prep", "pobj", "punct"],
    )
    doc.set_ents([Span(doc, 0, 1, label="FAC"), Span(doc, 2, 5, label="Odd label")])
    return doc


def test_columns_are_the_tokens_of_the_article() -> None:
    """Words, offsets, heads, labels, children and entities, with and without the text at hand."""
    doc = _doc()
    for columns in (Columns(doc), Columns(doc, doc.text)):
        assert columns.text == doc.text
        assert columns.word == [token.text for token in doc]
        assert columns.lower == [token.text.lower() for token in doc]
        assert columns.start == [token.idx for token in doc]
        assert columns.end == [token.idx + len(token) for token in doc]
        assert columns.head == [token.head.i for token in doc]
        assert columns.dep == [token.dep_ for token in doc]
        assert columns.entities() == [(0, 1, "FAC"), (2, 5, "Odd label")]
        assert [columns.children(i) for i in range(6)] == [[c.i for c in token.children] for token in doc]


def test_a_full_table_of_words_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is bounded, and forgetting it changes nothing."""
    capitals = WordClass(lambda word: word[:1].isupper())
    before = Columns(_doc())
    assert before.tokens_of(capitals) == [0, 2, 4]
    monkeypatch.setattr(lexemes, "_MAX_WORDS", 0)
    after = Columns(_doc())
    assert (after.word, after.tokens_of(capitals)) == (before.word, [0, 2, 4])
    assert before.tokens_of(capitals) == [0, 2, 4]
