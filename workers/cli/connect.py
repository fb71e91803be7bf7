"""Talking to the broker from a command: connections that end in order, and errors that say what to do next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from workers.cli.exits import CommandError, Exit, fail, until_reader_leaves

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
    from aiokafka.admin import AIOKafkaAdminClient

    from workers.settings import Settings

CONNECT_SECONDS = 15.0  # to the first answer; a broker across the world takes 2
POLL_MS = 500  # how long one fetch waits for records
QUIET_SECONDS = 20.0  # without a record and without progress, before reading to a known end is given up

T = TypeVar("T")
Offsets = Mapping["TopicPartition", int]


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """A topic as the broker describes it."""

    name: str
    partitions: tuple[int, ...]
    replication: int


def hush_aiokafka() -> None:
    """Show nothing of what aiokafka logs, since we say it once, in our words; `workers.broker` still hears it."""
    logger = logging.getLogger("aiokafka")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())


@contextmanager
def explained(settings: Settings) -> Iterator[None]:
    """Turn what the broker refuses into an error with a hint, and Ctrl-C into exit code 130."""
    hush_aiokafka()
    try:
        with until_reader_leaves():
            yield
    except KeyboardInterrupt:
        raise CommandError(Exit.INTERRUPTED, "interrupted") from None
    except Exception as error:
        reason = explain(error, settings)
        if reason is None:
            raise
        message, hint = reason
        fail(message, hint=hint, code=Exit.WORLD)


def run(work: Coroutine[Any, Any, T], settings: Settings) -> T:
    """Run `work` to its end, as `explained` says."""
    with explained(settings):
        return asyncio.run(work)


def explain(error: Exception, settings: Settings) -> tuple[str, str] | None:
    """Return what went wrong and what to do, None for an error that is not the broker's or the network's."""
    from aiokafka import errors

    from workers.broker import BrokerError
    from workers.settings import SettingsError

    refused = (errors.SaslAuthenticationFailed, errors.AuthenticationFailedError, errors.UnsupportedSaslMechanismError,
               errors.AuthenticationMethodNotSupported, errors.IllegalSaslStateError)  # fmt: skip
    forbidden = (errors.TopicAuthorizationFailedError, errors.GroupAuthorizationFailedError,
                 errors.ClusterAuthorizationFailedError)  # fmt: skip
    where = settings.brokers
    match error:
        case SettingsError():
            return str(error), "`wiremill settings` shows every setting and what it means"
        case BrokerError():
            return str(error), "`wiremill doctor` looks closer"
        case _ if isinstance(error, refused):
            hint = (
                "look at WIREMILL_SECURITY_PROTOCOL, WIREMILL_SASL_MECHANISM, WIREMILL_SASL_USERNAME and the password"
            )
            return f"the broker at {where} did not accept who we are: {_said(error)}", hint
        case _ if isinstance(error, forbidden):
            return f"the broker forbids it: {_said(error)}", "docs/operators.md lists the rights a user needs"
        case errors.UnknownTopicOrPartitionError():
            return f"a topic is missing: {_said(error)}", "`wiremill topics create` makes all of them"
        case errors.KafkaConnectionError() | errors.NoBrokersAvailable() | errors.KafkaTimeoutError() | TimeoutError():
            return f"no broker answers at {where}", _where_to_look(settings)
        case errors.KafkaError():
            return f"the broker at {where} answered with an error: {_said(error)}", "`wiremill doctor` looks closer"
        case ConnectionError():
            return f"no broker answers at {where}: {_said(error)}", _where_to_look(settings)
    return None


def _said(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else text[:299] + "…"


def _where_to_look(settings: Settings) -> str:
    tls = (
        "" if settings.security_protocol != "PLAINTEXT" else "; a broker with TLS also needs WIREMILL_SECURITY_PROTOCOL"
    )
    return f"WIREMILL_BROKERS says where it is{tls}. `wiremill doctor` looks closer; `wiremill demo` brings its own"


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a connected admin client."""
    from workers import broker

    async with _in_time(broker.admin(settings)) as client:
        yield client


