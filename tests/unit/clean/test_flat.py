"""Flat text: the article's paragraphs, its headline and what was left out. These pages were written for the tests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.clean import PublishedAtSource, RemovedReason
from workers.clean.flat import METHOD, METHOD_WITH_MEMORY, main_lines
from workers.clean.flat.join import join_texts
from workers.clean.flat.lines import read_lines
from workers.clean.flat.model import load_model
from workers.clean.flat.paragraphs import put_together
from workers.clean.memory import LineMemory

HEADLINE = "Ferry company to keep winter timetable after islanders protest"
BODY = tuple(
    """
The company that runs the ferries to the outer islands said on Thursday that it would keep its winter timetable, two \
weeks after more than four hundred people signed a letter against the plan to drop the last boat of the day.
“We have listened,” said Marit Solheim, who heads the company. “The evening boat will sail until at least the end of \
March, and we will look at the figures again in the spring.”
Islanders had warned that without the boat, which leaves the mainland at nine, children could not take part in sports \
and nurses on the late shift would have to sleep in town.
The county pays for about a third of the crossings. A spokesman for its transport committee said that it had not been \
asked for more money, but that it would not refuse to talk about it.
Fewer than thirty passengers use the last boat on an average night, according to the company's own count.
""".strip().split("\n")
)
TOP = ("Skip to content", "Harbour Post", "Home", "News", "Sport", "Weather", "Jobs", "Log in", "Subscribe")
CREDITS = ("By Dana Whitlock", "Published: March 14, 2024")
FOOT = (
    "Share this article", "Facebook", "Email", "Copy link", "Most read", "Bakery wins prize for rye loaf",
    "Council to vote on bridge tolls in May", "Sign up for our newsletter", "Your email address",
    "By signing up you accept our terms.", "Contact us", "Privacy policy", "© 2024 Harbour Post. All rights reserved.",
)  # fmt: skip


def page(*, top: tuple[str, ...] = TOP, foot: tuple[str, ...] = FOOT, gap: str = "\n") -> str:
    """Return the story as a scraper flattens its page."""
    return gap.join([*top, HEADLINE, *CREDITS, *BODY, *foot])


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n"])
def test_the_article_and_nothing_but_the_article(gap: str) -> None:
    """Menu, credits, sharing, links and small print go; every paragraph stays, as it was written."""
    found = main_lines(page(gap=gap))
    assert found.paragraphs == BODY
    assert found.headline == HEADLINE


def test_who_and_when_are_read_from_the_credits() -> None:
    """A byline and a date under the headline are fields, not text."""
    found = main_lines(page())
    assert found.authors == ("Dana Whitlock",)
    assert found.published_at == datetime(2024, 3, 14, tzinfo=UTC)
    assert found.published_at_source == PublishedAtSource.TEXT


def test_what_was_removed_is_counted_by_class() -> None:
    """All that was left out is counted, and the known phrases by what they are."""
    found = main_lines(page())
    by_class = {item.reason: item.chars for item in found.removed}
    assert sum(by_class.values()) == sum(map(len, (*TOP, *CREDITS, *FOOT)))
    assert {RemovedReason.SHARE, RemovedReason.SIGN_UP, RemovedReason.DISCLAIMER, RemovedReason.BYLINE} <= set(by_class)


def test_a_given_headline_is_not_repeated() -> None:
    """When the scraper says what the headline is, the line that says it too is not text."""
    found = main_lines(page(), headline=HEADLINE)
    assert found.headline == HEADLINE
    assert HEADLINE not in found.paragraphs


def test_lines_broken_by_inline_tags_are_put_together() -> None:
    """`get_text("\\n")` breaks a sentence at each link and name; the paragraph comes back whole."""
    broken = BODY[0].replace("more than four hundred people", "\nmore than four hundred people\n")
    broken = broken.replace(" on Thursday ", "\non Thursday\n").replace(", two", "\n, two")
    found = main_lines("\n".join([*TOP, HEADLINE, *CREDITS, broken, *BODY[1:], *FOOT]))
    assert found.paragraphs == BODY


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (
            ["Aides said", "Marit Solheim", ", who left"],
            "Aides said Marit Solheim, who left",
        ),  # no space before a comma
        (["the company", "'s own count"], "the company's own count"),  # nor before a possessive
        (["a plan (", "the third", ") to"], "a plan (the third) to"),  # nor inside brackets
        (["one", "two"], "one two"),
    ],
)
def test_pieces_meet_with_the_right_space(pieces: list[str], whole: str) -> None:
    """A space where two words meet, none where a sign belongs to its word."""
    assert join_texts(pieces) == whole


def test_menu_entries_are_not_joined() -> None:
    """Short lines without sentences stay lines."""
    lines = read_lines("\n".join(TOP))
    units, _ = put_together(lines, load_model().joins, load_model().join_threshold)
    assert units.texts == list(TOP)


def test_a_date_in_a_document_id_is_read() -> None:
    """With no other date on the page, the id's is taken and said to be the id's."""
    text = "\n".join([*TOP, HEADLINE, *BODY, "NORD14032024XZ5512873", *FOOT[:4]])
    found = main_lines(text)
    assert found.published_at == datetime(2024, 3, 14, tzinfo=UTC)
    assert found.published_at_source == PublishedAtSource.DOC_ID


def test_a_line_that_a_sibling_page_had_goes() -> None:
    """A house notice in full sentences looks like text until a second page of the site has it too."""
    notice = (
        "The Harbour Post has told the islands' stories since 1911. Readers who would like to visit the printing works "
        "may come on any Saturday in June, when the old press is shown in motion by the men who ran it."
    )
    other = "\n".join(
        [*TOP, "Bakery wins prize for rye loaf", *(f"{p} {n}." for n, p in enumerate(BODY)), notice, *FOOT]
    )
    memory = LineMemory()
    main_lines(other, source="harbourpost.example", memory=memory)
    found = main_lines(page(foot=(notice, *FOOT)), source="harbourpost.example", memory=memory)
    assert found.paragraphs == BODY
    assert found.method == METHOD_WITH_MEMORY


def test_a_page_read_twice_is_cleaned_alike() -> None:
    """Its own lines are not another page's: a replay does not eat the article."""
    memory = LineMemory()
    first = main_lines(page(), source="harbourpost.example", memory=memory)
    again = main_lines(page(), source="harbourpost.example", memory=memory)
    assert first == again
    assert first.method == METHOD


