"""How a command ends: the exit codes, and the one way to end early with an error that says what to do next."""

from __future__ import annotations

from enum import IntEnum
from typing import NoReturn

import typer


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    FOUND = 1  # some input failed, or the check found what it looks for: stderr says which
    USAGE = 2  # wrong arguments or settings
    WORLD = 3  # the broker, the model or a file system did not answer
    INTERRUPTED = 130  # Ctrl-C


EXIT_CODES_HELP = (
    "Exit codes: 0 done · 1 some input failed, or a check found something · 2 wrong arguments or settings · "
    "3 broker, model or disk did not answer · 130 interrupted."
)


class CommandError(typer.Exit):
    """An error already told to the person at the terminal."""

    def __init__(self, code: Exit, message: str) -> None:
        super().__init__(code)
        self.message = message


def fail(message: str, *, hint: str = "", code: Exit = Exit.USAGE) -> NoReturn:
    """Print `error: message` and `hint` to stderr, and end the command with `code`."""
    from workers.cli.terminal import stderr, tell

    tell("error", message, style="bold red")
    if hint:
        tell(" hint", hint, style="cyan")
    stderr().file.flush()
    raise CommandError(code, message)
