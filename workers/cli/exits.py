"""How a command ends: the exit codes, and the one way to end early with an error that says what to do next."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

import typer


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    FOUND = 1
    USAGE = 2
    WORLD = 3
    INTERRUPTED = 130  # Ctrl-C


MEANINGS: Mapping[Exit, str] = {
    Exit.DONE: "done",
    Exit.FOUND: "some input failed, or a check found something",
    Exit.USAGE: "wrong arguments or settings",
    Exit.WORLD: "broker, model or disk did not answer",
    Exit.INTERRUPTED: "interrupted",
}
EXIT_CODES_HELP = "Exit codes: " + " · ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items()) + "."


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


@contextmanager
def until_reader_leaves() -> Iterator[None]:
    """End the command quietly, as done, when the reader of its output has seen enough, as `head` has."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered
        raise typer.Exit(Exit.DONE) from None
