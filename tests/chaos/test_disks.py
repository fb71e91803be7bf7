"""A full disk under what we write: commands say it in one line and a status, a worker whose log it is works on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.harness.articles import article, articles
from tests.harness.brokers import Broker
from tests.harness.kafka import as_input, create_topics, feed
from tests.harness.oracle import Oracle
from tests.harness.plugin import MakeWorker
from tests.harness.processes import ROOT
from tests.harness.worker import WIREMILL

pytestmark = [pytest.mark.system, pytest.mark.chaos, pytest.mark.everyday]

FULL = Path("/dev/full")  # every write fails as on a disk without space
SETTLED_SECONDS = 120


@pytest.mark.parametrize("where", ["stdout", "--dead-letter", "--ledger"])
def test_a_command_says_that_the_disk_is_full(where: str, tmp_path: Path) -> None:
    """One line that names the disk, a status that is not 0, and no traceback."""
    raw = tmp_path / "raw.jsonl"
    raw.write_text("".join(json.dumps(article(number)) + "\n" for number in range(3)) + "not JSON\n")
    words = [str(WIREMILL), "clean", str(raw)]
    with FULL.open("w") as full:
        done = subprocess.run(
            words if where == "stdout" else [*words, where, str(FULL)],
            stdout=full if where == "stdout" else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
            cwd=ROOT,
        )
    assert done.returncode == 3, done.stderr
    assert "No space left on device" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr, done.stderr


async def test_a_worker_whose_log_cannot_be_written_works_on(
    broker: Broker, prefix: str, make_worker: MakeWorker
) -> None:
    """The log is not worth an article: a full disk under it stops nothing."""
    await create_topics(broker.address, prefix)
    fed = await feed(broker.address, f"{prefix}.raw", map(as_input, articles(20, seed=61)))
    worker = make_worker(broker.address, output=FULL, log_level="DEBUG")
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(fed), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    assert len(verdict.articles) == len(fed)
