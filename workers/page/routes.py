"""The page's files and its JSON under /api/, as aiohttp routes. Read-only, for this origin, without inline script."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiohttp import web

from schemas.ledger import Fate
from workers.page.recent import Recent
from workers.publish import Delivery, Handled, Topic

MAX_TRY_BYTES = 2_000_000  # of a text or page to try; the longest real page seen has 3 MB, news pages 0.1 to 1 MB
TRY_TYPES = {"text/plain": "text/plain", "text/html": "text/html", "application/json": "application/json"}
FILES = {
    "/": ("page.html", "text/html"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    "/page.css": ("page.css", "text/css"),
    **{f"/{name}.js": (f"{name}.js", "text/javascript") for name in ("page", "figures", "make", "paint", "panel")},
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Source(Protocol):
    """What the page shows: the worker's runtime."""

    recent: Recent

    def status(self) -> dict[str, Any]:
        """Return the figures of the page's head."""

    async def try_out(self, delivery: Delivery) -> Handled | None:
        """Return what the stages make of a delivery, publishing nothing; None if this worker does not annotate."""


def add_routes(app: web.Application, source: Source, *, loopback: bool) -> None:
    """Add the page. `loopback`: the server listens on this machine only, so other host names are refused."""
    trying = asyncio.Lock()

    async def status(_: web.Request) -> web.Response:
        return _json(json.dumps(source.status()).encode())

    async def articles(request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) <= 15):
            return _error(400, "`after` must be a number")
        return _json(source.recent.articles_after(int(after)))

    async def enrich(request: web.Request) -> web.Response:
        if not _same_origin(request):
            return _error(403, "only this page may ask")
        if request.content_type not in TRY_TYPES:
            return _error(415, f"content-type must be one of {', '.join(TRY_TYPES)}")
        if trying.locked():
            return _error(429, "another text is being tried; one at a time")
        async with trying:
            body = await _body(request)
            if body is None:
                return _error(413, f"more than {MAX_TRY_BYTES:,} bytes")
            if not body.strip():
                return _error(400, "there is no text")
            headers = (("content-type", TRY_TYPES[request.content_type].encode()),)
            handled = await source.try_out(Delivery("page", 0, 0, None, body, headers))
        return _answer(handled)

    for path, (name, kind) in FILES.items():
        app.router.add_get(path, _guarded(_file(name, kind), loopback))
    app.router.add_get("/api/status", _guarded(status, loopback))
    app.router.add_get("/api/articles", _guarded(articles, loopback))
    app.router.add_post("/api/enrich", _guarded(enrich, loopback))


def _file(name: str, kind: str) -> Handler:
    content = files(__package__).joinpath(name).read_bytes()  # once, at start: the loop reads no disk

    async def serve(_: web.Request) -> web.Response:
        return web.Response(body=content, content_type=kind, charset="utf-8")

    return serve


def _guarded(handler: Handler, loopback: bool) -> Handler:
    """Refuse a name that was pointed at this machine from outside (DNS rebinding), and add the security headers."""

    async def serve(request: web.Request) -> web.Response:
        if loopback and not _is_loopback(request.host):
            reply = _error(421, "this server answers to localhost only")
        else:
            reply = await handler(request)
        reply.headers.update(HEADERS)
        return reply

    return serve


def _is_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _same_origin(request: web.Request) -> bool:
    """Whether this page's own script asks: a header that no foreign page can send without our leave, and its origin."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    ours = origin is None or urlsplit(origin).netloc == request.host
    return ours and site == "same-origin" and request.headers.get("X-Wiremill") == "page"


async def _body(request: web.Request) -> bytes | None:
    """Return the body, or None if it is too long; read no further than that."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > MAX_TRY_BYTES:
            return None
    return bytes(body)


def _answer(handled: Handled | None) -> web.Response:
    if handled is None:
        return _error(409, "this worker does not annotate")
    for message in handled.outputs:
        if message.topic is Topic.ENRICHED:
            return _json(message.value)
    if handled.fate is Fate.REJECTED:
        return _error(422, f"rejected: {handled.reason}")
    return _error(422, f"this would be a dead letter: {handled.reason}")


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json", charset="utf-8")


def _error(status: int, message: str) -> web.Response:
    reply = _json(json.dumps({"error": message}).encode())
    reply.set_status(status)
    return reply
