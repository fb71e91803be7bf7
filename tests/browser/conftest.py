"""A browser for all tests of the page, and the page's server with a worker made by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.browser.records import FakeWorker
from tests.harness.browser import Browser
from tests.harness.plugin import installed
from workers.page import add_routes


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, started once."""
    one = Browser(installed("chromium", "chromium"))
    one.start()
    yield one
    one.close()


@pytest.fixture
def fake() -> FakeWorker:
    return FakeWorker()


@pytest.fixture
async def address(fake: FakeWorker) -> AsyncIterator[str]:
    """Where the page of the fake worker is."""
    app = web.Application()
    add_routes(app, fake, loopback=True)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))
