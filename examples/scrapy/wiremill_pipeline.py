"""A Scrapy item pipeline that hands articles to Wiremill: copy this file into your project.

    ITEM_PIPELINES = {"myproject.wiremill_pipeline.WiremillPipeline": 900}
    WIREMILL_BROKERS = "127.0.0.1:9092"
    WIREMILL_TOPIC_PREFIX = "news"

Needs Scrapy 2.13 or newer (its default reactor runs asyncio) and aiokafka. An item needs `url` (or `id`) and one of
`html`, `html_base64`, `text`; every other field is kept. `body` in bytes, as in `response.body`, is sent as
`html_base64`: the safest way, since the charset is then found by Wiremill, which also looks at the page.
"""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, datetime
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from itemadapter import ItemAdapter
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

MAX_RECORD_BYTES = 24_000_000  # what Wiremill's topics take


class WiremillPipeline:
    """Produces each item to `<prefix>.raw` and lets it go on only when the broker has confirmed it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._topic = f"{self._setting('WIREMILL_TOPIC_PREFIX', 'news')}.raw"
        self._brokers = self._setting("WIREMILL_BROKERS", "127.0.0.1:9092")
        self._producer: AIOKafkaProducer | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the pipeline as Scrapy does: settings come from the crawler, else from the environment."""
        return cls(crawler)

    async def open_spider(self) -> None:
        """Connect; a broker that is away stops the crawl before it fetches anything."""
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._brokers,
            acks="all",
            enable_idempotence=True,
            compression_type="gzip",
            max_request_size=MAX_RECORD_BYTES,
            linger_ms=20,
        )
        await self._producer.start()

    async def close_spider(self) -> None:
        """Let what is under way be confirmed, and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def process_item(self, item: Any) -> Any:
        """Return the item once the broker has it; Scrapy waits with further ones when too many are under way."""
        assert self._producer is not None
        article = as_raw_article(ItemAdapter(item).asdict())
        # All versions of an article in one partition, in order.
        key = str(article.get("url") or article["id"]).encode()
        await self._producer.send_and_wait(self._topic, json.dumps(article, default=str).encode(), key=key)
        self._crawler.stats.inc_value("wiremill/confirmed")
        return item

    def _setting(self, name: str, default: str) -> str:
        return str(self._crawler.settings.get(name) or os.environ.get(name) or default)


def as_raw_article(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an item as Wiremill reads them. Raises DropItem for one that it would dead-letter."""
    article = {name: value for name, value in fields.items() if value is not None}
    body = article.pop("body", None)
    if isinstance(body, bytes):
        article["html_base64"] = base64.b64encode(body).decode()
    elif body is not None:
        article.setdefault("text", body)
    article.setdefault("fetched_at", datetime.now(UTC).isoformat())
    if not (article.get("url") or article.get("id")):
        raise DropItem("an article needs `url` or `id`")
    if not any(article.get(name) for name in ("html", "html_base64", "text")):
        raise DropItem(f"no `html`, `html_base64` or `text` in {article.get('url') or article['id']}")
    return article
