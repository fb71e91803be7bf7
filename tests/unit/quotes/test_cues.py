"""The cue lexicon is sound data."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from spacy.strings import get_string_id

from workers.annotate.quotes.cues import forms, verbs

CLASSES = {"speech", "writing", "thought", "gesture", "document"}


def rows() -> list[dict[str, str]]:
    text = (files("workers.annotate.quotes") / "cues.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def test_every_entry_has_a_class_frames_and_a_source() -> None:
    """No verb without a class we know, a construction we know and the place it comes from."""
    for row in rows():
        assert row["class"] in CLASSES, row
        assert set(row["frames"].split(",")[0]) <= set("QCTNMAO"), row
        assert row["frames"], row
        assert row["source"], row


def test_no_verb_stands_twice() -> None:
    """One line a verb, in alphabetical order."""
    lemmas = [row["lemma"] for row in rows()]
    assert lemmas == sorted(set(lemmas))


@pytest.mark.parametrize(
    ("lemma", "expected"),
    [
        ("say", {"say", "says", "said", "saying"}),  # irregular
        ("quip", {"quip", "quips", "quipped", "quipping"}),  # doubles
        ("deny", {"deny", "denies", "denied", "denying"}),  # y
        ("state", {"state", "states", "stated", "stating"}),  # e
        ("agree", {"agree", "agrees", "agreed", "agreeing"}),  # ee keeps its e
        ("plead", {"plead", "pleads", "pled", "pleaded", "pleading"}),  # both
        ("signal", {"signal", "signals", "signaled", "signalled", "signaling", "signalling"}),  # American and British
    ],
)
def test_forms_follow_english_spelling(lemma: str, expected: set[str]) -> None:
    """The lexicon knows every form of its verbs."""
    assert set(forms(lemma)) == expected


def test_a_form_finds_its_verb() -> None:
    """`wrote` is write, of the class writing."""
    assert verbs()[get_string_id("wrote")].cue_class == "writing"
