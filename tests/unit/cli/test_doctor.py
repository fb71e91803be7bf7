"""The doctor's judgement, without a broker: which topics fit, what an address is worth."""

from __future__ import annotations

import json
import socket

import pytest
from typer.testing import CliRunner

from workers.cli import app
from workers.cli.doctor import _tcp, available_bytes, unfit

WANTED = {"max.message.bytes": "25000000", "cleanup.policy": "compact"}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param({"max.message.bytes": "25000000", "cleanup.policy": "compact"}, None, id="as we make them"),
        pytest.param(
            {"max.message.bytes": "90000000", "cleanup.policy": "compact,delete"}, None, id="more than we need"
        ),
        pytest.param({}, None, id="a broker that does not tell"),
        pytest.param({"max.message.bytes": "1048588"}, "would be refused", id="the broker's default size"),
        pytest.param({"cleanup.policy": "delete"}, "grows for ever", id="a ledger that is not compacted"),
    ],
)
def test_a_topic_that_does_not_fit_is_told(found: dict[str, str | None], said: str | None) -> None:
    """With what would happen."""
    trouble = unfit(found, WANTED)
    assert trouble is None if said is None else said in (trouble or "")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        pytest.param("localhost", "not host:port", id="no port"),
        pytest.param("127.0.0.1:1", "Connection refused", id="nobody listens"),
        pytest.param("no.such.host.invalid:9092", "", id="no such host"),
    ],
)
async def test_an_address_that_leads_nowhere_is_told(address: str, said: str) -> None:
    """In the words of the system."""
    trouble = await _tcp(address)
    assert trouble is not None
    assert said in trouble


async def test_an_address_where_somebody_listens_is_fine() -> None:
    """IPv6 in brackets is read too, where the machine has it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert await _tcp(f"127.0.0.1:{server.getsockname()[1]}") is None


def test_there_is_memory() -> None:
    """Bytes, not kilobytes."""
    assert available_bytes() > 10_000_000


def test_a_wrong_setting_is_the_first_thing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, with the variable's name; nothing else is tried."""
    monkeypatch.setenv("WIREMILL_TASK_SECONDS", "soon")
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 2
    assert "WIREMILL_TASK_SECONDS" in done.stderr


def test_settings_hide_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the table and in JSON."""
    monkeypatch.setenv("WIREMILL_SASL_PASSWORD", "open sesame")
    for words in (["settings"], ["settings", "--changed"], ["settings", "--json"]):
        done = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
        assert done.exit_code == 0
        assert "open sesame" not in done.stdout
        assert "****" in done.stdout
    assert "sasl_password" in json.loads(CliRunner().invoke(app, ["settings", "--changed", "--json"]).stdout)
