"""The commands on a real broker: what they put on the topics, what they say, how they exit."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.harness.articles import article, articles
from tests.harness.brokers import Broker
from tests.harness.kafka import Input, as_input, create_topics, feed, read_topic
from tests.harness.processes import free_port, run
from tests.harness.worker import WIREMILL

pytestmark = pytest.mark.system

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def flow(broker: Broker, prefix: str) -> dict[str, str]:
    """Return the settings of this test's flow, as variables."""
    if broker.kind == "tansu":
        pytest.skip("its ListOffsets gives the start of the last batch plus one as the end: reading stops too early")
    return {
        "WIREMILL_BROKERS": broker.address,
        "WIREMILL_TOPIC_PREFIX": prefix,
        "WIREMILL_GROUP": f"{prefix}-workers",
        "WIREMILL_REPLICATION": "1",
        "COLUMNS": "200",
    }


@pytest.fixture
def wiremill(flow: dict[str, str]) -> Command:
    """Run a command with the settings of this test's flow."""

    def command(*words: str | Path, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        return run(WIREMILL, *words, environment=flow, seconds=seconds)

    return command


def test_topics_are_made_once_and_listed(wiremill: Command, prefix: str) -> None:
    """`list` misses them, `create` makes them, a second `create` changes nothing."""
    assert wiremill("topics", "list").returncode == 1
    first = wiremill("topics", "create", "--partitions", "3", "--json")
    assert first.returncode == 0, first.stderr
    assert [state["partitions"] for state in json.loads(first.stdout)] == [3] * 7, "it returns when they are there"
    again = wiremill("topics", "create", "--partitions", "5")
    assert again.returncode == 0
    assert "created" not in again.stdout
    states = {state["topic"]: state for state in json.loads(wiremill("topics", "list", "--json").stdout)}
    assert states[f"{prefix}.raw"]["partitions"] == 3
    assert states[f"{prefix}.ledger"]["cleanup"] in ("compact", None)


async def test_produce_reads_every_form_and_keys_by_url(
    wiremill: Command, broker: Broker, prefix: str, tmp_path: Path
) -> None:
    """A text by its file's name, a line by its URL; a bad line is named and left out, and the exit code is 1."""
    await create_topics(broker.address, prefix)
    (tmp_path / "a.txt").write_text("A flat text.", encoding="utf-8")
    (tmp_path / "b.html").write_text("<p>A page.", encoding="utf-8")
    lines = [json.dumps(article(1)), '{"url": "https://news.example/broken", "text": 5}', json.dumps(article(2))]
    (tmp_path / "c.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = wiremill("produce", tmp_path)
    assert done.returncode == 1
    assert f"{tmp_path}/c.jsonl:2" in done.stderr
    assert "text: Input should be a valid string, not 5" in done.stderr
    records = await read_topic(broker.address, f"{prefix}.raw")
    keys = {record.key.decode() for record in records}
    assert keys == {"a.txt", "b.html", article(1)["url"], article(2)["url"]}
    assert {json.loads(record.value).get("html") for record in records} >= {"<p>A page."}
    assert all(dict(record.headers)["content-type"] == b"application/json" for record in records)


async def test_produce_resumes_where_it_was_told_and_sends_bad_lines_if_asked(
    wiremill: Command, broker: Broker, prefix: str, tmp_path: Path
) -> None:
    """`--skip 1 --limit 2` takes the second and third input; `--no-check` leaves judgement to the worker."""
    await create_topics(broker.address, prefix)
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join([*(json.dumps(one) for one in articles(2)), "{broken", "{"]), encoding="utf-8")
    done = wiremill("produce", path, "--skip", "1", "--limit", "2", "--no-check", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["confirmed"] == 2
    values = {record.value for record in await read_topic(broker.address, f"{prefix}.raw")}
    assert values == {json.dumps(article(1)).encode(), b"{broken"}


async def test_tail_shows_what_a_speaker_said(
    wiremill: Command, flow: dict[str, str], broker: Broker, prefix: str
) -> None:
    """JSON lines into a pipe, only of that speaker; `--last` takes the newest."""
    await create_topics(broker.address, prefix)
    speakers = ["Ann Lee", "Bo Ek", "Ann Lee", "Cy Fox", "Ann Lee"]
    quotes = [{"quote_id": str(n), "speaker": {"name": name}} for n, name in enumerate(speakers)]
    inputs = [Input(json.dumps(quote).encode(), b"k") for quote in quotes]
    await feed(broker.address, f"{prefix}.quotes", inputs, idempotent=broker.idempotent)
    words = ("tail", "--topic", "quotes", "--no-follow")
    done = wiremill(*words, "--from-beginning", "--speaker", "lee")
    assert [json.loads(line)["quote_id"] for line in done.stdout.splitlines()] == ["0", "2", "4"], done.stderr
    done = wiremill(*words, "--last", "2")
    assert [json.loads(line)["quote_id"] for line in done.stdout.splitlines()] == ["3", "4"]
    done = wiremill(*words, "--last", "2", "--speaker", "lee")
    assert [json.loads(line)["quote_id"] for line in done.stdout.splitlines()] == ["2", "4"]
    done = wiremill(*words, "--last", "1", "--speaker", "fox")
    assert [json.loads(line)["quote_id"] for line in done.stdout.splitlines()] == ["3"]
    done = wiremill("tail", "--topic", "quotes", "--from-beginning", "--count", "4")
    assert len(done.stdout.splitlines()) == 4
    shell = f"{WIREMILL} {' '.join(words)} --from-beginning | true; echo ${{PIPESTATUS[0]}}"
    done = run("bash", "-c", shell, environment=flow)
    assert (done.stdout, done.stderr) == ("0\n", ""), "a reader that leaves early is no error"


async def _commit(broker: Broker, group: str, offsets: dict[TopicPartition, int]) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.address, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(offsets))
        await consumer.commit(offsets)
    finally:
        await consumer.stop()


def _entry(topic: str, partition: int, offset: int, fate: str, reason: str | None = None) -> Input:
    entry = {"topic": topic, "partition": partition, "offset": offset, "fate": fate, "reason": reason}
    return Input(json.dumps(entry).encode(), f"{topic}/{partition}/{offset}".encode())


async def test_the_audit_finds_the_one_input_without_a_fate(wiremill: Command, broker: Broker, prefix: str) -> None:
    """It names it and exits with 1; with its entry added it is content. What is not committed waits."""
    await create_topics(broker.address, prefix, partitions=2)
    raw, ledger = f"{prefix}.raw", f"{prefix}.ledger"
    sent = await feed(broker.address, raw, map(as_input, articles(20)), idempotent=broker.idempotent)
    places = sorted((partition, offset) for partition, offset, _ in sent)
    committed = {TopicPartition(raw, p): sum(1 for partition, _ in places if partition == p) for p in (0, 1)}
    last = max(tp for tp, count in committed.items() if count)
    committed[last] -= 1  # one is still at work
    handled = [place for place in places if place != (last.partition, committed[last])]
    lost, rejected, *others = handled
    entries = [_entry(raw, *rejected, "rejected", "too-short"), *(_entry(raw, *place, "published") for place in others)]
    await feed(broker.address, ledger, entries, idempotent=broker.idempotent)
    assert "has committed nothing" in " ".join(wiremill("audit").stdout.split())
    await _commit(broker, f"{prefix}-workers", committed)
    done = wiremill("audit")
    assert done.returncode == 1
    assert f"1 inputs have no fate: {raw}/{lost[0]}/{lost[1]}" in done.stdout
    report = json.loads(wiremill("audit", "--json").stdout)
    assert report["missing"] == [f"{raw}/{lost[0]}/{lost[1]}"]
    assert report["topics"][raw]["fates"] == {"published": 17, "rejected": 1}
    assert report["topics"][raw]["reasons"] == {"rejected: too-short": 1}
    assert (report["topics"][raw]["inputs"], report["topics"][raw]["waiting"]) == (19, 1)
    await feed(broker.address, ledger, [_entry(raw, *lost, "dead-lettered", "crash")], idempotent=broker.idempotent)
    done = wiremill("audit")
    assert done.returncode == 0, done.stdout
    assert wiremill("audit", "--to-end").returncode == 1


async def test_gaps_that_transactions_leave_are_no_lost_inputs(wiremill: Command, broker: Broker, prefix: str) -> None:
    """A commit marker takes an offset that no record has; the audit fetches it and finds nothing there."""
    if not broker.idempotent:
        pytest.skip("this broker has no transactions")
    await create_topics(broker.address, prefix, partitions=1)
    raw = f"{prefix}.raw"
    producer = AIOKafkaProducer(bootstrap_servers=broker.address, transactional_id=f"{prefix}-t")
    await producer.start()
    offsets = []
    try:
        for number in range(3):
            async with producer.transaction():
                offsets.append((await producer.send_and_wait(raw, f"{number}".encode())).offset)
    finally:
        await producer.stop()
    entries = [_entry(raw, 0, offset, "published") for offset in offsets]
    await feed(broker.address, f"{prefix}.ledger", entries, idempotent=True)
    done = wiremill("audit", "--to-end", "--json")
    report = json.loads(done.stdout)
    assert report["complete"], done.stdout
    assert report["topics"][raw]["inputs"] == 3
    assert report["topics"][raw]["gaps"] == 3


async def test_lag_counts_what_waits_and_can_fail(wiremill: Command, broker: Broker, prefix: str) -> None:
    """For alerts of those who have no Prometheus."""
    await create_topics(broker.address, prefix, partitions=1)
    await feed(broker.address, f"{prefix}.raw", map(as_input, articles(5)), idempotent=broker.idempotent)
    await _commit(broker, f"{prefix}-workers", {TopicPartition(f"{prefix}.raw", 0): 2})
    done = wiremill("lag", "--json", "--fail-above", "3")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lag"] == 3
    assert wiremill("lag", "--fail-above", "2").returncode == 1


def _letter(topic: str, offset: int, value: bytes, /, **changes: Any) -> Input:
    letter = {
        "key": base64.b64encode(b"the key").decode(),
        "value": base64.b64encode(value).decode(),
        "value_encoding": "base64",
        "value_bytes": len(value),
        "value_sha256": hashlib.sha256(value).hexdigest(),
        "headers": [{"key": "traceparent", "value": base64.b64encode(b"00-ab").decode()}],
        "topic": topic,
        "partition": 0,
        "offset": offset,
        "stage": "clean",
        "error": {"class": "crash", "message": "the child process is gone"},
        "attempts": 3,
        "retryable": True,
        "first_failed_at": datetime.now(UTC).isoformat(),
        "worker_version": "0",
    }
    return Input(json.dumps(letter | changes).encode(), f"{topic}/0/{offset}".encode())


async def test_dead_letters_are_listed_shown_and_put_back(
    wiremill: Command, broker: Broker, prefix: str, tmp_path: Path
) -> None:
    """Original bytes, key and headers; those that would fail again only when asked; heads from their origin."""
    await create_topics(broker.address, prefix, partitions=1)
    raw = f"{prefix}.raw"
    large, small, packed, broken = os.urandom(50_000), b"small \xff", b"packed " * 1_000, b"{broken"
    await feed(broker.address, raw, [Input(large, b"large")], idempotent=broker.idempotent)
    head = {"value": base64.b64encode(large[:100]).decode(), "value_encoding": "head+base64"}
    malformed = {"error": {"class": "malformed", "message": "not JSON"}, "retryable": False}
    letters = [
        _letter(raw, 0, large, **head),
        _letter(raw, 1, small, stage="annotate", first_failed_at="2025-01-01T00:00:00Z"),
        _letter(raw, 2, packed, value=base64.b64encode(gzip.compress(packed)).decode(), value_encoding="gzip+base64"),
        _letter(raw, 3, broken, **malformed),
        _letter(raw, 77, b"gone" * 100, **head),
        Input(b"no letter at all"),
    ]
    await feed(broker.address, f"{prefix}.dead-letter", letters, idempotent=broker.idempotent)

    listed = wiremill("dlq", "list", "--json")
    assert [json.loads(line)["origin"] for line in listed.stdout.splitlines()] == [
        f"{raw}/0/{offset}" for offset in (1, 0, 2, 3, 77)
    ]
    assert "not a letter: 0/5" in listed.stderr
    chosen = wiremill("dlq", "list", "--since", "1h", "--stage", "clean", "--error", "malformed")
    assert "malformed (permanent) after 3 tries not JSON" in chosen.stdout
    assert chosen.stdout.count(raw) == 1

    shown = wiremill("dlq", "show", "0/1")
    assert "small �" in shown.stdout
    assert "header traceparent  00-ab" in shown.stdout
    assert wiremill("dlq", "show", "2", "--payload", tmp_path / "payload").returncode == 0
    assert (tmp_path / "payload").read_bytes() == packed
    assert wiremill("dlq", "show", "99").returncode == 1

    dry = wiremill("dlq", "replay", "--dry-run")
    assert f"would replay 4 to {raw}" in dry.stderr
    assert wiremill("dlq", "replay").returncode == 2, "nobody is there to confirm"
    done = wiremill("dlq", "replay", "--yes", "--json")
    assert done.returncode == 1
    assert f"the letter holds only a head, and {raw}/0/77 is no longer there" in done.stderr
    assert json.loads(done.stdout) == {"replayed": 3, "failed": 1, "left_permanent": 1}
    _, *replayed = await read_topic(broker.address, raw)
    assert [record.value for record in replayed] == [large, small, packed]
    assert [record.key for record in replayed] == [b"large", b"the key", b"the key"]
    assert dict(replayed[1].headers) == {"traceparent": b"00-ab", "wm-replay-of": b"0/1", "wm-replays": b"1"}

    done = wiremill("dlq", "replay", "--offset", "0/3", "--include-permanent", "--yes")
    assert done.returncode == 0, done.stderr
    assert (await read_topic(broker.address, raw))[-1].value == broken


@pytest.mark.model
async def test_doctor_says_what_is_missing_and_what_to_do(wiremill: Command, broker: Broker, prefix: str) -> None:
    """Without topics it fails and names the command; with them it writes nothing but what it was asked to."""
    done = wiremill("doctor", "--json")
    assert done.returncode == 1
    [topics] = [check for check in json.loads(done.stdout) if check["name"] == "topics"]
    assert topics["state"] == "failed"
    assert "wiremill topics create" in topics["hint"]
    assert wiremill("topics", "create").returncode == 0
    done = wiremill("doctor", "--write")
    assert done.returncode == 0, done.stdout
    [probe] = await read_topic(broker.address, f"{prefix}.ledger")
    assert (probe.key, probe.value) == (b"wiremill-doctor", None)
    assert not await read_topic(broker.address, f"{prefix}.raw")


@pytest.mark.parametrize(
    "words",
    [
        ("topics", "list"),
        ("topics", "create"),
        ("produce", "README.md", "--format", "txt"),
        ("tail",),
        ("lag",),
        ("audit",),
        ("dlq", "list"),
        ("dlq", "replay", "--yes"),
        ("reprocess", "--from", "enriched", "--diff"),
        ("reprocess", "--from", "clean", "--diff"),
    ],
    ids=" ".join,
)
def test_a_broker_that_does_not_answer_is_said_with_what_to_do(words: tuple[str, ...]) -> None:
    """One error, one hint, exit code 3, no stack."""
    environment = {"WIREMILL_BROKERS": f"127.0.0.1:{free_port()}"}
    done = run(WIREMILL, *words, environment=environment, seconds=30)
    assert done.returncode == 3
    assert f"no broker answers at {environment['WIREMILL_BROKERS']}" in done.stderr
    assert "WIREMILL_BROKERS" in done.stderr
    assert "wiremill doctor" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [("lag",), ("audit",), ("tail",), ("dlq", "list"), ("produce", "README.md", "-f", "txt")]
)
def test_missing_topics_are_said_with_what_to_do(wiremill: Command, prefix: str, words: tuple[str, ...]) -> None:
    """And are not made by asking for them."""
    done = wiremill(*words)
    assert done.returncode == 3
    assert "wiremill topics create" in done.stderr
    assert wiremill("topics", "list", "--json").stdout.count('"partitions": 0') == 7
