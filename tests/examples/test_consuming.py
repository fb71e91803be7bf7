"""The examples that consume what Wiremill publishes: Python, kcat, DuckDB, Kafka Connect's sinks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

import duckdb
import pytest
from aiokafka import AIOKafkaProducer
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from schemas.contract import json_schema
from schemas.enriched import Quote
from tests.harness.brokers import Broker
from tests.harness.kafka import create_topics, until
from tests.harness.processes import ROOT, Process, run
from workers.publish import Topic
from workers.settings import Settings

KCAT = "kcat -b 127.0.0.1:9092 -t news.quotes -C -o beginning -e -f '%s\\n' | jq -r '[.speaker.name, .text] | @tsv'"


def quote(number: int, speaker: str | None, *, days_ago: float | None = 1.0, **more: Any) -> dict[str, Any]:
    """Return a quote as the topic has it."""
    published = None if days_ago is None else (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()
    text = f"“Words number {number}”"
    return {
        "quote_id": f"q{number}", "article_id": f"a{number // 2}", "url": f"https://a.example/{number // 2}",
        "headline": "H", "publisher": {"name": "Example News", "domain": None}, "published_at": published,
        "language": "en", "type": "direct", "spans": [{"start": 0, "end": len(text), "exact": text}], "text": text,
        "cue": {"start": 40, "end": 44, "exact": "said", "lemma": "say"},
        "speaker": {"name": speaker, "entity_id": None, "mention": None, "role": "mayor" if speaker else None,
                    "kind": "person", "resolution": "explicit"},
        "addressee": None, "context": {"before": "", "after": ""}, "confidence": 0.9,
        "provenance": {"rule": "r", "cue_class": None, "speaker_rule": None, "version": "1"},
    } | more  # fmt: skip


async def publish(broker: Broker, prefix: str, quotes: list[dict[str, Any]]) -> None:
    """Send quotes as a worker does: keyed by article, lz4."""
    producer = AIOKafkaProducer(bootstrap_servers=broker.address, compression_type="lz4")
    await producer.start()
    try:
        for one in quotes:
            Draft202012Validator(json_schema("quote")).validate(one)
            value = json.dumps(one, ensure_ascii=False).encode()
            await producer.send_and_wait(f"{prefix}.quotes", value, key=one["article_id"].encode())
    finally:
        await producer.stop()


QUOTES = [quote(0, "Ann Lee"), quote(1, "Bo Ek"), quote(2, "Ann Lee"), quote(3, None), quote(4, "Cy Fox", days_ago=30)]


@pytest.mark.system
async def test_the_python_consumer_prints_who_said_what(broker: Broker, prefix: str, tmp_path: Path) -> None:
    """From the beginning, unknown speakers as such; stopped and started again it goes on."""
    await create_topics(broker.address, prefix, names=["quotes"])
    environment = {"WIREMILL_BROKERS": broker.address, "WIREMILL_TOPIC_PREFIX": prefix}
    await publish(broker, prefix, QUOTES)
    process = Process(
        [sys.executable, ROOT / "examples/consume_quotes.py"], log=tmp_path / "log", environment=environment
    )
    process.start()

    async def all_printed() -> bool:
        return len(process.tail().splitlines()) == len(QUOTES)

    await until(all_printed, 60, f"five quotes are printed\n{process.tail()}")
    process.kill()
    assert "Ann Lee: “Words number 0”" in process.tail()
    assert "someone unknown: “Words number 3”" in process.tail()


def shell(command: str) -> list[str]:
    """Return the lines a command line prints."""
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


@pytest.mark.system
@pytest.mark.skipif(not (shutil.which("kcat") and shutil.which("jq")), reason="kcat or jq is not installed")
async def test_kcat_prints_who_said_what(broker: Broker, prefix: str) -> None:
    """The one-liner of examples/README.md, word for word but for address and prefix; lz4 is no trouble to it."""
    if broker.kind == "tansu":
        pytest.skip("its ListOffsets ends a batch early: kcat stops too soon")
    assert KCAT in (ROOT / "examples/README.md").read_text()
    await create_topics(broker.address, prefix, names=["quotes"])
    await publish(broker, prefix, QUOTES)
    command = KCAT.replace("127.0.0.1:9092", broker.address).replace("news.", f"{prefix}.")
    assert sorted(shell(command)) == sorted(f"{q['speaker']['name'] or ''}\t{q['text']}" for q in QUOTES)


@pytest.mark.system
async def test_duckdb_has_each_quote_once_and_this_weeks_speakers(broker: Broker, prefix: str, tmp_path: Path) -> None:
    """The second run reads only what is new; a replay changes a quote and adds none; last month's is not shown."""
    if broker.kind == "tansu":
        pytest.skip("its ListOffsets ends a batch early: reading stops too soon")
    await create_topics(broker.address, prefix, names=["quotes"])
    words = [sys.executable, ROOT / "examples/who_said_what.py", "--database", tmp_path / "quotes.duckdb"]
    where = ["--brokers", broker.address, "--prefix", prefix]
    await publish(broker, prefix, QUOTES)
    first = run(*words, *where)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[0] == "5 quotes read"
    assert re.search(r"^ +2 quotes in 2 articles  Ann Lee, mayor$", first.stdout, re.MULTILINE)
    assert "Cy Fox" not in first.stdout
    await publish(broker, prefix, [quote(0, "Ann Lee"), quote(1, "Ann Lee"), quote(6, "Dee Roy", days_ago=None)])
    second = run(*words, *where, "--days", "60", "--speaker", "e")
    assert second.stdout.splitlines()[0] == "3 quotes read"
    assert re.search(r"^ +3 quotes in 2 articles  Ann Lee, mayor$", second.stdout, re.MULTILINE)
    assert "Dee Roy" in second.stdout
    assert run(*words, *where).stdout.splitlines()[0] == "0 quotes read"
    with duckdb.connect(str(tmp_path / "quotes.duckdb")) as database:
        assert database.execute("SELECT count(*), count(DISTINCT quote_id) FROM quotes").fetchone() == (6, 6)


