"""What holds for any text and any page: nothing raises, nothing changes when done twice."""

# ruff: noqa: E501  # markup and its id on one line read better than broken up

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.clean import CleanArticle
from schemas.raw import RawArticle
from workers.clean import CleanOptions, clean
from workers.clean.address import canonical_url
from workers.clean.charset import decode_page
from workers.clean.fingerprint import bits_apart, simhash
from workers.clean.hygiene import tidy

NOW = datetime(2026, 1, 2, tzinfo=UTC)
# Pieces that mend, join or unmask each other; plain text alone would seldom meet a rule.
PIECES = (
    "â€œ", "Ã©", "Ã", "\x9d", "&amp;", "&", "lt;", "&#0;", "&#x110000;", "&#55296;", "amp;", "\u00ad", "\u200b", "\ud800",
    "\udc00", "\x00", "\r", "\n", "-", "-\n", "co-\n", "a", "é", "e\u0301", "\u0301", "“", "”", " ", "\u00a0", "\u2028",
    "ﬁ", "가", "\u1100\u1161", "\ufb1d", "Å", "\u212b", "🙂", "�", "Ð°", "â€", "\x85", "\x1c", "<p>", "</p>", "<!--", "<a href=x>",
    "word ", "Sentence of several words here. ",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=30).map("".join)


@given(texts)
def test_tidying_twice_is_tidying_once(text: str) -> None:
    """Idempotent; in NFC; without control characters or halves of surrogate pairs."""
    clean_text = tidy(text)
    assert tidy(clean_text) == clean_text
    assert unicodedata.normalize("NFC", clean_text) == clean_text
    assert not any((ord(c) < 32 and c != "\n") or 0xD800 <= ord(c) < 0xE000 for c in clean_text)


@given(texts)
def test_tidying_makes_no_text_longer(text: str) -> None:
    """Only the rare signs that NFC itself writes as several may grow, to three times their length at most."""
    assert len(tidy(text)) <= len(unicodedata.normalize("NFC", text)) + 2 * sum(ord(c) > 0x900 for c in text)


@given(st.text() | texts.map("https://news.example/".__add__))
def test_a_canonical_address_is_its_own(url: str) -> None:
    """Any string has a canonical address, and that one has itself."""
    once = canonical_url(url)
    assert canonical_url(once) == once


@given(st.binary(max_size=200), st.none() | st.sampled_from(["utf-16", "idna", "rot13", "cp1252", "nonsense", "utf-7"]))
def test_any_bytes_are_text(payload: bytes, declared: str | None) -> None:
    """No bytes and no declaration raise."""
    assert isinstance(decode_page(payload, declared).text, str)


@given(texts)
def test_a_fingerprint_is_sixteen_hex_digits(text: str) -> None:
    """Of any text; and a text is no bit apart from itself in capitals."""
    assert len(simhash(text)) == 16
    assert bits_apart(simhash(text.lower()), simhash(text)) == 0


@settings(max_examples=60)
@given(texts, st.booleans())
def test_no_article_makes_the_stage_raise(text: str, as_page: bool) -> None:
    """Any text and any page is an article or a rejection; its paragraphs are its text; the same again gives the same."""
    body = text * 3 + " <p>A sentence of the article that is long enough to be read. " * (5 if as_page else 1)
    article = RawArticle(url="https://news.example/a", **{"html" if as_page else "text": body})
    options = CleanOptions(min_words=0, languages=frozenset())
    outcome = clean(article, options=options, now=NOW)
    assert clean(article, options=options, now=NOW) == outcome
    if isinstance(outcome, CleanArticle):
        assert "\n\n".join(outcome.text[p.start : p.end] for p in outcome.paragraphs) == outcome.text
        assert tidy(outcome.text) == outcome.text
