"""Kafka Connect writes quotes into a real PostgreSQL, as examples/connect/postgres-sink.json says."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.harness.articles import articles
from tests.harness.brokers import Broker
from tests.harness.kafka import as_input, committed, create_topics, feed, read_topic, until
from tests.harness.oracle import Oracle
from tests.harness.plugin import MakeWorker, installed
from tests.harness.processes import ROOT, Process, free_port, run, wait_for

pytestmark = [pytest.mark.system, pytest.mark.model]

SINK = ROOT / "examples/connect/postgres-sink.json"
USER, DATABASE = "news", "news"
SETTLED_SECONDS = 120
WRITTEN_SECONDS = 90  # Connect takes 10 s to start on two idle cores
COLUMNS = "quote_id, article_id, url, type, text, cue_lemma, speaker_name, speaker_role, speaker_kind, confidence"


class Postgres:
    """A PostgreSQL of its own in `folder`, on the loopback interface, without passwords."""

    def __init__(self, folder: Path) -> None:
        programs = Path(next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"))), "/usr/bin"))
        if not (programs / "initdb").exists():
            installed("initdb", "postgresql")
        self.port = free_port()
        data = folder / "data"
        # It refuses to run as root, as which a container's tests may run.
        become: list[str | Path] = []
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            become = [installed("setpriv", "util-linux"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        made = run(*become, programs / "initdb", "-D", data, "-U", USER, "--auth=trust", "--no-sync")
        assert made.returncode == 0, made.stderr
        server = [programs / "postgres", "-D", data, "-p", str(self.port), "-k", "", "-h", "127.0.0.1", "-F"]
        self.process = Process([*become, *server], log=folder / "postgres.log")
        self.process.start()
        wait_for(lambda: self.ask("SELECT 1", database="postgres") == [["1"]], 30, "PostgreSQL answers")
        self.ask(f"CREATE DATABASE {DATABASE}", database="postgres")

    def ask(self, statement: str, *, database: str = DATABASE) -> list[list[str]] | None:
        """Return the rows of an answer as text; None where it does not answer or refuses the statement."""
        where = f"host=127.0.0.1 port={self.port} user={USER} dbname={database}"
        done = run(
            installed("psql", "postgresql-client"), "-X", "-A", "-t", "-R", "\x1e", "-F", "\x1f", "-c", statement, where
        )
        return (
            [row.split("\x1f") for row in done.stdout.rstrip("\n").split("\x1e") if row]
            if done.returncode == 0
            else None
        )


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A database that ends with the test."""
    with TemporaryDirectory(prefix="wiremill-postgres-") as folder:  # pytest's own folders are closed to other users
        server = Postgres(Path(folder))
        yield server
        server.process.kill()


async def published(broker: Broker, prefix: str) -> list[dict[str, Any]]:
    """Return the quotes on their topic, each as often as it was written."""
    return [json.loads(record.value) for record in await read_topic(broker.address, f"{prefix}.quotes")]


def cells(quote: dict[str, Any]) -> list[str]:
    """Return what the row of a quote must hold in COLUMNS, as psql prints it."""
    speaker, cue = quote["speaker"], quote["cue"] or {}
    values = [*(quote[name] for name in ("quote_id", "article_id", "url", "type", "text")), cue.get("lemma")]
    values += [speaker["name"], speaker["role"], speaker["kind"], quote["confidence"]]
    return ["" if value is None else str(value) for value in values] + [
        str(quote["published_at"] is not None)[0].lower()
    ]


async def test_postgres_has_a_row_for_each_quote(
    broker: Broker, prefix: str, make_worker: MakeWorker, postgres: Postgres, tmp_path: Path
) -> None:
    """With typed columns and nulls; articles that are fed a second time add no row."""
    if broker.kind != "kafka":
        pytest.skip("Kafka Connect is tried with the broker it belongs to: --broker kafka")
    await create_topics(broker.address, prefix)
    inputs = [as_input(one) for one in articles(6, seed=8)]
    make_worker(broker.address)
    await feed(broker.address, f"{prefix}.raw", inputs)
    async with Oracle(broker.address, prefix) as oracle:
        await oracle.wait(len(inputs), SETTLED_SECONDS)
    first = await published(broker, prefix)
    sink = json.loads(SINK.read_text())
    address = f"jdbc:postgresql://127.0.0.1:{postgres.port}/{DATABASE}"
    sink["config"] |= {"topics": f"{prefix}.quotes", "connection.url": address}
    (tmp_path / "sink.json").write_text(json.dumps(sink))
    environment = {
        "WIREMILL_BROKERS": broker.address,
        "WIREMILL_CONNECT_PORT": str(free_port()),
        "POSTGRES_USER": USER,
        "POSTGRES_PASSWORD": "not asked for",
    }
    log = tmp_path / "connect.log"
    connect = Process([ROOT / "scripts/connect", tmp_path / "sink.json"], log=log, environment=environment)
    connect.start()

    async def taken(quotes: list[dict[str, Any]]) -> None:
        async def committed_all() -> bool:
            assert connect.running, connect.tail()
            done = await committed(broker.address, f"connect-{sink['name']}", f"{prefix}.quotes")
            return sum(done.values()) == len(quotes)

        await until(committed_all, WRITTEN_SECONDS, "the sink has taken all quotes", every=0.5)
        rows = postgres.ask(f"SELECT {COLUMNS}, published_at > timestamptz '2000-01-01' FROM quotes") or []
        assert sorted(rows) == sorted(cells(one) for one in {one["quote_id"]: one for one in quotes}.values())

    try:
        await taken(first)
        await feed(broker.address, f"{prefix}.raw", inputs)
        async with Oracle(broker.address, prefix) as oracle:
            await oracle.wait(2 * len(inputs), SETTLED_SECONDS)
        both = await published(broker, prefix)
        assert len(both) == 2 * len(first) > 0
        await taken(both)
    finally:
        connect.kill()
