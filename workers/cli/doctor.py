"""`wiremill doctor`: a dry run of everything a worker needs, each check with what to do about it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli.exits import Exit

if TYPE_CHECKING:
    from aiokafka.admin import AIOKafkaAdminClient

    from workers.settings import Settings

TCP_SECONDS = 3.0
PROBE_KEY = b"wiremill-doctor"  # of the tombstone that --write puts into the ledger; compaction removes it
TRIAL = (
    "“The bridge will open in May,” Mayor Ann Lee said on Monday. Residents of Dover have waited for six years. " * 5
)


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `hint` says what to do where there is something to do."""

    name: str
    state: State
    detail: str
    hint: str = ""


def doctor(
    offline: Annotated[bool, typer.Option("--offline", help="only settings, model and machine; no broker")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="also write: one empty record into the ledger, which compaction removes")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON array of checks")] = False,
) -> None:
    """Check everything a worker needs, without processing anything. Exits with 1 if a check failed.

    Settings, the model on a trial article, memory; then the broker: is it reachable, also under the addresses it
    gives out; are the topics there, large enough, the ledger compacted; may this user read, commit and write.

    Example: `wiremill doctor`

    Example: `wiremill doctor --offline` in an image build
    """
    from workers.cli.settings import read_settings

    settings = read_settings()
    checks: list[Check] = []
    for check in _offline(settings):
        checks.append(check)
        _print(check, as_json=as_json)
    if not offline:
        asyncio.run(_collect(_broker(settings, write=write), checks, as_json=as_json))
    if as_json:
        sys.stdout.write(json.dumps([asdict(check) for check in checks], indent=2) + "\n")
    if any(check.state is State.FAILED for check in checks):
        raise typer.Exit(Exit.FOUND)


async def _collect(found: AsyncIterator[Check], checks: list[Check], *, as_json: bool) -> None:
    import logging

    from workers.cli.connect import hush_aiokafka

    hush_aiokafka()  # each trouble is said once, as a check
    logging.getLogger("workers").setLevel(logging.CRITICAL)
    async for check in found:
        checks.append(check)
        _print(check, as_json=as_json)


def _print(check: Check, *, as_json: bool) -> None:
    if as_json:
        return
    from rich.table import Table
    from rich.text import Text

    from workers.cli.terminal import safe, stdout

    mark, style = {State.OK: ("✓", "green"), State.WARNING: ("!", "yellow"), State.FAILED: ("✗", "bold red")}[
        check.state
    ]
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(width=14)
    grid.add_column()
    grid.add_row(Text(mark, style=style), Text(check.name, style="bold"), Text(safe(check.detail)))
    if check.hint and check.state is not State.OK:
        grid.add_row("", "", Text(f"→ {safe(check.hint)}", style="cyan"))
    stdout().print(grid)


def _offline(settings: Settings) -> Iterator[Check]:
    from workers.cli.settings import changed_names

    changed = ", ".join(changed_names(settings)) or "none"
    yield Check("settings", State.OK, f"read; differing from their defaults: {changed}")
    yield _memory(settings)
    yield _compiled()
    yield _model(settings)


def _memory(settings: Settings) -> Check:
    """Compare what the children may use with what is there; a container's limit counts, not the host's memory."""
    from workers.cli.terminal import human_bytes

    there = available_bytes()
    needed = settings.children * (settings.child_memory_mb << 20)
    detail = f"{human_bytes(there)} available; {settings.children} children may use {human_bytes(needed)}"
    if needed <= there:
        return Check("memory", State.OK, detail)
    hint = "lower WIREMILL_POOL_SIZE or WIREMILL_CHILD_MEMORY_MB, or the kernel may kill the worker under load"
    return Check("memory", State.WARNING, detail, hint)


def _compiled() -> Check:
    """Tell whether the install could compile what is compiled where a compiler is; results are the same without."""
    from workers import compiled

    hot, kernels = compiled.state(), compiled.has_kernels()
    detail = f"hot modules are {hot}; the C kernels are {'there' if kernels else 'missing'}"
    if hot is compiled.State.COMPILED and kernels:
        return Check("compiled", State.OK, detail)
    return Check("compiled", State.WARNING, detail, "install again where gcc or clang is, to spend less CPU an article")


