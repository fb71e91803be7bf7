"""Pages made to break parsers, each with its fate: what is cut is said, and nothing is lost in silence."""

# markup and its id on one line read better than broken up

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from schemas.clean import CleanArticle, Rejected, RejectReason
from schemas.raw import RawArticle
from workers.clean import CleanOptions, clean
from workers.clean.hygiene import tidy
from workers.clean.page import main_text
from workers.clean.tree import parse_page

PageMaker = Callable[..., str]
Paragraphs = tuple[str, ...]
MAX_SECONDS = 20  # of CPU: what hangs, hangs for minutes; the pool's own limit is 30 seconds
MAX_CHARS = 8_000_000


def read(html: str, **options: int) -> CleanArticle | Rejected:
    article = RawArticle(url="https://news.example/a", html=html)
    began = time.process_time()
    outcome = clean(article, options=CleanOptions(**options))  # type: ignore[arg-type]
    assert time.process_time() - began < MAX_SECONDS
    return outcome


def warned(outcome: CleanArticle | Rejected, words: str) -> bool:
    return isinstance(outcome, CleanArticle) and any(words in warning for warning in outcome.warnings)


@pytest.mark.parametrize(
    ("depth", "flattened"),
    [pytest.param(300, False, id="lxml's own limit is 256"), pytest.param(10_000, True, id="libxml2's is 2048")],
)
def test_deep_nesting_loses_nothing(page_of: PageMaker, paragraphs: Paragraphs, depth: int, flattened: bool) -> None:
    """Published whole; beyond 2048 with a warning."""
    outcome = read(page_of(inside="<div>" * depth + "<p>Half way through.</p>" + "</div>" * depth))
    assert isinstance(outcome, CleanArticle)
    assert paragraphs[0] in outcome.text
    assert paragraphs[-1] in outcome.text
    assert warned(outcome, "nest too deeply") == flattened


