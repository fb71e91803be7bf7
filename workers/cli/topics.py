"""`wiremill topics`: make the topics, and see what is there."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli.exits import Exit

if TYPE_CHECKING:
    from workers.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Make the topics, and see what is in them.")

AsJson = Annotated[bool, typer.Option("--json", help="one JSON array, for machines")]


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic of ours as it is at the broker; without partitions when it is not there."""

    topic: str
    partitions: int
    replication: int
    records: int
    cleanup: str | None
    max_message_bytes: int | None


@app.command("create")
def create(
    partitions: Annotated[int | None, typer.Option(min=1, help="of each topic; the most workers that share it")] = None,
    replication: Annotated[int | None, typer.Option(min=1, help="copies of each topic; default: the broker's")] = None,
    prefix: Annotated[
        str | None, typer.Option(help="what the names begin with; default: WIREMILL_TOPIC_PREFIX")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create the topics that are not there yet, with the size limits and retention that the worker needs.

    What is there already is left as it is; `wiremill doctor` says whether it fits.

    Example: `wiremill topics create --partitions 12 --replication 3`
    """
    from workers.broker import create_topics
    from workers.cli.connect import run
    from workers.cli.settings import read_settings

    given = {"partitions": partitions, "replication": replication, "topic_prefix": prefix}
    settings = read_settings(**{name: value for name, value in given.items() if value is not None})
    fates = run(create_topics(settings), settings)
    states = run(_states(settings), settings)
    _print(states, as_json=as_json, new={topic for topic, fate in fates.items() if fate == "created"})


@app.command("list")
def list_topics(as_json: AsJson = False) -> None:
    """List the topics, their partitions, records and limits. Exits with 1 if one is missing.

    Example: `wiremill topics list --json`
    """
    from workers.cli.connect import run
    from workers.cli.settings import read_settings

    settings = read_settings()
    states = run(_states(settings), settings)
    _print(states, as_json=as_json)
    if not all(state.partitions for state in states):
        from workers.cli.terminal import tell

        tell("missing", "not every topic is there; `wiremill topics create` makes them", style="yellow")
        raise typer.Exit(Exit.FOUND)


async def _states(settings: Settings) -> list[TopicState]:
    from workers.cli import connect
    from workers.publish import Topic

    async with connect.admin(settings) as client:
        facts = await connect.topic_facts(client)
        names = [settings.topic(topic) for topic in Topic]
        there = [name for name in names if name in facts]
        configs = await topic_configs(client, there)
        partitions = await connect.partitions_of(client, there)
    async with connect.consumer(settings) as reader:
        begins = await reader.beginning_offsets(partitions)
        ends = await reader.end_offsets(partitions)
    states = []
    for name in names:
        fact = facts.get(name)
        config = configs.get(name, {})
        limit = config.get("max.message.bytes")
        records = sum(ends[tp] - begins[tp] for tp in partitions if tp.topic == name)
        states.append(
            TopicState(
                topic=name,
                partitions=len(fact.partitions) if fact else 0,
                replication=fact.replication if fact else 0,
                records=records,
                cleanup=config.get("cleanup.policy"),
                max_message_bytes=int(limit) if limit and limit.lstrip("-").isdigit() else None,
            )
        )
    return states


async def topic_configs(client: object, names: list[str]) -> dict[str, dict[str, str | None]]:
    """Return the configuration of topics; empty for a broker that does not tell (embedded ones may not)."""
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
    from aiokafka.errors import KafkaError

    assert isinstance(client, AIOKafkaAdminClient)
    if not names:
        return {}
    try:
        replies = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    except (KafkaError, ValueError):
        return {}
    configs: dict[str, dict[str, str | None]] = {}
    for reply in replies:
        for _error, _message, _kind, name, entries in reply.resources:
            configs[name] = {entry[0]: entry[1] for entry in entries}
    return configs


def _print(states: list[TopicState], *, as_json: bool, new: set[str] | None = None) -> None:
    if as_json:
        sys.stdout.write(json.dumps([asdict(state) for state in states], indent=2) + "\n")
        return
    from rich.table import Table

    from workers.cli.terminal import human_bytes, stdout

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("topic", "partitions", "copies", "records", "clean-up", "largest record", ""):
        numeric = title in ("partitions", "copies", "records")
        table.add_column(title, justify="right" if numeric else "left", no_wrap=title == "topic")
    for state in states:
        remark = "created" if new and state.topic in new else "missing" if not state.partitions else ""
        limit = human_bytes(state.max_message_bytes) if state.max_message_bytes else "–"
        numbers = (str(state.partitions), str(state.replication), f"{state.records:,}")
        table.add_row(state.topic, *numbers, state.cleanup or "–", limit, remark)
    stdout().print(table)
