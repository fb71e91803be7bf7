"""Title, authors and date of a page, each from where the page says it; where it says nothing, there is none."""

# ruff: noqa: E501  # markup and its id on one line read better than broken up

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from schemas.clean import AuthorsSource, PublishedAtSource
from workers.clean.authors import clean_names
from workers.clean.dates import date_in_url, find_date, parse_stamp
from workers.clean.metadata import Metadata, strip_site
from workers.clean.page import main_text
from workers.clean.published import RULES

LATEST = datetime(2026, 1, 2, tzinfo=UTC)
PageMaker = Callable[..., str]


OPEN_GRAPH = '<meta property="article:published_time" content="2025-10-25">'


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
        pytest.param(
            {
                "head": '<meta name="twitter:label2" content="Written by"><meta name="twitter:data2" content="Ida Berg">'
                '<meta name="twitter:label1" content="Time to read"><meta name="twitter:data1" content="Ten Minutes">'
            },
            ("Ida Berg",),
            "meta",
            id="the second label of a card",
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
            {"head": linked(datePublished="2025-10-25T23:30:00-02:00")}, "/a", "2025-10-25", PublishedAtSource.METADATA, id="JSON-LD: the publisher's day, not that of Greenwich"
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
            {"head": OPEN_GRAPH, "byline": "<p>Updated November 1, 2025</p>"},
            "/a", "2025-10-25", PublishedAtSource.METADATA, id="Open Graph holds to the first day",
        ),
        pytest.param(
            {"head": linked(datePublished="2023-10-25"), "byline": "<p>Updated November 1, 2025</p>"},
            "/a", "2025-11-01", PublishedAtSource.TEXT, id="JSON-LD alone does not: the day the page gives itself",
        ),
        pytest.param(
            {"head": OPEN_GRAPH, "byline": "<p>March 3, 2024</p>"},
            "/a", "2024-03-03", PublishedAtSource.TEXT, id="an earlier day than machines are told is the first",
        ),
        pytest.param(
            {"head": '<meta property="article:published_time" content="2025-10-26T02:30:00Z">', "byline": "<p>October 25, 2025</p>"},
            "/2025/10/25/a", "2025-10-25", PublishedAtSource.TEXT, id="told in Greenwich's time; the address has the day there",
        ),
        pytest.param(
            {"head": '<meta property="article:published_time" content="2025-10-26T02:30:00Z">', "byline": "<p>October 25, 2025</p>"},
            "/a", "2025-10-26", PublishedAtSource.METADATA, id="without one, as told",
        ),
        pytest.param(
            {"head": linked(datePublished="2023-10-25"), "byline": "<p>October 25, 2025</p>"},
            "/a", "2025-10-25", PublishedAtSource.TEXT, id="published anew: readers see another day",
        ),
        pytest.param(
            {"byline": "<h4>Published</h4><p>July 8, 2025</p>"}, "/a", "2025-07-08", PublishedAtSource.TEXT, id="the label is the line above"
        ),
        pytest.param(
            {"byline": "<h3>Publish date</h3><p>July 8, 2025</p>"}, "/a", "2025-07-08", PublishedAtSource.TEXT, id="the label is not a sentence"
        ),
        pytest.param(
            {"byline": "<p>Last updated:</p><p>November 8, 2025</p>", "head": OPEN_GRAPH},
            "/a", "2025-10-25", PublishedAtSource.METADATA, id="so is that of an update",
        ),
        pytest.param(
            {"byline": "<p>September 30, 2025</p>", "after": "<p>This article was originally published on 26 Sep 2024 at 4pm.</p>"},
            "/a", "2024-09-26", PublishedAtSource.TEXT, id="the page says which day was the first",
        ),
        pytest.param({"byline": "<p>25/10/2025</p>", "after": "<p>4/5/2025</p>"}, "/a", "2025-10-25", PublishedAtSource.TEXT, id="day first"),
        pytest.param({"byline": "<p>4/5/2025</p>", "after": "<p>25/10/2025</p>"}, "/a", "2025-05-04", PublishedAtSource.TEXT, id="day first, as another date shows"),
        pytest.param({"byline": "<p>04-05-2025</p>", "after": "<p>May 4, 2025</p>"}, "/a", "2025-05-04", PublishedAtSource.TEXT, id="day first, as the same day in words shows"),
        pytest.param({"byline": "<p>4/5/2025</p>", "after": "<p>April 5, 2025</p><p>May 4, 2025</p>"}, "/a", "2025-04-05", PublishedAtSource.TEXT, id="words for both tell nothing"),
        pytest.param({"byline": "<p>4/5/2025</p>"}, "/2025/may/04/a", "2025-05-04", PublishedAtSource.TEXT, id="day first, as the address shows"),
        pytest.param(
            {"head": OPEN_GRAPH + linked(datePublished="2019-10-25"), "byline": "<p>Updated October 25, 2025</p>"},
            "/a", "2025-10-25", PublishedAtSource.TEXT, id="Open Graph has the day that is shown, not JSON-LD's older one",
        ),
        pytest.param(
            {"head": OPEN_GRAPH, "byline": "<table><tr><td>1/1/2013</td><td>4.1 %</td></tr><tr><td>2/1/2013</td><td>4.3 %</td></tr></table>"},
            "/a", "2025-10-25", PublishedAtSource.METADATA, id="rows of figures by day are no byline",
        ),
        pytest.param(
            {"head": linked(datePublished="2025-11-29"), "after": "<p>Published August 13, 2025</p>"},
            "/a", "2025-08-13", PublishedAtSource.TEXT, id="called the day of publication below the text",
        ),
        pytest.param({"byline": "<p>Health<b>DECEMBER 22, 2022</b></p>"}, "/a", "2022-12-22", PublishedAtSource.TEXT, id="glued"),
        pytest.param({"byline": "<p>2022-11-23T08:10+02:00</p>"}, "/a", "2022-11-23", PublishedAtSource.TEXT, id="a stamp shown to readers"),
        pytest.param(
            {"head": linked(**{"@type": "WebPage", "datePublished": "2025-10-25"})}, "/a", None, None, id="a plugin dates every page"
        ),
        pytest.param(
            {"head": linked(**{"@type": "WebPage", "datePublished": "2025-10-25"}) + OPEN_GRAPH},
            "/a", "2025-10-25", PublishedAtSource.METADATA, id="but not in Open Graph",
        ),
        pytest.param(
            {"head": linked(**{"@type": ["WebPage", "Article"], "datePublished": "2025-10-25"})},
            "/a", "2025-10-25", PublishedAtSource.METADATA, id="a page that is an article",
        ),
        pytest.param({"head": linked(datePublished="2025-10-25")}, "/", None, None, id="a front page"),
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


