"""The committed contract is what the models say, and what is written keeps to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from schemas.codec import encode
from schemas.contract import RECORDS, json_schema
from schemas.dead_letter import ErrorClass, Failure
from schemas.enriched import EnrichedArticle
from schemas.ledger import Fate, LedgerEntry
from schemas.raw import RawArticle
from workers.cli import app
from workers.cli.asyncapi import asyncapi_document
from workers.cli.schema import contract_files
from workers.dead_letters import bury
from workers.publish import Delivery, Topic, enriched

FOLDER = Path(__file__).parents[3] / "schemas" / "json"


def test_the_committed_schemas_are_what_the_models_say() -> None:
    """`wiremill schema export schemas/json` was run after the last change of a record."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert committed == contract_files()


@pytest.mark.parametrize("name", RECORDS)
def test_every_schema_is_valid_json_schema(name: str) -> None:
    """Of the 2020-12 dialect it claims, with every reference inside."""
    schema = json_schema(name)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)
    assert all(ref.startswith("#/$defs/") and ref.removeprefix("#/$defs/") in schema["$defs"] for ref in _refs(schema))


@pytest.mark.parametrize("name", RECORDS)
def test_every_field_says_what_it_means(name: str) -> None:
    """In the schema, from which docs/data.md and other people's catalogues take it: `Field(description=…)`."""
    schema = json_schema(name)
    for record in (schema, *schema.get("$defs", {}).values()):
        for field, described in record.get("properties", {}).items():
            assert described.get("description"), f"{record['title']}.{field}"


def _refs(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for value in node.values() for ref in _refs(value)]
    return [ref for value in node for ref in _refs(value)] if isinstance(node, list) else []


def _valid(name: str, line: bytes) -> None:
    Draft202012Validator(json_schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
        json.loads(line)
    )


def test_what_is_published_keeps_to_its_schema() -> None:
    """Enriched article, quote, entity, dead letter and ledger entry, as bytes on the wire."""
    text = "Ann Lee said no."
    quote = {
        "quote_id": "q", "article_id": "a", "type": "indirect", "spans": [{"start": 13, "end": 15, "exact": "no"}],
        "text": "no", "speaker": {"name": "Ann Lee", "mention": {"start": 0, "end": 7, "exact": "Ann Lee"}},
        "confidence": 0.5, "provenance": {"rule": "r", "version": "1"},
    }  # fmt: skip
    mention = {"start": 0, "end": 7, "exact": "Ann Lee"}
    entity = {"entity_id": "e", "label": "PERSON", "name": "Ann Lee", "mentions": [mention]}
    now = datetime.now(UTC)
    article = EnrichedArticle.model_validate(
        {"article_id": "a", "text": text, "processed_at": now, "quotes": [quote], "entities": [entity]}
    )
    delivery = Delivery("news.raw", 0, 0, b"k", b"v", timestamp_ms=1)
    names = {Topic.ENRICHED: "enriched-article", Topic.QUOTES: "quote", Topic.ENTITIES: "entity"}
    for message in enriched(article, delivery):
        _valid(names[message.topic], message.value)
    _valid("clean-article", encode(article))
    failure = Failure(error_class=ErrorClass.CRASH, message="m")
    _valid("dead-letter", bury("clean", delivery, failure, attempts=1, max_bytes=10**6).outputs[0].value)
    entry = LedgerEntry(
        topic="t", partition=0, offset=0, fate=Fate.PUBLISHED, stage="clean", processed_at=now, seconds=0
    )
    _valid("ledger-entry", encode(entry))


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"url": "https://example.org/1", "html": "<p>x"}, id="ours"),
        pytest.param({"id": 7, "text": "x", "authors": "A; B", "published_at": "2025-10-25 14:03"}, id="by hand"),
        pytest.param({"source": "https://a.example", "raw_text": "x", "date": "2025-10-25"}, id="trafilatura"),
        pytest.param({"url": "u", "maintext": "x", "date_publish": "2025-10-25 00:00:00"}, id="news-please"),
        pytest.param({"mainEntityOfPage": {"@id": "u"}, "articleBody": "x", "author": {"name": "A"}}, id="schema.org"),
        pytest.param({"url": "u", "text": "x", "colour": "red"}, id="fields nobody knows"),
    ],
)
def test_what_is_accepted_keeps_to_the_raw_schema(values: dict[str, Any]) -> None:
    """A producer that validates against the schema is not stricter than we are."""
    RawArticle.model_validate(values)
    _valid("raw-article", json.dumps(values).encode())


@pytest.mark.parametrize("values", [{"text": "x"}, {"url": "u"}, {"url": 5, "text": "x"}, {"url": "u", "text": 5}])
def test_what_is_refused_breaks_the_raw_schema(values: dict[str, Any]) -> None:
    """A producer that validates against the schema finds out before we do."""
    with pytest.raises(ValueError, match="validation error"):
        RawArticle.model_validate(values)
    assert list(Draft202012Validator(json_schema("raw-article")).iter_errors(values))


def test_every_topic_is_in_the_asyncapi_document() -> None:
    """With an address, an operation and a payload file that is there; every reference resolves."""
    document = asyncapi_document(prefix="press")
    assert {channel["address"] for channel in document["channels"].values()} == {f"press.{topic}" for topic in Topic}
    assert len(document["operations"]) == len(Topic)
    for ref in _refs(document):
        if ref.startswith("./"):
            assert ref.removeprefix("./") in contract_files()
            continue
        node: Any = document
        for part in ref.removeprefix("#/").split("/"):
            node = node[part]
        assert node


def test_export_writes_every_file_into_a_new_folder(tmp_path: Path) -> None:
    """And says how many."""
    done = CliRunner().invoke(app, ["schema", "export", str(tmp_path / "new" / "folder")])
    assert done.exit_code == 0
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == set(contract_files())


def test_a_record_nobody_knows_is_refused_with_those_there_are() -> None:
    """Exit code 2: the argument is wrong."""
    done = CliRunner().invoke(app, ["schema", "show", "quotes"])
    assert done.exit_code == 2
    assert "enriched-article" in done.stderr


@pytest.mark.parametrize("name", ["quote", "Quote", "enriched-article", "EnrichedArticle"])
def test_a_record_goes_by_its_file_and_by_its_class(name: str) -> None:
    """The README calls it `EnrichedArticle`, its file `enriched-article`."""
    shown = CliRunner().invoke(app, ["schema", "show", name])
    assert json.loads(shown.stdout)["title"].casefold() == name.replace("-", "").casefold()
