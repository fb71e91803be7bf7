"""The judge of the other tests is judged: what is planted is found, on the broker they use."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.harness.articles import article, articles
from tests.harness.brokers import Broker
from tests.harness.kafka import Input, as_input, committed, create_topics, feed, read_topic
from tests.harness.oracle import Oracle, Place

pytestmark = pytest.mark.system


def _entry(place: Place, fate: str, stage: str = "clean", article_id: str | None = None) -> Input:
    topic, partition, offset = place
    entry = {"topic": topic, "partition": partition, "offset": offset, "fate": fate, "stage": stage}
    return Input(json.dumps(entry | {"article_id": article_id}).encode(), f"{topic}/{partition}/{offset}".encode())


def _enriched(article_id: str, **fields: Any) -> Input:
    return Input(json.dumps({"article_id": article_id, "quotes": [], "entities": []} | fields).encode())


async def test_a_lost_a_torn_and_a_contradictory_record_are_found(broker: Broker, prefix: str) -> None:
    """Of four raw articles one has no fate, one has two, one was promised and is not there, one is fine."""
    await create_topics(broker.address, prefix)
    sent = await feed(broker.address, f"{prefix}.raw", map(as_input, articles(4)), idempotent=broker.idempotent)
    places = [(f"{prefix}.raw", partition, offset) for partition, offset, _ in sent]
    await feed(
        broker.address,
        f"{prefix}.ledger",
        [
            _entry(places[1], "rejected"),
            _entry(places[1], "dead-lettered"),
            _entry(places[2], "published", article_id="promised"),
            _entry(places[3], "rejected"),
            _entry(places[3], "rejected"),
        ],
        idempotent=broker.idempotent,
    )
    await feed(
        broker.address,
        f"{prefix}.enriched",
        [_enriched("a"), _enriched("a"), _enriched("b", quotes=[{"quote_id": "q"}], entities=[{"entity_id": "e"}])],
        idempotent=broker.idempotent,
    )
    async with Oracle(broker.address, prefix) as oracle:
        verdict = await oracle.judge()
    assert not verdict.sound
    assert verdict.missing == [places[0]]
    assert verdict.contradictory == [places[1]]
    assert verdict.torn == ["article promised of clean", "quote q", "entity e"]
    assert verdict.repeated == 2
    assert verdict.duplicates == 1


async def test_a_large_record_comes_back_whole(broker: Broker, prefix: str) -> None:
    """The harness and the broker carry what the flow allows, with key and headers."""
    await create_topics(broker.address, prefix, names=["raw"])
    large = Input(b"\xff" * 20_000_000, b"key", (("name", b"\x00"),))
    await feed(broker.address, f"{prefix}.raw", [large], idempotent=broker.idempotent)
    [record] = await read_topic(broker.address, f"{prefix}.raw")
    assert (record.value, record.key, record.headers) == (large.value, large.key, large.headers)
    assert await committed(broker.address, "nobody", f"{prefix}.raw") == {}


def test_the_same_seed_makes_the_same_articles() -> None:
    """A failure can be had again; another seed makes others."""
    assert list(articles(5, seed=3)) == list(articles(5, seed=3))
    assert article(1, seed=3)["text"] != article(1, seed=4)["text"]
