"""The field names of the scrapers people use, and what Wiremill calls them. Data, each list with its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# For each field of RawArticle: the other names it comes under, best first.
#   trafilatura: `extract(output_format="json", with_metadata=True)` (2.x)
#   news-please: `NewsArticle.get_serializable_dict()` (1.6)
#   newspaper4k: `Article.to_json()` (0.9)
#   schema.org:  NewsArticle properties, as in a page's JSON-LD (https://schema.org/NewsArticle)
FIELD_ALIASES: Mapping[str, tuple[str, ...]] = {
    "url": ("link", "mainEntityOfPage", "@id"),
    "html": ("raw_html", "body_html", "page_html"),
    "text": ("maintext", "articleBody", "raw_text", "body", "content"),
    "headline": ("title", "title_page", "title_rss"),
    "authors": ("author", "creator", "byline"),
    "published_at": ("date_publish", "datePublished", "publish_date", "published", "date"),
    "fetched_at": ("date_download", "download_date", "crawled_at", "scraped_at"),
    "language": ("inLanguage", "meta_lang", "lang"),
    "final_url": ("canonical_link", "canonical_url"),
    "http_status": ("status", "status_code"),
}

# Fields that name the publisher; they go into `source`.
SOURCE_NAME_ALIASES = ("source-hostname", "meta_site_name", "sitename", "site_name", "publisher")
SOURCE_DOMAIN_ALIASES = ("source_domain", "hostname", "domain")

# Large or derived fields of those libraries that nothing downstream reads; kept out of `extra`.
IGNORED_FIELDS = frozenset(
    {
        "top_image", "meta_img", "images", "movies", "meta_favicon", "keyword_scores", "image", "image_url",
        "localpath", "filename", "fingerprint", "raw_text", "comments", "read_more_link", "article_html",
        "@context", "filedate", "license", "pagetype",
    }
)  # fmt: skip


def to_raw_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `values` under Wiremill's names. A name of ours wins over an alias; empty strings and nulls are absent."""
    given = {key: value for key, value in values.items() if value is not None and value != ""}
    fields: dict[str, Any] = {}
    if isinstance(given.get("source"), str):  # trafilatura: the address, not the publisher
        source_text = given.pop("source")
        fields["url" if "://" in source_text else "source"] = (
            source_text if "://" in source_text else {"name": source_text}
        )
    for field, aliases in FIELD_ALIASES.items():
        for name in (field, *aliases):
            if name in given:
                value = _flatten(given[name])
                if name == field or field not in fields:
                    fields[field] = value
                given.pop(name)
    name = _first(given, SOURCE_NAME_ALIASES)
    domain = _first(given, SOURCE_DOMAIN_ALIASES)
    source = given.pop("source", None) or fields.pop("source", None)
    if source is None and (name or domain):
        source = {"name": name, "domain": domain}
    if source is not None:
        fields["source"] = source
    fields.update(given)
    return fields


def _first(given: dict[str, Any], names: tuple[str, ...]) -> Any:
    """Take all of `names` out of `given`; return the first that was there."""
    found = [_flatten(given.pop(name)) for name in names if name in given]
    return found[0] if found else None


def _flatten(value: Any) -> Any:
    """Read schema.org's `{"@type": "Person", "name": …}` and `{"@id": …}` as the string they stand for."""
    if isinstance(value, Mapping) and ("@type" in value or "@id" in value or set(value) == {"name"}):
        return value.get("name") or value.get("@id") or value.get("url")
    if isinstance(value, list):
        return [_flatten(item) for item in value]
    return value
