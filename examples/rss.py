"""Feeds Wiremill from RSS and Atom feeds: the page behind each new entry, with what the feed says of it.

    python rss.py https://news.example/rss.xml https://other.example/atom.xml
    python rss.py --every 300 https://news.example/rss.xml

An entry is fetched once: what was seen is kept in a small file (`--state`), with each feed's ETag, so that a feed that
did not change is not sent again. A page that fails is tried again next time; the others go on. Needs aiokafka, cramjam
(aiokafka's lz4) and feedparser.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import calendar
import json
import os
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
from aiokafka import AIOKafkaProducer

AGENT = "wiremill-example/1.0"  # say who you are, with an address: site owners like to know
MAX_PAGE_BYTES = 8_000_000
KEPT_LINKS = 5_000  # of a feed; feeds show the newest 10 to 200


def new_articles(feed_url: str, known: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the articles of a feed that were not seen, their pages fetched; note the feed's ETag in `known`."""
    feed = feedparser.parse(feed_url, etag=known.get("etag"), modified=known.get("modified"), agent=AGENT)
    if feed.get("status") == 304:
        return []
    if feed.bozo and not feed.entries:
        print(f"{feed_url}: {feed.bozo_exception}", file=sys.stderr)
        return []
    known |= {"etag": feed.get("etag"), "modified": feed.get("modified")}
    found = []
    for entry in feed.entries:
        link = entry.get("link")
        if not link or link in known["links"]:
            continue
        try:
            found.append(as_article(link, entry, feed, feed_url))
        except OSError as error:
            print(f"{link}: {error}", file=sys.stderr)
            known |= {"etag": None, "modified": None}  # so that the feed comes again, and this page with it
    return found


def as_article(link: str, entry: Any, feed: Any, feed_url: str) -> dict[str, Any]:
    """Fetch the page of an entry; return it as Wiremill reads it. Raises OSError."""
    with urllib.request.urlopen(urllib.request.Request(link, headers={"User-Agent": AGENT}), timeout=30) as reply:
        page = reply.read(MAX_PAGE_BYTES)
        kind, final = reply.headers.get("Content-Type", ""), reply.url
    published = entry.get("published_parsed") or entry.get("updated_parsed")
    article = {
        "url": link,
        "final_url": final,
        "html_base64": base64.b64encode(page).decode(),
        "content_type": kind,
        "fetched_at": datetime.now(UTC).isoformat(),
        "headline": entry.get("title"),
        "authors": [author["name"] for author in entry.get("authors", []) if author.get("name")],
        "published_at": datetime.fromtimestamp(calendar.timegm(published), UTC).isoformat() if published else None,
        "source": {"name": feed.feed.get("title"), "feed_url": feed_url},
    }
    return {name: value for name, value in article.items() if value not in (None, "", [])}


async def look(feeds: list[str], state: dict[str, Any], producer: AIOKafkaProducer, topic: str) -> int:
    """Look at each feed once; return how many articles the broker confirmed."""
    sent = 0
    for feed_url in feeds:
        known = state.setdefault(feed_url, {"links": []})
        for article in await asyncio.to_thread(new_articles, feed_url, known):
            await producer.send_and_wait(topic, value=json.dumps(article).encode(), key=article["url"].encode())
            known["links"] = [*known["links"], article["url"]][-KEPT_LINKS:]  # only now: confirmed
            sent += 1
    return sent


async def main() -> None:
    """Look once, or again and again."""
    parser = argparse.ArgumentParser(description="Feed Wiremill from RSS and Atom feeds.")
    parser.add_argument("feeds", nargs="+", help="addresses of feeds")
    parser.add_argument("--every", type=float, default=0, help="seconds between two looks; 0: look once")
    parser.add_argument("--state", type=Path, default=Path("rss-state.json"), help="where it is kept what was seen")
    parser.add_argument("--brokers", default=os.environ.get("WIREMILL_BROKERS", "127.0.0.1:9092"))
    parser.add_argument("--prefix", default=os.environ.get("WIREMILL_TOPIC_PREFIX", "news"))
    args = parser.parse_args()
    state = json.loads(args.state.read_text()) if args.state.exists() else {}
    producer = AIOKafkaProducer(
        bootstrap_servers=args.brokers, acks="all", enable_idempotence=True, compression_type="lz4",
        max_request_size=24_000_000,
    )  # fmt: skip
    await producer.start()
    try:
        while True:
            sent = await look(args.feeds, state, producer, f"{args.prefix}.raw")
            args.state.write_text(json.dumps(state))
            print(f"{sent} new articles", flush=True)
            if not args.every:
                return
            await asyncio.sleep(args.every)
    finally:
        args.state.write_text(json.dumps(state))
        await producer.stop()


if __name__ == "__main__":
    asyncio.run(main())
