"""`wiremill demo`: the whole flow on this machine, in one command, with nothing left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exits import CommandError, Exit, fail

if TYPE_CHECKING:
    from workers.cli.audit import Report as AuditReport
    from workers.cli.demo.process import WorkerProcess
    from workers.cli.demo.run import Result
    from workers.devbroker import DevBroker
    from workers.settings import Settings

SAMPLES = Path(__file__).parent / "samples"


def demo(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="your own .txt .html .jsonl .warc.gz files instead of the sample articles"),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="keep broker and worker running until Ctrl-C")] = False,
    text: Annotated[bool, typer.Option("--text", help="paint the articles' texts too")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="with the rules behind each quote")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="the broker's port; 0 is any free one")] = 0,
) -> None:
    """Run the whole flow here: a broker, a worker, articles in, who said what out. Leaves nothing behind.

    Needs no Docker, no Java and no Kafka: the broker is the embedded one of the `demo` extra. The topics, the worker
    and the articles' way through them are the real ones.

    Example: `wiremill demo`

    Example: `wiremill demo --keep`, then in another terminal what it prints
    """
    from workers.cli.terminal import stdout, tell
    from workers.devbroker import BrokerKind, DevBroker, DevBrokerError

    began = time.monotonic()
    with _ending_on_sigterm():
        try:
            with DevBroker(BrokerKind.NOIDA, port=port) as broker:
                stdout().print()
                _step(f"broker    embedded noida on {broker.address}", began)
                _run(broker, files or [], keep=keep, text=text, explain=explain)
        except DevBrokerError as error:
            fail(str(error), hint="pip install 'wiremill[demo]'; in a checkout: make setup", code=Exit.WORLD)
        except KeyboardInterrupt:
            tell("interrupted", "broker and worker are stopped", style="yellow")
            raise CommandError(Exit.INTERRUPTED, "interrupted") from None


def _run(broker: DevBroker, files: list[str], *, keep: bool, text: bool, explain: bool) -> None:
    from rich.text import Text

    from workers.broker import create_topics
    from workers.cli.connect import run
    from workers.cli.demo.process import WorkerProcess
    from workers.cli.demo.run import show
    from workers.cli.terminal import stdout
    from workers.devbroker import free_port

    console = stdout()
    settings = _settings(broker.address, free_port())
    began = time.monotonic()
    created = run(create_topics(settings), settings)
    _step(f"topics    {len(created)}, from {min(created)} to {max(created)}", began)
    began = time.monotonic()
    with WorkerProcess(settings, log=broker.folder / "worker.log") as worker:
        with _waiting("starting a worker and loading the language model"):
            _until_ready(worker)
        _step(f"worker    process {worker.pid} with {settings.children} children, model {settings.model}", began)
        ends = "until Ctrl-C" if keep else "until the demo ends; --keep leaves it open"
        console.print(Text.assemble(("✓ ", "bold green"), f"page      {worker.address}/", (f"  {ends}", "color(244)")))
        result = run(show(settings, worker, files or [str(SAMPLES)], text=text, explain=explain), settings)
        _print_audit(settings)
        if keep:
            _keep(broker, settings, worker)
        began = time.monotonic()
        with _waiting("stopping the worker"):
            status = worker.stop()
    _step(f"worker stopped with status {status}", began)
    console.print()
    if status != 0 or not result.complete:
        _explain_failure(result, status, worker)


def _settings(address: str, web_port: int) -> Settings:
    """Return the settings of the demo: those of the environment would lead to another broker."""
    from workers.cli.settings import read_settings
    from workers.settings import ENV_PREFIX

    for name in [name for name in os.environ if name.startswith(ENV_PREFIX) and name not in _KEPT_VARIABLES]:
        del os.environ[name]
    return read_settings(
        brokers=address, topic_prefix="news", group="wiremill-demo", partitions=2, web_port=web_port, log_format="text"
    )


_KEPT_VARIABLES = frozenset({"WIREMILL_MODEL", "WIREMILL_POOL_SIZE", "WIREMILL_FAST", "WIREMILL_LANGUAGES"})


def _until_ready(worker: WorkerProcess) -> None:
    from workers.cli.demo.process import WorkerError

    try:
        worker.wait_until_ready()
    except WorkerError as error:
        fail(str(error), hint="`wiremill doctor --offline` checks the model", code=Exit.WORLD)


def _print_audit(settings: Settings) -> None:
    from workers.cli.audit import painted
    from workers.cli.connect import run
    from workers.cli.terminal import stdout

    with _waiting("waiting until the worker has committed"):
        report = run(_audit_of_all(settings), settings)
    console = stdout()
    console.rule("wiremill audit", style="color(244)")
    console.print(painted(report))
    console.print()


async def _audit_of_all(settings: Settings) -> AuditReport:
    """Return the audit when nothing waits for a commit any more, or the one after ten seconds.

    The worker commits each `commit_seconds`, after the fates are shown; a reader who runs `wiremill audit` in another
    terminal then must not be told that nothing is committed.
    """
    from workers.cli.audit import audit_topics

    deadline = time.monotonic() + _COMMITTED_SECONDS
    while True:
        report = await audit_topics(settings)
        waiting = report.committed_nothing or any(part.waiting for part in report.partitions)
        if not waiting or time.monotonic() > deadline:
            return report
        await asyncio.sleep(0.2)


_COMMITTED_SECONDS = 10


def _keep(broker: DevBroker, settings: Settings, worker: WorkerProcess) -> None:
    from rich.text import Text

    from workers.cli.terminal import stdout

    console = stdout()
    console.print(Text(f"Still running. The live page: {worker.address}/", style="bold"))
    console.print("In another terminal:")
    console.print(f"  export WIREMILL_BROKERS={broker.address} WIREMILL_GROUP={settings.group}")
    for command in (
        "wiremill tail --topic quotes --last 5",
        "wiremill produce your-article.html",
        "wiremill dlq list",
        "wiremill lag",
    ):
        console.print(f"  {command}")
    console.print(f"  curl -s {worker.address}/metrics | grep ^news_")
    console.print(Text("Ctrl-C stops all of it.", style="bold"))
    try:
        while worker.running:
            time.sleep(0.2)
    except KeyboardInterrupt:
        console.print()


def _explain_failure(result: Result, status: int, worker: WorkerProcess) -> None:
    said = f"; the worker's log ends:\n{worker.log_tail()}"
    if not result.complete:
        fail(
            f"{result.waiting} of {result.inputs} inputs have no fate after {result.seconds:.0f} s{said}",
            code=Exit.FOUND,
        )
    fail(f"the worker stopped with status {status}{said}", code=Exit.FOUND)


def _step(words: str, began: float) -> None:
    from rich.text import Text

    from workers.cli.terminal import human_seconds, stdout

    took = human_seconds(time.monotonic() - began)
    stdout().print(Text.assemble(("✓ ", "bold green"), words, (f"  {took}", "color(244)")))


@contextmanager
def _waiting(words: str) -> Iterator[Any]:
    """Show a spinner on a terminal while something takes its time."""
    from workers.cli.terminal import stdout

    if not sys.stdout.isatty():
        yield None
        return
    with stdout().status(f"{words} …"):
        yield None


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C, so that worker and broker are stopped in order."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    # Both: a program that a script starts in the background begins with SIGINT ignored.
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
