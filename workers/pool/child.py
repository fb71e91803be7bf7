"""The worker's end of a child and of the template: start, call, kill, reap."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, cast

from workers.options import StageOptions
from workers.pool import wire
from workers.pool.memory import resident_bytes
from workers.pool.wire import FORK, REAP

START_SECONDS = 120  # to load a model from a cold disk; 2 to 4 s are usual
# A BLAS with threads cannot be forked, and with as many children as cores it only gets in its own way.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")


class PoolUnavailableError(Exception):
    """No child can be started: the machine's fault, never a document's."""


class DocumentFault(Exception):  # noqa: N818  # a finding, not an error of ours
    """A child did not survive, or did not finish, what it was given."""

    kind = "exception"


class Raised(DocumentFault):
    """The call raised."""


class TimedOut(DocumentFault):
    """The child was killed after its time was up."""

    kind = "timeout"


class Died(DocumentFault):
    """The child vanished: a crash in C code, the kernel's OOM killer, a stray kill."""

    kind = "crash"


class OutOfMemory(DocumentFault):
    """The child was killed because it had grown beyond its cap."""

    kind = "memory"


@dataclass(slots=True)
class Child:
    """One forked process and its private socket."""

    pid: int
    parent: int
    sock: socket.socket
    born_bytes: int  # resident when it was forked: what it shares with the template
    grown_bytes: int = 0
    handled: int = 0
    cpu_seconds: float = 0.0  # of the last call
    killed_for: type[DocumentFault] | None = None
    busy: bool = False

    async def call(self, method: str, *arguments: Any, seconds: float) -> Any:
        """Return what the method of `Stages` returns in the child. Raises DocumentFault; after Raised it lives on."""
        try:
            async with asyncio.timeout(seconds):
                await wire.send_async(self.sock, (method, arguments))
                verdict, result, resident, self.cpu_seconds = await wire.receive_async(self.sock)
        except TimeoutError:
            self.kill(TimedOut)
            raise TimedOut(f"not finished after {seconds:g} s") from None
        except (wire.ClosedError, OSError):
            fault = self.killed_for or Died
            raise fault("the child process is gone") from None
        if verdict == "memory":  # it may live on, but with what it had taken
            self.kill(OutOfMemory)
            raise OutOfMemory(result)
        self.grown_bytes = max(0, resident - self.born_bytes)
        if verdict == "error":
            raise Raised(result)
        return result

    def kill(self, reason: type[DocumentFault] | None = None) -> None:
        """Kill the process; a call that waits for it ends with `reason`."""
        self.killed_for = self.killed_for or reason
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def grown_now(self) -> int:
        """Return how much it has grown since its birth, read from the kernel."""
        return max(0, resident_bytes(self.pid) - self.born_bytes)

    def close(self) -> None:
        """Close the socket: an idle child ends by itself."""
        self.sock.close()


class Template:
    """The process that loads the stages once and forks children."""

    def __init__(self, options: StageOptions, memory_bytes: int) -> None:
        self._options = options
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._loading: socket.socket | None = None  # to a process that was launched, and says when it is ready
        self._control: socket.socket | None = None
        self._orders = asyncio.Lock()

    @property
    def alive(self) -> bool:
        """Whether it can fork."""
        return self._process is not None and self._process.poll() is None

    def launch(self) -> None:
        """Start the process, which begins to load the stages; `start` waits for it."""
        self.stop()
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, "-P", "-m", "workers.pool.template", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=os.environ | ONE_THREAD,
        )
        theirs.close()
        wire.send(ours, (self._options, self._memory_bytes))  # small: fits into the socket's buffer
        ours.setblocking(False)
        self._loading = ours

    async def start(self) -> None:
        """Return when the stages are loaded. Raises PoolUnavailableError with what the process said."""
        if self._loading is None:
            self.launch()
        ours, self._loading = cast(socket.socket, self._loading), None
        try:
            async with asyncio.timeout(START_SECONDS):
                verdict, detail = await wire.receive_async(ours)
        except (TimeoutError, wire.ClosedError, OSError) as error:
            ours.close()
            self.stop()
            raise PoolUnavailableError(f"the template process did not come up: {error!r}") from error
        if verdict != "ready":
            ours.close()
            self.stop()
            raise PoolUnavailableError(str(detail))
        self._control = ours  # from here on it takes orders

    async def fork(self) -> Child:
        """Return a fresh child. Raises PoolUnavailableError when the template is gone."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            async with self._orders, asyncio.timeout(START_SECONDS):
                control, parent = self._require_control()
                with theirs:  # closed at once: a child that dies young must read as the end of `ours`
                    socket.send_fds(control, [FORK], [theirs.fileno()])
                pid = await wire.receive_async(control)
            async with asyncio.timeout(START_SECONDS):
                _, resident = await wire.receive_async(ours)
        except (TimeoutError, wire.ClosedError, OSError) as error:
            ours.close()
            theirs.close()
            self.stop()  # answers may be out of step now: a new one is cheap
            raise PoolUnavailableError(f"the template process does not fork: {error!r}") from error
        return Child(pid, parent, ours, resident)

    async def reap(self, child: Child) -> int | None:
        """Bury a dead child and return its exit code, negative for a signal; None if that is not known."""
        child.close()
        try:
            async with self._orders, asyncio.timeout(10):
                control, parent = self._require_control()
                if parent != child.parent:
                    return None  # an earlier template's: the kernel killed it along with that one
                child.kill()
                await asyncio.get_running_loop().sock_sendall(control, REAP + child.pid.to_bytes(8, "big"))
                code = await wire.receive_async(control)
        except (TimeoutError, wire.ClosedError, OSError):
            return None
        return code if isinstance(code, int) else None

    def stop(self) -> None:
        """End the template, and with it every child."""
        for end in (self._loading, self._control):
            if end is not None:
                end.close()
        self._loading = self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait(5)
            self._process = None

    def _require_control(self) -> tuple[socket.socket, int]:
        """Return the control socket and the template's process id."""
        if self._control is None or self._process is None or not self.alive:
            raise OSError("the template process is gone")
        return self._control, self._process.pid
