"""Real brokers, one process each: the embedded ones and Apache Kafka, all started, stopped and killed the same way."""

from __future__ import annotations

import shutil
import signal
import socket
import struct
import sys
import tempfile
from pathlib import Path

from tests.harness.processes import ROOT, Process, free_port, wait_for

KINDS = ("noida", "tansu", "kafka")
START_SECONDS = 90  # Apache Kafka takes 2.5 s on an idle machine; on a crowded one the tests are not about that


class Broker:
    """A broker on a fixed port of the loopback interface, with its topics in a folder that `close` removes.

    With `proxied`, clients that bootstrap from the proxy (`proxy_port` → `via_port`) are kept on it. `more` are
    properties of Apache Kafka that override ours.
    """

    def __init__(self, kind: str, *, proxied: bool = False, more: str = "") -> None:
        assert not (proxied and kind == "noida"), "noida cannot advertise another port"
        self.kind = kind
        self.port = free_port()
        self.proxy_port = free_port()
        self.via_port = free_port() if kind == "kafka" else self.port
        self.folder = Path(tempfile.mkdtemp(prefix=f"wiremill-test-{kind}-"))
        if kind == "kafka":
            argv: list[str | Path] = [ROOT / "scripts/kafka", "run"]
        else:
            options = ["--port", str(self.port), "--folder", self.folder / "topics"]
            advertised = ["--advertised", str(self.proxy_port)] if proxied else []
            argv = [sys.executable, "-m", "workers.devbroker", kind, *options, *advertised]
        environment = {"WIREMILL_KAFKA_FOLDER": str(self.folder), "WIREMILL_KAFKA_PORT": str(self.port)}
        if proxied:
            environment["WIREMILL_KAFKA_VIA"] = f"{self.via_port}:{self.proxy_port}"
        if more:
            (self.folder / "more.properties").write_text(more)
            environment["WIREMILL_KAFKA_MORE"] = str(self.folder / "more.properties")
        self.process = Process(argv, log=self.folder / "broker.log", environment=environment)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def idempotent(self) -> bool:
        """Whether it has the idempotent producer: without it a lost confirmation may become a second record."""
        return self.kind != "tansu"

    @property
    def replaces_the_dead(self) -> bool:
        """Whether the partitions of a member that was killed go to the others; noida waits for it for ever."""
        return self.kind != "noida"

    @property
    def remembers(self) -> bool:
        """Whether confirmed records survive kill -9 of the broker: Tansu keeps none, noida loses the last second."""
        return self.kind == "kafka"

    def start(self) -> None:
        """Start it and return when it answers."""
        self.process.start()
        wait_for(self._is_up, START_SECONDS, f"{self.kind} answers\n{self.process.tail()}")

    def stop(self, seconds: float = 30) -> None:
        """End it in order; what it keeps is kept."""
        if self.process.running:
            self.process.send(signal.SIGTERM)
            self.process.wait(seconds)

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()

    def close(self) -> None:
        """End it and remove what it kept."""
        self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_up(self) -> bool:
        if not self.process.running:
            raise AssertionError(f"{self.kind} ended with {self.process.returncode}\n{self.process.tail()}")
        return answers(self.port)


def answers(port: int) -> bool:
    """Whether a broker answers ApiVersions (key 18) there."""
    request = struct.pack(">hhih", 18, 0, 7, 4) + b"test"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return connection.recv(8)[4:] == struct.pack(">i", 7)
    except OSError:
        return False