def test_unclosed_inline_elements_lose_nothing(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """Five thousand `<b><i>` that nobody closed nest as deeply as any; published whole, with a warning."""
    outcome = read(page_of(inside="<b><i>" * 5_000))
    assert paragraphs[-1] in getattr(outcome, "text", "")
    assert warned(outcome, "nest too deeply")


@pytest.mark.parametrize("strange", ["\x00", "\ud800"])
def test_nuls_and_lone_surrogates_lose_nothing(page_of: PageMaker, paragraphs: Paragraphs, strange: str) -> None:
    """Published whole, with a warning that counts them."""
    outcome = read(page_of(inside=f"<p>{strange * 3}</p>"))
    assert paragraphs[-1] in getattr(outcome, "text", "")
    assert warned(outcome, "3 NULs or lone surrogates")


@pytest.mark.parametrize(
    "end",
    [
        pytest.param("</body></html>", id="as it is written"),
        pytest.param("</BODY\n>", id="in capitals, with white space"),
        pytest.param("</body\u00a0>", id="with white space that is no ASCII"),
    ],
)
def test_a_second_end_of_the_body_loses_nothing(page_of: PageMaker, paragraphs: Paragraphs, end: str) -> None:
    """libxml2 drops what follows `</body></html>`; some templates put their article there."""
    html = page_of().replace("<main>", f"{end}<main>", 1)
    assert paragraphs[-1] in getattr(read(html), "text", "")


def test_a_page_too_long_is_cut_with_a_warning(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """The warning says how much is gone."""
    html = page_of() + "<p>The board met again on Wednesday. </p>" * 500
    outcome = read(html, max_html_bytes=10_000)
    assert paragraphs[0] in getattr(outcome, "text", "")
    assert warned(outcome, f"{len(html) - 10_000} of {len(html)} characters cut off")


def test_a_text_node_of_ten_megabytes_is_cut_with_a_warning(page_of: PageMaker) -> None:
    """lxml alone drops it and all that follows in silence."""
    outcome = read(page_of(after="<p>" + "The board met again. " * 500_000 + "</p>"))
    assert warned(outcome, "characters cut off")


def test_an_attribute_of_twenty_megabytes_does_not_cost_the_article(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """lxml alone drops what follows it; cutting the page at its limit would, too. The value goes, with a warning."""
    picture = f'<img alt="the pier" src="data:image/png;base64,{"A" * 20_000_000}">'
    outcome = read(page_of(byline=picture))
    assert isinstance(outcome, CleanArticle)
    assert paragraphs[-1] in outcome.text
    assert warned(outcome, "characters of attribute values taken out")
    assert not warned(outcome, "cut off")


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("", id="alone"),
        pytest.param(f"<script>{'a=1;' * 10_000}</script>", id="behind a long script, which is no tag"),
        pytest.param(f"<style>{'p>b{}' * 10_000}</style>", id="behind a style sheet full of what ends tags"),
    ],
)
def test_half_a_million_attributes_cost_no_minutes(page_of: PageMaker, paragraphs: Paragraphs, before: str) -> None:
    """The first thousand are kept, with a warning; libxml2 would take hours."""
    tag = "<p " + " ".join(f"a{n}=1" for n in range(500_000)) + ">"
    outcome = read(page_of(inside=f"{before}{tag}A paragraph with many attributes.</p>"))
    assert paragraphs[-1] in getattr(outcome, "text", "")
    assert warned(outcome, "attributes beyond 1000")


def test_a_picture_inside_its_source_is_no_attack(page_of: PageMaker, paragraphs: Paragraphs) -> None:
    """A tag of a megabyte with one attribute stays, without a warning."""
    outcome = read(page_of(inside=f'<img src="data:image/png;base64,{"A" * 1_000_000}">'))
    assert paragraphs[-1] in getattr(outcome, "text", "")
    assert isinstance(outcome, CleanArticle)
    assert outcome.warnings == ()


def test_entities_of_the_page_s_own_are_not_expanded(page_of: PageMaker) -> None:
    """A billion laughs stay a few characters, and no file is read."""
    bomb = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    outcome = read(bomb + page_of(inside="<p>&b;&b;&f; is what the page says here, word for word.</p>"))
    assert isinstance(outcome, CleanArticle)
    assert "hahaha" not in outcome.text
    assert "root:" not in outcome.text


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<p>" * 300_000 + "end", id="300,000 unclosed paragraphs"),
        pytest.param("<a href='/x'>link</a> " * 200_000, id="200,000 links"),
        pytest.param("<p>" + "a\u0301\u0327" * 300_000, id="heaps of combining marks"),
        pytest.param("<p>a" + "\u0301" * 300_000, id="one heap of combining marks"),
        pytest.param("<" * 1_000_000, id="a million angle brackets"),
        pytest.param("<table>" * 1_000 + "<tr><td>x" * 1_000, id="tables in tables"),
        pytest.param("&" * 500_000 + "amp;" * 100_000, id="ampersands"),
        pytest.param("<script>" + "x" * 1_000_000, id="a script without end"),
    ],
)
def test_a_page_without_an_article_is_rejected_in_time(html: str) -> None:
    """A fate and a reason, whatever it is made of."""
    outcome = read(f"<html><body>{html}</body></html>")
    assert isinstance(outcome, Rejected)
    assert outcome.reason in (RejectReason.TOO_SHORT, RejectReason.NOT_AN_ARTICLE, RejectReason.UNSUPPORTED_LANGUAGE)


@pytest.mark.parametrize("html", ["   \n", "\x00", "<!-- nothing -->", "<html></html>", "plain words, no markup"])
def test_an_empty_page_is_too_short(html: str) -> None:
    """lxml raises on the first three of these; here each is a rejection."""
    outcome = read(html)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == RejectReason.TOO_SHORT


def test_eight_megabytes_of_paragraphs_are_read_up_to_a_limit() -> None:
    """Blocks beyond 20,000 are left out, with a warning."""
    html = "<p>A sentence of the article that is not so long.</p>" * 30_000
    page = main_text(html)
    assert any("only the first 20000 blocks" in warning for warning in page.warnings)


def test_a_page_that_ends_inside_a_comment_says_so(page_of: PageMaker) -> None:
    """What follows an open `<!--` is a comment to every reader; still, it is said."""
    tree = parse_page(page_of() + "<!-- and so on", max_chars=MAX_CHARS)
    assert any("ends inside" in warning for warning in tree.warnings)


def test_heaps_of_marks_on_one_letter_are_cut_to_thirty() -> None:
    """As UAX #15 has it; composing 200,000 took half a minute."""
    began = time.process_time()
    assert len(tidy("a" + "\u0301\u0327" * 100_000)) <= 31
    assert time.process_time() - began < MAX_SECONDS
