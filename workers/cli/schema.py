"""`wiremill schema`: the records as JSON Schema, the topics as AsyncAPI."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workers.cli.exits import Exit, fail

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
def list_records() -> None:
    """List the records, and the topic that carries each.

    Example: wiremill schema list
    """
    from rich.table import Table

    from workers.cli.asyncapi import CHANNELS
    from workers.cli.terminal import stdout

    table = Table("record", "topic", "key", "what it is", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for topic, (record, key, summary) in CHANNELS.items():
        table.add_row(record, f"news.{topic}", key, summary)
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
