"""Whether a text asks its readers to pay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.clean.admit import PAYWALL, asks_to_pay

# One for each way to ask that the pattern knows.
ASKING = (
    "Subscribe today to unlock it", "TO KEEP READING, pay", "Continue reading your article",
    "This story is only available to our premium members", "The article is reserved for paid subscribers",
    "Subscriber-exclusive", "For subscribers only", "Already a member?", "You have reached your monthly limit",
    "You used your free stories", "2 free articles left", "Sign in to read", "Please login to continue",
    "Unlock this story", "Register for free to continue",
)  # fmt: skip
NOT_ASKING = (
    "Reading fell to Luton",
    "He registered to vote",
    "Members met in town",
    "Sign in to your account",
    "é",
    "",
)


@pytest.mark.parametrize("line", ASKING)
def test_each_way_to_ask_is_seen(line: str) -> None:
    """On a line of its own among others, in whatever case."""
    assert asks_to_pay(f"Tolls rise in May\n{line}\nThe bridge")
    assert asks_to_pay(line.upper())


@given(st.lists(st.sampled_from(ASKING + NOT_ASKING), max_size=4), st.sampled_from(["\n", " "]))
def test_the_words_that_are_sought_first_lose_nothing(pieces: list[str], between: str) -> None:
    """The pattern on each line says the same."""
    text = between.join(pieces)
    assert asks_to_pay(text) == any(PAYWALL.search(line) for line in text.lower().split("\n"))
