"""The tables of README.md that follow from the code. `make readme` writes them; a test fails when they differ.

A table stands between `<!-- table: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

README = Path(__file__).parents[1] / "README.md"
_PLACE = re.compile(r"(<!-- table: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


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


TABLES: dict[str, Callable[[], str]] = {"settings": settings, "metrics": metrics, "commands": commands}


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
    README.write_text(filled(README.read_text()))
    sys.stdout.write(f"{README.name} is up to date\n")
