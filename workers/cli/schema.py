"""`wiremill schema`: the records as JSON Schema, the topics as AsyncAPI, and what a change of them breaks."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exits import Exit, fail

if TYPE_CHECKING:
    from schemas.compatibility import Change

app = typer.Typer(no_args_is_help=True, help="The records as JSON Schema 2020-12, the topics as AsyncAPI 3.")

ASYNCAPI_FILE = "asyncapi.json"
NAMES = "raw-article, clean-article, enriched-article, quote, entity, dead-letter, ledger-entry"


def contract_files() -> dict[str, str]:
    """Return the name and content of every file of the contract, as `schemas/json/` in the repository holds them."""
    from schemas.contract import RECORDS, file_name, json_schema, schema_text
    from workers.cli.asyncapi import asyncapi_document

    files = {file_name(name): schema_text(json_schema(name)) for name in RECORDS}
    return files | {ASYNCAPI_FILE: schema_text(asyncapi_document())}


@app.command("list")
def list_records(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON array: topic, record, key, what it is")] = False,
) -> None:
    """List the records, and the topic that carries each.

    Example: wiremill schema list
    """
    from rich.table import Table

    from workers.cli.asyncapi import CHANNELS
    from workers.cli.terminal import stdout
    from workers.publish import CARRIES

    if as_json:
        rows = [
            {"topic": topic.value, "record": CARRIES[topic], "key": key, "summary": summary}
            for topic, (key, summary) in CHANNELS.items()
        ]
        sys.stdout.write(json.dumps(rows) + "\n")
        return
    table = Table("record", "topic", "key", "what it is", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for topic, (key, summary) in CHANNELS.items():
        table.add_row(CARRIES[topic], f"news.{topic}", key, summary)
    stdout().print(table)


@app.command("show")
def show(record: Annotated[str, typer.Argument(help=f"one of: {NAMES}")]) -> None:
    """Print the JSON Schema of a record.

    Example: wiremill schema show quote
    """
    from schemas.contract import RECORDS, json_schema, schema_text

    by_class = {model.__name__.casefold(): name for name, model in RECORDS.items()}
    name = by_class.get(record.casefold(), record)  # the topics' table says `EnrichedArticle`
    if name not in RECORDS:
        fail(f"no record is called {record!r}", hint=f"one of: {NAMES}")
    sys.stdout.write(schema_text(json_schema(name)))


@app.command("asyncapi")
def asyncapi(
    prefix: Annotated[str, typer.Option(help="what the topics' names begin with")] = "news",
    host: Annotated[str, typer.Option(help="bootstrap server to name in the document")] = "localhost:9092",
) -> None:
    """Print the AsyncAPI 3 document of the topics; it refers to the schema files that `export` puts beside it.

    Example: wiremill schema asyncapi --prefix news > asyncapi.json
    """
    from schemas.contract import schema_text
    from workers.cli.asyncapi import asyncapi_document

    sys.stdout.write(schema_text(asyncapi_document(prefix=prefix, host=host)))


@app.command("export")
def export(folder: Annotated[Path, typer.Argument(help="where to write the files; made if it is not there")]) -> None:
    """Write every JSON Schema and the AsyncAPI document into a folder, over what is there.

    Example: wiremill schema export schemas/json
    """
    from workers.cli.terminal import tell

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contract_files().items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        fail(f"{folder}: {error.strerror or error}", hint="choose a folder you may write to", code=Exit.WORLD)
    tell("wrote", f"{len(contract_files())} files into {folder}", style="green")


@app.command("check")
def check(
    old: Annotated[Path, typer.Argument(help="a schema file, or a folder as `export` writes it: what is out there")],
    new: Annotated[Path | None, typer.Argument(help="the same, later; default: the schemas of this version")] = None,
    side: Annotated[
        str | None,
        typer.Option(help="of two files: who relies on them, producers or consumers; default: as their $id says"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object with every change")] = False,
) -> None:
    """Say what a change of the schemas breaks. Exits with 1 if it breaks producers or consumers.

    What is accepted (the raw article) may become wider and no narrower: else producers break. What is written (all
    other records) may become narrower and no wider: else consumers break. A field that is gone breaks both.

    Example: wiremill schema check schemas/released/0.1.0

    Example: wiremill schema check old/quote.schema.json new/quote.schema.json --json
    """
    if side not in (None, "producers", "consumers"):
        fail(f"--side {side}: not a side", hint="one of: producers, consumers")
    before = _contract(old)
    after = {name: json.loads(text) for name, text in contract_files().items()} if new is None else _contract(new)
    if old.is_file() and len(before) == 1 and new is None:
        after = {name: schema for name, schema in after.items() if name in before}
        if not after:
            fail(f"{old.name} is no record of this version", hint="name the newer file, too")
    if old.is_file() and new is not None and new.is_file():
        before, after = {new.name: next(iter(before.values()))}, {new.name: next(iter(after.values()))}
    try:
        changes = _changes(before, after, side)
    except ValueError as error:
        fail(str(error), hint="`wiremill schema export` writes files that can be compared")
    broken = sorted({change.breaks.value for change in changes if change.breaks is not None})
    if as_json:
        found = [{"path": c.path, "kind": c.kind, "breaks": c.breaks, "message": c.message} for c in changes]
        sys.stdout.write(json.dumps({"breaks": broken, "changes": found}, ensure_ascii=False) + "\n")
    else:
        _print_changes(changes, broken)
    if broken:
        raise typer.Exit(Exit.FOUND)


def _contract(path: Path) -> dict[str, dict[str, Any]]:
    """Return the schemas of a file or folder by file name. Ends the command for what is none."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        fail(f"{path}: no .json file in this folder", hint="`wiremill schema export FOLDER` writes one")
    found = {}
    for file in files:
        try:
            schema = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            fail(f"{file}: {error.strerror}", hint="name a schema file, or a folder of them")
        except ValueError as error:
            fail(f"{file}: not JSON ({error})", hint="name a schema file, or a folder of them")
        if not isinstance(schema, dict):
            fail(f"{file}: not a JSON Schema", hint="a schema is a JSON object")
        found[file.name] = schema
    return found


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], side: str | None) -> list[Change]:
    from schemas.compatibility import Change, Side, compare, compare_topics, side_of

    changes = []
    for name in sorted(before.keys() | after.keys()):
        record = name.removesuffix(".schema.json").removesuffix(".json")
        if name not in after:
            changes.append(Change(record, "record-removed", "the record is gone", side_of(before[name])))
        elif name not in before:
            changes.append(Change(record, "record-added", "a new record", None))
        elif "asyncapi" in before[name]:
            changes += compare_topics(before[name], after[name])
        else:
            relying = Side(side) if side else side_of(before[name])
            changes += [change.below(record) for change in compare(before[name], after[name], relying)]
    return sorted(changes, key=lambda change: change.breaks is None)


def _print_changes(changes: Sequence[Change], broken: Sequence[str]) -> None:
    from rich.table import Table
    from rich.text import Text

    from workers.cli.terminal import safe_line, stdout

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("", "field", "change"):
        table.add_column(title, overflow="fold")
    for change in changes:
        mark = Text("fits", style="green") if change.breaks is None else Text(f"breaks {change.breaks}", style="red")
        table.add_row(mark, Text(safe_line(change.path)), Text(safe_line(change.message)))
    console = stdout()
    if changes:
        console.print(table)
        console.print()
    if broken:
        count = sum(change.breaks is not None for change in changes)
        console.print(Text(f"✗ {count} of {len(changes)} changes break {' and '.join(broken)}", style="bold red"))
    else:
        told = f"{len(changes)} changes, and none breaks" if changes else "nothing changed for"
        console.print(Text(f"✓ {told} producers or consumers", style="bold green"))
