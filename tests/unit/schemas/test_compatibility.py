"""What a change of a contract breaks, and for whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.compatibility import Change, Side, compare, compare_topics
from workers.cli import app
from workers.cli.schema import contract_files

RELEASED = Path(__file__).parents[3] / "schemas" / "released"
TEXT = {"type": "string"}
OPTIONAL = {"anyOf": [TEXT, {"type": "null"}]}


def record(*required: str, **fields: Any) -> dict[str, Any]:
    """Return the schema of a record."""
    return {"type": "object", "properties": fields, "required": list(required)}


# Each change, and whom it breaks: (old, new, breaks producers, breaks consumers).
CASES = [
    pytest.param(record(a=TEXT), record(a=TEXT), False, False, id="nothing"),
    pytest.param(record(), record(a=TEXT), False, False, id="an optional field comes"),
    pytest.param(record(a=TEXT), record(), True, True, id="an optional field goes"),
    pytest.param(record(a=TEXT), record("a", a=TEXT), True, False, id="a field becomes required"),
    pytest.param(record("a", a=TEXT), record(a=TEXT), False, True, id="a field becomes optional"),
    pytest.param(record(), record("a", a=TEXT), True, False, id="a required field comes"),
    pytest.param(record("a", a=TEXT), record(), True, True, id="a required field goes"),
    pytest.param(record(a=TEXT), record(a=OPTIONAL), False, True, id="null is allowed"),
    pytest.param(record(a=OPTIONAL), record(a=TEXT), True, False, id="null is forbidden"),
    pytest.param(record(a={"type": "integer"}), record(a={"type": "number"}), False, True, id="integer to number"),
    pytest.param(record(a={"type": "number"}), record(a={"type": "integer"}), True, False, id="number to integer"),
    pytest.param(record(a=TEXT), record(a={"type": "integer"}), True, True, id="another type"),
    pytest.param(record(a=TEXT), record(a={}), False, True, id="any type"),
    pytest.param(record(a={"enum": ["x"]}), record(a={"enum": ["x", "y"]}), False, True, id="an enum value comes"),
    pytest.param(record(a={"enum": ["x", "y"]}), record(a={"enum": ["x"]}), True, False, id="an enum value goes"),
    pytest.param(record(a={"const": "x"}), record(a={"enum": ["x", "y"]}), False, True, id="const to enum"),
    pytest.param(record(a=TEXT), record(a={**TEXT, "enum": ["x"]}), True, False, id="free text becomes an enum"),
    pytest.param(record(a=TEXT), record(a={**TEXT, "minLength": 2}), True, False, id="a lower bound comes"),
    pytest.param(record(a={"minimum": 0}), record(a={"minimum": -1}), False, True, id="a lower bound sinks"),
    pytest.param(record(a={"maximum": 1}), record(a={"maximum": 2}), False, True, id="an upper bound rises"),
    pytest.param(record(a={"maximum": 2}), record(a={"maximum": 1}), True, False, id="an upper bound sinks"),
    pytest.param(record(a={**TEXT, "pattern": "x"}), record(a=TEXT), False, True, id="a pattern goes"),
    pytest.param(record(a={"pattern": "x"}), record(a={"pattern": "y"}), True, True, id="another pattern"),
    pytest.param(record(), record() | {"additionalProperties": False}, True, False, id="a record is closed"),
    pytest.param(record() | {"additionalProperties": False}, record(), False, True, id="a record is opened"),
    pytest.param(
        record() | {"additionalProperties": False},
        record(a=TEXT) | {"additionalProperties": False},
        False, True, id="a field in a closed record",
    ),
    pytest.param(
        record(a={"type": "object", "additionalProperties": {"type": "integer"}}),
        record(a={"type": "object", "additionalProperties": {"type": "number"}}),
        False, True, id="the values of a map widen",
    ),
    pytest.param(
        record(a={"type": "array", "items": record(b=TEXT)}),
        record(a={"type": "array", "items": record("b", b=TEXT)}),
        True, False, id="deep: in the items of a list",
    ),
    pytest.param(
        record(a={"type": "array", "items": record(b=TEXT)}),
        record(a={"type": "array", "items": record()}),
        True, True, id="deep: a field of an item goes",
    ),
    pytest.param(
        record(a={"$ref": "#/$defs/A"}) | {"$defs": {"A": {"enum": ["x"]}}},
        record(a={"enum": ["x", "y"]}),
        False, True, id="behind a reference",
    ),
    pytest.param(
        {"allOf": [{"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}]},
        {"allOf": [{"anyOf": [{"required": ["a"]}]}]},
        True, False, id="one way less to name a record",
    ),
    pytest.param(
        record(a={**TEXT, "x-aliases": ["b"]}), record(a=TEXT), True, True, id="an alias goes",
    ),
    pytest.param(record(a=TEXT), record(a={**TEXT, "x-aliases": ["b"]}), False, False, id="an alias comes"),
    pytest.param(record(a={"not": TEXT}), record(a={"not": {}}), True, True, id="a keyword that nobody judges here"),
    pytest.param(record(a=TEXT), record(a={**TEXT, "title": "A", "default": "x"}), False, False, id="words only"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "producers", "consumers"), CASES)
def test_a_change_breaks_whom_it_breaks(old: Any, new: Any, producers: bool, consumers: bool) -> None:
    """What is accepted may widen, what is written may narrow, nothing that is known may vanish."""
    broken = {side for side in Side if any(c.breaks for c in compare(old, new, side))}
    assert broken == {side for side, breaks in zip(Side, (producers, consumers), strict=True) if breaks}


def test_a_change_names_the_field() -> None:
    """With the list it lies in, in words, with its kind for machines."""
    old = record(quotes={"type": "array", "items": record("text", text=TEXT)})
    new = record(quotes={"type": "array", "items": record(text=TEXT)})
    assert compare(old, new, Side.CONSUMERS) == [
        Change("quotes[].text", "required", "may be missing now", Side.CONSUMERS)
    ]


def test_a_record_within_itself_is_compared_once() -> None:
    """A tree of nodes does not end the comparison in a loop."""
    tree = {"$ref": "#/$defs/Node", "$defs": {"Node": record(child={"$ref": "#/$defs/Node"}, name=TEXT)}}
    other = {"$ref": "#/$defs/Node", "$defs": {"Node": record(child={"$ref": "#/$defs/Node"}, name=OPTIONAL)}}
    assert compare(tree, tree, Side.CONSUMERS) == []
    assert [change.path for change in compare(tree, other, Side.CONSUMERS)] == ["name"]


def test_topics_and_their_headers_are_compared() -> None:
    """A topic that goes breaks its readers; a header that is no longer sure to be there, too."""
    old = json.loads(contract_files()["asyncapi.json"])
    new = json.loads(contract_files()["asyncapi.json"])
    del new["channels"]["quotes"]
    new["channels"]["press"] = {"address": "news.press", "messages": {}}
    headers = new["components"]["messages"]["enrichedArticle"]["headers"]
    resolved = headers
    while "$ref" in resolved:
        node: Any = new
        for part in resolved["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        resolved = node
    resolved["required"] = [name for name in resolved["required"] if name != "ce_id"]
    found = {(change.path, change.kind, change.breaks) for change in compare_topics(old, new)}
    assert ("news.quotes", "topic-removed", Side.CONSUMERS) in found
    assert ("news.press", "topic-added", None) in found
    assert ("news.enriched headers.ce_id", "required", Side.CONSUMERS) in found


def test_the_command_says_it_and_exits_with_1(tmp_path: Path) -> None:
    """Folders against folders; the record's direction is that of its `$id`."""
    edit: dict[str, Callable[[dict[str, Any]], Any]] = {
        "raw-article.schema.json": lambda s: s["properties"].pop("language"),
        "quote.schema.json": lambda s: s["properties"].update(mood=TEXT),
    }
    for name, text in contract_files().items():
        schema = json.loads(text)
        edit.get(name, lambda _: None)(schema)
        (tmp_path / name).write_text(json.dumps(schema))
    now = tmp_path / "now"
    CliRunner().invoke(app, ["schema", "export", str(now)])
    done = CliRunner().invoke(app, ["schema", "check", str(now), str(tmp_path), "--json"])
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert report["breaks"] == ["producers"]
    assert [change["path"] for change in report["changes"]] == ["raw-article.language", "quote.mood"]
    # Seen the other way a field of the quotes vanished, and the raw article understands one more.
    done = CliRunner().invoke(app, ["schema", "check", str(tmp_path)])
    assert done.exit_code == 1
    assert "breaks consumers" in done.stdout
    assert CliRunner().invoke(app, ["schema", "check", str(now)]).exit_code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("{broken", "not JSON", id="not JSON"),
        pytest.param("[]", "not a JSON Schema", id="no object"),
        pytest.param('{"$ref": "#/$defs/Nowhere"}', "leads nowhere", id="a dangling reference"),
    ],
)
def test_what_is_no_schema_is_refused(tmp_path: Path, content: str, said: str) -> None:
    """Exit code 2, with the file's name or the reference."""
    (tmp_path / "a.json").write_text(content)
    done = CliRunner().invoke(app, ["schema", "check", str(tmp_path / "a.json"), str(tmp_path / "a.json")])
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize("release", sorted(path.name for path in RELEASED.iterdir()))
def test_nothing_breaks_since_a_release(release: str) -> None:
    """What was released under this version of the records can still be sent and read.

    A change that has to break: raise VERSION in schemas/contract.py, write it in the changelog, and keep only the
    folders of that version here. Until a release is out, its folder may be written anew: `wiremill schema export`.
    """
    done = CliRunner().invoke(app, ["schema", "check", str(RELEASED / release)], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.stdout
