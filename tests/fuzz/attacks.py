"""Texts made to make rules slow: a few pieces, each repeated until the text is long."""

# ruff: noqa: E501  # a table

from __future__ import annotations

from hypothesis import strategies as st

# What regexes and rules look for, and what keeps them looking.
PIECES = (
    " ", "\n", "\t", "\u00a0", "\u200b", "\u2028", '"', "“", "”", "‘", "’", "'", "''", "«", "»", "(", ")", "[", "]", "{",
    "a", "A", "é", "a\u0301", "\u0301", "1", "19", "2024", "1,", ".", "...", ",", ";", ":", "-", "—", "– ", "/", "//",
    "@", "#", "&", "&amp;", "&#x41;", "<", ">", "<p>", "</p>", "<b>", "<!--", "-->", "=", "_", "|", "•", "🙂", "ﬁ", "가",
    "\u202e", "\x00", "\ud800", "A. ", "Mr. ", "A B ", "Aa ", "a b, ", "AA: ", "Bob Lee ", "said ", "he said, ", "“No,” ",
    "and ", "by ", "of the ", "that ", "Jan 1, ", "10:30 ", "http://a.b/", "www.", ".com ", "a@b.c ", "(AP) — ", "\n\n",
    "\n- ", "\n1. ", " | ", "Read more: ", "Share ", "Q: ", "A: ", "Photo: ", "© ", "$1 ", "50% ", "U.S. ", "“A” ",
    "‘a’ ", "O’",
)  # fmt: skip
SENTENCE = "The mayor of Oslo said that the bridge will be closed for repairs until the end of the month. "

pieces = st.sampled_from(PIECES) | st.text(max_size=3) | st.lists(st.sampled_from(PIECES), max_size=4).map("".join)


@st.composite
def pumped(draw: st.DrawFn, *, chars: int) -> str:
    """A text of at most about `chars` code points: up to three pieces, one of them repeated to fill it."""
    before, pump, after = draw(pieces), draw(pieces.filter(bool)), draw(pieces)
    middle = pump * (chars // len(pump))
    opening = draw(st.sampled_from(("", SENTENCE, SENTENCE * 8 + "\n\n")))
    return opening + before + middle + after
