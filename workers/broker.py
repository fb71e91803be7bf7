"""Kafka clients as the settings say, and the topics Wiremill needs. The only reader of aiokafka's constructors."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    OffsetOutOfRangeError,
    SaslAuthenticationFailed,
    TopicAlreadyExistsError,
    UnsupportedSaslMechanismError,
    for_code,
)
from aiokafka.structs import TopicPartition

from workers.publish import Topic
from workers.settings import Settings

log = logging.getLogger(__name__)

BATCH_BYTES = 256 << 10  # of messages for one partition sent together; aiokafka's 16 KiB is less than one article
HEADROOM_BYTES = 1 << 20  # of a message around its value: key, headers, the batch's own fields
REFUSAL_MS = 2_000  # for a fetch to be answered: with records, with nothing, or with a refusal
READ_TOPICS = (Topic.RAW, Topic.CLEAN)


# The broker is there, but shut: who we are, or how we come in, is not to its liking.
LOCKED = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
    ssl.SSLError,
)


class BrokerError(Exception):
    """The broker cannot be reached or refuses; the message says what to do next."""


class BrokerRefusedError(BrokerError):
    """A broker answers, but not as it should."""


def client_options(settings: Settings) -> dict[str, Any]:
    """Return what all clients share: where the brokers are, and how to be let in."""
    options: dict[str, Any] = {
        "bootstrap_servers": [server.strip() for server in settings.brokers.split(",") if server.strip()],
        "security_protocol": settings.security_protocol,
        "ssl_context": settings.ssl_context(),
    }
    if settings.security_protocol.startswith("SASL"):
        password = settings.sasl_password
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": None if password is None else password.get_secret_value(),
        }
    return options


def make_producer(settings: Settings, *, idempotent: bool) -> AIOKafkaProducer:
    """Return a producer, not started, that reports a message as sent when all in-sync replicas have it."""
    return AIOKafkaProducer(
        **client_options(settings),
        acks="all",
        enable_idempotence=idempotent,
        compression_type=None if settings.compression == "none" else settings.compression,
        max_request_size=settings.max_record_bytes + HEADROOM_BYTES,
        request_timeout_ms=int(settings.send_seconds * 1000),
        max_batch_size=BATCH_BYTES,
        linger_ms=0,
    )


async def start_producer(settings: Settings) -> AIOKafkaProducer:
    """Return a started producer, idempotent as the settings say. Raises BrokerError.

    `auto` falls back to a plain producer, with a warning, where the broker has no idempotent one.
    """
    if settings.idempotence == "off":
        return await _started(make_producer(settings, idempotent=False), settings)
    try:
        producer = await _started(make_producer(settings, idempotent=True), settings)
        await _prove_idempotence(producer)
    except (BrokerRefusedError, KafkaError) as error:
        if settings.idempotence == "on":
            raise BrokerError(f"the broker has no idempotent producer ({error}); WIREMILL_IDEMPOTENCE=auto") from error
        log.warning("the broker has no idempotent producer; a resend may write a message twice")
        return await _started(make_producer(settings, idempotent=False), settings)
    return producer


async def _prove_idempotence(producer: AIOKafkaProducer) -> None:
    """Wait for the producer id, which aiokafka asks for in the background and without which nothing is ever sent."""
    manager = producer._txn_manager  # aiokafka tells nobody else
    if manager is None:
        return
    for _ in range(100):
        if manager.has_pid():
            return
        await asyncio.sleep(0.05)
    await _stop_quietly(producer)
    raise KafkaError("no producer id within 5 s")


def make_consumer(settings: Settings, *topics: str, **more: Any) -> AIOKafkaConsumer:
    """Return a consumer, not started; without a group unless `group_id` is given."""
    options = {
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "max_partition_fetch_bytes": settings.fetch_bytes,
        "fetch_max_wait_ms": 200,
    }
    return AIOKafkaConsumer(*topics, **(client_options(settings) | options | more))


def make_admin(settings: Settings) -> AIOKafkaAdminClient:
    """Return an admin client, not started."""
    return AIOKafkaAdminClient(**client_options(settings))


@asynccontextmanager
async def consumer(settings: Settings, *topics: str, **more: Any) -> AsyncIterator[AIOKafkaConsumer]:
    """Give a started consumer, and stop it. Raises BrokerError."""
    client = make_consumer(settings, *topics, **more)
    await _start(client, settings)
    try:
        yield client
    finally:
        await _stop_quietly(client)


@asynccontextmanager
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Give a started producer, and stop it, sending what it holds. Raises BrokerError."""
    client = await start_producer(settings)
    try:
        yield client
    finally:
        await client.stop()


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Give a started admin client, and close it. Raises BrokerError."""
    client = make_admin(settings)
    await _start(client, settings)
    try:
        yield client
    finally:
        with suppress(Exception):
            await client.close()


def topic_configs(settings: Settings) -> Mapping[Topic, Mapping[str, str]]:
    """Return the configuration of each topic: sizes that let our records through, the ledger compacted."""
    size = {"max.message.bytes": str(settings.max_record_bytes + HEADROOM_BYTES)}
    compacted = {"cleanup.policy": "compact"}
    return {topic: size | (compacted if topic is Topic.LEDGER else {}) for topic in Topic}


async def create_topics(settings: Settings) -> dict[str, str]:
    """Create the topics that are missing; return each topic's fate, `created` or `exists`. Raises BrokerError.

    Returns when the broker lists all of them: it confirms a topic a moment before it knows the topic itself.
    """
    fates = {}
    async with admin(settings) as client:
        for topic, config in topic_configs(settings).items():
            name = settings.topic(topic)
            # aiokafka takes -1 copies, the broker's default, only beside an assignment, if an empty one
            assignment: dict[int, list[int]] | None = {} if settings.replication == -1 else None
            new = NewTopic(name, settings.partitions, settings.replication, assignment, dict(config))
            fates[name] = await _create(client, new)
        await _until_listed(client, fates.keys())
    return fates


async def _until_listed(client: AIOKafkaAdminClient, names: Collection[str]) -> None:
    deadline = time.monotonic() + _LISTED_SECONDS
    while True:
        missing = set(names) - set(await client.list_topics())
        if not missing:
            return
        if time.monotonic() > deadline:
            confirmed = ", ".join(sorted(missing))
            raise BrokerError(f"the broker confirmed {confirmed} but does not list them after {_LISTED_SECONDS} s")
        await asyncio.sleep(0.1)


_LISTED_SECONDS = 15


async def _create(client: AIOKafkaAdminClient, new: NewTopic) -> str:
    try:
        response = await client.create_topics([new])
    except TopicAlreadyExistsError:
        return "exists"
    except KafkaError as error:
        raise BrokerError(f"topic {new.name} cannot be created: {error}") from error
    for name, code, *rest in response.topic_errors:
        if code == TopicAlreadyExistsError.errno:
            return "exists"
        if code:
            raise BrokerError(f"topic {name} cannot be created: {for_code(code).__name__} {rest[0] if rest else ''}")
    return "created"


async def missing_topics(settings: Settings, topics: Sequence[Topic]) -> list[str]:
    """Return the full names of those topics that do not exist. Raises BrokerError."""
    async with admin(settings) as client:
        known = set(await client.list_topics())
    return [name for name in map(settings.topic, topics) if name not in known]


async def _start(client: Any, settings: Settings) -> None:
    with _noted_causes() as causes:
        try:
            await client.start()
            return
        except (KafkaError, OSError) as caught:
            error = caught
    await _stop_quietly(client)
    if locked := [cause for cause in (*causes, error) if isinstance(cause, LOCKED)]:
        raise BrokerError(
            f"the broker at {settings.brokers} does not let us in: {locked[-1]}. Look at WIREMILL_SECURITY_PROTOCOL, "
            "the WIREMILL_SASL_… and the WIREMILL_SSL_… settings."
        ) from error
    if isinstance(error, KafkaConnectionError | OSError):
        raise BrokerError(
            f"no broker answers at {settings.brokers} ({error}). "
            "Set WIREMILL_BROKERS to a broker that runs, or try it all with `wiremill demo`, which brings its own."
        ) from error
    said = f"the broker at {settings.brokers} refuses us: {error}. Look at `wiremill settings`."
    raise BrokerRefusedError(said) from error


class _Causes(logging.Handler):
    """Notes the exceptions in what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note the exceptions among the arguments of a record."""
        if isinstance(record.args, tuple):
            self.found += [argument for argument in record.args if isinstance(argument, BaseException)]


@contextmanager
def _noted_causes() -> Iterator[list[BaseException]]:
    """Note why aiokafka cannot connect: it logs the causes, and raises only that it could not."""
    logger = logging.getLogger("aiokafka")
    handler = _Causes()
    logger.addHandler(handler)
    try:
        yield handler.found
    finally:
        logger.removeHandler(handler)


async def _started(producer: AIOKafkaProducer, settings: Settings) -> AIOKafkaProducer:
    await _start(producer, settings)
    return producer


async def _stop_quietly(client: Any) -> None:
    await asyncio.sleep(0)  # aiokafka #647 (open): stopping a consumer whose tasks have not begun raises CancelledError
    with suppress(Exception):
        await (client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop())


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of a partition: its oldest offset, the one after its newest, and how many records our group has not committed."""

    begin: int
    end: int
    lag: int


