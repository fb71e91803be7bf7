"""Enriched articles on a terminal: who said what is readable at 80 and 120 columns, and nothing escapes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console, RenderableType

from schemas.enriched import EnrichedArticle
from workers.cli.paint import legend, paint_article, paint_quote, painted_text

TEXT = "Mayor Ann Lee spoke. “We waited,” she said, “and nobody came.” The bridge is closed, Lee added."


def span(exact: str) -> dict[str, Any]:
    start = TEXT.index(exact)
    return {"start": start, "end": start + len(exact), "exact": exact}


LEE = span("Lee added") | {"end": TEXT.index("Lee added") + 3, "exact": "Lee"}


def article(**changes: Any) -> EnrichedArticle:
    shared = {"article_id": "a", "confidence": 0.9, "provenance": {"rule": "marks", "cue_class": "say", "version": "1"}}
    speaker = {"name": "Ann Lee", "entity_id": "e1", "role": "mayor", "kind": "person"}
    values: dict[str, Any] = {
        "article_id": "a",
        "headline": "Bridge closed",
        "text": TEXT,
        "published_at": "2025-03-04T05:06:07Z",
        "publisher": {"name": "The Post"},
        "entities": [
            {"entity_id": "e1", "label": "PERSON", "name": "Ann Lee", "mentions": [span("Ann Lee"), LEE]},
            {"entity_id": "e2", "label": "DATE", "name": "Monday", "mentions": [span("closed")]},
        ],
        "quotes": [
            shared | {
                "quote_id": "q1", "type": "direct", "spans": [span("“We waited,”"), span("“and nobody came.”")],
                "text": "“We waited,” “and nobody came.”", "cue": span("said") | {"lemma": "say"},
                "speaker": speaker | {"mention": span("she"), "resolution": "pronoun"},
            },
            shared | {
                "quote_id": "q2", "type": "indirect", "spans": [span("The bridge is closed")],
                "text": "The bridge is closed", "cue": span("added") | {"lemma": "add"},
                "speaker": speaker | {"mention": LEE, "resolution": "explicit"},
            },
        ],
    }  # fmt: skip
    return EnrichedArticle.model_validate(values | changes)


def on_paper(renderable: RenderableType, *, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None, markup=False, highlight=False, emoji=False)
    console.print(renderable)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_a_person_sees_who_said_what_and_how() -> None:
    """A split quote is one, without its inner marks; the pronoun and the cue say how it was put."""
    shown = on_paper(paint_article(article()))
    assert "Bridge closed" in shown
    assert "The Post · 2025-03-04" in shown
    assert "“We waited, … and nobody came.”  — she said" in shown
    assert "The bridge is closed  — added" in shown
    assert shown.count("Ann Lee  mayor") == 1


@pytest.mark.parametrize("width", [80, 120, 20])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Long texts are folded, long addresses cut."""
    long = article(url="https://example.org/" + "x" * 300, headline="word " * 60)
    lines = on_paper(paint_article(long, explain=True), width=width).splitlines()
    assert max(map(len, lines)) <= width


def test_explain_names_the_rules_behind_a_quote() -> None:
    """Rule, cue class, how the speaker was resolved, offsets; dates too are entities then."""
    shown = " ".join(on_paper(paint_article(article(), explain=True), width=200).split())
    assert "type direct · rule marks · cue class say · cue said (say) · speaker person, pronoun" in shown
    assert "mention she · confidence 0.90 · at 21:33, 44:62" in shown
    assert "Monday" in shown
    assert "Monday" not in on_paper(paint_article(article()))


def test_explain_says_which_marks_are_no_quote() -> None:
    """A scare quote is listed with its reason; without `explain` nobody is bothered."""
    words = {"not_quotes": [span("The bridge") | {"reason": "scare_quote"}]}
    shown = " ".join(on_paper(paint_article(article(**words), explain=True), width=120).split())
    assert "In marks, not quoted 1 The bridge — scare quote · at" in shown
    assert "not quoted" not in on_paper(paint_article(article(**words)))


def test_mentions_and_quotes_are_painted_where_they_stand() -> None:
    """Offsets are code points of the text, before and after disarming."""
    hostile = "\x1b[31m" + TEXT
    shift = len("\x1b[31m")
    moved = article().model_dump()
    parts = [mention for entity in moved["entities"] for mention in entity["mentions"]]
    for quote in moved["quotes"]:
        parts += [*quote["spans"], quote["cue"], quote["speaker"]["mention"]]
    for part in parts:
        part["start"] += shift
        part["end"] += shift
    text = painted_text(EnrichedArticle.model_validate(moved | {"text": hostile, "paragraphs": [], "text_sha256": ""}))
    painted = {text.plain[s.start : s.end] for s in text.spans}
    assert {"Ann Lee", "Lee", "“We waited,”", "“and nobody came.”", "said"} <= painted
    assert "\x1b" not in text.plain


def test_markup_in_an_article_is_text() -> None:
    """`[bold]`, links and control characters of a headline are shown, not obeyed."""
    shown = on_paper(paint_article(article(headline="[bold red]x[/] [link=http://evil.example]y[/link] \x1b[2J")))
    assert "[bold red]x[/] [link=http://evil.example]y[/link] �[2J" in shown


def test_a_quote_alone_says_where_it_is_from() -> None:
    """As `tail --topic quotes` shows it; an unknown speaker is shown as unknown."""
    [quote, _] = article().quotes
    known = on_paper(paint_quote(quote.model_copy(update={"headline": "Bridge closed"})))
    assert known.startswith("Ann Lee  mayor\n")
    assert "Bridge closed" in known
    unknown = quote.model_copy(update={"speaker": quote.speaker.model_copy(update={"name": None})})
    assert "unknown speaker" in on_paper(paint_quote(unknown))


def test_an_article_without_quotes_says_so() -> None:
    """Nothing found is a result."""
    assert "Who said what  none" in on_paper(paint_article(article(quotes=[], entities=[])))


def test_the_legend_fits_a_narrow_terminal() -> None:
    """One line of 80 columns."""
    assert len(legend().plain) <= 80