def test_a_date_says_how_often_its_rule_is_right(page_of: PageMaker) -> None:
    """Told to machines and shown to readers is surer than either."""
    head = linked(datePublished="2025-10-25T14:03:00+02:00")
    both, alone = read(page_of(head=head, byline="<p>25 October 2025</p>")), read(page_of(head=head))
    assert (both.published_at_rule, alone.published_at_rule) == ("declared-and-shown", "declared")
    assert both.published_at_confidence == RULES["declared-and-shown"].confidence
    assert (both.published_at_confidence or 0) > (alone.published_at_confidence or 0) > RULES["update"].confidence


def test_a_weak_source_dates_only_what_is_a_story(page_of: PageMaker) -> None:
    """The first `<time>` may be a comment's: it counts on a page that is signed, or whose address is among stories."""
    time = '<time datetime="2025-10-25">some day</time>'
    assert day(read(page_of(after=time), "https://fishtools.example/nets")) is None
    assert day(read(page_of(after=time), "https://fishtools.example/news/nets")) == "2025-10-25"
    assert day(read(page_of(after=time, byline="<p>By Ida Berg</p>"), "https://fishtools.example/nets")) == "2025-10-25"


def test_the_only_day_of_a_story_counts_wherever_it_stands(page_of: PageMaker) -> None:
    """A line that is a date and nothing else; beside a second day it may be that of a related story."""
    signed, alone = "<p>By Ida Berg</p>", f"{'<p>Nets and ropes</p>' * 16}<p>September 30, 2025</p>"
    assert day(read(page_of(byline=signed, after=alone))) == "2025-09-30"
    assert day(read(page_of(after=alone), "https://fishtools.example/nets")) is None
    assert day(read(page_of(byline=signed, after=f"{alone}<p>A trawler sank, June 2, 2024</p>"))) is None
    assert (
        read(page_of(byline=signed, after=alone.replace("<p>S", "<p>Last updated:</p><p>S"))).published_at_rule
        == "update"
    )


