"""What the libraries of scrapers write is read as it is, and becomes a clean article.

trafilatura runs here. newspaper4k and news-please bring more packages than the project itself, so their output is
recorded: of the page `cup-final.html`, with the version in the file's name, by

    newspaper.Article(url).download(input_html=page); .parse(); .to_json()
    NewsPlease.from_html(page, url=url).get_serializable_dict()
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
import trafilatura

from schemas.clean import CleanArticle
from schemas.codec import decode
from schemas.raw import RawArticle
from workers.clean import clean

HERE = Path(__file__).parent
URL = "https://terracesport.example/football/cup-final-northgate-carrow"
PAGE = (files("workers.cli.demo") / "samples" / "cup-final.html").read_text(encoding="utf-8")


def from_trafilatura() -> bytes:
    found = trafilatura.extract(PAGE, url=URL, output_format="json", with_metadata=True)
    assert found is not None
    return found.encode()


def from_schema_org() -> bytes:
    return json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "mainEntityOfPage": {"@type": "WebPage", "@id": URL},
            "headline": "Late Sorensen header ends Northgate's 61-year wait",
            "datePublished": "2025-05-17T19:40:00+01:00",
            "author": [{"@type": "Person", "name": "Priya Raman"}],
            "publisher": {"@type": "Organization", "name": "Terrace Sport"},
            "inLanguage": "en",
            "articleBody": json.loads((HERE / "newspaper4k-0.9.6.json").read_text(encoding="utf-8"))["text"],
        }
    ).encode()


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(from_trafilatura(), id="trafilatura, installed"),
        pytest.param((HERE / "newspaper4k-0.9.6.json").read_bytes(), id="newspaper4k"),
        pytest.param((HERE / "news-please-1.6.16.json").read_bytes(), id="news-please"),
        pytest.param(from_schema_org(), id="schema.org"),
    ],
)
def test_a_scrapers_record_needs_no_rewrite(payload: bytes) -> None:
    """URL, headline, day and text arrive under our names, and the article is clean."""
    raw = decode(payload, RawArticle)
    assert raw.url == URL
    assert (raw.headline or "").startswith("Late Sorensen header ends Northgate's 61")
    assert raw.published_at is not None
    assert raw.published_at.date().isoformat() == "2025-05-17"
    assert raw.language in ("en", None)
    article = clean(raw)
    assert isinstance(article, CleanArticle)
    assert "Sorensen" in article.text
    assert article.published_at == raw.published_at
    assert article.canonical_url == URL


def test_the_source_is_read_from_each_name_it_has() -> None:
    """`source_domain`, `hostname` and a schema.org publisher all say where the article is from."""
    please = decode((HERE / "news-please-1.6.16.json").read_bytes(), RawArticle)
    assert please.source is not None
    assert please.source.domain == "terracesport.example"
    assert decode(from_trafilatura(), RawArticle).source is not None
    organisation = decode(from_schema_org(), RawArticle)
    assert organisation.source is not None
    assert organisation.source.name == "Terrace Sport"
    assert organisation.authors == ("Priya Raman",)
