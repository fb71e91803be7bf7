"""The scripts fail with a sentence that says what is missing and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _run(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )


def _executable(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_an_old_python_is_refused_by_name(tmp_path: Path) -> None:
    """`make setup` names what it found, what it needs and how to get it, and makes nothing."""
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/setup", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    old = _executable(tmp_path / "python3", '[ "$1" = --version ] && echo Python 3.8.10')
    done = _run("scripts/setup", cwd=tmp_path, PYTHON=str(old))
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr
    assert "Python 3.8.10" in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("java", "said"),
    [
        pytest.param(None, "no Java", id="none"),
        pytest.param("""echo 'openjdk version "11.0.2" 2019-01-15' >&2""", "version 11", id="too old for Kafka 4"),
    ],
)
@pytest.mark.parametrize(
    "command", [("scripts/kafka", "start"), ("scripts/connect", "examples/connect/postgres-sink.json")]
)
def test_kafka_without_its_java_says_so(tmp_path: Path, command: tuple[str, ...], java: str | None, said: str) -> None:
    """The scripts look before they fetch."""
    path = tmp_path / "bin/java"
    path.parent.mkdir()
    if java is not None:
        _executable(path, java)
    done = _run(*command, JAVA_HOME=str(tmp_path), WIREMILL_KAFKA_FOLDER=str(tmp_path / "kafka"))
    assert done.returncode == 1
    assert said in done.stderr


def test_kafka_that_does_not_run_is_reported_by_the_exit_status(tmp_path: Path) -> None:
    """`status` is for scripts too; `stop` of nothing is no error."""
    folder = str(tmp_path / "kafka")
    assert _run("scripts/kafka", "status", WIREMILL_KAFKA_FOLDER=folder).returncode == 1
    assert _run("scripts/kafka", "stop", WIREMILL_KAFKA_FOLDER=folder).returncode == 0


def test_every_target_is_explained() -> None:
    """`make` alone shows each target with its sentence."""
    makefile = (ROOT / "Makefile").read_text()
    targets = [word for line in makefile.splitlines() if line.startswith(".PHONY:") for word in line.split()[1:]]
    shown = _run("make", "--no-print-directory").stdout
    assert {"setup", "demo", "test", "check", "test-kafka", "chaos"} <= set(targets)
    for target in targets:
        assert f"make {target} " in shown