async def bounds(settings: Settings, partitions: Sequence[TopicPartition]) -> dict[tuple[str, int], Bounds]:
    """Return the bounds of each partition. Raises BrokerError."""
    async with admin(settings) as client, consumer(settings) as reader:
        committed = await client.list_consumer_group_offsets(settings.group, partitions=list(partitions))
        ends = await reader.end_offsets(list(partitions))
        begins = await reader.beginning_offsets(list(partitions))
    found = {}
    for partition in partitions:
        known = committed.get(partition)
        done = known.offset if known is not None and known.offset >= 0 else begins[partition]
        begin, end = begins[partition], ends[partition]
        found[(partition.topic, partition.partition)] = Bounds(begin, end, max(0, end - done))
    return found


async def refused(settings: Settings, offsets: Mapping[TopicPartition, int]) -> set[tuple[str, int]]:
    """Return those partitions of which the broker refuses a fetch at the offset given: it is out of range."""
    found = set()
    for partition, offset in offsets.items():
        async with consumer(settings, auto_offset_reset="none") as reader:
            reader.assign([partition])
            reader.seek(partition, offset)
            try:
                await reader.getmany(partition, timeout_ms=REFUSAL_MS, max_records=1)
            except OffsetOutOfRangeError:
                found.add((partition.topic, partition.partition))
    return found
