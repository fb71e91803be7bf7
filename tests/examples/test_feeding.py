"""The examples that feed Wiremill: archives, feeds, and the one-liners of scraper libraries."""

from __future__ import annotations

import base64
import io
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from schemas.codec import decode
from schemas.raw import RawArticle
from tests.examples.conftest import Answer
from tests.harness.articles import page
from tests.harness.brokers import Broker
from tests.harness.kafka import create_topics, read_topic, until
from tests.harness.processes import ROOT, Process, run

pytestmark = pytest.mark.system

PAGES = 120
RATE = 40


@pytest.fixture
def content(archive: Path) -> bytes:
    """The bytes of the archive."""
    return archive.read_bytes()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A web archive as CC-NEWS has them: requests, pages, an image and a missing page; each record a gzip member."""
    path = tmp_path / "CC-NEWS-20250301000000-00001.warc.gz"
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        writer.write_record(writer.create_warcinfo_record("made", {"software": "test"}))
        for number in range(PAGES):
            article = page(number)
            kind = "image/png" if number == 5 else "text/html; charset=utf-8"
            status = "404 Not Found" if number == 6 else "200 OK"
            headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    article["url"], "response", payload=io.BytesIO(article["html"].encode()), http_headers=headers
                )
            )
    return path


def _ccnews(archive: str | Path, broker: Broker, prefix: str, folder: Path, *more: str) -> Process:
    words = [sys.executable, ROOT / "examples/ccnews.py", archive, "--state", folder / "state.json"]
    where = ["--brokers", broker.address, "--prefix", prefix]
    return Process([*words, *where, *more], log=folder / "ccnews.log")


WANTED = {page(number)["url"] for number in range(PAGES)} - {page(5)["url"], page(6)["url"]}


async def test_an_archive_is_fed_whole_once(
    idempotent_broker: Broker, prefix: str, archive: Path, tmp_path: Path
) -> None:
    """Pages of status 200 and no others, each keyed by its URL; the same command again sends nothing."""
    await create_topics(idempotent_broker.address, prefix, names=["raw"])
    for _ in range(2):
        process = _ccnews(archive, idempotent_broker, prefix, tmp_path)
        process.start()
        assert process.wait(60) == 0, process.tail()
    records = await read_topic(idempotent_broker.address, f"{prefix}.raw")
    assert Counter(record.key.decode() for record in records) == dict.fromkeys(WANTED, 1)
    first = decode(records[0].value, RawArticle)
    assert first.html_base64 is not None
    assert base64.b64decode(first.html_base64).startswith(b"<!doctype html>")
    assert first.fetched_at is not None
    assert "pages" in process.tail()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
async def test_a_back_fill_that_was_interrupted_goes_on(
    idempotent_broker: Broker, prefix: str, archive: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """No page is lost; a kill repeats at most what came since the state was last kept, an orderly stop nothing."""
    await create_topics(idempotent_broker.address, prefix, names=["raw"])
    topic = f"{prefix}.raw"
    process = _ccnews(archive, idempotent_broker, prefix, tmp_path, "--rate", str(RATE))
    process.start()

    async def under_way() -> bool:
        return len(await read_topic(idempotent_broker.address, topic)) > RATE + 10

    await until(under_way, 60, f"more than a second's pages came\n{process.tail()}")
    process.send(number)
    assert process.wait(30) == (-9 if number is signal.SIGKILL else 130), process.tail()
    before = len(await read_topic(idempotent_broker.address, topic))
    assert before < len(WANTED)
    again = _ccnews(archive, idempotent_broker, prefix, tmp_path)
    again.start()
    assert again.wait(60) == 0, again.tail()
    seen = Counter(record.key.decode() for record in await read_topic(idempotent_broker.address, topic))
    assert set(seen) == WANTED
    repeated = sum(seen.values()) - len(WANTED)
    assert repeated <= (0 if number is signal.SIGTERM else before)
    assert before + len(WANTED) - sum(seen.values()) >= 0, "it went on from where it was, not from the beginning"


async def test_an_archive_behind_an_address_is_resumed_in_the_middle(
    idempotent_broker: Broker, prefix: str, content: bytes, tmp_path: Path, serve: Callable[[Answer], str]
) -> None:
    """With a Range request, as Common Crawl's server takes them."""
    await create_topics(idempotent_broker.address, prefix, names=["raw"])
    asked: list[int] = []

    def answer(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        start = int(headers["Range"].removeprefix("bytes=").removesuffix("-"))
        asked.append(start)
        return 206 if start else 200, {"Content-Type": "application/octet-stream"}, content[start:]

    address = f"{serve(answer)}/archive.warc.gz"
    process = _ccnews(address, idempotent_broker, prefix, tmp_path, "--rate", str(RATE))
    process.start()

    async def under_way() -> bool:
        return len(await read_topic(idempotent_broker.address, f"{prefix}.raw")) > RATE + 10

    await until(under_way, 60, f"more than a second's pages came\n{process.tail()}")
    process.kill()
    again = _ccnews(address, idempotent_broker, prefix, tmp_path)
    again.start()
    assert again.wait(60) == 0, again.tail()
    assert asked[0] == 0
    assert 0 < asked[1] < len(content)
    records = await read_topic(idempotent_broker.address, f"{prefix}.raw")
    assert {record.key.decode() for record in records} == WANTED


FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Example News</title>
{items}</channel></rss>"""
ITEM = """<item><title>Story {n}</title><link>{site}/story/{n}</link><author>Ann Lee</author>
<pubDate>Sat, 01 Mar 2025 08:00:00 GMT</pubDate></item>"""


async def test_new_entries_of_a_feed_are_fed_once(
    idempotent_broker: Broker, prefix: str, tmp_path: Path, serve: Callable[[Answer], str]
) -> None:
    """With the feed's title, the entry's headline and date; a page that failed comes next time."""
    await create_topics(idempotent_broker.address, prefix, names=["raw"])
    stories, broken = [1, 2, 3], {2}
    fetched: list[int] = []

    def answer(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if path == "/rss.xml":
            items = "".join(ITEM.format(n=number, site=site) for number in stories)
            return 200, {"Content-Type": "application/rss+xml"}, FEED.format(items=items).encode()
        number = int(path.rpartition("/")[2])
        fetched.append(number)
        if number in broken:
            return 503, {}, b""
        return 200, {"Content-Type": "text/html"}, page(number)["html"].encode()

    site = serve(answer)
    words = [sys.executable, ROOT / "examples/rss.py", f"{site}/rss.xml", "--state", tmp_path / "state.json"]
    where = ["--brokers", idempotent_broker.address, "--prefix", prefix]
    first = run(*words, *where)
    assert first.stdout == "2 new articles\n", first.stderr
    assert f"{site}/story/2: HTTP Error 503" in first.stderr
    broken.clear()
    stories.append(4)
    second = run(*words, *where)
    assert second.stdout == "2 new articles\n", second.stderr
    assert run(*words, *where).stdout == "0 new articles\n"
    assert sorted(fetched) == [1, 2, 2, 3, 4]
    records = await read_topic(idempotent_broker.address, f"{prefix}.raw")
    articles = {record.key.decode(): decode(record.value, RawArticle) for record in records}
    assert set(articles) == {f"{site}/story/{number}" for number in (1, 2, 3, 4)}
    story = articles[f"{site}/story/1"]
    assert story.headline == "Story 1"
    assert story.published_at is not None
    assert story.published_at.isoformat() == "2025-03-01T08:00:00+00:00"
    assert story.source is not None
    assert (story.source.name, story.source.feed_url) == ("Example News", f"{site}/rss.xml")
