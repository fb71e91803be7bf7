"""The worker as its users run it: the command, with settings in the environment."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path

from tests.harness.processes import BIN, Process, free_port, run

WIREMILL = BIN / "wiremill"


class Worker(Process):
    """`wiremill worker` with test hooks and small time-outs; `settings` are `WIREMILL_…` names without the prefix."""

    def __init__(self, address: str, prefix: str, *, log: Path, output: Path | None = None, **settings: object) -> None:
        self.web_port = free_port()
        values: dict[str, object] = {
            "brokers": address,
            "topic_prefix": prefix,
            "group": f"{prefix}-workers",
            "web_port": self.web_port,
            "pool_size": 1,
            "session_seconds": 6,
            "heartbeat_seconds": 1,
            "task_seconds": 30,
            "rebalance_seconds": 90,
            "test_hooks": True,
            "log_format": "text",
        } | settings
        environment = {f"WIREMILL_{name.upper()}": str(value) for name, value in values.items()}
        super().__init__([WIREMILL, "worker"], log=log, environment=environment, output=output)

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body of a page of its web server; status 0 while nobody listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}{path}", timeout=5) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name: str) -> float:
        """Return the sum of a metric over its labels; 0 where there is none."""
        _, body = self.get("/metrics")
        lines = [line for line in body.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    def command(self, *words: str, seconds: float = 60) -> tuple[int, str]:
        """Run another `wiremill` command with the same settings; return its exit status and all it printed."""
        done = run(WIREMILL, *words, environment=self.environment, seconds=seconds)
        return done.returncode, done.stdout + done.stderr


def facts(line: str) -> dict[str, object]:
    """Return a line of JSON output as a dict."""
    value: dict[str, object] = json.loads(line)
    return value
