"""Debian's Chromium, headless, driven over the DevTools protocol: what the tests of the live page need of it."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp

from tests.harness.processes import Process, wait_for

START_SECONDS = 60  # 1 s on an idle machine
PATIENCE_SECONDS = 20.0  # for what a page should come to show
# Key name: what the protocol wants to know of it.
KEYS = {
    "Tab": {"code": "Tab", "windowsVirtualKeyCode": 9},
    "Enter": {"code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    "Escape": {"code": "Escape", "windowsVirtualKeyCode": 27},
    " ": {"code": "Space", "windowsVirtualKeyCode": 32, "text": " "},
}
SHIFT, CONTROL = 8, 2


class Browser:
    """One browser process; every page gets cookies, cache and settings of its own."""

    def __init__(self, program: Path) -> None:
        self._profile = Path(tempfile.mkdtemp(prefix="wiremill-test-browser-"))
        options = [
            "--headless=new",
            "--remote-debugging-port=0",
            f"--user-data-dir={self._profile}",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-sync",
            "--hide-scrollbars",
            "--mute-audio",
        ]
        if os.geteuid() == 0:
            options.append("--no-sandbox")  # it refuses to run as root with one
        self._process = Process([program, *options, "about:blank"], log=self._profile / "browser.log")

    def start(self) -> None:
        """Start it and return when it takes connections."""
        self._process.start()
        wait_for(self._port_file.exists, START_SECONDS, f"the browser is up\n{self._process.tail()}")

    def close(self) -> None:
        """End it and remove what it kept."""
        self._process.kill()
        shutil.rmtree(self._profile, ignore_errors=True)

    @property
    def _port_file(self) -> Path:
        return self._profile / "DevToolsActivePort"

    @asynccontextmanager
    async def page(
        self, url: str, *, width: int = 1280, height: int = 900, dark: bool = False, reduced_motion: bool = False
    ) -> AsyncIterator[Page]:
        """Open a page of that size in pixels of CSS, and close it afterwards."""
        port, path = self._port_file.read_text().split()
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0) as socket,
            _Wire(socket) as wire,
        ):
            context = (await wire.call("Target.createBrowserContext"))["browserContextId"]
            target = await wire.call("Target.createTarget", url="about:blank", browserContextId=context)
            attached = await wire.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
            page = Page(wire, attached["sessionId"])
            for domain in ("Page", "Runtime", "Log", "DOM"):
                await page.call(f"{domain}.enable")
            await page.resize(width, height)
            features = [
                {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                {"name": "prefers-reduced-motion", "value": "reduce" if reduced_motion else "no-preference"},
            ]
            await page.call("Emulation.setEmulatedMedia", features=features)
            await page.call("Page.navigate", url=url)
            yield page
            await wire.call("Target.disposeBrowserContext", browserContextId=context)


class _Wire:
    """Calls and their answers over the one socket; what happens meanwhile is kept by session."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.events: list[dict[str, Any]] = []
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._reading is not None
        self._reading.cancel()

    async def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        answered = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send_json(message)
            answer = await asyncio.wait_for(answered, PATIENCE_SECONDS)
        finally:
            del self._waiting[number]
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    async def _read(self) -> None:
        async for message in self._socket:
            values = json.loads(message.data)
            waiting = self._waiting.get(values.get("id"))
            if waiting is None:
                self.events.append(values)
            elif not waiting.done():
                waiting.set_result(values)


class Page:
    """One page: asked in JavaScript, used with keys and mouse."""

    def __init__(self, wire: _Wire, session: str) -> None:
        self._wire = wire
        self._session = session

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        return await self._wire.call(method, self._session, **parameters)

    async def resize(self, width: int, height: int) -> None:
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def run(self, script: str) -> Any:
        """Return the value of an expression. Fails with what it throws."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, script: str, what: str = "", *, seconds: float = PATIENCE_SECONDS) -> Any:
        """Return the value of an expression once it is truthy. Fails with what the page shows."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while (value := await self.run(script)) in (None, False, 0, ""):  # an element comes as {}
            if loop.time() > deadline:
                shown = await self.run("document.body ? document.body.innerText : ''")
                raise AssertionError(
                    f"not within {seconds:g} s: {what or script}\nproblems: {self.problems()}\n{shown}"
                )
            await asyncio.sleep(0.05)
        return value

    async def text(self, selector: str) -> str:
        """Return what an element shows."""
        return str(await self.until(f"document.querySelector({json.dumps(selector)})?.innerText"))

    async def hover(self, selector: str) -> None:
        """Move the mouse onto the first line of an element."""
        x, y = await self._place(selector)
        await self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    async def click(self, selector: str) -> None:
        """Press and release the mouse on the first line of an element."""
        x, y = await self._place(selector)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press(self, key: str, *, modifiers: int = 0) -> None:
        """Press and release one key."""
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers, **KEYS[key])

    async def type(self, words: str) -> None:
        """Type into what has the focus."""
        await self.call("Input.insertText", text=words)

    async def choose_file(self, selector: str, path: Path) -> None:
        """Choose a file as a person would in the dialog."""
        root = (await self.call("DOM.getDocument"))["root"]["nodeId"]
        node = await self.call("DOM.querySelector", nodeId=root, selector=selector)
        await self.call("DOM.setFileInputFiles", files=[str(path)], nodeId=node["nodeId"])

    async def photograph(self, path: Path, *, whole: bool = False) -> None:
        """Write what is shown, or the whole page, as PNG."""
        image = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(image["data"]))  # noqa: ASYNC240  # a test's own file

    def problems(self) -> list[str]:
        """Return what the browser complained of so far: errors of scripts, refused loads, opened dialogs."""
        found = []
        for event in self._wire.events:
            if event.get("sessionId") != self._session:
                continue
            method, values = event["method"], event["params"]
            if method == "Runtime.exceptionThrown":
                found.append(str(values["exceptionDetails"].get("exception", values)))
            elif method == "Log.entryAdded" and values["entry"]["level"] in {"error", "warning"}:
                found.append(f"{values['entry']['text']} {values['entry'].get('url', '')}".strip())
            elif method == "Page.javascriptDialogOpening":
                found.append(f"a dialog: {values['message']}")
        return found

    async def _place(self, selector: str) -> tuple[float, float]:
        """Return a point of the element once it stands still and nothing covers that point, as an eye waits for it."""
        script = f"""(async () => {{
            const element = document.querySelector({json.dumps(selector)});
            element.scrollIntoView({{block: "center", behavior: "instant"}});
            const point = () => {{
                const box = element.getClientRects()[0];
                return [box.x + Math.min(box.width / 2, 20), box.y + box.height / 2];
            }};
            const before = point();
            await new Promise((done) => setTimeout(done, 100));
            const [x, y] = point();
            const hit = document.elementFromPoint(x, y);
            const still = x === before[0] && y === before[1];
            return still && hit && element.contains(hit) ? [x, y] : null;
        }})()"""
        x, y = await self.until(script, f"{selector} stands still")
        return x, y
