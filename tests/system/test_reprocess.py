"""Kept articles annotated anew: what would change is found, on topics and in files, and nothing is published."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.articles import article
from tests.harness.brokers import Broker
from tests.harness.kafka import Input, create_topics, feed, read_topic
from tests.harness.processes import run
from tests.harness.worker import WIREMILL

pytestmark = [pytest.mark.system, pytest.mark.model]


def wiremill(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(WIREMILL, *words, environment={"COLUMNS": "200", "WIREMILL_POOL_SIZE": "1"} | environment, seconds=120)


@pytest.fixture(scope="module")
def enriched(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Three articles as today's rules annotate them."""
    path = tmp_path_factory.mktemp("enriched") / "raw.jsonl"
    path.write_text("".join(json.dumps(article(number, seed=71)) + "\n" for number in range(3)))
    done = wiremill("enrich", path)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def altered(value: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Return a copy as older rules might have made it."""
    copy: dict[str, Any] = json.loads(json.dumps(value))
    change(copy)
    return copy


def lines(path: Path, values: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return path


def test_the_same_rules_change_nothing(enriched: list[dict[str, Any]], tmp_path: Path) -> None:
    """Exit code 0; without --diff the new records are those of then, but for the moment."""
    path = lines(tmp_path / "enriched.jsonl", enriched)
    done = wiremill("reprocess", "--from", path, "--diff")
    assert done.returncode == 0, done.stderr
    assert "none of 3 articles would change" in done.stdout
    done = wiremill("reprocess", "--from", path)
    again = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["quotes"], one["entities"]) for one in again] == [(one["quotes"], one["entities"]) for one in enriched]


def test_what_would_change_is_shown(enriched: list[dict[str, Any]], tmp_path: Path) -> None:
    """A speaker, a lost quote, a new label; a text that is another one is not compared; exit code 1."""
    first = next(one for one in enriched if len(one["quotes"]) > 1)
    old = [
        altered(first, lambda one: (one["quotes"][0]["speaker"].update(name="Someone Else"), one["quotes"].pop(1))),
        altered(first, lambda one: one.update(article_id="b", entities=[], quotes=[])),
    ]
    clean = lines(
        tmp_path / "clean.jsonl",
        [{"article_id": one["article_id"], "text": one["text"]} for one in old]
        + [{"article_id": "new", "text": first["text"]}, {"article_id": "", "text": "x"}],
    )
    then = lines(tmp_path / "then.jsonl", old)
    done = wiremill("reprocess", "--from", clean, "--against", then, "--diff", "--json")
    assert done.returncode == 1
    assert "failed: article_id" in done.stderr
    *changed, last = map(json.loads, done.stdout.splitlines())
    assert [one["article_id"] for one in changed] == [first["article_id"], "b"]
    kinds = [(one["kind"], *one["fields"]) for one in changed[0]["quotes"]]
    assert ("changed", "speaker") in kinds
    assert ("added",) in kinds
    totals = last["totals"]
    assert (totals["articles"], totals["changed"], totals["failed"], totals["incomparable"]) == (4, 2, 1, 1)
    assert totals["entities"]["added"] == len(changed[1]["entities"])
    shown = wiremill("reprocess", "--from", clean, "--against", then, "--diff").stdout
    assert "speaker: Someone Else → " in shown
    assert "2 of 2 articles would change" in shown


async def test_topics_are_reprocessed_by_their_newest_records(
    enriched: list[dict[str, Any]], broker: Broker, prefix: str
) -> None:
    """An article that was replayed counts once, as it was last; the topic clean is compared with the topic enriched."""
    if broker.kind == "tansu":
        pytest.skip("its ListOffsets ends a batch early: reading stops too soon")
    await create_topics(broker.address, prefix)
    environment = {"WIREMILL_BROKERS": broker.address, "WIREMILL_TOPIC_PREFIX": prefix}
    stale = altered(enriched[0], lambda one: one.update(quotes=[]))
    inputs = [Input(json.dumps(one).encode(), one["article_id"].encode()) for one in (stale, *enriched)]
    await feed(broker.address, f"{prefix}.enriched", inputs, idempotent=broker.idempotent)
    done = wiremill("reprocess", "--from", "enriched", "--diff", "--json", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["totals"]["articles"] == 3
    clean = [{key: one[key] for key in ("article_id", "text", "headline")} for one in enriched]
    inputs = [Input(json.dumps(one).encode(), one["article_id"].encode()) for one in clean]
    await feed(broker.address, f"{prefix}.clean", inputs, idempotent=broker.idempotent)
    done = wiremill("reprocess", "--from", f"{prefix}.clean", "--diff", "--json", "--since", "1h", **environment)
    totals = json.loads(done.stdout.splitlines()[-1])["totals"]
    assert (totals["articles"], totals["incomparable"]) == (3, 0)
    assert len(await read_topic(broker.address, f"{prefix}.enriched")) == 4


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--from", "nowhere.jsonl"), id="no such file"),
        pytest.param(("--from", "pyproject.toml", "--since", "2h"), id="a file has no times"),
        pytest.param(("--from", "clean", "--against", "nowhere"), id="nothing to compare with"),
    ],
)
def test_a_source_that_is_none_is_refused(words: tuple[str, ...]) -> None:
    """Exit code 2, with what would do."""
    done = wiremill("reprocess", *words, "--diff")
    assert done.returncode == 2
    assert "hint" in done.stderr
