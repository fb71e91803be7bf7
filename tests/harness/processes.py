"""Processes that never outlive the tests, with their output in a file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

# Has the kernel end the process with the tests, even when they are killed, then becomes the program.
_DIE_WITH_PARENT = (
    "import ctypes, os, signal, sys\n"
    "if sys.platform == 'linux': ctypes.CDLL(None).prctl(1, signal.SIGKILL)\n"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


class Process:
    """A program in a session of its own. `pid` is the program's, no wrapper's. It writes to `output`, else to `log`."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        output: Path | None = None,
    ) -> None:
        self.argv = [str(word) for word in argv]
        self.log = log
        self.output = output or log
        self.environment = dict(environment or {})
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; the log of an earlier start is kept."""
        assert not self.running
        with self.output.open("ab") as log:
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, *self.argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"} | self.environment,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        assert self._popen is not None
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def returncode(self) -> int | None:
        return None if self._popen is None else self._popen.poll()

    def descendants(self) -> list[psutil.Process]:
        """Return the processes below it, however deep."""
        try:
            return psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Return its exit status, negative for a signal. Fails with the tail of its log if it goes on for longer."""
        assert self._popen is not None
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.argv[-1]} still runs after {seconds} s\n{self.tail()}") from None

    def kill(self) -> None:
        """End it at once. Does nothing where it has ended."""
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()

    def tail(self, chars: int = 4_000) -> str:
        """Return the end of its log."""
        return self.log.read_text("utf-8", "replace")[-chars:] if self.log.exists() else ""


def run(
    *argv: str | Path, environment: Mapping[str, str] | None = None, seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end and return what it printed."""
    return subprocess.run(
        [str(word) for word in argv],
        cwd=ROOT,
        env=os.environ | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], seconds: float, what: str, *, every: float = 0.05) -> float:
    """Return after how many seconds `condition` held; fail with `what` if it never did."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)
    return time.monotonic() - began
