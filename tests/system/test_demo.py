"""`wiremill demo`, as a newcomer runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.harness.articles import articles
from tests.harness.processes import ROOT, wait_for
from tests.harness.worker import WIREMILL

pytestmark = [pytest.mark.system, pytest.mark.model]


Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start demos that end with the test; settings of the environment must not lead them to another broker."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(*words: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"TMPDIR": str(tmp_path), "COLUMNS": "100", "WIREMILL_BROKERS": "not.this.one:9092"}
        with (tmp_path / "out").open("wb") as out:
            process = subprocess.Popen(
                [WIREMILL, "demo", *words],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()  # broker and worker end with it
        process.wait()


def left_behind(tmp_path: Path, children: list[psutil.Process]) -> list[str]:
    alive = [child.name() for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    return alive + [str(path) for path in tmp_path.iterdir() if path.name != "out"]


def test_the_demo_shows_who_said_what_and_leaves_nothing_behind(start: Start, tmp_path: Path) -> None:
    """Titles, speakers, quotes, entities, all three fates, a clean audit; exit code 0; no process, no file left."""
    process = start()
    children: list[psutil.Process] = []
    deadline = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < deadline:
        children = psutil.Process(process.pid).children(recursive=True) or children
        time.sleep(0.5)
    shown = (tmp_path / "out").read_text(encoding="utf-8")
    assert process.poll() == 0, shown
    assert "Kremlin says Putin, Trump haven’t excluded option of future meeting" in shown
    assert "Dmitry Peskov  Kremlin spokesman" in shown
    assert "“Nobody here is against jobs, … We are against finding out" in shown
    assert "Helen Ashworth" in shown
    assert "page      http://127.0.0.1:" in shown
    assert "rejected: too-short" in shown
    assert "dead-lettered: invalid" in shown
    assert "✓ every input has its fate in the ledger" in shown
    assert "worker stopped with status 0" in shown
    assert "\x1b" not in shown, "colours are for terminals"
    assert left_behind(tmp_path, children) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_behind(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    """While the model still loads, which is when people lose patience."""
    process = start()
    wait_for(lambda: "topics" in (tmp_path / "out").read_text(encoding="utf-8"), 60, "the worker is starting")
    wait_for(lambda: len(psutil.Process(process.pid).children()) >= 2, 60, "broker and worker run")
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    assert process.wait(60) == 130
    wait_for(lambda: not left_behind(tmp_path, children), 10, "all of it has ended")
    assert "interrupted: broker and worker are stopped" in (tmp_path / "out").read_text(encoding="utf-8")


def test_kept_running_it_takes_articles_of_others_until_it_is_interrupted(start: Start, tmp_path: Path) -> None:
    """`--keep` prints the settings another terminal needs; they work."""
    path = tmp_path.parent / f"{tmp_path.name}.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in articles(3)), encoding="utf-8")
    process = start("--keep", str(path))
    out = tmp_path / "out"
    wait_for(lambda: "Ctrl-C stops all of it" in out.read_text(encoding="utf-8"), 180, "it keeps running")
    [exports] = [line for line in out.read_text(encoding="utf-8").splitlines() if "export WIREMILL_BROKERS" in line]
    shell = f"{exports}; {WIREMILL} tail --topic quotes --from-beginning --no-follow --json; {WIREMILL} audit"
    other = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=60, check=False)
    assert other.returncode == 0, other.stderr
    quotes = [json.loads(line) for line in other.stdout.splitlines() if line.startswith("{")]
    assert {quote["url"] for quote in quotes} <= {one["url"] for one in articles(3)}
    assert quotes
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
