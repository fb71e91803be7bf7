"""Fixtures of the tests with real processes, and the option that names their broker."""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness.brokers import KINDS, Broker
from tests.harness.proxy import Proxy
from tests.harness.worker import Worker

_figures: list[str] = []
_kafka: list[Broker] = []  # started once a session: it takes seconds, the embedded ones milliseconds


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--broker",
        default="embedded",
        choices=["embedded", *KINDS],
        help="broker of the system tests: the embedded one that suits each test (default), or one for all",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what the tests measured, whether they passed or not."""
    if _figures:
        terminalreporter.section("figures")
        for line in _figures:
            terminalreporter.write_line(line)


def pytest_unconfigure() -> None:
    for broker in _kafka:
        broker.close()


def broker_kind(request: pytest.FixtureRequest) -> str:
    """Return the broker of a test: that of `--broker`, else that of its mark `embedded`, else noida."""
    chosen: str = request.config.getoption("--broker")
    mark = request.node.get_closest_marker("embedded")
    return chosen if chosen != "embedded" else mark.args[0] if mark else "noida"


@pytest.fixture
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A running broker. Tests share Apache Kafka, each with topics and groups of its own."""
    kind = broker_kind(request)
    if kind == "kafka":
        if not _kafka:
            _kafka.append(Broker("kafka"))
            _kafka[0].start()
        yield _kafka[0]
        return
    embedded = Broker(kind)
    embedded.start()
    yield embedded
    embedded.close()


@pytest.fixture
def own_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A running broker that no other test uses: for stopping and killing it."""
    own = Broker(broker_kind(request))
    own.start()
    yield own
    own.close()


@pytest.fixture
def proxied_broker(request: pytest.FixtureRequest) -> Iterator[tuple[Broker, Proxy]]:
    """A running broker of the test's own, and a proxy that its clients stay on."""
    own = Broker(broker_kind(request), proxied=True)
    with Proxy(own.proxy_port, own.via_port) as proxy:
        own.start()
        yield own, proxy
        own.close()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Note a measured figure; all are shown at the end of the run, each with its test and broker."""

    def note(figure: str) -> None:
        _figures.append(f"{request.node.name} on {broker_kind(request)}: {figure}")

    return note


@pytest.fixture
def prefix() -> str:
    """A topic prefix that no other test has."""
    return f"t{uuid.uuid4().hex[:8]}"


def installed(program: str, package: str) -> Path:
    """Return where a program of Debian's is. Skips the test where it is missing; fails in CI, which installs it."""
    found = shutil.which(program)
    if found is None and os.environ.get("CI"):
        pytest.fail(f"{program} is not installed; .ci/run should have installed {package}")
    if found is None:
        pytest.skip(f"{program} is not installed (apt install {package})")
    return Path(found)


@pytest.fixture
def promtool() -> Path:
    """Prometheus' checker of rules, configurations and metrics."""
    return installed("promtool", "prometheus")


MakeWorker = Callable[..., Worker]
Note = Callable[[str], None]


@pytest.fixture
def make_worker(prefix: str, tmp_path: Path) -> Iterator[MakeWorker]:
    """Make workers of the test's flow; whatever happens, they end with the test. Their logs are shown if it fails."""
    made: list[Worker] = []

    def make(address: str, **settings: object) -> Worker:
        worker = Worker(address, prefix, log=tmp_path / f"worker-{len(made)}.log", **settings)
        made.append(worker)
        worker.start()
        return worker

    yield make
    for worker in made:
        worker.kill()
        sys.stdout.write(f"--- {worker.log.name}\n{worker.tail(6_000)}\n")
