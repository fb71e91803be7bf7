"""Programs under test: a process and its descendants, their memory and CPU time, and the broker beside them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from workers.devbroker import BrokerKind, DevBroker, free_port
from workers.settings import Settings

ROOT = Path(__file__).parent.parent
EMBEDDED = tuple(BrokerKind)
STOP_SECONDS = 30.0
# Of a Wiremill worker's processes, by depth: the worker, the template that loads the model, its forks that do the work.
ROLES = ("parent", "template", "children")


class Program:
    """A system under test: a process in a session of its own, and its descendants."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._cpu: dict[int, tuple[str, float]] = {}
        self.start()

    def start(self) -> None:
        """Start it; again after `kill`."""
        self._process = subprocess.Popen(
            self._command, env=dict(self._environment), cwd=ROOT, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=None if os.environ.get("SHOW") else subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def running(self) -> bool:
        """Whether its first process is there."""
        return self._process.poll() is None

    def cpu_seconds(self) -> dict[str, float]:
        """Return the CPU seconds of all processes seen so far since their start, by role."""
        for role, process in self._tree():
            with suppress(psutil.Error):
                times = process.cpu_times()
                self._cpu[process.pid] = role, times.user + times.system
        total = dict.fromkeys(ROLES, 0.0)
        for role, seconds in self._cpu.values():
            total[role] += seconds
        return total

    def memory_mb(self) -> tuple[float, float]:
        """Return PSS and RSS of all processes now; what they share is in PSS once, in RSS once a process."""
        pss = rss = 0.0
        for _, process in self._tree():
            with suppress(psutil.Error):
                memory = process.memory_full_info()
                pss += memory.pss / (1 << 20)
                rss += memory.rss / (1 << 20)
        return pss, rss

    def kill(self) -> None:
        """kill -9 of all its processes at once."""
        for _, process in self._tree():
            with suppress(psutil.Error):
                process.kill()
        self._process.wait()

    def terminate(self) -> None:
        """Ask it to end, without waiting."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ask it to end, then kill what is left."""
        tree = self._tree()
        self.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        for _, process in tree:
            with suppress(psutil.Error):
                process.kill()
        self._process.wait()

    def _tree(self) -> list[tuple[str, psutil.Process]]:
        """Return the processes with their roles."""
        try:
            found = [psutil.Process(self._process.pid)]
        except psutil.Error:
            return []
        tree = []
        for role in ROLES:
            tree += [(role, process) for process in found]
            below: list[psutil.Process] = []
            for process in found:
                with suppress(psutil.Error):
                    below += process.children(recursive=role == ROLES[-2])
            found = below
        return tree


class Worker(Program):
    """`wiremill worker`, with its metrics."""

    def __init__(self, settings: Settings, **more: object) -> None:
        self.web_port = free_port()
        values = {"web_port": self.web_port} | more
        environment = worker_environment(settings) | {f"WIREMILL_{k.upper()}": str(v) for k, v in values.items()}
        super().__init__([sys.executable, "-m", "workers", "worker"], environment)

    def metrics(self, name: str, label: str) -> dict[str, float]:
        """Return the values of a metric by the value of its label; none while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/metrics", timeout=5) as reply:
                lines = reply.read().decode().splitlines()
        except OSError:
            return {}
        values: dict[str, float] = {}
        for line in lines:
            if line.startswith(f"{name}{{") and (start := line.find(f'{label}="')) >= 0:
                key = line[start + len(label) + 2 :].partition('"')[0]
                values[key] = values.get(key, 0.0) + float(line.rsplit(" ", 1)[1])
        return values


def worker_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a worker, and of the rivals, which read the last three."""
    return os.environ | {
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "WIREMILL_BROKERS": settings.brokers,
        "WIREMILL_TOPIC_PREFIX": settings.topic_prefix,
        "WIREMILL_GROUP": settings.group,
        "WIREMILL_LOG_LEVEL": "WARNING",
        "WIREMILL_SESSION_SECONDS": "10",
        "BROKERS": settings.brokers,
        "PREFIX": settings.topic_prefix,
        "GROUP": settings.group,
    }


@contextmanager
def broker_at(brokers: str) -> Iterator[tuple[str, psutil.Process | None]]:
    """Give the address of a broker and its process, if that is on this machine.

    `noida` and `tansu` start an embedded one, empty, and stop it; anything else is the address of one that runs.
    """
    if brokers in EMBEDDED:
        with DevBroker(BrokerKind(brokers)) as own:
            yield own.address, psutil.Process(own.pid)
        return
    yield brokers, _listening(int(brokers.split(",")[0].rpartition(":")[2]))


def cpu_seconds(process: psutil.Process | None) -> float:
    """Return the CPU time of one process since its start, 0 for none."""
    if process is None:
        return 0.0
    times = process.cpu_times()
    return times.user + times.system


def _listening(port: int) -> psutil.Process | None:
    """Return the process of ours that listens on a port, None where that is not to be seen."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if any(one.laddr.port == port and one.status == psutil.CONN_LISTEN for one in process.net_connections()):
                return process
    return None
