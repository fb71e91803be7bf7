"""The wiring: settings → a Faust app whose agents drive the flow. The only room that knows Faust, and its faults.

How Faust is held to the promise, each point measured with faust-streaming 0.15.3:

- `noack()` and our own acknowledgement in order: by itself Faust acknowledges an event whose agent raised (lost), and
  commits past events that are not acknowledged (#606).
- `stream_wait_empty=True` and no event left open: otherwise a stop acknowledges cancelled work, or a rebalance hangs.
- Bytes through Faust, decoded by us in a child: a codec that raises is acknowledged first.
- Our own producer: Faust's confirmation comes through its own future per message, at ten times the cost, and its
  transactions do not cover topics that the worker does not read (#323, #177).
- A consumer of ours looks, at each assignment, whether the committed offsets are still there (workers/offsets.py), and
  begins at the beginning where there are none.
- No tables, so no data directory.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import faust
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition
from faust.tables.manager import TableManager
from faust.transport.drivers.aiokafka import Consumer as AiokafkaConsumer
from faust.transport.drivers.aiokafka import Transport as AiokafkaTransport
from faust.types import TP
from faust.web.drivers.aiohttp import Web as AiohttpWeb

from workers import __version__, broker
from workers.acks import Arrival
from workers.agents import BreakerTrippedError, Flow, Limits
from workers.broker import BrokerError
from workers.metrics import CONTENT_TYPE, Metrics
from workers.offsets import OffsetGuard, Partition
from workers.options import Stage
from workers.page import Recent, add_routes
from workers.pool import Pool, PoolUnavailableError, Template
from workers.publish import Delivery, Handled, Topic
from workers.publisher import Publisher
from workers.settings import Settings
from workers.watch import Progress, die, stalled, watch_loop, watch_progress

if TYPE_CHECKING:
    from workers.tracing import Traces

log = logging.getLogger(__name__)

SOURCES = {Stage.CLEAN: Topic.RAW, Stage.ANNOTATE: Topic.CLEAN}
OUTPUTS = {
    Stage.CLEAN: (Topic.CLEAN, Topic.DEAD_LETTER, Topic.LEDGER),
    Stage.ANNOTATE: (Topic.ENRICHED, Topic.QUOTES, Topic.ENTITIES, Topic.DEAD_LETTER, Topic.LEDGER),
}
LOOK_SECONDS = 10  # between looks at the broker: lag, missing topics
EXIT_GRACE = 75  # EX_TEMPFAIL: the grace period ended before the work did; what was open comes again
EXIT_BREAKER = 76  # EX_PROTOCOL: the circuit breaker; a restart alone does not help
EXIT_CRASH = 70
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
EXIT_NO_START = 1


class Runtime:
    """What runs beside Faust: pool, publisher, flow and watches, of one worker."""

    def __init__(self, settings: Settings, template: Template | None = None) -> None:
        self.settings = settings
        stages = settings.stage_names
        self.metrics = Metrics(stages)
        self.recent = Recent()
        self.pool = Pool(
            settings.stage_options(),
            size=settings.children,
            task_seconds=settings.task_seconds,
            memory_bytes=settings.child_memory_mb << 20,
            child_articles=settings.child_articles,
            on_event=lambda event: self.metrics.pool_events.labels(event).inc(),
            on_cpu=self._count_cpu,
            template=template,
        )
        self.publisher = Publisher(settings, on_retry=lambda error: self.metrics.send_retries.labels(error).inc())
        self.traces = _traces(settings)
        self.flow = Flow(
            stages,
            self.pool,
            self.publisher,
            self.metrics,
            Limits(
                in_flight_bytes=settings.in_flight_bytes,
                in_flight_articles=settings.in_flight_articles * settings.children,
                batches=settings.children,
                max_dead_letter_share=settings.max_dead_letter_share,
            ),
            topic_name=lambda topic: settings.topic(Topic(topic)),
            on_crash=self._crash,
            on_handled=self.recent.note,
            traces=self.traces,
        )
        self.lag: dict[str, int] = {stage.value: 0 for stage in stages}
        self.missing_topics: list[str] = []
        self.assigned: frozenset[Partition] = frozenset()
        self.offsets = OffsetGuard(settings, on_lost=self._count_lost)
        self.consumer: _Consumer | None = None
        self.receivers: tuple[Any, ...] = ()
        self._watches: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Load the model, connect, begin. Raises BrokerError or PoolUnavailableError."""
        began = time.monotonic()
        await self.publisher.start()
        await self.pool.start()
        self.flow.start()
        gc.collect()
        gc.freeze()  # a collection over what never dies is the longest stall of an idle loop
        settings = self.settings
        self.metrics.build.info({"version": __version__, "stages": ",".join(settings.stages), "model": settings.model})
        watches = (
            watch_loop(self.metrics),
            watch_progress(self.progress, settings.stall_seconds),
            self._watch_broker(),
        )
        self._watches = [asyncio.create_task(watch) for watch in watches]
        log.info(
            "the worker is up",
            extra={"stages": list(settings.stages), "children": settings.children, "brokers": settings.brokers,
                   "seconds": round(time.monotonic() - began, 1)},
        )  # fmt: skip

    async def stop(self) -> None:
        """End children and connections. What is in flight was finished before, or comes again."""
        for watch in self._watches:
            watch.cancel()
        await self.flow.stop()
        await self.publisher.stop()
        await self.pool.stop()
        if self.traces is not None:
            await asyncio.to_thread(self.traces.stop)

    def progress(self) -> Progress:
        """Return what tells whether this worker moves."""
        return Progress(
            oldest_seconds=self.flow.acks.oldest_seconds(),
            last_progress=self.flow.last_progress,
            last_delivery=self.flow.last_delivery,
            send_failing=self.publisher.failing_since is not None,
            lag=self.lag,
        )

    def health(self) -> tuple[bool, dict[str, Any]]:
        """Return whether a restart is not needed, and why."""
        reason = stalled(self.progress(), self.settings.stall_seconds, time.monotonic())
        return reason is None, {"status": "ok" if reason is None else "stalled", "reason": reason}

    def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Return whether work can be done now, and each thing that must be so."""
        pool = self.pool.state()
        failing = self.publisher.failing_since
        checks = {
            "children": f"{pool.alive}/{pool.size}",
            "partitions": len(self.assigned),
            "missing_topics": self.missing_topics,
            "publishing": "ok" if failing is None else f"failing for {time.monotonic() - failing:.0f} s",
        }
        ready = pool.alive > 0 and bool(self.assigned) and not self.missing_topics and failing is None
        return ready, {"status": "ready" if ready else "not ready", **checks}

    def render_metrics(self) -> bytes:
        """Return the metrics as they are now."""
        pool = self.pool.state()
        self.metrics.show_pool(size=pool.size, alive=pool.alive, busy=pool.busy)
        return self.metrics.render()

    def status(self) -> dict[str, Any]:
        """Return the figures of the live page: pace, lag, pool, fates."""
        _, health = self.health()
        ready, readiness = self.readiness()
        pool = self.pool.state()
        stages = {}
        for stage in self.settings.stage_names:
            waiting = {"lag_records": self.lag[stage], "drain_seconds": self.recent.drain_seconds(stage)}
            stages[stage.value] = self.recent.pace(stage) | waiting
        return {
            "version": __version__,
            "model": self.settings.model,
            "health": health,
            "ready": ready,
            "readiness": readiness,
            "can_try": Stage.ANNOTATE in self.settings.stage_names,
            "stages": stages,
            "pool": {"size": pool.size, "alive": pool.alive, "busy": pool.busy},
            "pool_events": self.metrics.pool_event_counts(),
            "fates": self.metrics.fate_counts(),
        }

    async def try_out(self, delivery: Delivery) -> Handled | None:
        """Run the stages over a text that came from the page; nothing of it is published or counted."""
        if Stage.ANNOTATE not in self.settings.stage_names:
            return None
        [handled] = await self.pool.run(Stage.ENRICH, [delivery])
        return handled

    async def arrivals(self, stream: Any) -> AsyncIterator[Arrival]:
        """Turn Faust's events into arrivals."""
        async for event in stream.noack().events():
            message = event.message
            self.offsets.positions.arrived((message.topic, message.partition), message.offset)
            delivery = Delivery(
                message.topic,
                message.partition,
                message.offset,
                message.key,
                message.value,
                tuple((name, value or b"") for name, value in message.headers or ()),
                None if message.timestamp is None else int(message.timestamp * 1000),
            )
            yield Arrival(delivery, message.generation_id or 0, event.ack)

    async def _watch_broker(self) -> None:
        """Keep lag and missing topics up to date; log what changes."""
        while True:
            with suppress(BrokerError, KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(self._look_at_broker(), timeout=30)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look_at_broker(self) -> None:
        settings = self.settings
        needed = {topic for stage in settings.stage_names for topic in (SOURCES[stage], *OUTPUTS[stage])}
        missing = await broker.missing_topics(settings, sorted(needed))
        if missing and missing != self.missing_topics:
            log.error("topics are missing; input waits. Create them with `wiremill topics create`",
                      extra={"missing": missing})  # fmt: skip
        if self.missing_topics and not missing:
            log.info("all topics exist")
        self.missing_topics = missing
        ours = [TopicPartition(topic, partition) for topic, partition in sorted(self.assigned) if topic not in missing]
        bounds = await broker.bounds(settings, ours) if ours else {}
        for stage in settings.stage_names:
            topic = settings.topic(SOURCES[stage])
            self.lag[stage] = sum(bound.lag for (name, _), bound in bounds.items() if name == topic)
            self.metrics.lag.labels(stage).set(self.lag[stage])
            self.recent.note_lag(stage, self.lag[stage])
        if anew := await self.offsets.look(bounds):
            await self._start_anew(anew)

    def _count_lost(self, topic: str, records: int) -> None:
        [stage] = (stage for stage, source in SOURCES.items() if self.settings.topic(source) == topic)
        self.metrics.lost_records.labels(stage).inc(records)

    async def _start_anew(self, partitions: list[Partition]) -> None:
        """Have partitions read from their beginning: commit that, then end; what is in flight is of the old topic."""
        if self.consumer is not None:
            with suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(self.consumer.commit_beginning(partitions), timeout=10)
        die("a topic was made anew", EXIT_CRASH)

    def assign(self, partitions: frozenset[Partition]) -> None:
        """Note which partitions this worker reads now."""
        self.assigned = partitions
        self.flow.last_delivery = time.monotonic()  # a new reader gets its time before it counts as stalled
        for stage in self.settings.stage_names:
            topic = self.settings.topic(SOURCES[stage])
            self.metrics.assigned_partitions.labels(stage).set(sum(name == topic for name, _ in partitions))

    def _count_cpu(self, stage: Stage, seconds: float) -> None:
        if stage in self.settings.stage_names:  # what was tried out on the page is no stage of the flow
            self.metrics.stage_cpu.labels(stage).inc(seconds)

    def _crash(self, error: BaseException) -> None:
        """End the process: a flow that broke must not go on to acknowledge."""
        if isinstance(error, BreakerTrippedError):
            die(str(error), EXIT_BREAKER)
        log.critical("the flow broke", exc_info=error)
        die(f"{type(error).__name__}: {error}"[:300], EXIT_CRASH)


def _traces(settings: Settings) -> Traces | None:
    """Return what makes spans, None where nobody wants any: then not even the library is loaded."""
    if not settings.wants_traces:
        return None
    try:
        from workers import tracing
    except ImportError:
        log.warning("no traces: OTEL_… variables ask for them, but the extra `wiremill[otel]` is not installed")
        return None
    try:
        return tracing.start(os.environ, group=settings.group, topic_name=settings.topic)
    except tracing.TracingError as error:
        log.warning("no traces: %s", error)
        return None


class _Consumer(AiokafkaConsumer):
    """Faust's consumer, which looks before it reads on whether the committed offsets are still there."""

    logger = logging.getLogger("faust.consumer")  # mode would log its comings and goings under our name

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go back to the committed offsets, and to the beginning of partitions that have none.

        A rebalance in Faust throws away what a fetch under way took of the new assignment, and relies on this to have
        it read again (faust-streaming #216, #221). aiokafka leaves a partition without a committed offset, or with 0,
        where it is (aio-libs/aiokafka #1003): its records were passed over, and the next commit lost them for good.
        Where the oldest record is not 0, the fetch is refused and aiokafka goes on with that one.
        """
        committed: Mapping[TP, int] = await super().seek_to_committed()
        fresh = {tp: 0 for tp, offset in committed.items() if not offset}
        if fresh:
            await self._thread.seek_wait(fresh)
            # A commit that was refused leaves its offset here, and Faust drops what is acknowledged before it.
            self._committed_offset.update(dict.fromkeys(fresh))
        return committed

    async def perform_seek(self) -> None:
        """Begin at the committed offsets, as Faust does at each assignment; elsewhere where the broker lost them."""
        await super().perform_seek()
        runtime: Runtime = self.app.runtime  # type: ignore[attr-defined]  # of WiremillApp
        runtime.consumer = self
        committed: dict[Partition, int | None] = {
            (tp.topic, tp.partition): self._committed_offset[tp] for tp in self.assignment()
        }
        for partition, offset in (await runtime.offsets.begin(committed)).items():
            tp = TP(*partition)
            await self.seek(tp, offset)
            self._committed_offset[tp] = offset or None  # else Faust commits nothing before the old one is passed

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commit what is acknowledged before Faust forgets it.

        Faust drops the acknowledged offsets of revoked partitions and only then commits, so each rebalance repeated all
        since the last commit, unless an article was in flight. The second commit: the first may only have waited for
        one under way.
        """
        if not await self.commit():
            await self.commit()
        await super().on_partitions_revoked(revoked)

    async def _commit(self, offsets: Any) -> bool:
        did: bool = await super()._commit(offsets)
        if did:
            runtime: Runtime = self.app.runtime  # type: ignore[attr-defined]  # of WiremillApp
            runtime.offsets.positions.committed.update({(tp.topic, tp.partition): at for tp, at in offsets.items()})
        return did

    async def commit_beginning(self, partitions: Sequence[Partition]) -> None:
        """Commit the beginning of partitions, past Faust's rule that offsets only grow."""
        await self._commit({TP(*partition): 0 for partition in partitions})


class _Transport(AiokafkaTransport):
    Consumer = _Consumer


class _Web(AiohttpWeb):
    """Faust's web server without Faust's own pages: they tell of tables and routes, and one would be at /."""

    logger = logging.getLogger("faust.web")  # mode would log its comings and goings under our name

    def _enabled_blueprints(self) -> list[Any]:
        return []


class _NoTables(TableManager):
    """Faust's manager of tables, without the second that it gives them to register: we have none."""

    logger = logging.getLogger("faust.tables")  # mode would log its comings and goings under our name

    async def on_start(self) -> None:
        """Let Faust subscribe as soon as each agent has named its topic: one that comes later waits 45 s."""
        app: Any = self.app
        for _ in range(100):
            if len(app.topics) >= len(app.agents):
                break
            await self.sleep(0.01)
        await self._update_channels()
        await self.recovery.start()


class WiremillApp(faust.App):
    """A Faust app that starts and stops our runtime with itself."""

    runtime: Runtime
    logger = logging.getLogger("faust.app")  # mode would log its comings and goings under our name

    async def on_first_start(self) -> None:
        """Start the runtime before any agent. What keeps it from starting is said in one line, with status 1."""
        try:
            await self.runtime.start()
        except (BrokerError, PoolUnavailableError) as error:
            if self.should_stop:  # the pool was stopped under the hands of what started it: nothing is in flight yet
                log.info("stopped before it had started")
                os._exit(0)
            log.critical("the worker cannot start: %s", error)
            await self.runtime.stop()
            os._exit(EXIT_NO_START)
        await super().on_first_start()

    async def on_stop(self) -> None:
        """Let Faust finish what is in flight (it waits for our acknowledgements), then stop the runtime."""
        await super().on_stop()
        await self.runtime.stop()

    def _new_transport(self) -> Any:
        return _Transport(self.conf.broker_consumer, self)

    def _new_web(self) -> Any:
        return _Web(self)

    def _create_directories(self) -> None:
        """Create none: there are no tables, and the image may be read-only."""


class Worker(faust.Worker):
    """A Faust worker that ends within the grace period, whatever happens."""

    grace_seconds: float = 25

    def _flag_as_shutdown_by_signal(self) -> None:
        super()._flag_as_shutdown_by_signal()
        if not self._signal_stop_time:
            log.info("stopping: what is in flight is finished first", extra={"grace_seconds": self.grace_seconds})
            timer = threading.Timer(self.grace_seconds, self._out_of_time)
            timer.daemon = True
            timer.start()

    def _on_sigint(self) -> None:
        self._flag_as_shutdown_by_signal()
        self._schedule_shutdown(signal.SIGINT)  # without mode's banner

    async def _sentinel_task(self) -> None:
        """Wait for nothing: mode sleeps a second here."""

    def _out_of_time(self) -> None:
        die("the grace period is over", EXIT_GRACE)

    def _setproctitle(self, *_: Any, **__: Any) -> None:
        """Leave the process's name alone."""


def create_app(settings: Settings, template: Template | None = None) -> WiremillApp:
    """Return the Faust app of these settings, not started; `template` loads the model already."""
    runtime = Runtime(settings, template)
    app = WiremillApp(
        settings.group,
        broker=";".join(f"kafka://{server.strip()}" for server in settings.brokers.split(",")),
        broker_credentials=_credentials(settings),
        autodiscover=False,
        store="memory://",
        TableManager=_NoTables,
        processing_guarantee="at_least_once",
        stream_wait_empty=True,
        stream_publish_on_commit=False,
        stream_buffer_maxsize=8,  # events read ahead of the flow's own limits; each may be of max_record_bytes
        topic_allow_declare=False,
        topic_disable_leader=True,
        broker_commit_interval=settings.commit_seconds,
        broker_session_timeout=settings.session_seconds,
        broker_heartbeat_interval=settings.heartbeat_seconds,
        broker_rebalance_timeout=settings.rebalance_seconds,
        broker_request_timeout=max(settings.rebalance_seconds, settings.session_seconds) + 10,
        broker_max_poll_interval=max(1_000.0, settings.rebalance_seconds * 4),
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=settings.fetch_bytes,
        consumer_metadata_max_age_ms=30_000,  # new partitions and recreated topics are seen within half a minute
        consumer_group_instance_id=settings.instance_id,
        producer_acks=-1,
        web_enabled=True,
        web_bind=settings.web_host,
        web_host=settings.web_host,
        web_port=free_port(settings.web_host, settings.web_port),
        worker_redirect_stdouts=False,
    )
    app.runtime = runtime
    for stage in settings.stage_names:
        _add_agent(app, stage)
    _add_pages(app)
    _follow_assignment(app)
    return app


def run(settings: Settings, template: Template | None = None) -> None:
    """Run a worker until it is told to stop. Exits the process: 0 after a clean stop."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    app = create_app(settings, template)
    worker = Worker(
        app, loop=loop, quiet=True, loglevel=settings.log_level, override_logging=False, redirect_stdouts=False
    )
    worker.grace_seconds = settings.grace_seconds
    worker.spinner = None
    worker.execute_from_commandline()


def _add_agent(app: WiremillApp, stage: Stage) -> None:
    runtime = app.runtime
    topic = app.topic(
        runtime.settings.topic(SOURCES[stage]),
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        allow_empty=True,
    )

    async def agent(stream: Any) -> None:
        await runtime.flow.consume(stage, runtime.arrivals(stream))

    app.agent(topic, name=f"workers.{stage}_articles", concurrency=1)(agent)


def _add_pages(app: WiremillApp) -> None:
    runtime = app.runtime

    @app.page("/healthz", name="healthz")
    async def healthz(web: Any, _request: Any) -> Any:
        ok, body = runtime.health()
        return web.json(body, status=200 if ok else 503)

    @app.page("/readyz", name="readyz")
    async def readyz(web: Any, _request: Any) -> Any:
        ok, body = runtime.readiness()
        return web.json(body, status=200 if ok else 503)

    @app.page("/metrics", name="metrics")
    async def metrics(web: Any, _request: Any) -> Any:
        return web.bytes(runtime.render_metrics(), headers={"Content-Type": CONTENT_TYPE})

    loopback = runtime.settings.web_host in LOOPBACK
    add_routes(app.web.web_app, runtime, loopback=loopback)  # type: ignore[attr-defined]  # of the aiohttp driver


def _follow_assignment(app: WiremillApp) -> None:
    runtime = app.runtime

    async def assigned(_app: Any, partitions: Any, **_: Any) -> None:
        runtime.assign(frozenset((tp.topic, tp.partition) for tp in partitions))
        log.info("partitions assigned", extra={"partitions": len(runtime.assigned)})

    async def revoked(_app: Any, partitions: Any, **_: Any) -> None:
        runtime.assign(runtime.assigned - {(tp.topic, tp.partition) for tp in partitions})
        log.info("partitions revoked", extra={"partitions": len(partitions)})

    app.on_partitions_assigned.connect(assigned)  # type: ignore[arg-type]  # Faust calls with these two
    app.on_partitions_revoked.connect(revoked)  # type: ignore[arg-type]  # as above
    # Signals hold their receivers weakly; the app must keep them.
    runtime.receivers = (assigned, revoked)


def _credentials(settings: Settings) -> Any:
    context = settings.ssl_context()
    if settings.security_protocol.startswith("SASL"):
        password = settings.sasl_password
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=None if password is None else password.get_secret_value(),
            ssl_context=context,
            mechanism=settings.sasl_mechanism,
        )
    return faust.SSLCredentials(context=context) if isinstance(context, ssl.SSLContext) else None


def free_port(host: str, port: int) -> int:
    """Return `port` if it is free on `host`, else any free one, with a warning: a second worker on a host must run."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in dict.fromkeys((port, 0)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
        if found != port:
            log.warning(
                "the web port is another than asked for", extra={"asked": port, "port": found, "pid": os.getpid()}
            )
        return found
    return port
