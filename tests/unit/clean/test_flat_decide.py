"""The choice of paragraphs, the headline and the credits, each by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from schemas.clean import RemovedReason
from workers.clean.flat import judge, main_lines
from workers.clean.flat.credits import first_date, read_authors, read_date
from workers.clean.flat.decide import WARM_ODDS, agree, choose, end_story, log_odds
from workers.clean.flat.headline import is_same_headline, without_site
from workers.clean.flat.lines import read_lines, words_of
from workers.clean.flat.phrases import CLASSES, find_classes
from workers.clean.flat.removed import class_of
from workers.clean.flat.vocabulary import Vocabulary


def test_the_likely_are_chosen_and_the_unlikely_not() -> None:
    """Where the answers are clear, so is the choice."""
    assert choose(np.array([0.99, 0.02, 0.95, 0.05]), np.array([40.0, 3, 30, 5])).tolist() == [True, False, True, False]


def test_a_page_of_doubts_is_cut_at_a_lower_bar() -> None:
    """When nothing is sure, the best guess is kept rather than nothing: an empty article helps nobody."""
    assert choose(np.array([0.4, 0.38, 0.05]), np.array([40.0, 40, 40])).tolist() == [True, True, False]


def test_nothing_is_kept_where_nothing_is_likely() -> None:
    """A menu stays a menu."""
    assert not choose(np.array([0.03, 0.01]), np.array([3.0, 2])).any()


def test_both_looks_count_alike() -> None:
    """A confident no and a confident yes are a perhaps."""
    both = agree(np.array([0.9]), np.array([0.1]), np.array([False]), np.array([10.0]))
    assert both == pytest.approx([0.5])


def test_memory_of_the_clutter_speaks_for_the_rest() -> None:
    """Where most clutter is known from sibling pages, an unknown line is the likelier article, a known one none."""
    first = np.array([0.1, 0.1, 0.5])
    known = np.array([True, True, False])
    both = agree(first, first, known, np.array([10.0, 10, 10]))
    assert both[:2].tolist() == [0.0, 0.0]
    assert log_odds(both)[2] == pytest.approx(WARM_ODDS)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Bread wins prize for rye | Harbour Post", True),  # the page's title
        ("“Bread” Wins Prize for Rye", True),  # signs and case
        ("Bread wins first prize for rye", True),  # a word more
        ("Bakery closes", False),
        ("", False),
    ],
)
def test_a_headline_is_known_again(text: str, same: bool) -> None:
    """Give or take the site's name, quotation marks or a word."""
    assert is_same_headline(text, "Bread wins prize for rye") is same


def test_the_site_is_taken_off_a_title() -> None:
    """But not where little would be left."""
    assert without_site("Bread wins prize for rye | Harbour Post") == "Bread wins prize for rye"
    assert without_site("News | Harbour Post") == "News | Harbour Post"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Dana Whitlock", ("Dana Whitlock",)),
        ("By Dana Whitlock and Tom Adeyemi, Harbour Post", ("Dana Whitlock", "Tom Adeyemi")),
        ("Written by Ines de Kowal | 5 min read", ("Ines de Kowal",)),
        ("By Staff Writer", ()),  # a desk
        ("By Tuesday the water had gone.", ()),  # a sentence
        ("Posted by admin", ()),
    ],
)
def test_authors_of_a_byline(text: str, names: tuple[str, ...]) -> None:
    """Names of people, and nobody where the line names none."""
    assert read_authors(text) == names


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Published: October 25, 2025", (2025, 10, 25)),
        ("25th of Oct 2025, 10:00 GMT", (2025, 10, 25)),
        ("2025-10-25", (2025, 10, 25)),
        ("03/04/2025", None),  # March or April
        ("Feb 30, 2025", None),  # no such day
        ("The treaty that was signed on October 25, 1999 by both of the old kings has since been broken often", None),
    ],
)
def test_a_date_line(text: str, day: tuple[int, int, int] | None) -> None:
    """A day named in full on a short line."""
    assert read_date(text) == (datetime(*day, tzinfo=UTC) if day else None)


