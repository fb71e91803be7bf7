"""The Scrapy example crawls a real site and its articles arrive as Wiremill reads them."""

from __future__ import annotations

import http.server
import sys
import threading
from collections.abc import Iterator

import pytest

from schemas.codec import decode
from schemas.raw import RawArticle
from tests.harness.articles import page
from tests.harness.brokers import Broker
from tests.harness.kafka import create_topics, read_topic
from tests.harness.processes import ROOT, run

pytestmark = pytest.mark.system

PAGES = {
    "/": '<html><body><a href="/first.html">1</a><a href="/second.html">2</a>'
    '<a href="https://elsewhere.example/">not this site</a></body></html>',
    "/first.html": page(1)["html"],
    "/second.html": page(2)["html"].replace("<p>", "<p>Malmö: "),
}


class _Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = PAGES.get(self.path)
        # A charset that only the header knows: the page does not say it.
        body = (found or "").encode("iso-8859-1", "xmlcharrefreplace")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=iso-8859-1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    """A news site on the loopback interface."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


async def test_a_crawl_feeds_the_raw_topic(broker: Broker, prefix: str, site: str) -> None:
    """Each page is one record, keyed by its URL, and is the raw article it should be, byte for byte."""
    if not broker.idempotent:
        pytest.skip("the pipeline insists on an idempotent producer, which this broker does not have")
    await create_topics(broker.address, prefix, names=["raw"])
    options = [
        "-a",
        f"start={site}",
        "-s",
        f"WIREMILL_BROKERS={broker.address}",
        "-s",
        f"WIREMILL_TOPIC_PREFIX={prefix}",
    ]
    done = run(
        sys.executable, "-m", "scrapy", "runspider", ROOT / "examples/scrapy/news_spider.py", *options,
        environment={"PYTHONPATH": str(ROOT / "examples/scrapy")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "'wiremill/confirmed': 2" in done.stderr, done.stderr
    records = await read_topic(broker.address, f"{prefix}.raw")
    articles = {record.key.decode(): decode(record.value, RawArticle) for record in records}
    assert set(articles) == {f"{site}first.html", f"{site}second.html"}
    second = articles[f"{site}second.html"]
    assert second.http_status == 200
    assert second.content_type == "text/html; charset=iso-8859-1"
    assert second.html_base64 is not None
    assert second.fetched_at is not None
