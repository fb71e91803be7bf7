"""`wiremill settings`: every setting, its value and where that came from; and how commands read them."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exits import fail

if TYPE_CHECKING:
    from workers.settings import Settings


def read_settings(**given: Any) -> Settings:
    """Return the settings of the environment, `given` ones first; ends the command with what is wrong with them."""
    from workers.settings import Settings, SettingsError

    try:
        return Settings.read(**given)
    except SettingsError as error:
        fail(str(error), hint="set the variable, or unset it for its default")


def settings(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object: name to value")] = False,
    changed: Annotated[bool, typer.Option("--changed", help="only those that differ from their default")] = False,
) -> None:
    """Show every setting: variable, value, whether it is set, what it means. Secrets are hidden.

    Example: WIREMILL_BROKERS=kafka:9092 wiremill settings --changed
    """
    from workers.settings import ENV_PREFIX, Settings

    current = read_settings()
    values = current.redacted()
    differing = changed_names(current)
    names = [name for name in values if not changed or name in differing]
    if as_json:
        sys.stdout.write(json.dumps({name: values[name] for name in names}, indent=2) + "\n")
        return
    from rich.table import Table
    from rich.text import Text

    from workers.cli.terminal import safe_line, stdout

    table = Table("variable", "value", "meaning", box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.columns[0].no_wrap = True
    for name in names:
        variable = f"{ENV_PREFIX}{name.upper()}"
        is_set = name in differing or variable in os.environ
        meaning = Settings.model_fields[name].description or ""
        shown = Text(safe_line(_plain(values[name])), style="bold" if is_set else "", overflow="fold")
        table.add_row(Text(variable), shown, Text(meaning, style="color(244)"))
    stdout().print(table)


def changed_names(settings: Settings) -> list[str]:
    """Return the names of the settings that differ from their defaults, in the order of the fields."""
    defaults = type(settings).model_construct().redacted()
    return [name for name, value in settings.redacted().items() if value != defaults.get(name)]


def _plain(value: Any) -> str:
    """Return a value as one would set it."""
    if value is None or value in ({}, []):
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, dict):
        return ",".join(f"{key}={item}" for key, item in value.items())
    return str(value)
