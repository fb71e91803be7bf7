"""A TCP proxy of ours between worker and broker, for the faults of a network: cut, slow, half-open.

The broker must advertise the proxy's port, or its clients go past it after their first question.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, Self


class Network(StrEnum):
    """What the network does: pass everything, refuse and cut, or take everything and deliver nothing."""

    UP = "up"
    CUT = "cut"
    HALF_OPEN = "half-open"


class Proxy:
    """Forwards from `port` to `target` of the loopback interface, in a thread with a loop of its own."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self.seconds_late = 0.0  # added to each chunk, in each direction
        self._network = Network.UP
        self._up = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._connected, "127.0.0.1", self.port))
        self.set(Network.UP)
        return self

    def __exit__(self, *error: object) -> None:
        self.set(Network.CUT)
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def set(self, network: Network) -> None:
        """Change the network, for the connections there are and those to come."""
        self._call(self._set(network))

    async def _set(self, network: Network) -> None:
        self._network = network
        if network is Network.UP:
            self._up.set()
        else:
            self._up.clear()
        if network is Network.CUT:
            for writer in self._writers:
                writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self._network is Network.CUT:
                writer.transport.abort()
                return
            onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers.add(onward_writer)
            try:
                await asyncio.gather(self._pump(reader, onward_writer), self._pump(onward_reader, writer))
            finally:
                onward_writer.transport.abort()
                self._writers.discard(onward_writer)
        except OSError:
            pass  # the broker is away, or the network was cut: both sides see it
        finally:
            writer.transport.abort()
            self._writers.discard(writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65_536):
                if self.seconds_late:
                    await asyncio.sleep(self.seconds_late)
                if self._network is Network.HALF_OPEN:
                    await self._up.wait()
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
