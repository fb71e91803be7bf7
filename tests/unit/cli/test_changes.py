"""What differs between two annotations of one text."""

from __future__ import annotations

from typing import Any

from schemas.enriched import EnrichedArticle
from schemas.ids import entity_id, quote_id
from workers.cli.changes import Kind, compare, counts

TEXT = "“We won,” Ann Lee said. “They lost,” Bo Ek told the Post."


def span(exact: str) -> dict[str, Any]:
    start = TEXT.index(exact)
    return {"start": start, "end": start + len(exact), "exact": exact}


def quote(exact: str, speaker: str | None, **more: Any) -> dict[str, Any]:
    place = span(exact)
    return {
        "quote_id": quote_id("a", [(place["start"], place["end"])], exact),
        "article_id": "a",
        "type": "direct",
        "spans": [place],
        "text": exact,
        "speaker": {"name": speaker},
        "confidence": 0.9,
        "provenance": {"rule": "r", "version": "1"},
    } | more


def entity(name: str, *mentions: str, label: str = "PERSON", **more: Any) -> dict[str, Any]:
    places = [span(mention) for mention in mentions or (name,)]
    found = {"entity_id": entity_id("a", label, name), "label": label, "name": name, "mentions": places}
    return found | more


def article(quotes: list[dict[str, Any]] = [], entities: list[dict[str, Any]] = []) -> EnrichedArticle:  # noqa: B006
    return EnrichedArticle.model_validate({"article_id": "a", "text": TEXT, "quotes": quotes, "entities": entities})


def test_the_same_is_no_change() -> None:
    """Whatever the order, and however little confidence moved."""
    one, other = quote("“We won,”", "Ann Lee"), quote("“They lost,”", "Bo Ek")
    moved = quote("“They lost,”", "Bo Ek", confidence=0.93)
    assert not compare(article([one, other]), article([moved, one]))


def test_a_quote_of_another_speaker_is_one_change() -> None:
    """It is the same quote, and both speakers are named."""
    changes = compare(article([quote("“We won,”", "Ann Lee")]), article([quote("“We won,”", None)]))
    [change] = changes.quotes
    assert change.kind is Kind.CHANGED
    assert change.fields == {"speaker": ("Ann Lee", None)}


def test_a_quote_of_another_extent_is_one_change() -> None:
    """Its id is another one; the words it shares tell that it is the same."""
    changes = compare(article([quote("“We won,”", "Ann Lee")]), article([quote("We won", "Ann Lee")]))
    [change] = changes.quotes
    assert change.kind is Kind.CHANGED
    assert change.fields == {"text": ("“We won,”", "We won")}


def test_what_shares_no_words_came_and_went() -> None:
    """In the order of the text."""
    changes = compare(article([quote("“They lost,”", "Bo Ek")]), article([quote("“We won,”", "Ann Lee")]))
    assert [(change.kind, (change.after or change.before or {})["speaker"]) for change in changes.quotes] == [
        (Kind.ADDED, "Ann Lee"),
        (Kind.REMOVED, "Bo Ek"),
    ]


def test_a_renamed_entity_is_one_change() -> None:
    """Known by the places of its mentions; the order of its roles says nothing."""
    old = entity("Ann Lee", roles=["mayor", "pilot"])
    new = entity("Lee", "Ann Lee", label="ORG", roles=["pilot", "mayor"])
    [change] = compare(article([], [old]), article([], [new])).entities
    assert change.fields == {"name": ("Ann Lee", "Lee"), "label": ("PERSON", "ORG")}


def test_changes_are_counted_by_kind_and_field() -> None:
    """For the totals at the end."""
    old = [quote("“We won,”", "Ann Lee"), quote("“They lost,”", "Bo Ek")]
    found = counts(compare(article(old), article([quote("“We won,”", "Bo Ek", confidence=0.5)])).quotes)
    assert found == {"changed": 1, "removed": 1, "changed: speaker": 1, "changed: confidence": 1}


def test_changes_are_plain_json_values() -> None:
    """With both values of each field."""
    found = compare(article([quote("“We won,”", "Ann Lee")]), article([quote("“We won,”", None)])).as_object()
    assert found["quotes"][0]["fields"] == {"speaker": {"before": "Ann Lee", "after": None}}
    assert found["entities"] == []
