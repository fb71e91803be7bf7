"""The article in a page: all of it, and nothing of what stands around it."""

# ruff: noqa: E501  # markup and its id on one line read better than broken up

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.clean import RemovedReason
from workers.clean import page
from workers.clean.page import main_text
from workers.clean.trees import Forest

LATEST = datetime(2026, 1, 2, tzinfo=UTC)
PageMaker = Callable[..., str]
Paragraphs = tuple[str, ...]


def test_the_article_and_nothing_else(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """Menu, headline, related links and footer are left out; the paragraphs are the page's."""
    page = main_text(page_of(), latest=LATEST)
    assert page.paragraphs == paragraphs
    assert page.metadata.title == "Westhaven closes its old fish market"
    assert page.confidence is not None
    assert page.confidence > 0.8


def test_what_was_left_out_is_said_by_class(page_of: PageMaker) -> None:
    """`removed` counts the characters of menus and of related links."""
    removed = {piece.reason: piece.chars for piece in main_text(page_of(), latest=LATEST).removed}
    assert removed[RemovedReason.RELATED_LINKS] > 80
    assert removed[RemovedReason.NAVIGATION] > 20


@pytest.mark.parametrize(
    ("clutter", "said"),
    [
        pytest.param(
            '<div class="newsletter-signup"><p>Sign up for our newsletter and get the news of the harbour in your inbox '
            "every morning.</p></div>",
            "newsletter",
            id="sign-up inside the article",
        ),
        pytest.param(
            '<div class="social-share"><a href="https://f.example">Share on Facebook</a> <a href="x">Tweet</a></div>',
            "Facebook",
            id="share buttons",
        ),
        pytest.param(
            '<figure><img src="a.jpg"><figcaption>The market on Monday. Photo: Ida Berg/The Westhaven Post</figcaption></figure>',
            "Photo: Ida Berg",
            id="caption and credit",
        ),
        pytest.param(
            '<div class="related-stories"><h4>Related</h4><ul><li><a href="/1">Fishermen plan a march on the council</a></li>'
            '<li><a href="/2">What a mackerel costs</a></li></ul></div>',
            "Fishermen plan",
            id="related links inside the article",
        ),
        pytest.param("<script>var story = 'Never shown to anybody at all';</script>", "Never shown", id="script"),
    ],
)
def test_clutter_inside_the_article_goes(page_of: PageMaker, paragraphs: Paragraphs, clutter: str, said: str) -> None:
    """What interrupts the article is cut out of it, and the article goes on behind it."""
    page = main_text(page_of(inside=clutter), latest=LATEST)
    text = "\n".join(page.paragraphs)
    assert said not in text
    assert paragraphs[0] in text
    assert paragraphs[-1] in text


def test_comments_are_not_the_article(page_of: PageMaker) -> None:
    """Readers write sentences too."""
    comments = '<section id="comments" class="comments"><h3>3 comments</h3>' + "".join(
        f'<div class="comment"><span class="comment-author">reader{n}</span><p class="comment-text">I have bought my fish '
        f"there for years and I think that this is a sad day for all of us, number {n}.</p><a href='#'>Reply</a></div>"
        for n in range(3)
    )
    page = main_text(page_of(after=f"{comments}</section>"), latest=LATEST)
    assert "sad day for all" not in "\n".join(page.paragraphs)
    assert any(piece.reason == RemovedReason.COMMENTS for piece in page.removed)


def test_a_table_that_belongs_is_kept(page_of: PageMaker) -> None:
    """A row is a line, its cells apart."""
    table = (
        "<table><tr><th>Year</th><th>Tonnes of fish sold on the pier</th></tr>"
        "<tr><td>1990</td><td>Some 1,200 tonnes of mackerel and cod</td></tr>"
        "<tr><td>2024</td><td>Less than 300 tonnes, most of it cod</td></tr></table>"
    )
    text = "\n".join(main_text(page_of(inside=table), latest=LATEST).paragraphs)
    assert "1990 | Some 1,200 tonnes" in text


def test_paragraphs_made_of_line_breaks_are_paragraphs(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """Two `<br>` end one."""
    page = main_text(page_of(paragraphs=("<br><br>".join(paragraphs),)), latest=LATEST)
    assert page.paragraphs == paragraphs


def test_a_paragraph_kept_twice_is_kept_once(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """Templates repeat a lead for phones and desktops."""
    page = main_text(page_of(paragraphs=(paragraphs[0], *paragraphs)), latest=LATEST)
    assert page.paragraphs == paragraphs


def test_a_long_paragraph_is_repeated_only_where_it_is_to_its_end(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """Case and punctuation do not count."""
    long = " ".join(paragraphs[:4])
    other = f"{long} The board meets again in May."
    page = main_text(page_of(paragraphs=(long, other, long.replace(",", "").upper())), latest=LATEST)
    assert page.paragraphs == (long, other)


def test_the_body_of_a_page_that_a_script_draws_is_read_from_its_json(paragraphs: Paragraphs) -> None:
    """JSON-LD has it as `articleBody`."""
    linked = {"@type": "NewsArticle", "headline": "Westhaven closes its market", "articleBody": "\n".join(paragraphs)}
    html = (
        f'<html><head><script type="application/ld+json">{json.dumps(linked)}</script></head>'
        '<body><div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript></body></html>'
    )
    page = main_text(html, latest=LATEST)
    assert page.paragraphs == paragraphs
    assert page.method == "html:json-ld"


def test_the_updates_of_a_live_blog_are_read(paragraphs: Paragraphs) -> None:
    """Where the page only has them in its JSON-LD."""
    updates = [
        {"@type": "BlogPosting", "headline": f"Update {n}", "articleBody": text} for n, text in enumerate(paragraphs)
    ]
    linked = {"@type": "LiveBlogPosting", "headline": "Harbour vote: live", "liveBlogUpdate": updates}
    html = f'<html><head><script type="application/ld+json">{json.dumps(linked)}</script></head><body><p>Live</p></body></html>'
    text = "\n".join(main_text(html, latest=LATEST).paragraphs)
    assert all(paragraph in text for paragraph in paragraphs)


def test_a_line_that_asks_readers_to_pay_is_noticed(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """It is no part of the article."""
    ask = '<div class="paywall"><p>Subscribe to continue reading this article.</p><a href="/buy">Already a subscriber?</a></div>'
    page = main_text(page_of(paragraphs=paragraphs[:2], after=ask), latest=LATEST)
    assert page.asks_to_pay
    assert "Subscribe" not in "\n".join(page.paragraphs)


@dataclass(frozen=True, slots=True)
class OnlyTheLast(Forest):
    """A forest gone wrong: it takes the foot of the page for the article."""

    def probability(self, rows: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Return 1 for the last block, 0 for the others."""
        sure = np.zeros(len(rows), np.float32)
        sure[-1] = 1
        return sure


def test_a_choice_that_collapses_to_the_footer_is_overruled(
    page_of: PageMaker, paragraphs: Paragraphs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short or unsure text is compared with a second extractor's; where that has clearly more, it is taken."""
    whole = page.load_model()
    broken = OnlyTheLast(*(getattr(whole.forest, field.name) for field in fields(Forest)))
    monkeypatch.setattr(page, "load_model", lambda: replace(whole, forest=broken))
    found = main_text(page_of(paragraphs=paragraphs * 2))
    assert found.method.startswith("html:trafilatura")
    assert paragraphs[0] in found.paragraphs
    assert (found.confidence or 0) <= 0.5


def test_nothing_touches_the_network(page_of: PageMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for pictures, style sheets or frames, and not for the second extractor either."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a page was fetched")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    links = '<link rel="stylesheet" href="http://a.example/a.css"><base href="http://a.example/">'
    inside = '<img src="http://a.example/a.jpg"><iframe src="http://a.example/"></iframe>'
    assert main_text(page_of(head=links, inside=inside), url="http://a.example/b", latest=LATEST).paragraphs
    main_text("<html><body><p>Too short to be sure of.</p></body></html>", url="http://a.example/", latest=LATEST)
