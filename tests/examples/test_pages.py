"""Every command that README.md, docs/ and examples/ show is run, word for word but for addresses; or a reason is given.

A broker, topics that a worker has filled, a site, a schema registry and Kafka Connect's address stand ready on the
loopback interface; the working folder has the files that the pages speak of.
"""

from __future__ import annotations

import contextlib
import http.server
import io
import json
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.examples.pages import NOT_RUN, PAGES, Block, blocks, commands, is_endless, reason_not_to_run
from tests.harness.articles import article, page
from tests.harness.brokers import Broker
from tests.harness.processes import BIN, ROOT, run, wait_for
from tests.harness.registry import Registry
from tests.harness.worker import WIREMILL, Worker

WORKER_SECONDS = 15  # to start and do something, on a busy machine; then it is told to stop
ENDLESS_SECONDS = 8  # the same for other commands that go on
BLOCK_SECONDS = 400
SAMPLE = ROOT / "workers/cli/demo/samples"
NEWS_PLEASE = ROOT / "tests/unit/scrapers/news-please-1.6.16.json"
FEED = """<rss version="2.0"><channel><title>News</title><item><title>Story</title>
<link>{site}/story</link></item></channel></rss>"""


def test_commands_are_found_as_people_read_them() -> None:
    """Comments away, continued lines joined, output of a console left out."""
    block = "# first\nmake demo   # sets up\ncurl -s \\\n  https://a.example/#part | jq '.x'\n"
    assert list(commands(block)) == ["make demo", "curl -s    https://a.example/#part | jq '.x'"]
    assert list(commands("$ wiremill lag\nnews.raw 0\n", prompts=True)) == ["wiremill lag"]