def test_a_copy_of_a_known_article_keeps_its_text() -> None:
    """The same story under another address of the site is not clutter, though each line of it was seen."""
    memory = LineMemory()
    main_lines(page(), source="harbourpost.example", memory=memory)
    found = main_lines(page(top=(*TOP, "Print view")), source="harbourpost.example", memory=memory)
    assert found.paragraphs == BODY


def test_text_in_another_language_is_kept_by_its_shape() -> None:
    """Words of a language without weights say nothing; sentences, place and length do."""
    body = tuple(
        """
Das Unternehmen, das die Fähren zu den äußeren Inseln betreibt, will den Winterfahrplan beibehalten, nachdem mehr als \
vierhundert Menschen einen Brief gegen die Streichung des letzten Schiffs unterschrieben hatten.
Man habe zugehört, sagte Marit Solheim, die Leiterin des Unternehmens. Das Abendschiff werde mindestens bis Ende März \
fahren, und im Frühjahr werde man sich die Zahlen noch einmal ansehen.
Die Inselbewohner hatten gewarnt, dass Kinder ohne das Schiff, das um neun Uhr ablegt, nicht mehr am Sport teilnehmen \
könnten und Pflegerinnen der Spätschicht in der Stadt übernachten müssten.
Der Landkreis bezahlt etwa ein Drittel der Überfahrten. Ein Sprecher sagte, man sei nicht um mehr Geld gebeten worden.
""".strip().split("\n")
    )
    top = ("Startseite", "Nachrichten", "Sport", "Wetter", "Anmelden", "Fähren fahren auch im Winter")
    found = main_lines("\n".join([*top, *body, "Teilen", "Drucken", "Impressum", "Datenschutz"]))
    assert found.paragraphs == body


@pytest.mark.parametrize(
    "text", ["", " \n\t\n", "—", "\ud800", "a", "x" * 100_000, "\n".join("ab" for _ in range(30_000)), "(\n" * 500]
)
def test_any_text_gives_a_result(text: str) -> None:
    """Nothing, one sign, one endless word, too many lines: a result, and a warning where lines were left out."""
    found = main_lines(text)
    assert bool(found.warnings) == (text.count("\n") > 20_000)


@settings(max_examples=60)
@given(st.lists(st.text(max_size=60), max_size=30))
def test_kept_text_is_text_of_the_page(lines: list[str]) -> None:
    """No sign is invented: each paragraph's signs stand in the page in this order, but for spaces."""
    text = "\n".join(lines)
    squeezed = "".join(text.split())
    for paragraph in main_lines(text).paragraphs:
        assert all(part in squeezed for part in paragraph.split())