def test_a_day_keeps_the_offset_the_page_gave(page_of: PageMaker) -> None:
    """23:30 in Nuuk is the 25th there and the 26th in Greenwich; the moment is the same."""
    moment = read(page_of(head=linked(datePublished="2025-10-25T23:30:00-02:00"))).published_at
    assert moment is not None
    assert moment.isoformat() == "2025-10-25T23:30:00-02:00"


def test_a_byline_beats_the_account_that_posted(page_of: PageMaker) -> None:
    """Software declares who pressed the button; the page shows who wrote."""
    found = read(page_of(head='<meta name="author" content="Tom Vik">', byline="<p>By Ida Berg ● May 3, 2025</p>"))
    assert (found.authors, found.authors_source) == (("Ida Berg",), AuthorsSource.BYLINE)


def test_a_byline_that_shares_a_name_adds_the_others(page_of: PageMaker) -> None:
    """The head knows one author, the page shows two."""
    found = read(page_of(head='<meta name="author" content="Ida Berg">', byline="<p>By Dr Ida Berg and Tom Vik</p>"))
    assert len(found.authors) == 2
    assert "Tom Vik" in found.authors


def test_a_photographer_does_not_replace_the_author(page_of: PageMaker) -> None:
    """The declared name stands beside the headline too: `By` belongs to the picture."""
    html = page_of(head='<meta name="author" content="Ida Berg">', byline="<p>Ida Berg</p><p>By Tom Vik</p>")
    assert read(html).authors == ("Ida Berg",)


def test_a_reviewer_is_no_author(page_of: PageMaker) -> None:
    """`Reviewed by` names a doctor or a lawyer."""
    assert read(page_of(byline="<p>Reviewed by Ida Berg, MD</p>")).authors == ()


def test_an_account_is_given_with_less_confidence(page_of: PageMaker) -> None:
    """`idaberg` may be somebody; `admin` is nobody, in all its spellings."""
    account = read(page_of(head='<meta name="author" content="idaberg">'))
    person = read(page_of(head='<meta name="author" content="Ida Berg">'))
    assert account.authors == ("idaberg",)
    assert (account.authors_confidence or 0) < (person.authors_confidence or 0)
    assert read(page_of(head='<meta name="author" content="q_admin">')).authors == ()


def test_the_firm_that_made_the_page_did_not_write_it(page_of: PageMaker) -> None:
    """Nor did the site, by its name or by that of its address."""
    assert read(page_of(head='<meta name="author" content="Pagewright Inc">')).authors == ()
    assert read(page_of(head=linked(author={"@type": "Person", "name": "westhavenpost"}))).authors == ()
    assert read(page_of(head='<meta name="author" content="WHA">'), "https://www.wha.example/story").authors == ()


