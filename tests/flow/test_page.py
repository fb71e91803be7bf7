"""The page through a real web server: what it serves, and whom it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from schemas.ledger import Fate
from workers.app import create_app
from workers.page import MAX_TRY_BYTES, Recent, add_routes
from workers.publish import Delivery, Handled, Outgoing, Topic
from workers.settings import Settings

ASKED = {"X-Wiremill": "page", "Content-Type": "text/plain"}


class Worker:
    """A source whose stages echo what they are given."""

    def __init__(self) -> None:
        self.recent = Recent()
        self.tried: list[Delivery] = []
        self.outcome: Handled | None = Handled(
            Fate.PUBLISHED, None, "a", (Outgoing(Topic.ENRICHED, b"a", b'{"article_id":"a"}', ()),)
        )

    def status(self) -> dict[str, Any]:
        return {"ready": True}

    async def try_out(self, delivery: Delivery) -> Handled | None:
        self.tried.append(delivery)
        return self.outcome


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
async def client(worker: Worker) -> AsyncIterator[Any]:
    app = web.Application()
    add_routes(app, worker, loopback=True)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/page.css", "/page.js", "/paint.js", "/api/status", "/api/articles"])
async def test_every_reply_forbids_foreign_script(client: Any, path: str) -> None:
    """The policy names this server alone, and no inline script."""
    async with client.get(path) as reply:
        assert reply.status == 200
        policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


async def test_a_text_is_tried_and_the_article_comes_back(client: Any, worker: Worker) -> None:
    """The bytes go to the stages as they are, with their type."""
    async with client.post("/api/enrich", data=b"Hello.", headers=ASKED) as reply:
        assert (reply.status, await reply.json()) == (200, {"article_id": "a"})
    assert worker.tried == [Delivery("page", 0, 0, None, b"Hello.", (("content-type", b"text/plain"),))]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Content-Type": "text/plain"}, id="a form of another page can send this"),
        pytest.param(ASKED | {"Origin": "http://evil.example"}, id="another origin"),
        pytest.param(ASKED | {"Sec-Fetch-Site": "cross-site"}, id="the browser says so"),
    ],
)
async def test_only_our_page_may_ask(client: Any, worker: Worker, headers: dict[str, str]) -> None:
    """Another site's page cannot make the worker compute."""
    async with client.post("/api/enrich", data=b"Hello.", headers=headers) as reply:
        assert reply.status == 403
    assert not worker.tried


async def test_a_foreign_name_for_this_machine_is_refused(client: Any) -> None:
    """DNS rebinding: a name of somebody else's that leads here."""
    async with client.get("/api/articles", headers={"Host": "evil.example"}) as reply:
        assert reply.status == 421


async def test_what_cannot_be_tried_is_refused_with_a_reason(client: Any, worker: Worker) -> None:
    """Too long, empty, of another type, rejected by the stages."""
    for body, headers, status in (
        (b"x" * (MAX_TRY_BYTES + 1), ASKED, 413),
        (b"  ", ASKED, 400),
        (b"x", ASKED | {"Content-Type": "image/png"}, 415),
    ):
        async with client.post("/api/enrich", data=body, headers=headers) as reply:
            assert reply.status == status
    worker.outcome = Handled(Fate.REJECTED, "too-short")
    async with client.post("/api/enrich", data=b"x", headers=ASKED) as reply:
        assert (reply.status, await reply.json()) == (422, {"error": "rejected: too-short"})


async def test_the_worker_listens_to_this_machine_alone_unless_told_otherwise() -> None:
    """The default address is the loopback interface, in the settings and where Faust binds."""
    app = create_app(Settings(web_port=0))
    assert app.conf.web_bind == "127.0.0.1"
    assert app.conf.web_host == "127.0.0.1"


async def test_the_worker_serves_nothing_of_fausts_own() -> None:
    """Routers and tables of Faust are not mounted; the page is, and the only way to write is to try a text."""
    app = create_app(Settings(web_port=0))
    app.web.init_server()
    routes = {(route.method, route.resource.canonical) for route in app.web.web_app.router.routes()}
    paths = {path for _, path in routes}
    assert {"/", "/api/status", "/metrics", "/healthz", "/readyz"} <= paths
    assert not [path for path in paths if path.startswith(("/router", "/table", "/graph", "/assignment"))]
    assert {path for method, path in routes if method not in {"GET", "HEAD", "OPTIONS"}} == {"/api/enrich"}
