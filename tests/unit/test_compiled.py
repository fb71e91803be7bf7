"""Hot modules are compiled from the sources that one reads, or interpreted."""

from __future__ import annotations

import os
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from workers import compiled
from workers.compiled import State, hot_modules, library, state

ROOT = Path(__file__).parents[2]


def _compile(root: Path) -> None:
    """Leave the files of a build beside the sources."""
    for source in (*hot_modules(), f"{library()}__mypyc.py"):
        (root / source).with_suffix(EXTENSION_SUFFIXES[0]).touch()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sources of the hot modules alone."""
    for path in hot_modules():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    monkeypatch.setattr(compiled, "_ROOT", tmp_path)
    return tmp_path


def test_sources_without_extensions_are_interpreted(root: Path) -> None:
    """A library that no module of ours asks for changes nothing."""
    assert state() is State.INTERPRETED
    (root / f"{library()}__mypyc.py").with_suffix(EXTENSION_SUFFIXES[0]).touch()
    assert state() is State.INTERPRETED


def test_an_edit_makes_what_was_compiled_stale(root: Path) -> None:
    """Whatever the clock says: the old content under a new time is fresh again."""
    _compile(root)
    assert state() is State.COMPILED
    source = root / hot_modules()[0]
    before = source.read_bytes()
    source.write_bytes(before + b"\n")
    assert state() is State.STALE
    source.write_bytes(before)
    assert state() is State.COMPILED


def test_half_a_build_is_stale(root: Path) -> None:
    """Compiled and interpreted classes of one module must not meet."""
    _compile(root)
    (root / hot_modules()[0]).with_suffix(EXTENSION_SUFFIXES[0]).unlink()
    assert state() is State.STALE


def test_the_hot_modules_are_there() -> None:
    """Each line of the list names a module, once."""
    modules = hot_modules()
    assert len(set(modules)) == len(modules) > 0
    assert all((ROOT / path).is_file() for path in modules)


@pytest.mark.skipif("CI" not in os.environ, reason="who develops may choose to interpret them")
def test_the_gate_tests_them_compiled() -> None:
    """As the image has them."""
    assert state() is State.COMPILED