def test_a_note_on_the_author_below_the_article_names_her(page_of: PageMaker, paragraphs: tuple[str, ...]) -> None:
    """Her name alone on a line, then who she is."""
    long = tuple(f"{paragraph} ({n})" for n in range(3) for paragraph in paragraphs)
    note = "<div>Ida Berg</div><p>Ida Berg is a reporter who has covered harbours for ten years.</p>"
    found = read(page_of(paragraphs=long, after=note))
    assert (found.authors, found.authors_source) == (("Ida Berg",), AuthorsSource.SIGNATURE)


def test_a_signature_below_the_article_counts(page_of: PageMaker, paragraphs: tuple[str, ...]) -> None:
    """`Written by …` at the foot, where all such lines agree; a list of other people's stories has several."""
    long = tuple(f"{paragraph} ({n})" for n in range(3) for paragraph in paragraphs)
    signed = read(page_of(paragraphs=long, after="<p>Written by Ida Berg</p>"))
    assert signed.authors == ("Ida Berg",)
    assert signed.authors_source == "signature"
    assert read(page_of(paragraphs=long, after="<p>Written by Ida Berg</p><p>Written by Tom Vik</p>")).authors == ()


def test_a_name_below_the_line_author_counts(page_of: PageMaker, paragraphs: tuple[str, ...]) -> None:
    """`Author` alone on a line has one name below it, `Author(s)` has all that follow; a menu's `Authors` has none."""
    long = tuple(f"{paragraph} ({n})" for n in range(3) for paragraph in paragraphs)
    names = "<p>Ida Berg, PhD</p><p>Tom Vik</p><p>Share</p>"
    assert read(page_of(paragraphs=long, after=f"<h4>Author</h4>{names}")).authors == ("Ida Berg",)
    assert read(page_of(paragraphs=long, after=f"<h4>Author(s)</h4>{names}")).authors == ("Ida Berg", "Tom Vik")
    assert read(page_of(paragraphs=long, after="<nav><p>Authors</p><p>Harbour News</p></nav>")).authors == ()


def test_the_one_link_to_a_page_about_its_bearer_names_the_author(page_of: PageMaker) -> None:
    """The address repeats the name; two people so linked are the authors of a list."""
    one, other = '<a href="/team/ida-berg/">Ida Berg</a>', '<a href="/team/tom-vik/">Tom Vik</a>'
    found = read(page_of(after=f"<div>{one} has the harbour beat</div>"))
    assert (found.authors, found.authors_source) == (("Ida Berg",), AuthorsSource.MARKUP)
    assert read(page_of(after=f"<div>{one} or {other}</div>")).authors == ()
    assert read(page_of(after='<a href="/team/harbour-desk/">Ida Berg</a>')).authors == ()


def test_the_one_element_called_the_authors_name_has_it(page_of: PageMaker, paragraphs: tuple[str, ...]) -> None:
    """A class such as `post-author-name`; who wrote a comment did not write the article."""
    long = tuple(f"{paragraph} ({n})" for n in range(3) for paragraph in paragraphs)
    author = '<div class="post-author__name">Ida Berg</div>'
    assert read(page_of(paragraphs=long, after=author)).authors == ("Ida Berg",)
    assert read(page_of(paragraphs=long, after=author + author.replace("Ida Berg", "Tom Vik"))).authors == ()
    assert read(page_of(paragraphs=long, after=author.replace("post-author", "comment-author"))).authors == ()


def test_a_shown_name_that_runs_on_is_the_declared_one(page_of: PageMaker) -> None:
    """Two links in a row: the writer's, and that of her section."""
    byline = "<p>By <a href='/i'>Ida Berg</a> <a href='/g'>Global Harbours</a></p>"
    found = read(page_of(head='<meta name="author" content="Ida Berg">', byline=byline))
    assert found.authors == ("Ida Berg",)