@asynccontextmanager
async def consumer(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a connected consumer that belongs to no group and commits nothing; assign and seek it."""
    from workers import broker

    async with _in_time(broker.consumer(settings)) as client:
        yield client


@asynccontextmanager
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Yield a connected producer; what it was given is flushed at the end."""
    from workers import broker

    async with _in_time(broker.producer(settings)) as client:
        yield client


@asynccontextmanager
async def _in_time(context: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """Enter `context` within 15 s. Raises TimeoutError: an address that swallows packets answers nothing at all."""
    async with AsyncExitStack() as stack:
        async with asyncio.timeout(CONNECT_SECONDS):
            client = await stack.enter_async_context(context)
        yield client


async def topic_facts(client: AIOKafkaAdminClient) -> dict[str, TopicFacts]:
    """Return every topic of the broker by name. Asks for all of them: asking for one by name may create it."""
    facts = {}
    for topic in await client.describe_topics():
        partitions = sorted(part["partition"] for part in topic["partitions"])
        replication = max((len(part["replicas"]) for part in topic["partitions"]), default=0)
        facts[topic["topic"]] = TopicFacts(topic["topic"], tuple(partitions), replication)
    return facts


async def partitions_of(client: AIOKafkaAdminClient, topics: Iterable[str]) -> list[TopicPartition]:
    """Return the partitions of the topics. Ends the command, naming `topics create`, if one is missing."""
    from aiokafka import TopicPartition

    known = await topic_facts(client)
    found = []
    for topic in topics:
        if topic not in known:
            hint = "`wiremill topics create` makes it; WIREMILL_TOPIC_PREFIX says what the names begin with"
            fail(f"the broker has no topic {topic}", hint=hint, code=Exit.WORLD)
        found += [TopicPartition(topic, partition) for partition in known[topic].partitions]
    return found


async def committed_offsets(
    client: AIOKafkaAdminClient, group: str, partitions: list[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return what the group has committed; partitions without a commit are left out.

    Waits for the group's coordinator: a broker that has just started makes its topic of offsets when first asked.
    """
    from aiokafka import errors

    away = (
        errors.GroupCoordinatorNotAvailableError,
        errors.NotCoordinatorForGroupError,
        errors.GroupLoadInProgressError,
    )
    if not partitions:
        return {}
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CONNECT_SECONDS
    while True:
        try:
            found = await client.list_consumer_group_offsets(group, partitions=partitions)
            break
        except away:
            if loop.time() > deadline:
                raise
        await asyncio.sleep(0.2)
    return {partition: meta.offset for partition, meta in found.items() if meta.offset >= 0}


async def read_range(client: AIOKafkaConsumer, starts: Offsets, ends: Offsets) -> AsyncIterator[ConsumerRecord]:
    """Yield the records from `starts` to `ends` (exclusive), partitions interleaved.

    Ends though no record has the last offset: transaction markers and compaction leave gaps. Raises TimeoutError when
    the broker sends nothing for 20 s before the end.
    """
    open_partitions = {tp for tp, start in starts.items() if start < ends.get(tp, start)}
    client.assign(sorted(starts))
    for partition, start in starts.items():
        client.seek(partition, start)
    client.pause(*(tp for tp in starts if tp not in open_partitions))
    loop = asyncio.get_running_loop()
    progressed = loop.time()
    positions: dict[TopicPartition, int] = {}
    while open_partitions:
        batches = await client.getmany(*open_partitions, timeout_ms=POLL_MS)
        for partition, records in batches.items():
            for record in records:
                if record.offset < ends[partition]:
                    yield record
        for partition in sorted(open_partitions):
            position = await client.position(partition)
            if position != positions.get(partition):
                positions[partition] = position
                progressed = loop.time()
            if position >= ends[partition]:
                open_partitions.discard(partition)
                client.pause(partition)
        if loop.time() - progressed > QUIET_SECONDS:
            raise TimeoutError(
                f"no record came for {QUIET_SECONDS:g} s; {len(open_partitions)} partitions were not read to their end"
            )