def test_every_block_names_its_language() -> None:
    """Else commands could stand in a block that is not looked into."""
    for path in PAGES:
        fences = re.findall(r"^```(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(fences) % 2 == 0, path
        assert all(fences[::2]), path
        assert not any(fences[1::2]), path


def test_every_reason_is_needed() -> None:
    """A reason that no command has any more goes away."""
    shown = [command for path in PAGES for block in blocks(path) for command in block.commands]
    assert shown
    for pattern, _ in NOT_RUN:
        assert any(re.match(pattern, command) for command in shown), pattern


@dataclass(frozen=True)
class World:
    """Where the commands run."""

    folder: Path
    environment: dict[str, str]
    addresses: dict[str, str]

    def play(self, block: Block) -> subprocess.CompletedProcess[str]:
        """Run the commands of a block that can be run, in one shell that ends with the first that fails."""
        lines = ["set -euo pipefail"]
        for command in block.commands:
            if reason_not_to_run(command):
                continue
            for shown, here in self.addresses.items():
                command = command.replace(shown, here)
            lines.append(f"printf '%s\\n' {_quoted('>>> ' + command)} >&2")
            if is_endless(command):
                seconds = WORKER_SECONDS if "worker" in command else ENDLESS_SECONDS
                lines.append(f"timeout -s INT {seconds} bash -c {_quoted(command)} || [ $? -eq 124 ]")
            else:
                lines.append(command)
        return subprocess.run(
            ["bash", "-c", "\n".join(lines)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=BLOCK_SECONDS,
            check=False,
        )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


class _Site(http.server.BaseHTTPRequestHandler):
    """A news site with a feed, and what of Kafka Connect takes a connector."""

    def do_GET(self) -> None:
        host = f"http://{self.headers['Host']}"
        if self.path.endswith(".xml"):
            self._reply(200, "application/rss+xml", FEED.format(site=host))
        elif self.path == "/robots.txt":
            self._reply(404, "text/plain", "")
        elif self.path == "/":
            self._reply(200, "text/html", '<html><body><a href="/story">Story</a></body></html>')
        else:
            self._reply(200, "text/html", (SAMPLE / "cup-final.html").read_text(encoding="utf-8"))

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fine = self.path == "/connectors" and {"name", "config"} <= sent.keys()
        self._reply(201 if fine else 400, "application/json", json.dumps(sent))

    def _reply(self, status: int, kind: str, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything the pages speak of, ready."""
    folder = tmp_path_factory.mktemp("pages")
    broker = Broker("noida")
    with contextlib.ExitStack() as stack:
        stack.callback(broker.close)
        broker.start()
        registry = stack.enter_context(Registry())
        site = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site))
        threading.Thread(target=site.serve_forever, daemon=True).start()
        stack.callback(site.shutdown)
        address = f"http://127.0.0.1:{site.server_port}"
        _files(folder)
        settings = {
            "WIREMILL_BROKERS": broker.address,
            "WIREMILL_REPLICATION": "1",
            "WIREMILL_PARTITIONS": "1",
            "WIREMILL_POOL_SIZE": "1",
            "WIREMILL_WEB_PORT": "0",
        }
        environment = os.environ | settings | {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PYTHONPATH": f"{folder / 'scrapy'}:{folder / 'stand-ins'}",
            "COLUMNS": "120",
        }  # fmt: skip
        _fill(settings, broker, folder)
        yield World(
            folder,
            environment,
            {
                "https://news.example": address,
                "http://127.0.0.1:8083": address,
                "http://127.0.0.1:8081": registry.url,
                "127.0.0.1:9092": broker.address,
                " 0/17": " 0/0",
                "trafilatura --json": "trafilatura --config-file trafilatura.cfg --json",
            },
        )


def _files(folder: Path) -> None:
    shutil.copytree(ROOT / "examples", folder, dirs_exist_ok=True)
    shutil.copytree(ROOT / "schemas", folder / "schemas", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copy(SAMPLE / "cup-final.html", folder / "article.html")
    shutil.copy(SAMPLE / "menafn-kremlin.txt", folder / "article.txt")
    for name, first in (("raw.jsonl", 10), ("more.jsonl", 20), ("crawl.jsonl", 30)):
        values = [article(number, seed=81) for number in range(first, first + 3)]
        (folder / name).write_text("".join(json.dumps(value) + "\n" for value in values))
    for name in ("crawl.warc.gz", "CC-NEWS-20250301000000-00001.warc.gz"):
        with (folder / name).open("wb") as stream:
            writer = WARCWriter(stream, gzip=True)
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            story = page(40, seed=81)
            payload = io.BytesIO(story["html"].encode())
            writer.write_record(
                writer.create_warc_record(story["url"], "response", payload=payload, http_headers=headers)
            )
    # By default it fetches nothing from the loopback interface.
    config = (files("trafilatura") / "settings.cfg").read_text(encoding="utf-8")
    (folder / "trafilatura.cfg").write_text(config.replace("SSRF_PROTECTION = on", "SSRF_PROTECTION = off"))
    stand_ins = folder / "stand-ins"
    stand_ins.mkdir()
    with contextlib.suppress(ImportError):
        __import__("newsplease")
        return
    # It brings more packages than the project has; its output is recorded (tests/unit/scrapers).
    (stand_ins / "newsplease.py").write_text(
        f"import json\nclass Article:\n    def get_serializable_dict(self):\n"
        f"        return json.load(open({str(NEWS_PLEASE)!r}))\n"
        f"class NewsPlease:\n    from_url = staticmethod(lambda url: Article())\n"
    )


def _fill(settings: dict[str, str], broker: Broker, folder: Path) -> None:
    """Have a worker make topics of three articles and an input that fails; keep what it made in a file."""
    assert run(WIREMILL, "topics", "create", environment=settings).returncode == 0
    (folder / "broken.jsonl").write_text('{"url": "https://a.example/broken", "text": 5}\n')
    for words in ((folder / "raw.jsonl",), (folder / "broken.jsonl", "--no-check")):
        done = run(WIREMILL, "produce", *words, environment=settings)
        assert done.returncode == 0, done.stderr
    worker = Worker(broker.address, "news", log=folder / "worker.log", group="wiremill")
    worker.start()

    def settled() -> bool:
        report = json.loads(run(WIREMILL, "audit", "--json", environment=settings).stdout or "{}")
        return [sum(topic["fates"].values()) for topic in report.get("topics", {}).values()] == [4, 3]

    try:
        wait_for(settled, 200, f"the worker has filled the topics\n{worker.tail()}", every=1)
    finally:
        worker.send(signal.SIGINT)
        worker.wait(60)
    done = run(WIREMILL, "tail", "--topic", "enriched", "--from-beginning", "--no-follow", environment=settings)
    (folder / "enriched.jsonl").write_text(done.stdout)
    done = run(WIREMILL, "tail", "--topic", "clean", "--from-beginning", "--no-follow", environment=settings)
    (folder / "clean.jsonl").write_text(done.stdout)


def _runnable() -> list[Block]:
    found = [block for path in PAGES for block in blocks(path)]
    return [block for block in found if not all(map(reason_not_to_run, block.commands))]


@pytest.mark.system
@pytest.mark.model
@pytest.mark.parametrize("block", _runnable(), ids=str)
def test_the_commands_of_a_page_do_what_they_say(world: World, block: Block) -> None:
    """None fails; kcat may be missing on a machine, and is then said to be."""
    needed = {"kcat", "jq", "curl"} & {word for command in block.commands for word in re.findall(r"\w+", command)}
    missing = [name for name in sorted(needed) if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    done = world.play(block)
    assert done.returncode == 0, f"exit {done.returncode} after the last command of\n{done.stderr[-3000:]}"
