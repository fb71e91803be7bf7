"""The demo's worker: the same `wiremill worker` process that runs in production."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from workers.devbroker import dying_with_us
from workers.settings import ENV_PREFIX, Settings

READY_SECONDS = 180.0  # to load a model from a cold disk on a busy machine; 3 to 6 s are usual
LOG_TAIL_CHARS = 3_000


class WorkerError(RuntimeError):
    """The worker did not come up; the message ends with the tail of its log."""


class WorkerProcess:
    """`wiremill worker` with the given settings, as a context manager: it ends before the block does."""

    def __init__(self, settings: Settings, *, log: Path) -> None:
        self._settings = settings
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        names = ("brokers", "topic_prefix", "group", "partitions", "web_port", "log_format")
        given = {f"{ENV_PREFIX}{name.upper()}": str(getattr(self._settings, name)) for name in names}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                dying_with_us([sys.executable, "-P", "-m", "workers", "worker"]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | given,
                start_new_session=True,  # Ctrl-C on the terminal is for us, who then stop it in order
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def address(self) -> str:
        """Where its web server listens."""
        return f"http://127.0.0.1:{self._settings.web_port}"

    def wait_until_ready(self) -> None:
        """Return when the worker says that it is ready. Raises WorkerError if it ends or takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            if not self.running:
                assert self._process is not None
                raise WorkerError(
                    f"the worker ended with status {self._process.poll()}; its log ends:\n{self.log_tail()}"
                )
            if time.monotonic() > deadline:
                raise WorkerError(
                    f"the worker is not ready after {READY_SECONDS:g} s; its log ends:\n{self.log_tail()}"
                )
            time.sleep(0.1)

    def stop(self) -> int:
        """Ask the worker to finish what it has and end; return its exit status. Kills it after its grace period."""
        assert self._process is not None
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(self._settings.grace_seconds + 10)
        except BaseException as error:
            self._process.kill()
            self._process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                return -signal.SIGKILL
            raise

    def log_tail(self) -> str:
        """Return the end of what it printed."""
        return self._log.read_text("utf-8", "replace")[-LOG_TAIL_CHARS:].strip() if self._log.exists() else ""

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as reply:  # noqa: S310  # loopback
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False
