"""What of the worker runs compiled: `python -m workers.compiled`. Results are the same without, and come later.

Hot modules, compiled by mypyc, are those of `compiled.txt`, all or none. The name of the shared library that they are
in holds a hash of their sources, so that a library older than its sources is noticed, whatever the clocks of files say.
"""

from __future__ import annotations

import hashlib
import sys
from enum import StrEnum
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_HASH_DIGITS = 16


class State(StrEnum):
    """How the hot modules run. `STALE`: from another state of their sources."""

    COMPILED = "compiled"
    INTERPRETED = "interpreted"
    STALE = "stale"


def hot_modules() -> tuple[str, ...]:
    """Return the paths of the modules from the folder that holds `workers`, in the order of `compiled.txt`."""
    lines = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    return tuple(path for line in lines if (path := line.partition("#")[0].strip()))


def library() -> str:
    """Return the name of the library that these sources make, beside `workers`; mypyc adds `__mypyc` to it."""
    digest = hashlib.sha256()
    for path in hot_modules():
        digest.update(path.encode() + b"\0" + (_ROOT / path).read_bytes() + b"\0")
    return f"wiremill_{digest.hexdigest()[:_HASH_DIGITS]}"


def state() -> State:
    """Return how this Python runs the hot modules, by the files that are there; imports none of them."""
    there = [_is_extension(_ROOT / path) for path in hot_modules()]
    if not any(there):
        return State.INTERPRETED
    fresh = all(there) and _is_extension(_ROOT / f"{library()}__mypyc.py")
    return State.COMPILED if fresh else State.STALE


def kernels() -> tuple[str, ...]:
    """Return the paths of the C kernels from the folder that holds `workers`, without the ends of their names."""
    return ("workers/clean/_kernel", "workers/annotate/fast/_kernel")


def has_kernels() -> bool:
    """Tell whether all C kernels are there for this Python."""
    return all(_is_extension(_ROOT / f"{kernel}.py") for kernel in kernels())


def _is_extension(source: Path) -> bool:
    return any(source.with_suffix(suffix).exists() for suffix in EXTENSION_SUFFIXES)


if __name__ == "__main__":
    sys.stdout.write(f"{state()}\n")
