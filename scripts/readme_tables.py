"""The tables of README.md and docs/data.md that follow from the code. `make readme` writes them, a test compares.

A table stands between `<!-- table: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs" / "data.md")
_PLACE = re.compile(r"(<!-- table: ([\w-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def settings() -> str:
    """Return variable, default and meaning of each setting."""
    from workers.settings import ENV_PREFIX, Settings

    def default(value: Any) -> str:
        if isinstance(value, tuple):
            value = ",".join(value)
        return f"`{value}`" if value not in (None, "", {}) else ""

    rows = [
        (f"`{ENV_PREFIX}{name.upper()}`", default(field.get_default(call_default_factory=True)), field.description)
        for name, field in Settings.model_fields.items()
    ]
    return _table(("variable", "default", "meaning"), rows)


def metrics() -> str:
    """Return name, kind and meaning of each metric, as Prometheus sees it."""
    from workers.metrics import Metrics

    endings = {"counter": "_total", "info": "_info"}
    rows = [
        (f"`{family.name}{endings.get(family.type, '')}`", family.type, family.documentation)
        for family in Metrics().registry.collect()
        if family.name.startswith("news_")  # not `process_…`, which are there on Linux alone
    ]
    return _table(("metric", "kind", "meaning"), rows)


def commands() -> str:
    """Return each command and the first sentence of its help."""
    from typer.main import get_command

    from workers.cli import app

    rows = [(f"`wiremill {name}`", help_line) for name, help_line in _leaves(get_command(app), ())]
    return _table(("command", "what it does"), rows)


def exits() -> str:
    """Return each exit code of the commands and what it means."""
    from workers.cli.exits import MEANINGS

    return _table(("exit code", "meaning"), [(str(code.value), meaning) for code, meaning in MEANINGS.items()])


def fields(record: str) -> str:
    """Return path, type and meaning of each field of a record, nested ones below their own."""
    from schemas.contract import json_schema

    schema = json_schema(record)
    shared = json_schema("clean-article")["properties"] if record == "enriched-article" else {}
    rows = [row for row in _fields(schema, schema, "") if _first(row[0]) not in shared]
    if record == "enriched-article":  # a quote is a record of its own, with a table of its own
        rows = [row for row in rows if not row[0].startswith("`quotes[]")]
    return _table(("field", "type", "meaning"), rows)


def _first(path: str) -> str:
    return re.split(r"[.\[]", path.strip("`"))[0]


def _fields(root: dict[str, Any], node: dict[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    for name, field in node["properties"].items():
        here = f"{path}{name}"
        alternatives = [part for part in field.get("anyOf", [field]) if part.get("type") != "null"]
        shapes = [_resolved(root, part) for part in alternatives]
        kinds = dict.fromkeys(_kind(root, part) for part in alternatives)
        nullable = len(alternatives) < len(field.get("anyOf", [field]))
        kind = " or ".join(kinds) + (" or null" if nullable else "")
        values = [f"`{value}`" for shape in shapes for value in shape.get("enum", ())]
        meaning = field.get("description", "") + (f": {', '.join(values)}" if values else "")
        yield f"`{here}`", kind, meaning
        for shape in shapes:
            inner = _resolved(root, shape.get("items", {})) if shape.get("type") == "array" else shape
            if "properties" in inner:
                yield from _fields(root, inner, f"{here}[]." if inner is not shape else f"{here}.")


def _resolved(root: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = root["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
    return found


def _kind(root: dict[str, Any], node: dict[str, Any]) -> str:
    shape = _resolved(root, node)
    if shape.get("format") == "date-time":
        return "time"
    if shape.get("type") == "array":
        return f"list of {_kind(root, shape['items'])}s"
    return str(shape.get("type", "any"))


TABLES: dict[str, Callable[[], str]] = {
    "settings": settings,
    "metrics": metrics,
    "commands": commands,
    "exits": exits,
    **{
        f"fields-{record}": partial(fields, record)
        for record in (
            "raw-article",
            "clean-article",
            "enriched-article",
            "quote",
            "entity",
            "dead-letter",
            "ledger-entry",
        )
    },
}


def filled(text: str) -> str:
    """Return `text` with each marked table as the code has it now. Raises KeyError for a table that is not known."""
    return _PLACE.sub(lambda place: place[1] + TABLES[place[2]]() + place[4], text)


def _leaves(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if hasattr(command, "commands"):
        for name, child in command.commands.items():
            yield from _leaves(child, (*path, name))
    else:
        yield " ".join(path), " ".join((command.help or "").split("\n\n")[0].split())


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(filled(page.read_text()))
        sys.stdout.write(f"{page.relative_to(ROOT)} is up to date\n")
