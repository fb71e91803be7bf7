"""Title, authors and date of a page, each from where the page says it; where it says nothing, there is none."""

# ruff: noqa: E501  # markup and its id on one line read better than broken up

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from schemas.clean import PublishedAtSource
from workers.clean.authors import clean_names
from workers.clean.dates import date_in_url, find_date, parse_stamp
from workers.clean.metadata import Metadata, strip_site
from workers.clean.page import main_text

LATEST = datetime(2026, 1, 2, tzinfo=UTC)
PageMaker = Callable[..., str]


def linked(**fields: object) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def read(html: str, url: str = "https://westhavenpost.example/story") -> Metadata:
    return main_text(html, url=url, latest=LATEST).metadata


def day(metadata: Metadata) -> str | None:
    return metadata.published_at.date().isoformat() if metadata.published_at else None


def test_a_page_that_names_nobody_and_no_day_has_neither(page_of: PageMaker) -> None:
    """Nothing is guessed: not from the footer's year, not from the site's name."""
    found = read(page_of())
    assert found.authors == ()
    assert found.published_at is None
    assert found.published_at_source is None


@pytest.mark.parametrize(
    ("parts", "authors", "source"),
    [
        pytest.param(
            {"head": linked(author={"@type": "Person", "name": "Ida Berg"})}, ("Ida Berg",), "json-ld", id="JSON-LD"
        ),
        pytest.param(
            {"head": linked(author=[{"name": "Ida Berg"}, {"name": "Tom Vik"}])},
            ("Ida Berg", "Tom Vik"),
            "json-ld",
            id="two",
        ),
        pytest.param(
            {
                "head": '<script type="application/ld+json">'
                + json.dumps(
                    {
                        "@graph": [
                            {"@type": "Article", "author": {"@id": "#i"}},
                            {"@type": "Person", "@id": "#i", "name": "Ida Berg"},
                        ]
                    }
                )
                + "</script>"
            },
            ("Ida Berg",),
            "json-ld",
            id="a reference in a graph",
        ),
        pytest.param(
            {"head": '<meta name="author" content="By Ida Berg, Senior Reporter">'}, ("Ida Berg",), "meta", id="meta"
        ),
        pytest.param(
            {"byline": '<p>By <a rel="author" href="/i">Ida Berg</a></p>'}, ("Ida Berg",), "markup", id="rel=author"
        ),
        pytest.param({"byline": "<p>By Ida Berg and Tom Vik</p>"}, ("Ida Berg", "Tom Vik"), "byline", id="a byline"),
        pytest.param(
            {"byline": "<div>Published May 3, 2025 by Ida Berg</div>"}, ("Ida Berg",), "byline", id="behind the date"
        ),
        pytest.param(
            {"byline": "<p>By<span>Ida Berg</span><span>Updated 4 May 2025</span></p>"},
            ("Ida Berg",),
            "byline",
            id="glued",
        ),
        pytest.param({"head": '<meta name="author" content="admin">'}, (), None, id="an account"),
        pytest.param(
            {"head": '<meta property="article:author" content="https://f.example/post">'}, (), None, id="an address"
        ),
        pytest.param(
            {"head": linked(author={"@type": "Organization", "name": "The Westhaven Post"})}, (), None, id="the site"
        ),
    ],
)
def test_authors_are_those_the_page_names(
    page_of: PageMaker, parts: dict[str, str], authors: tuple[str, ...], source: str | None
) -> None:
    """In the order of the page, with the place they were read from."""
    found = read(page_of(**parts))
    assert found.authors == authors
    assert found.authors_source == source


@pytest.mark.parametrize(
    ("parts", "url", "date", "source"),
    [
        pytest.param(
            {"head": linked(datePublished="2025-10-25T23:30:00-02:00")}, "/a", "2025-10-26", PublishedAtSource.METADATA, id="JSON-LD, in UTC"
        ),
        pytest.param(
            {"head": '<meta property="article:published_time" content="2025-10-25">'}, "/a", "2025-10-25", PublishedAtSource.METADATA, id="meta"
        ),
        pytest.param(
            {"byline": '<time itemprop="datePublished" datetime="2025-10-25">Saturday</time>'},
            "/a", "2025-10-25", PublishedAtSource.MARKUP, id="itemprop",
        ),
        pytest.param({"byline": "<p>October 25, 2025</p>"}, "/a", "2025-10-25", PublishedAtSource.TEXT, id="written, American"),
        pytest.param({"byline": "<p>25th October 2025, 9:15</p>"}, "/a", "2025-10-25", PublishedAtSource.TEXT, id="written, British"),
        pytest.param({}, "/2025/10/25/market", "2025-10-25", PublishedAtSource.URL, id="address"),
        pytest.param(
            {"byline": "<p>Published: 25 October 2025. Updated: 1 November 2025</p>"}, "/a", "2025-10-25", PublishedAtSource.TEXT, id="both"
        ),
        pytest.param(
            {"head": linked(datePublished="2025-10-25"), "byline": "<p>Updated November 1, 2025</p>"},
            "/a", "2025-10-25", PublishedAtSource.METADATA, id="an update is no publication",
        ),
        pytest.param({"head": linked(datePublished="0001-01-01T00:00:00Z")}, "/a", None, None, id="software's zero"),
        pytest.param({"head": linked(datePublished="2031-01-01")}, "/a", None, None, id="the future"),
        pytest.param({"head": linked(datePublished="soon")}, "/a", None, None, id="no date"),
    ],
)  # fmt: skip
def test_the_day_is_the_one_the_page_gives(
    page_of: PageMaker, parts: dict[str, str], url: str, date: str | None, source: PublishedAtSource | None
) -> None:
    """With the place it was read from."""
    found = read(page_of(**parts), f"https://westhavenpost.example{url}")
    assert day(found) == date
    assert found.published_at_source == source


