"""The tokenizer that learns: the same tokens, more of them remembered, never more than its bound."""

from __future__ import annotations

from typing import Any

import pytest
import spacy
from spacy.language import Language

from tests.model.wording import news
from workers.annotate.vocabulary import LearningTokenizer, bounded_vocabulary

TEXT = "Headline\n\n“We can't wait,” Ms. Lund (Nordhavn A/S) said at 10 p.m. Know-how… www.example.org!\nU.S. ok"


@pytest.fixture
def nlp() -> Language:
    own = spacy.blank("en")
    own.tokenizer = LearningTokenizer(own.tokenizer)
    return own


def tokens(nlp: Language, text: str) -> list[tuple[Any, ...]]:
    return [(token.text, token.norm_, token.whitespace_) for token in nlp.make_doc(text)]


def test_learning_changes_no_token(nlp: Language) -> None:
    """Before, while and after a text is learnt, its tokens are those of spaCy's own tokenizer."""
    texts = [TEXT, *news(3_000, seed=2)]
    expected = [tokens(spacy.blank("en"), text) for text in texts]
    assert [tokens(nlp, text) for text in texts] == expected
    with bounded_vocabulary(nlp, texts):
        assert [tokens(nlp, text) for text in texts] == expected
    assert [tokens(nlp, text) for text in texts] == expected


def test_new_words_are_forgotten_once_enough_are_known(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound, the strings of a text are gone after it."""
    monkeypatch.setattr("workers.annotate.vocabulary.LEARNT_CHARS", 20)
    with bounded_vocabulary(nlp, ["Quomplatz went to Brxxlberg."]):
        nlp("Quomplatz went to Brxxlberg.")
    known = len(nlp.vocab.strings)
    assert "Brxxlberg" in nlp.vocab.strings
    with bounded_vocabulary(nlp, ["Zzyzyx did not."]):
        assert nlp("Zzyzyx did not.")[0].text == "Zzyzyx"
        assert "Zzyzyx" in nlp.vocab.strings
    assert "Zzyzyx" not in nlp.vocab.strings
    assert len(nlp.vocab.strings) == known


def test_a_text_that_may_be_no_text_teaches_nothing(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte of base64 would fill the vocabulary at once."""
    monkeypatch.setattr("workers.annotate.vocabulary.LEARNING_CHARS", 100)
    blob = "QmFzZTY0" * 20
    with bounded_vocabulary(nlp, [blob]):
        nlp(blob)
    assert blob not in nlp.vocab.strings
    assert not nlp.tokenizer.full  # type: ignore[union-attr]  # spaCy's annotation knows only callables
