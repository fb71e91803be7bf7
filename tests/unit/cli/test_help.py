"""Every command explains itself: an example in its help, the exit codes in the program's."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from workers.cli import app
from workers.cli.exits import Exit


def _commands() -> Iterator[tuple[str, ...]]:
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]  # Typer's is a group
        below = getattr(command, "commands", None)
        yield from ((name, inner) for inner in below) if below else [(name,)]


@pytest.mark.parametrize("words", list(_commands()), ids=" ".join)
def test_help_has_an_example_that_names_the_command(words: tuple[str, ...]) -> None:
    """And a meaning for every option."""
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "400", "TERM": "dumb"})
    assert shown.exit_code == 0
    assert re.search(rf"Example: .*wiremill {' '.join(words)}\b", shown.stdout)


# Those whose output is JSON anyway, those that only write files, and those that go on until they are stopped.
WITHOUT_JSON = {
    ("clean",), ("annotate",), ("enrich",), ("demo",), ("worker",),
    ("schema", "show"), ("schema", "asyncapi"), ("schema", "export"),
}  # fmt: skip


@pytest.mark.parametrize("words", [words for words in _commands() if words not in WITHOUT_JSON], ids=" ".join)
def test_a_machine_can_read_what_a_command_says(words: tuple[str, ...]) -> None:
    """`--json` on each that prints for people."""
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "400", "TERM": "dumb"})
    assert "--json" in shown.stdout


def test_the_exit_codes_are_documented() -> None:
    """In `wiremill --help`, each with what it means."""
    shown = " ".join(CliRunner().invoke(app, ["--help"], env={"COLUMNS": "400"}).stdout.split())
    for code in Exit:
        assert re.search(rf"(: |· ){code.value} \w+", shown), code


def test_help_is_quick_to_load() -> None:
    """No command pays for the imports of another: no spaCy, no Kafka client, no rich tables for `--help`'s sake."""
    script = "import sys, workers.cli; print(sorted({'spacy', 'aiokafka', 'faust', 'trafilatura'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