def test_a_signature_below_the_article_counts(page_of: PageMaker, paragraphs: tuple[str, ...]) -> None:
    """`Written by …` at the foot, where all such lines agree; a list of other people's stories has several."""
    long = tuple(f"{paragraph} ({n})" for n in range(3) for paragraph in paragraphs)
    signed = read(page_of(paragraphs=long, after="<p>Written by Ida Berg</p>"))
    assert signed.authors == ("Ida Berg",)
    assert signed.authors_source == "signature"
    assert read(page_of(paragraphs=long, after="<p>Written by Ida Berg</p><p>Written by Tom Vik</p>")).authors == ()


def test_the_headline_is_the_h1_that_the_head_names(page_of: PageMaker) -> None:
    """A logo in an `<h1>` is not it."""
    html = page_of().replace("<header>", "<header><h1>The Westhaven Post</h1>")
    assert read(html).title == "Westhaven closes its old fish market"


@pytest.mark.parametrize(
    ("title", "site", "stripped"),
    [
        pytest.param("Market closes | The Post", None, "Market closes", id="a bar"),
        pytest.param("Market closes - The Westhaven Post", "The Westhaven Post", "Market closes", id="the site's name"),
        pytest.param("The Post: Market closes", "The Post", "The Post: Market closes", id="a colon may be the title's"),
        pytest.param(
            "Markets - and what they are for, from Rome to now",
            None,
            "Markets - and what they are for, from Rome to now",
            id="long tail",
        ),
        pytest.param("Market closes", "The Post", "Market closes", id="no site"),
    ],
)
def test_a_title_loses_the_name_of_its_site(title: str, site: str | None, stripped: str) -> None:
    """And nothing else."""
    assert strip_site(title, site) == stripped


@pytest.mark.parametrize(
    ("values", "names"),
    [
        pytest.param(["Ann Lee, MD, PhD"], ("Ann Lee",), id="degrees"),
        pytest.param(["By ANN LEE & Tom Vik"], ("ANN LEE", "Tom Vik"), id="capitals are kept"),
        pytest.param(["Ann Lee", "ann lee"], ("Ann Lee",), id="once"),
        pytest.param(["https://a.example/ann", "@ann"], (), id="addresses"),
        pytest.param(["View all posts", "undefined", "3 min"], (), id="page words"),
    ],
)
def test_names_are_taken_out_of_bylines(values: list[str], names: tuple[str, ...]) -> None:
    """Without titles, degrees and the words of the page."""
    assert clean_names(values, None) == names


@pytest.mark.parametrize(
    ("text", "day_first", "date"),
    [
        pytest.param("4/5/2025", False, "2025-04-05", id="American"),
        pytest.param("4/5/2025", True, "2025-05-04", id="day first"),
        pytest.param("25/10/2025", False, "2025-10-25", id="cannot be a month"),
        pytest.param("on 31 February 2025 or 1 March 2025", False, "2025-03-01", id="no such day"),
        pytest.param("Room 12-14, 2025 seats", False, None, id="numbers"),
    ],
)
def test_written_dates_are_read_as_people_read_them(text: str, day_first: bool, date: str | None) -> None:
    """The first that is a day."""
    found = find_date(text, latest=LATEST, day_first=day_first)
    assert (found.moment.date().isoformat() if found else None) == date


@pytest.mark.parametrize(
    "value", ["20251025", "2025-10-25T14:03:00Z", "Sat, 25 Oct 2025 14:03:00 GMT", "1761400980", "1761400980000"]
)
def test_stamps_of_machines_are_read(value: str) -> None:
    """RFC 3339, RFC 2822, seconds and milliseconds."""
    found = parse_stamp(value, latest=LATEST)
    assert found
    assert found.moment.date().isoformat() == "2025-10-25"


@pytest.mark.parametrize(
    "url", ["https://a.example/story-12345678", "https://a.example/2025/13/45/x", "https://a.example/1/2/3"]
)
def test_numbers_in_an_address_are_no_date(url: str) -> None:
    """Ids and page numbers are not days."""
    assert date_in_url(url, latest=LATEST) is None
