"""Faults on demand, for the tests that show that a poison article harms only itself. Off unless a setting says so."""

from __future__ import annotations

import os
import signal
import time

MARK = b"wiremill-test:"
HANG_SECONDS = 3_600


def misbehave(value: bytes | None) -> None:
    """Do what an article with a mark asks for: hang, crash, exit, die of a signal, eat memory, or raise."""
    if value is None or MARK not in value:
        return
    wish = value.split(MARK, 1)[1][:16]
    if wish.startswith(b"hang"):
        time.sleep(HANG_SECONDS)
    elif wish.startswith(b"crash"):
        os.abort()
    elif wish.startswith(b"exit"):
        os._exit(3)
    elif wish.startswith(b"kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    elif wish.startswith(b"memory"):
        _eat_memory()
    elif wish.startswith(b"raise"):
        raise RuntimeError("an article asked for this error")


def _eat_memory() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(os.urandom(1 << 20)) * 16)
