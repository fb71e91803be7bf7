"""Words of many lines at once are the words of each."""

from __future__ import annotations

import re
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from workers.clean.folding import WORDS

# Letters whose lower case depends on their place, is longer than one character, or lies beyond the table.
HARD = "ab_7 ΑΣσςİIıſ'’Ａ五Ꭰ\U00010400😀.\u0301\u3000²\ud800"


@given(st.lists(st.one_of(st.text(alphabet=HARD), st.text()).map(lambda line: line.replace("\n", " "))))
def test_words_are_those_of_the_pattern(lines: list[str]) -> None:
    r"""What the table makes of all lines is what `\w+` finds in each."""
    words = WORDS.words_of_each(lines)
    assert words == [re.findall(r"\w+", line.lower()) for line in lines]
    assert words == [WORDS.words_of(line) for line in lines]
    assert WORDS.words_in("\n".join(lines)) == list(chain.from_iterable(words))
