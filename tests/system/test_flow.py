"""Articles in, fates and outputs out: a real worker, a real broker, nothing but Kafka between us and them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.articles import article, articles, poison
from tests.harness.brokers import Broker
from tests.harness.kafka import Input, as_input, create_topics, feed, until
from tests.harness.oracle import Oracle
from tests.harness.plugin import MakeWorker
from tests.harness.processes import ROOT, Process

pytestmark = pytest.mark.system

SETTLED_SECONDS = 90  # the model loads in 2 s and a batch takes less than one; the rest is a crowded machine


def _lines(process: Process, count: int) -> Callable[[], Awaitable[bool]]:
    async def printed() -> bool:
        return process.tail(1_000_000).count(": ") >= count

    return printed


async def test_every_article_has_a_fate_and_what_it_promises(
    broker: Broker, prefix: str, make_worker: MakeWorker, tmp_path: Path
) -> None:
    """Pages and flat texts come out as enriched records with quotes and entities; each input is accounted for once."""
    await create_topics(broker.address, prefix)
    worker = make_worker(broker.address)
    fed = await feed(broker.address, f"{prefix}.raw", map(as_input, articles(40, seed=1)), idempotent=broker.idempotent)
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(fed), SETTLED_SECONDS, worker)
        quotes = [json.loads(record.value) for record in await oracle.records("quotes")]
        entities = [json.loads(record.value) for record in await oracle.records("entities")]
        enriched = await oracle.records("enriched")
    assert verdict.sound, verdict
    assert verdict.fates == {"clean published": 40, "annotate published": 40}
    assert verdict.repeated == 0
    assert {one[0]["url"] for one in verdict.articles.values()} == {one["url"] for one in articles(40, seed=1)}
    assert {quote["article_id"] for quote in quotes} <= set(verdict.articles)
    assert len(quotes) == sum(len(one[0]["quotes"]) for one in verdict.articles.values()) > 40
    assert len(entities) == sum(len(one[0]["entities"]) for one in verdict.articles.values()) > 80
    for record in enriched:
        assert record.key.decode() == json.loads(record.value)["article_id"]
        headers = dict(record.headers)
        assert headers["ce_type"] == b"wiremill.enriched.v1"
        assert headers["content-type"] == b"application/json"
    for [one] in verdict.articles.values():
        for span in (span for quote in one["quotes"] for span in quote["spans"]):
            assert one["text"][span["start"] : span["end"]] == span["exact"]
    status, output = worker.command("audit", "--to-end")
    assert status == 0, output
    example = Process(
        [sys.executable, ROOT / "examples/consume_quotes.py"],
        log=tmp_path / "example.log",
        environment=worker.environment,
    )
    example.start()
    try:
        await until(_lines(example, len(quotes)), 30, "the example of the README prints every quote")
    finally:
        example.kill()
    for quote in quotes:
        assert f"{quote['speaker']['name'] or 'someone unknown'}: {quote['text']}" in example.tail(1_000_000)


async def test_the_trace_of_the_scraper_is_passed_through(broker: Broker, prefix: str, make_worker: MakeWorker) -> None:
    """The W3C trace context of the input is on every output of the article, two stages later."""
    await create_topics(broker.address, prefix)
    worker = make_worker(broker.address)
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    value = json.dumps(article(1)).encode()
    await feed(
        broker.address, f"{prefix}.raw", [Input(value, b"k", (("traceparent", trace),))], idempotent=broker.idempotent
    )
    async with Oracle(broker.address, prefix) as oracle:
        await oracle.wait(1, SETTLED_SECONDS, worker)
        for name in ("clean", "enriched", "quotes", "entities"):
            for record in await oracle.records(name):
                assert dict(record.headers)["traceparent"] == trace


MALFORMED = {
    "not JSON": (b"<rss>", "malformed", None),
    "cut short": (b'{"url": "http://a.example/", "text": "b', "malformed", None),
    "not UTF-8": (b'{"url": "u", "text": "\xff\xfe"}', "malformed", None),
    "a tombstone": (None, "malformed", None),
    "nothing at all": (b"", "malformed", None),
    "an array": (b"[1, 2]", "malformed", None),
    "a million brackets": (b"[" * 1_000_000, "malformed", None),
    "a key twice": (b'{"url": "u", "url": "v", "text": "t"}', "malformed", "url"),
    "half a surrogate pair": (b'{"url": "u", "text": "a\\ud800b"}', "malformed", "text"),
    "a number for text": (b'{"url": "u", "text": 5}', "invalid", "text"),
    "a list for the source's name": (b'{"url": "u", "text": "t", "source": {"name": []}}', "invalid", "source.name"),
    "neither url nor id": (b'{"text": "t"}', "invalid", None),
    "nothing to clean": (b'{"url": "u"}', "invalid", None),
    "wrong base64": (b'{"url": "u", "html_base64": "@@@"}', "invalid", "html_base64"),
}


def original(letter: dict[str, Any]) -> bytes | None:
    """Return the bytes that a dead letter carries."""
    if letter["value"] is None:
        return None
    value = base64.b64decode(letter["value"])
    return gzip.decompress(value) if letter["value_encoding"] == "gzip+base64" else value


async def test_malformed_records_are_dead_letters_that_name_the_field(
    broker: Broker, prefix: str, make_worker: MakeWorker
) -> None:
    """Each goes to dead-letter with its bytes, key and headers as they were; the articles around them are published."""
    await create_topics(broker.address, prefix)
    worker = make_worker(broker.address, max_dead_letter_share=1)
    good = list(map(as_input, articles(len(MALFORMED) + 1, seed=2)))
    bad = [
        Input(value, f"bad {number}".encode(), (("from", b"\x00\xff"),))
        for number, (value, _, _) in enumerate(MALFORMED.values())
    ]
    mixed = [one for pair in zip(good, bad, strict=False) for one in pair] + good[-1:]
    inputs = [Input(one.value, one.key, one.headers, number % 4) for number, one in enumerate(mixed)]
    await feed(broker.address, f"{prefix}.raw", inputs, idempotent=broker.idempotent)
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(inputs), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    assert verdict.fates == {
        "clean published": len(good),
        "clean dead-lettered": len(bad),
        "annotate published": len(good),
    }
    letters = {base64.b64decode(letter["key"]).decode(): letter for letter in verdict.letters}
    assert len(letters) == len(bad)
    for number, (name, (value, error_class, path)) in enumerate(MALFORMED.items()):
        letter = letters[f"bad {number}"]
        assert original(letter) == value, name
        assert letter["value_bytes"] == len(value or b""), name
        assert letter["error"]["class"] == error_class, (name, letter["error"])
        assert letter["error"]["path"] == path, (name, letter["error"])
        assert letter["stage"] == "clean"
        assert [(h["key"], base64.b64decode(h["value"])) for h in letter["headers"]] == [("from", b"\x00\xff")]


async def test_a_record_too_large_to_carry_is_named_and_harms_nobody(
    broker: Broker, prefix: str, make_worker: MakeWorker
) -> None:
    """Megabytes of noise: a fate with a reason, the hash of the original, its neighbours published."""
    await create_topics(broker.address, prefix)
    worker = make_worker(broker.address, max_record_bytes=2_000_000, max_dead_letter_share=1)
    huge = [
        json.dumps({"url": "http://a.example/1", "text": "word and word again. " * 150_000}).encode(),
        json.dumps({"url": "http://a.example/2", "html": "<p>" + "<b>" * 5_000_000}).encode(),
        b"\x00" * 20_000_000,
    ]
    good = list(map(as_input, articles(8, seed=3)))
    inputs = [Input(value, b"huge", (), 0) for value in huge]
    mixed = [Input(one.value, one.key, (), 0) for one in good[:4]] + inputs
    mixed += [Input(one.value, one.key, (), 0) for one in good[4:]]
    fed = await feed(broker.address, f"{prefix}.raw", mixed, idempotent=broker.idempotent)
    places = {one.value: (f"{prefix}.raw", partition, offset) for partition, offset, one in fed}
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(mixed), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    letters = {(letter["topic"], letter["partition"], letter["offset"]): letter for letter in verdict.letters}
    for value in huge:
        [entry] = verdict.ledger[places[value]]
        assert entry["fate"] != "published", entry
        assert entry["reason"]
        if entry["fate"] == "dead-lettered":
            letter = letters[places[value]]
            assert letter["value_sha256"] == hashlib.sha256(value).hexdigest()
            assert letter["value_bytes"] == len(value)
    for one in good:
        assert verdict.ledger[places[one.value]][0]["fate"] == "published"


@pytest.mark.parametrize(
    ("wish", "error_class", "task_seconds"),
    [
        pytest.param("hang", "timeout", 6, id="hangs"),
        pytest.param("crash", "crash", 30, id="aborts the interpreter"),
        pytest.param("memory", "memory", 30, id="eats memory"),
        pytest.param("raise", "exception", 30, id="raises"),
    ],
)
async def test_a_poison_article_harms_only_itself(
    broker: Broker, prefix: str, make_worker: MakeWorker, wish: str, error_class: str, task_seconds: int
) -> None:
    """It ends in dead-letter with its original bytes and the reason; all around it in its batch is published."""
    await create_topics(broker.address, prefix, partitions=1)
    worker = make_worker(
        broker.address, task_seconds=task_seconds, rebalance_seconds=90, child_memory_mb=1_000, max_dead_letter_share=1
    )
    value = json.dumps(poison(wish, 99, seed=4)).encode()
    around = list(map(as_input, articles(16, seed=4)))
    inputs = [*around[:8], Input(value, b"poison"), *around[8:]]
    await feed(broker.address, f"{prefix}.raw", inputs, idempotent=broker.idempotent)
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(inputs), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    assert verdict.fates == {"clean published": 16, "clean dead-lettered": 1, "annotate published": 16}
    [letter] = verdict.letters
    assert letter["error"]["class"] == error_class, letter["error"]
    assert original(letter) == value
    assert letter["retryable"] is True
    assert worker.running


@pytest.mark.embedded("tansu")
async def test_two_workers_share_the_partitions(broker: Broker, prefix: str, make_worker: MakeWorker) -> None:
    """Both get some of the partitions of each stage, none is read twice, and all articles have their fate."""
    await create_topics(broker.address, prefix)
    workers = [make_worker(broker.address), make_worker(broker.address)]

    async def shared() -> bool:
        return all(worker.metric("news_assigned_partitions") == 4 for worker in workers)

    await until(shared, 60, "two workers have four of the eight partitions each")
    fed = await feed(
        broker.address, f"{prefix}.raw", map(as_input, articles(100, seed=5)), idempotent=broker.idempotent
    )
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(fed), SETTLED_SECONDS, *workers)
    assert verdict.sound, verdict
    assert verdict.repeated == 0, verdict
    handled = [worker.metric("news_articles_total") for worker in workers]
    assert min(handled) > 20, handled
    assert sum(handled) == 200