CONNECT = ROOT / "examples/connect"


def config(name: str) -> dict[str, str]:
    """Return the configuration of a sink."""
    values: dict[str, str] = json.loads((CONNECT / name).read_text())["config"]
    return values


def chain(settings: dict[str, str]) -> list[dict[str, str]]:
    """Return the settings of each transform, in their order; fails where one that is named is not there."""
    found = []
    for name in settings.get("transforms", "").split(","):
        start = f"transforms.{name}."
        own = {key.removeprefix(start): value for key, value in settings.items() if key.startswith(start)}
        assert "type" in own, name
        found.append(own)
    return found


def transformed(settings: dict[str, str], topic: str, key: Any, value: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Do to a record what Kafka Connect's own transforms do to it."""
    for step in chain(settings):
        if "predicate" in step:
            start = f"predicates.{step['predicate']}"
            assert settings[f"{start}.type"].endswith(".TopicNameMatches")
            if not re.fullmatch(settings[f"{start}.pattern"], topic):
                continue
        match step["type"].rpartition(".")[2]:
            case "ValueToKey":
                key = {name: value[name] for name in step["fields"].split(",")}
            case "ExtractField$Key":
                key = key[step["field"]]
            case other:
                raise AssertionError(f"{other} is not known to this test")
    return key, value


@pytest.mark.parametrize("name", sorted(path.name for path in CONNECT.glob("*.json")))
def test_a_sink_reads_topics_that_there_are(name: str) -> None:
    """And its converters fit: keys are text, values JSON."""
    settings = config(name)
    known = {Settings().topic(topic): topic for topic in Topic}
    topics = settings["topics"].split(",")
    assert set(topics) <= set(known)
    assert settings["key.converter"].endswith(".StringConverter")
    assert settings["value.converter"].endswith(".JsonConverter")
    assert settings["errors.tolerance"] == "none", "what cannot be written must stop the sink, not vanish"


def test_opensearch_has_a_document_for_each_quote_and_each_article() -> None:
    """The key of a quote is its article's id: by it alone, the quotes of an article would overwrite each other."""
    settings = config("opensearch-sink.json")
    assert settings["value.converter.schemas.enable"] == "false", "our values carry no schema of Connect's"
    assert settings["key.ignore"] == "false"
    ids = {transformed(settings, "news.quotes", one["article_id"], one)[0] for one in QUOTES}
    assert ids == {one["quote_id"] for one in QUOTES}
    article = {"article_id": "a", "text": "x", "quotes": []}
    assert transformed(settings, "news.enriched", "a", article) == ("a", article)


def fields_of(schema: dict[str, Any], before: str = "") -> dict[str, tuple[str, bool]]:
    """Return of each scalar of a schema of Connect's its type and whether it may be null, by its path."""
    found = {}
    for field in schema["fields"]:
        path = f"{before}{field['field']}"
        if field["type"] == "struct":
            inner = fields_of(field, f"{path}.")
            found |= {name: (kind, null or field["optional"]) for name, (kind, null) in inner.items()}
        else:
            found[path] = (field["type"], field["optional"])
    return found


def scalars_of(model: type[BaseModel], before: str = "", nullable: bool = False) -> dict[str, tuple[str, bool]]:
    """Return the same of a record, as the topic carries it; lists are left out."""
    kinds = {int: "int32", float: "double"}
    found = {}
    for name, field in model.model_fields.items():
        choices = [choice for choice in get_args(field.annotation) or (field.annotation,) if choice is not NoneType]
        null = nullable or NoneType in get_args(field.annotation)
        [kind, *_] = choices
        if get_origin(field.annotation) is tuple:
            continue
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= scalars_of(kind, f"{before}{name}.", null)
        else:
            found[f"{before}{name}"] = (kinds.get(kind, "string"), null)
    return found


def test_postgres_gets_each_scalar_of_a_quote_as_a_column() -> None:
    """By the record itself: a new field must have its column, and none may be missing that can be null."""
    settings = config("postgres-sink.json")
    columns = fields_of(json.loads(settings["value.converter.schema.content"]))
    expected = scalars_of(Quote)
    left_out = {name for name in expected if name.startswith("speaker.mention.")}  # in the article's text, not here
    assert columns == {name: kind for name, kind in expected.items() if name not in left_out}
    names = [name.replace(".", settings["transforms.flat.delimiter"]) for name in columns]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z_]{1,63}", name) for name in names), "names that PostgreSQL takes as they are"
    assert (settings["insert.mode"], settings["primary.key.mode"]) == ("upsert", "record_value")
    assert columns[settings["primary.key.fields"]] == ("string", False)
    assert "." not in settings["collection.name.format"], "`news.quotes` would be table quotes of schema news"
