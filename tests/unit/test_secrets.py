"""Secrets: what is never logged, at whatever level."""

from __future__ import annotations

import logging

import pytest

from workers.logs import configure


@pytest.fixture
def _as_before() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("_as_before")
@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_requests_to_the_broker_are_not_logged(level: str) -> None:
    """aiokafka writes them at DEBUG, with the password of SASL PLAIN in one of them."""
    configure(level, "text")
    assert not logging.getLogger("aiokafka.conn").isEnabledFor(logging.DEBUG)
    assert logging.getLogger("aiokafka.conn").isEnabledFor(logging.ERROR)