def available_bytes() -> int:
    """Return the memory this process may still use: the machine's, or less where a container has a limit."""
    from pathlib import Path

    import psutil

    available: int = psutil.virtual_memory().available
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
        used = int(Path("/sys/fs/cgroup/memory.current").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return available
    return available if limit == "max" else min(available, max(0, int(limit) - used))


def _model(settings: Settings) -> Check:
    """Load the model and run a trial article through clean and annotate, as a child would."""
    from schemas.ledger import Fate
    from workers.cli.sources import Found
    from workers.options import Stage
    from workers.stages import Stages

    if Stage.ANNOTATE not in settings.stage_names:
        return Check("model", State.OK, "not needed: WIREMILL_STAGES is clean only")
    value = json.dumps({"id": "doctor", "headline": "Bridge to open", "text": TRIAL, "language": "en"}).encode()
    began = time.monotonic()
    hint = "WIREMILL_MODEL is md, sm, an installed spaCy model or a path; the README says how to install one"
    try:
        stages = Stages(settings.stage_options((Stage.ENRICH,)))
    except Exception as error:  # whatever a model's package does when it cannot load is the finding
        return Check("model", State.FAILED, f"{settings.model} does not load: {type(error).__name__}: {error}", hint)
    loaded = time.monotonic()
    [handled] = stages.handle(Stage.ENRICH, [Found("doctor", 0, "doctor", value).delivery()])
    times = f"loaded in {loaded - began:.1f} s, a trial article in {time.monotonic() - loaded:.2f} s"
    if handled.fate is not Fate.PUBLISHED:
        detail = f"the trial article was {handled.fate}: {handled.reason} ({times})"
        return Check("model", State.FAILED, detail, "WIREMILL_LANGUAGES and WIREMILL_MIN_WORDS decide what is kept")
    return Check("model", State.OK, f"{settings.model} {times}")


async def _broker(settings: Settings, *, write: bool) -> AsyncIterator[Check]:
    addresses = [address.strip() for address in settings.brokers.split(",") if address.strip()]
    reached = [await _tcp(address) for address in addresses]
    for address, trouble in zip(addresses, reached, strict=True):
        if trouble is not None:
            state = State.FAILED if all(reached) else State.WARNING
            yield Check("connection", state, f"{address}: {trouble}", "WIREMILL_BROKERS says where the brokers are")
    if all(reached):
        return
    from workers.cli import connect

    try:
        async with connect.admin(settings) as client:
            async for check in _cluster(client, settings, write=write):
                yield check
    except Exception as error:
        explained = connect.explain(error, settings)
        if explained is None:
            raise
        yield Check("broker", State.FAILED, *explained)


async def _cluster(client: AIOKafkaAdminClient, settings: Settings, *, write: bool) -> AsyncIterator[Check]:
    cluster = await client.describe_cluster()
    nodes = [f"{node['host']}:{node['port']}" for node in cluster["brokers"]]
    unreachable = {node: trouble for node in nodes if (trouble := await _tcp(node)) is not None}
    if unreachable:
        said = "; ".join(f"{node}: {trouble}" for node, trouble in unreachable.items())
        hint = "the broker gives out these addresses to its clients: see its advertised.listeners"
        yield Check("broker", State.FAILED, f"reached, but not where it says it is: {said}", hint)
        return
    yield Check("broker", State.OK, f"{len(nodes)} reachable at {', '.join(nodes)}, {settings.security_protocol}")
    missing = False
    async for check in _topics(client, settings):
        missing = missing or check.state is State.FAILED
        yield check
    if missing:
        return
    yield await _reading(client, settings)
    yield await _writing(settings, write=write)
    if settings.schema_registry is not None:
        yield await _registry(settings, write=write)


async def _topics(client: AIOKafkaAdminClient, settings: Settings) -> AsyncIterator[Check]:
    from workers.broker import topic_configs as wanted_configs
    from workers.cli import connect
    from workers.cli.topics import topic_configs
    from workers.publish import Topic

    facts = await connect.topic_facts(client)
    wanted = wanted_configs(settings)
    absent = [settings.topic(topic) for topic in Topic if settings.topic(topic) not in facts]
    if absent:
        yield Check("topics", State.FAILED, f"missing: {', '.join(absent)}", "`wiremill topics create` makes them")
    there = [topic for topic in Topic if settings.topic(topic) in facts]
    configs = await topic_configs(client, [settings.topic(topic) for topic in there])
    found = {topic: unfit(configs.get(settings.topic(topic), {}), wanted[topic]) for topic in there}
    troubles = {topic: trouble for topic, trouble in found.items() if trouble is not None}
    for topic, trouble in troubles.items():
        hint = f"kafka-configs.sh --alter --entity-type topics --entity-name {settings.topic(topic)} --add-config …"
        yield Check("topics", State.WARNING, f"{settings.topic(topic)}: {trouble}", hint)
    if not absent and not troubles:
        counts = {len(facts[settings.topic(topic)].partitions) for topic in there}
        yield Check("topics", State.OK, f"{len(there)}, of {' or '.join(map(str, sorted(counts)))} partitions, all fit")


def unfit(found: Mapping[str, str | None], wanted: Mapping[str, str]) -> str | None:
    """Return what is wrong with a topic's configuration; None where nothing is, or the broker does not tell."""
    for name, value in wanted.items():
        has = found.get(name)
        if has is None:
            continue
        if name == "max.message.bytes":
            if int(has) < int(value):
                return f"{name} is {has}: records between that and {value} bytes would be refused"
        elif value not in has:
            return f"{name} is {has}, not {value}: it grows for ever"
    return None


async def _reading(client: AIOKafkaAdminClient, settings: Settings) -> Check:
    """Look at offsets and commits: what a worker may not read it cannot process."""
    from workers.cli import connect
    from workers.cli.lag import look

    try:
        async with connect.consumer(settings) as reader:
            found = await look(client, reader, settings)
    except Exception as error:
        explained = connect.explain(error, settings)
        if explained is None:
            raise
        return Check("reading", State.FAILED, *explained)
    committed = sum(1 for part in found if part.committed is not None)
    waiting = sum(part.lag for part in found)
    return Check("reading", State.OK, f"{waiting:,} records wait; group {settings.group} has {committed} commits")


async def _writing(settings: Settings, *, write: bool) -> Check:
    """Start a producer; with `write` also send an empty record, which proves the right to write."""
    from workers.cli import connect
    from workers.publish import Topic

    try:
        async with connect.producer(settings) as sender:
            kind = "idempotent" if sender._txn_manager is not None else "plain"  # aiokafka tells nobody else
            if write:
                await sender.send_and_wait(settings.topic(Topic.LEDGER), value=None, key=PROBE_KEY)
    except Exception as error:
        explained = connect.explain(error, settings)
        if explained is None:
            raise
        return Check("writing", State.FAILED, *explained)
    if kind == "plain" and settings.idempotence == "auto":
        hint = "a resend may write a record twice; consumers that upsert by id do not notice"
        return Check("writing", State.WARNING, "the broker has no idempotent producer", hint)
    proof = f"wrote to {settings.topic(Topic.LEDGER)}" if write else "nothing written: --write tries it"
    return Check("writing", State.OK, f"{kind} producer; {proof}")


async def _registry(settings: Settings, *, write: bool) -> Check:
    """Look our schemas up; with `write` register them where the settings say so, as a worker does when it starts."""
    from workers.publish import Topic
    from workers.registry import RegistryError, schema_frames

    registers = settings.schema_registry_register
    asking = settings.model_copy(update={"schema_registry_register": registers and write})
    try:
        frames = await schema_frames(asking, [topic for topic in Topic if topic is not Topic.RAW])
    except RegistryError as error:
        if error.status == 404 and registers and not write:
            hint = "a worker registers them when it starts; --write does it now"
            return Check("registry", State.WARNING, f"not all schemas are at {settings.schema_registry}", hint)
        return Check("registry", State.FAILED, str(error))
    return Check("registry", State.OK, f"{len(frames)} schemas at {settings.schema_registry}")


async def _tcp(address: str) -> str | None:
    """Return why nothing can be connected to at `host:port`, None if something can."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        return "not host:port"
    try:
        async with asyncio.timeout(TCP_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except TimeoutError:
        return f"no answer within {TCP_SECONDS:g} s"
    except OSError as error:
        return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
    writer.close()
    return None
