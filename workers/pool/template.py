"""The template process: loads the stages once, then forks a child for each socket it is sent.

Run as `python -m workers.pool.template FD`. It stays single-threaded, which is what makes forking it safe.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence

from workers import logs
from workers.options import StageOptions
from workers.pool import wire
from workers.pool.memory import resident_bytes, status_bytes
from workers.pool.wire import FORK, REAP
from workers.stages import Stages

PR_SET_PDEATHSIG = 1  # prctl(2)


def main(arguments: Sequence[str]) -> None:
    """Serve the control socket whose descriptor is the first argument, until it closes."""
    parent = os.getppid()
    die_with(parent)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # a terminal's Ctrl-C reaches us too; our worker decides when we go
    control = socket.socket(fileno=int(arguments[0]))
    options, memory_bytes = wire.receive(control)
    try:
        stages = _load(options)
    except BaseException:
        wire.send(control, ("failed", traceback.format_exc()))
        raise SystemExit(1) from None
    try:
        wire.send(control, ("ready", os.getpid()))
    except OSError:
        return  # whoever launched it has gone meanwhile
    _serve_control(control, stages, memory_bytes)


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends. Linux; elsewhere the end of the socket does."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)  # it went before we asked


def _load(options: StageOptions) -> Stages:
    if options.logs is not None:
        logs.configure(*options.logs)
    stages = Stages(options)
    stages.warm_up()
    gc.collect()
    gc.freeze()  # keeps the collector of the children from touching, and so copying, the pages they share
    return stages


def _serve_control(control: socket.socket, stages: Stages, memory_bytes: int) -> None:
    while True:
        try:
            order, descriptors, _, _ = socket.recv_fds(control, 9, 1)
        except OSError:
            return
        if order[:1] == FORK and descriptors:
            pid = os.fork()
            if pid == 0:
                control.close()
                _be_child(socket.socket(fileno=descriptors[0]), stages, memory_bytes)
            os.close(descriptors[0])
            wire.send(control, pid)
        elif order[:1] == REAP:
            wire.send(control, _reap(int.from_bytes(order[1:9], "big")))
        else:
            return


def _reap(pid: int) -> int | None:
    """Return the exit code of a child that ended or is ending, negative for a signal; None if it is not ours."""
    try:
        _, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status)


def _be_child(sock: socket.socket, stages: Stages, memory_bytes: int) -> None:
    """Serve calls until the socket closes; never return into the template's code."""
    code = 1
    try:
        die_with(os.getppid())
        _cap_memory(memory_bytes)
        wire.send(sock, ("up", resident_bytes()))
        while True:
            method, arguments = wire.receive(sock)
            began = time.process_time()
            try:
                answer = ("ok", getattr(stages, method)(*arguments), resident_bytes())
            except MemoryError:
                answer = ("memory", "the cap was reached", 0)
            except Exception as error:
                answer = ("error", f"{type(error).__name__}: {error}"[:500], resident_bytes())
            wire.send(sock, (*answer, time.process_time() - began))
    except (wire.ClosedError, OSError):
        code = 0
    finally:
        os._exit(code)


def _cap_memory(memory_bytes: int) -> None:
    """Make allocations beyond the cap fail with MemoryError. Linux counts private memory; elsewhere this is weaker."""
    used = status_bytes("VmData")
    limit = used + memory_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash must not write the articles to disk


if __name__ == "__main__":
    main(sys.argv[1:])
