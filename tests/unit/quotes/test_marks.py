"""Quotation marks become passages, whatever habit the paper has."""

from __future__ import annotations

import pytest

from schemas.clean import CleanArticle
from workers.annotate.quotes.marks import Passage, find_passages


def passages(text: str) -> list[Passage]:
    return find_passages(text, CleanArticle(article_id="a", text=text).paragraphs)


def inner(text: str) -> list[str]:
    return [passage.inner(text) for passage in passages(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We will win,” she said.", ["We will win,"]),  # curly
        ('"We will win," she said.', ["We will win,"]),  # straight
        ("''We will win,'' she said.", ["We will win,"]),  # two apostrophes, as one wire writes
        ("``We will win,'' she said.", ["We will win,"]),  # TeX, as old archives write
        ("«We will win», she said.", ["We will win"]),  # guillemets
        ("„We will win“ she said.", ["We will win"]),  # low and high
        ("‘We will win,’ she said.", ["We will win,"]),  # British
        ("Mayor calls bridge plan 'a folly' in speech", ["a folly"]),  # straight single, as in headlines
        ('“We will win," she said.', ["We will win,"]),  # a typo: curly opened, straight closed
        ("“We will win,“ she said.", ["We will win,"]),  # a typo: closed with an opening mark
    ],
)
def test_each_habit_of_quoting_is_read(text: str, expected: list[str]) -> None:
    """Curly, straight, doubled, angular and single marks all set off the same words."""
    assert inner(text) == expected


def test_quotation_within_quotation_is_one_passage() -> None:
    """“He told me, ‘Go,’ and “Now!”” is one passage."""
    assert inner("“He told me, ‘Go,’ and “Now!”” she said.") == ["He told me, ‘Go,’ and “Now!”"]


def test_straight_marks_nest_when_enough_are_left_to_close_both() -> None:
    """\"A "B" C" is one passage with one inside."""
    assert inner('"It is a "clear" win," she said.') == ['It is a "clear" win,']


def test_an_odd_mark_spoils_only_its_own_paragraph() -> None:
    """A mark that is never closed reaches to the end of its paragraph and no further."""
    text = "“We will win, she said.\n\n“We will not,” he said."
    found = passages(text)
    assert [p.closed for p in found] == [False, True]
    assert found[1].inner(text) == "We will not,"


def test_apostrophes_are_not_quotation_marks() -> None:
    """The voters' choice, rock 'n' roll and the '90s open nothing."""
    assert inner("The voters' choice was rock 'n' roll of the '90s, it's said.") == []


def test_inches_are_not_quotation_marks() -> None:
    """6" is a measure."""
    assert inner('The board was 6" wide and the screw 2" long.') == []


def test_a_plural_possessive_does_not_close_single_marks() -> None:
    """‘The voters’ choice is clear,’ he said: the first ’ belongs to the voters."""
    assert inner("‘The voters’ choice is clear,’ he said.") == ["The voters’ choice is clear,"]