def test_a_weak_name_does_not_make_a_page_a_story(page_of: PageMaker, paragraphs: tuple[str, ...]) -> None:
    """A date that is believed on stories alone needs more than a name that may stand in a list of people."""
    long = tuple(f"{paragraph} ({n})" for n in range(3) for paragraph in paragraphs)
    after = '<div class="author-name">Ida Berg</div><p>Last updated: November 8, 2025</p>'
    url = "https://westhaven.example/market"
    weak = read(page_of(paragraphs=long, after=after), url)
    assert (weak.authors, day(weak)) == (("Ida Berg",), None)
    declared = '<meta name="author" content="Ida Berg">'
    assert day(read(page_of(paragraphs=long, head=declared, after=after), url)) == "2025-11-08"


def test_a_time_that_readers_see_as_so_long_ago_counts_beside_the_headline(page_of: PageMaker) -> None:
    """`3 days ago` has its day in the markup; the same far below may be of a related story."""
    ago = '<div>Filed <time datetime="2025-10-25T09:00">3 days ago</time></div>'
    url = "https://westhaven.example/a"
    assert day(read(page_of(byline=ago), url)) == "2025-10-25"
    assert day(read(page_of(byline=ago.replace("Filed", "Updated")), url)) is None
    assert day(read(page_of(after=ago), url)) is None


def test_a_meta_of_a_sites_own_making_dates_a_story(page_of: PageMaker) -> None:
    """Its name says publication; where nothing else says that the page is a story, it does not count."""
    head = '<meta name="w-published-date" content="2025-10-25"><meta name="w-published-modified" content="2025-11-01">'
    assert day(read(page_of(head=head), "https://westhaven.example/news/market")) == "2025-10-25"
    assert day(read(page_of(head=head), "https://westhaven.example/market")) is None


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
        pytest.param(["Ida Berg - The Post's Editorial Team"], ("Ida Berg",), id="the desk behind the name"),
        pytest.param(["Ida Berg Former Deputy Tech Editor"], ("Ida Berg",), id="the post behind the name"),
        pytest.param(["View all posts", "undefined", "3 min"], (), id="page words"),
        pytest.param(["page.extra.author"], (), id="a template's variable"),
        pytest.param(["ida.b.berg"], ("ida.b.berg",), id="an account with dots"),
        pytest.param(["Contributors: Ida Berg"], ("Ida Berg",), id="the label ends in a colon"),
        pytest.param(["Author(s): Ida Berg; Tom Vik"], ("Ida Berg", "Tom Vik"), id="one or more"),
    ],
)
def test_names_are_taken_out_of_bylines(values: list[str], names: tuple[str, ...]) -> None:
    """Without titles, degrees and the words of the page."""
    assert clean_names(values, None) == names


def test_a_name_loses_that_of_its_paper_behind_it() -> None:
    """Two elements that only a style sheet keeps apart."""
    assert clean_names(["Ida Berg Westhaven Post"], "Westhaven Post") == ("Ida Berg",)
    assert clean_names(["Westhaven Post"], "Westhaven Post") == ("Westhaven Post",)


@pytest.mark.parametrize(
    ("text", "day_first", "date"),
    [
        pytest.param("4/5/2025", False, "2025-04-05", id="American"),
        pytest.param("4/5/2025", True, "2025-05-04", id="day first"),
        pytest.param("25/10/2025", False, "2025-10-25", id="cannot be a month"),
        pytest.param("25 de octubre de 2025", False, "2025-10-25", id="Spanish"),
        pytest.param("04-ago-2021", False, "2021-08-04", id="Spanish, short"),
        pytest.param("25. Oktober 2025", False, "2025-10-25", id="German"),
        pytest.param("1er juillet 2025, 25 févr. 2025", False, "2025-02-25", id="French, short"),
        pytest.param("25 октября 2025", False, "2025-10-25", id="Russian"),
        pytest.param("25 października 2025", False, "2025-10-25", id="Polish"),
        pytest.param("DECEMBER 19. 2025", False, "2025-12-19", id="a stop for a comma"),
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
