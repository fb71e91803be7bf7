"""Frames on the sockets between worker and children: eight bytes of length, then a pickle. Both ends are ours."""

from __future__ import annotations

import asyncio
import pickle
import socket
import struct
from typing import Any

FORK = b"F"  # to the template, with a socket: fork a child that serves it
REAP = b"R"  # to the template, with a process id: wait for that child
_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 18  # bytes read at once: larger gains nothing on a Unix socket, smaller costs calls


class ClosedError(EOFError):
    """The other end is gone."""


def send(sock: socket.socket, message: Any) -> None:
    """Send one message, blocking."""
    body = pickle.dumps(message, protocol=5)
    sock.sendall(_LENGTH.pack(len(body)) + body)


def receive(sock: socket.socket) -> Any:
    """Return the next message, blocking. Raises ClosedError at the end."""
    (length,) = _LENGTH.unpack(_read(sock, _LENGTH.size))
    return pickle.loads(_read(sock, length))  # noqa: S301  # from our own fork, over a private socket


async def send_async(sock: socket.socket, message: Any) -> None:
    """Send one message without blocking the loop."""
    body = pickle.dumps(message, protocol=5)
    await asyncio.get_running_loop().sock_sendall(sock, _LENGTH.pack(len(body)) + body)


async def receive_async(sock: socket.socket) -> Any:
    """Return the next message without blocking the loop. Raises ClosedError at the end."""
    (length,) = _LENGTH.unpack(await _read_async(sock, _LENGTH.size))
    return pickle.loads(await _read_async(sock, length))  # noqa: S301  # as above


def _read(sock: socket.socket, length: int) -> bytearray:
    buffer = bytearray(length)
    view, done = memoryview(buffer), 0
    while done < length:
        got = sock.recv_into(view[done : done + _CHUNK])
        if not got:
            raise ClosedError
        done += got
    return buffer


async def _read_async(sock: socket.socket, length: int) -> bytearray:
    loop = asyncio.get_running_loop()
    buffer = bytearray(length)
    view, done = memoryview(buffer), 0
    while done < length:
        got = await loop.sock_recv_into(sock, view[done : done + _CHUNK])
        if not got:
            raise ClosedError
        done += got
    return buffer
