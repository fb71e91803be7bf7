"""Crawls a news site and feeds Wiremill. One file, no project:

scrapy runspider news_spider.py -a start=https://news.example/
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.http import Response
from scrapy.linkextractors import LinkExtractor


class NewsSpider(scrapy.Spider):
    """Follows the links of the start page within its site, one level deep, and yields every page it finds."""

    name = "news"
    custom_settings = {  # noqa: RUF012  # Scrapy's way
        "ITEM_PIPELINES": {"wiremill_pipeline.WiremillPipeline": 900},
        "AUTOTHROTTLE_ENABLED": True,
        "ROBOTSTXT_OBEY": True,
    }

    def __init__(self, start: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._start = start
        self._links = LinkExtractor(allow=rf"^{start.rstrip('/')}/")

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Begin with the start page."""
        yield scrapy.Request(self._start)

    def parse(self, response: Response) -> Iterator[scrapy.Request]:
        """Read the start page: links, not an article."""
        for link in self._links.extract_links(response):
            yield response.follow(link, self.parse_article)

    def parse_article(self, response: Response) -> Iterator[dict[str, Any]]:
        """Hand on a page as it came: Wiremill finds the text, the headline and the date."""
        yield {
            "url": response.request.url,
            "final_url": response.url,
            "http_status": response.status,
            "content_type": response.headers.get("Content-Type", b"").decode("latin-1"),
            "body": response.body,
        }