def test_a_line_that_says_published_wins() -> None:
    """`Updated` is not when it came out."""
    assert first_date(["Updated March 9, 2024", "First published March 2, 2024"]) == datetime(2024, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Share this article", RemovedReason.SHARE),
        ("The publisher gives no warranty of any kind and accepts no liability.", RemovedReason.DISCLAIMER),
        ("Sign up for our newsletter", RemovedReason.SIGN_UP),
        ("Read more: Council to vote on tolls", RemovedReason.RELATED_LINKS),
        ("Council to vote on bridge tolls in May", RemovedReason.RELATED_LINKS),  # by its shape, below the article
        ("(Reporting by Ada Obi; Editing by Jo Lund)", RemovedReason.BYLINE),
        ("—AFP", RemovedReason.BYLINE),
        ("NORD20240309XZ5512873", RemovedReason.DOC_ID),
        ("Photo by Jo Lund", RemovedReason.CAPTION),
        ("Leave a comment", RemovedReason.COMMENTS),
        ("Sport", RemovedReason.NAVIGATION),
    ],
)
def test_what_a_removed_line_was(text: str, reason: RemovedReason) -> None:
    """By known phrases first, then by shape."""
    words = len(words_of(text))
    assert class_of(text, classes_of(text), words=words, repeats=False, after=True) == reason


def vocabulary_of(paragraphs: list[str]) -> Vocabulary:
    """Return the words of paragraphs of one line each."""
    lines = read_lines("\n".join(paragraphs))
    return Vocabulary.of(lines.words, lines.stops, lines.words.lengths)


def classes_of(text: str) -> int:
    """Return the classes of the phrases in one line, as bits."""
    return int(find_classes(vocabulary_of([text]))[0])


def test_phrases_match_whole_words_in_order() -> None:
    """`sign up` is one, `up sign` and `signed upward` are none."""
    bit = 1 << CLASSES.index("sign-up")
    assert classes_of("Please sign up") & bit
    assert not classes_of("Up sign") & bit
    assert not classes_of("Signed upward") & bit


def test_a_phrase_does_not_go_on_in_the_next_line() -> None:
    """`Sign` above `up` is no sign-up."""
    lines = vocabulary_of(["Sign", "up", "…", "Sign up"])
    assert find_classes(lines).tolist() == [0, 0, 0, classes_of("sign up")]


STORY = """
PORT SALLY (EASTNEWS) — The harbour master said on Monday that dredging would begin in May, a year later than planned, \
because the only ship that can do the work is still in dry dock.
“We could have hired two smaller ones,” said Ole Brandt. “They would have cost twice as much and taken longer.”
Fishermen have complained since the autumn that boats with a deep keel touch the ground at low water.
The ministry paid for a survey in January. It found that the channel has lost a metre in six years, most of it since \
the river was straightened above the town, and that it will lose another if nothing is done.
Brandt said that the port would ask for money to dredge every second year. The ministry did not want to comment on \
that, but a person who had seen the figures called them modest.
""".strip().split("\n")
BELOW = """
EASTNEWS14032024000771ID20993
Legal note:
EASTNEWS gives no guarantee that this item is correct or complete. We take no responsibility for its pictures or for \
the licences under which they are shown. For complaints, write to the provider.
Legal note:
Coast & Trade Monitor publishes this item "as received" without any warranty. It takes no responsibility for its \
accuracy. For complaints or copyright matters, write to the author.
Pass it on
in your networks:
Receive news of this kind
REGISTER FREE
Not today
By registering you
accept our Terms & Conditions
""".strip().split("\n")


def test_an_aggregators_page_is_stripped_wherever_its_small_print_stands() -> None:
    """Brands above, an id, the same disclaimer in two versions, a sign-up in pieces: all of it goes."""
    above = ["Coast & Trade Monitor", "ALL OUR TITLES", "Shipping news for people in a hurry"]
    found = main_lines("\n\n".join([*above, "Dredging of Port Sally put off until May", *STORY, *BELOW]))
    assert found.paragraphs == tuple(STORY)
    assert found.headline == "Dredging of Port Sally put off until May"
    assert found.published_at == datetime(2024, 3, 14, tzinfo=UTC)


def test_an_end_mark_speaks_against_what_stands_below() -> None:
    """But only below most of the article: an id above it ends nothing."""
    likely, words = np.array([0.9, 0.5, 0.6]), np.array([40.0, 1, 20])
    ended = end_story(likely, words, [1])
    assert ended[0] == pytest.approx(0.9)
    assert ended[1] < 0.05
    assert ended[2] < 0.3
    above = end_story(likely[::-1], words[::-1], [1])
    assert above[2] == pytest.approx(0.9)


def test_nothing_is_judged_where_nothing_is() -> None:
    """No lines, no opinion."""
    assert judge(" \n ") is None
