"""Inputs made to hurt: each gets its fate in time and within the memory cap, and its neighbours are published."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable

import psutil
import pytest

from tests.harness.articles import article, articles
from tests.harness.brokers import Broker
from tests.harness.kafka import Input, as_input, create_topics, feed, until
from tests.harness.oracle import Oracle
from tests.harness.plugin import MakeWorker, Note

pytestmark = [pytest.mark.system, pytest.mark.chaos]

SETTLED_SECONDS = 400
WORDS = "The mayor said that the bridge will be closed for repairs until the end of the month. "
M = 1_000_000


def _html(body: str) -> dict[str, str]:
    return {"html": f"<html><body><article>{body}</article></body></html>"}


def _text(text: str) -> dict[str, str]:
    return {"text": text}


ENTITIES = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
) + "]>"  # fmt: skip
HOSTILE: dict[str, Callable[[], dict[str, str]]] = {
    "100 k nested elements": lambda: _html("<div>" * 100_000 + WORDS * 10),
    "20 MB of <": lambda: {"html": "<" * 20 * M},
    "a colspan of 2^53": lambda: _html(f'<table><tr><td colspan="9007199254740991">{WORDS * 10}</td></tr></table>'),
    "an entity bomb": lambda: {"html": f"{ENTITIES}<html><body><p>&j;</p>{WORDS * 10}</body></html>"},
    "an external entity": lambda: {
        "html": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><html><body><p>&e;</p>' + WORDS * 10
    },
    "nothing is closed": lambda: _html("<b><i><a href=x><table><tr><td><p>" * 20_000 + WORDS),
    "a million attributes": lambda: _html("<p " + " ".join(f"a{n}=1" for n in range(300_000)) + f">{WORDS * 10}"),
    "a gzip bomb": lambda: {"html_base64": base64.b64encode(gzip.compress(b"<p>" * 50 * M)).decode()},
    "scripts without end": lambda: _html("<script>" + "if(a<b)" * 500_000 + WORDS),
    "quotation marks by the million": lambda: _text(WORDS * 5 + "“" * M),
    "straight marks by the million": lambda: _text(WORDS * 5 + '" ' * (M // 2)),
    "brackets by the million": lambda: _text(WORDS * 5 + "(" * M),
    "whitespace by the million": lambda: _text(WORDS * 5 + " \t\u00a0" * (M // 3) + WORDS),
    "line breaks by the million": lambda: _text(WORDS * 5 + "\n" * M + WORDS),
    "combining marks by the million": lambda: _text(WORDS * 5 + "a" + "\u0301" * M),
    "one word of a million letters": lambda: _text(WORDS * 5 + "a" * M),
    "a sentence of a million words": lambda: _text(WORDS * 5 + "and the mayor " * (M // 14)),
    "dots and capitals": lambda: _text(WORDS * 5 + "A. " * (M // 3)),
    "dashes and commas": lambda: _text(WORDS * 5 + "— ,-" * (M // 4)),
    "zero-width characters": lambda: _text(WORDS * 5 + "\u200b\ufeff\u00ad" * (M // 3) + WORDS),
    "right-to-left overrides": lambda: _text((WORDS + "\u202e") * 1_000),
    "NULs": lambda: _text(WORDS * 5 + "\0" * 100_000 + WORDS * 5),
    "a url of a megabyte": lambda: {"url": "http://a.example/" + "a" * M, **_text(WORDS * 10)},
    "emoji by the million": lambda: _text(WORDS * 5 + "👩‍👩‍👧‍👦" * (M // 7)),
}


async def test_hostile_inputs_have_their_fate(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """One after the other among good articles: a fate with a reason for each, all neighbours out, memory bounded."""
    await create_topics(broker.address, prefix)
    cap_mb, task_seconds = 1_000, 20
    worker = make_worker(
        broker.address,
        task_seconds=task_seconds,
        rebalance_seconds=120,
        child_memory_mb=cap_mb,
        max_dead_letter_share=1,
        test_hooks=False,
    )
    good = list(map(as_input, articles(len(HOSTILE), seed=31)))
    names = list(HOSTILE)
    bad = []
    for number, name in enumerate(names):
        value = {"url": f"http://hostile.example/{number}"} | HOSTILE[name]()
        bad.append(Input(json.dumps(value).encode(), f"hostile {number}".encode()))
    mixed = [one for pair in zip(good, bad, strict=True) for one in pair]
    fed = await feed(broker.address, f"{prefix}.raw", mixed, idempotent=broker.idempotent)
    places = {one.value: (f"{prefix}.raw", partition, offset) for partition, offset, one in fed}
    most = 0
    async with Oracle(broker.address, prefix) as oracle:

        async def done() -> bool:
            nonlocal most
            for child in worker.descendants():
                try:
                    most = max(most, child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue
            assert worker.running, worker.tail()
            verdict = await oracle.judge()
            return verdict.inputs >= len(fed) and not verdict.missing

        await until(done, SETTLED_SECONDS, "every input has a fate")
        verdict = await oracle.judge()
    assert verdict.sound, verdict
    for one in good:
        assert verdict.ledger[places[one.value]][0]["fate"] == "published"
    fates = []
    for name, one in zip(names, bad, strict=True):
        [entry] = verdict.ledger[places[one.value]]
        second = [e for found in verdict.ledger.values() for e in found
                  if e["stage"] == "annotate" and e["article_id"] == entry["article_id"]]  # fmt: skip
        fates.append(f"{name}: " + ", then ".join(
            f"{e['fate']}{' as ' + e['reason'] if e['reason'] else ''} after {e['seconds']:.1f} s"
            for e in (entry, *second)
        ))  # fmt: skip
    assert "root:" not in json.dumps(list(verdict.articles.values())), "an external entity was read"
    assert most < (cap_mb + 1_000) * 1_048_576, f"a child grew to {most / 1_048_576:.0f} MiB"
    figures(f"{verdict}; largest child {most / 1_048_576:.0f} MiB\n    " + "\n    ".join(fates))


async def test_the_same_article_again_has_the_same_ids(broker: Broker, prefix: str, make_worker: MakeWorker) -> None:
    """Again, older, out of order, clocks apart: one article id, and equal text gives equal quote ids."""
    await create_topics(broker.address, prefix)
    worker = make_worker(broker.address)
    first = article(1, seed=32)
    versions = [
        first,
        first | {"fetched_at": "2025-01-01T00:00:00Z"},
        first | {"fetched_at": "2031-01-01T00:00:00Z", "published_at": "2024-12-31T23:59:59Z"},
        first | {"text": first["text"] + "\n\nA correction was added to this article on Friday."},
    ]
    await feed(broker.address, f"{prefix}.raw", map(as_input, versions), idempotent=broker.idempotent)
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(versions), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    [again] = verdict.articles.values()
    assert len(again) == len(versions)
    assert again[0]["text"] == again[1]["text"] == again[2]["text"] != again[3]["text"]
    ids = [[quote["quote_id"] for quote in one["quotes"]] for one in again]
    assert ids[0] == ids[1] == ids[2]
    assert ids[0]
