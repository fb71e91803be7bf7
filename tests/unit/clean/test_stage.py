"""The stage as a whole: what comes in under any scraper's names, and which fate it has."""

# ruff: noqa: E501  # markup and its id on one line read better than broken up

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import trafilatura

from schemas.clean import CleanArticle, PublishedAtSource, Rejected, RejectReason
from schemas.raw import RawArticle
from workers.clean import CleanMemory, CleanOptions, clean
from workers.clean.fingerprint import SAME_STORY_BITS, bits_apart
from workers.clean.language import detect_language

NOW = datetime(2026, 1, 2, tzinfo=UTC)
URL = "https://westhavenpost.example/market?utm_source=x"
PageMaker = Callable[..., str]
Paragraphs = tuple[str, ...]


def published(article: RawArticle, **options: object) -> CleanArticle:
    outcome = clean(article, now=NOW, **options)  # type: ignore[arg-type]
    assert isinstance(outcome, CleanArticle), outcome
    return outcome


def rejected(article: RawArticle) -> Rejected:
    outcome = clean(article, now=NOW)
    assert isinstance(outcome, Rejected), outcome
    return outcome


def test_a_page_becomes_headline_and_paragraphs(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """An empty line between them; the headline stands once, first."""
    article = published(RawArticle(url=URL, html=page_of()))
    assert article.text == "\n\n".join(["Westhaven closes its old fish market", *paragraphs])
    assert article.canonical_url == "https://westhavenpost.example/market"
    assert article.language == "en"
    assert article.processed_at == NOW


def test_what_trafilatura_writes_is_understood(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """Its JSON goes through as it is."""
    head = '<meta name="author" content="Ida Berg"><meta property="article:published_time" content="2025-10-25">'
    output = trafilatura.extract(page_of(head=head), url=URL, output_format="json", with_metadata=True)
    article = published(RawArticle.model_validate(json.loads(output or "{}")))
    assert paragraphs[0] in article.text
    assert paragraphs[-1] in article.text
    assert article.authors == ("Ida Berg",)
    assert article.published_at_source == PublishedAtSource.GIVEN
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == "2025-10-25"


def test_a_news_article_of_schema_org_is_understood(paragraphs: Paragraphs) -> None:
    """As it stands in a page's JSON-LD."""
    node = {
        "@context": "https://schema.org", "@type": "NewsArticle", "@id": URL, "headline": "Westhaven closes its market",
        "articleBody": "\n".join(paragraphs), "datePublished": "2025-10-25T08:00:00Z",
        "author": [{"@type": "Person", "name": "Ida Berg"}], "inLanguage": "en-GB",
        "publisher": {"@type": "Organization", "name": "The Westhaven Post"},
    }  # fmt: skip
    article = published(RawArticle.model_validate(node))
    assert article.headline == "Westhaven closes its market"
    assert article.authors == ("Ida Berg",)
    assert paragraphs[-1] in article.text


def test_ids_follow_from_the_record_alone(page_of: PageMaker) -> None:
    """Not from what the page calls itself today; and links with tracking name the same article."""
    other = page_of(head='<link rel="canonical" href="https://westhavenpost.example/another">')
    first = published(RawArticle(url=URL, html=page_of()))
    second = published(RawArticle(url="https://westhavenpost.example/market", html=other))
    assert first.article_id == second.article_id
    assert second.canonical_url == "https://westhavenpost.example/another"


def test_the_address_of_another_site_is_not_believed(page_of: PageMaker) -> None:
    """A canonical link is the page's own word, and only for its own site."""
    html = page_of(head='<link rel="canonical" href="https://elsewhere.example/x">')
    assert published(RawArticle(url=URL, html=html)).canonical_url == "https://westhavenpost.example/market"


def test_a_repeated_text_is_marked_or_dropped(page_of: PageMaker) -> None:
    """Marked by default; rejected when a setting says so; a replay of one article is no repeat of it."""
    memory = CleanMemory()
    first, copy = (RawArticle(url=f"https://{name}.example/a", html=page_of()) for name in ("one", "two"))
    original = published(first, memory=memory)
    assert original.warnings == published(first, memory=memory).warnings == ()
    assert published(copy, memory=memory).warnings == (f"duplicate: same text as {original.article_id}",)
    outcome = clean(copy, options=CleanOptions(drop_duplicates=True), memory=memory, now=NOW)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == RejectReason.DUPLICATE


def test_copies_of_a_story_have_like_fingerprints(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """With another headline and a paragraph less; another story has another."""
    other = tuple(f"Chapter {n} of the cookery book is about bread, butter number {n * 7} and jam." for n in range(6))
    story, copy, cookery = (
        published(RawArticle(url=URL, html=html)).fingerprint or ""
        for html in (
            page_of(),
            page_of(headline="Market to close", paragraphs=paragraphs[:5]),
            page_of(paragraphs=other),
        )
    )
    assert bits_apart(story, copy) <= SAME_STORY_BITS < bits_apart(story, cookery)


def test_paywall_stubs_are_told_from_articles(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """Two sentences and a demand are a stub; with more than sixty words it is an article with a warning."""
    ask = '<div class="paywall"><p>Subscribe to continue reading this article.</p></div>'
    stub = page_of(paragraphs=paragraphs[:1], after=ask)
    assert rejected(RawArticle(url=URL, html=stub)).reason == RejectReason.PAYWALL_STUB
    article = published(RawArticle(url=URL, html=page_of(after=ask)))
    assert any(warning.startswith("paywall") for warning in article.warnings)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        pytest.param({"http_status": 404}, RejectReason.NOT_AN_ARTICLE, id="the server said so"),
        pytest.param({"headline": "Page not found"}, None, id="a long text under such a headline is an article"),
    ],
)
def test_error_pages_are_no_articles(
    page_of: PageMaker, fields: dict[str, object], reason: RejectReason | None
) -> None:
    """By the status, or by the headline of a short text."""
    long = page_of(
        paragraphs=tuple(f"{n}. The board met again on day {n} to hear what the sellers had to say." for n in range(20))
    )
    outcome = clean(RawArticle.model_validate({"url": URL, "html": long, **fields}), now=NOW)
    assert getattr(outcome, "reason", None) == reason


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(
            "The board said that it would close the market and that all of them had been told.", "en", id="English"
        ),
        pytest.param(
            "Der Vorstand sagte, dass er den Markt schließen werde und dass alle davon wüssten.", "de", id="German"
        ),
        pytest.param(
            "Le conseil a déclaré qu'il allait fermer le marché et que tous le savaient déjà.", "fr", id="French"
        ),
        pytest.param("Правление заявило, что закроет рынок и что все об этом уже знали заранее.", "ru", id="Russian"),
        pytest.param("Short.", None, id="too little to tell"),
    ],
)
def test_languages_are_told(text: str, language: str | None) -> None:
    """By the text, not by what the site says it is."""
    assert detect_language(text) == language


def test_another_language_is_rejected_by_name(page_of: PageMaker) -> None:
    """Unless the settings ask for it."""
    german = (
        "Der Vorstand des Hafens hat am Dienstag beschlossen, den alten Fischmarkt zu schließen, und damit endet ein Handel, den es neben dem Anleger seit mehr als hundert Jahren gab.",
    ) * 2
    html = page_of(
        paragraphs=(
            *german[:1],
            "Elf Händler haben bis Ende März Zeit, ihre Stände zu räumen, wie der Vorstand nach der Sitzung sagte.",
        )
    )
    outcome = rejected(RawArticle(url=URL, html=html))
    assert (outcome.reason, outcome.detail) == (RejectReason.UNSUPPORTED_LANGUAGE, "de")
