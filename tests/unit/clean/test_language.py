"""Words by which a language is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workers.clean.language import _WORD, _words_of


@given(st.text() | st.text(alphabet="aéΣσİ'’ 7_²-\n五"))
def test_words_are_those_of_the_pattern(text: str) -> None:
    """Letters with at most one apostrophe inside, in lower case."""
    assert _words_of(text) == _WORD.findall(text.lower())
