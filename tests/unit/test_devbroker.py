"""The embedded brokers start, answer, keep what they promise to keep, and never outlive the program."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from workers import devbroker
from workers.devbroker import BrokerKind, DevBroker, DevBrokerError


async def _produce(address: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def _first(address: str, topic: str) -> bytes | None:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=address, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return (await consumer.getone()).value
    finally:
        await consumer.stop()


def _gone(pid: int, *, seconds: float = 5.0) -> bool:
    """Whether the process ends within `seconds`; a zombie has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if " Z " in Path(f"/proc/{pid}/stat").read_text():
                return True
            os.kill(pid, 0)
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("kind", list(BrokerKind))
async def test_a_record_comes_back(kind: BrokerKind) -> None:
    """What is produced is consumed, and after the end neither process nor folder is left."""
    with DevBroker(kind) as broker:
        pid, folder = broker.pid, broker.folder
        assert pid is not None
        await _produce(broker.address, "t", b"hello")
        assert await _first(broker.address, "t") == b"hello"
    assert _gone(pid)
    assert not folder.exists()


async def test_noida_keeps_its_topics_over_a_clean_restart(tmp_path: Path) -> None:
    """The demo's broker remembers, on the same port."""
    broker = DevBroker(BrokerKind.NOIDA, folder=tmp_path)
    broker.start()
    address = broker.address
    await _produce(address, "t", b"kept")
    broker.stop()
    assert not broker.running
    with broker:
        assert broker.address == address
        assert await _first(address, "t") == b"kept"
    assert broker.log_path.exists(), "a folder that was given is not ours to remove"


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel ends children with their parent")
def test_the_broker_ends_with_a_program_that_is_killed(tmp_path: Path) -> None:
    """kill -9 of the program that started it leaves no broker behind."""
    script = (
        "import sys, time; from pathlib import Path; from workers.devbroker import DevBroker\n"
        f"broker = DevBroker(folder=Path({str(tmp_path)!r})); broker.start(); print(broker.pid, flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        program.send_signal(signal.SIGKILL)
    assert _gone(pid)


def test_a_port_that_is_taken_is_said_with_the_log() -> None:
    """A start that cannot succeed ends in an error that shows why, and leaves no process."""
    with socket.socket() as taken:
        taken.bind((devbroker.HOST, 0))
        taken.listen()
        broker = DevBroker(BrokerKind.TANSU, port=taken.getsockname()[1])
        with pytest.raises(DevBrokerError, match="its log ends"):
            broker.start(seconds=2)
        assert not broker.running
        broker.close()


def test_a_server_that_is_no_broker_does_not_answer() -> None:
    """A listener that says nothing is not taken for a broker."""
    with socket.socket() as mute:
        mute.bind((devbroker.HOST, 0))
        mute.listen()
        assert not devbroker.answers(devbroker.HOST, mute.getsockname()[1], seconds=0.1)


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the extra the error says what to install."""
    monkeypatch.setitem(devbroker._EXECUTABLES, BrokerKind.NOIDA, ("no_such_package", "noida-db"))
    with pytest.raises(DevBrokerError, match=r"wiremill\[demo\]"):
        devbroker.command(BrokerKind.NOIDA, port=1, folder=tmp_path)


def test_the_command_becomes_the_broker(tmp_path: Path) -> None:
    """`python -m workers.devbroker` runs in the foreground and ends on SIGTERM."""
    port = devbroker.free_port()
    arguments = ["tansu", "--port", str(port), "--folder", str(tmp_path)]
    with subprocess.Popen([sys.executable, "-m", "workers.devbroker", *arguments], stdout=subprocess.DEVNULL) as broker:
        deadline = time.monotonic() + 20
        while not devbroker.answers(devbroker.HOST, port) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert devbroker.answers(devbroker.HOST, port)
        broker.terminate()
        assert broker.wait(5) is not None
