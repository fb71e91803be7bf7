"""Whether a clean text is worth annotating."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.clean import RejectReason
from workers.clean.address import is_front_page
from workers.options import CleanOptions

# A stub shows a sentence or two and asks for money. With more the news is told, and often a quote with it: such a text
# is published with a warning.
MAX_STUB_WORDS = 60
MIN_PROSE_WORDS = 30  # in paragraphs that read as sentences; lists of links and products have none
MIN_SENTENCE_WORDS = 8
_SENTENCE_SIGN = re.compile(r"[.!?…:;。！？।؟]")

PAYWALL = re.compile(
    r"\b(?:subscribe (?:now |today )?(?:to|and) (?:continue|keep|read|unlock|get (?:full|unlimited))"
    r"|to (?:continue|keep) reading|continue reading (?:this|your|the) (?:article|story)"
    r"|(?:article|story|content) is (?:only |exclusively )?(?:for|available to|reserved for) (?:our )?"
    r"(?:paid |premium |digital )?(?:subscribers|members)"
    r"|subscriber[- ](?:only|exclusive)|for subscribers only|already a (?:subscriber|member)"
    r"|(?:reached|used) your (?:limit|free|monthly)|free articles? (?:left|remaining|this month)"
    r"|(?:sign|log) ?in to (?:read|continue)|unlock this (?:article|story)"
    r"|register (?:for free )?to (?:continue|read))",
    re.IGNORECASE,
)
# What a line has to hold before the pattern above is tried on it, which costs ten times as much: each way to ask has
# one of these.
_ASKING = (b"subscri", b"reading", b"member", b"ed your ", b"free article", b"in to ", b"register", b"unlock")


def asks_to_pay(text: str) -> bool:
    """Say whether a line of `text` asks readers to subscribe or to sign in to go on."""
    lower = text.encode("utf-8", "replace").lower()  # bytes are searched in half the time
    for word in _ASKING:
        at = lower.find(word)
        while at >= 0:
            end = lower.find(b"\n", at) % (len(lower) + 1)  # -1, of the last line, becomes the end
            if PAYWALL.search(lower[lower.rfind(b"\n", 0, at) + 1 : end].decode()):
                return True
            at = lower.find(word, end)
    return False


# Headlines that a server gives in place of an article's.
_NO_PAGE = re.compile(
    r"^(?:(?:error\s*)?(?:40[0134]|410|429|50[0234])\b.*"
    r"|.*\b(?:page|article|content|file) (?:not|could not be|cannot be|can't be) (?:found|available).*"
    r"|.*\bnot found(?: \(?404\)?)?"
    r"|access (?:to this page has been )?(?:denied|blocked).*|just a moment\W*|attention required!.*"
    r"|are you (?:a|not a) (?:robot|human)\W*|.*\b(?:captcha|verify(?:ing)? you are human)\b.*"
    r"|(?:service (?:temporarily )?unavailable|bad gateway|forbidden|internal server error|security check"
    r"|site maintenance|under maintenance).*"
    r"|(?:sign|log) ?in\b.{0,30}|(?:please )?enable (?:javascript|cookies).*|redirecting\b.*)$",
    re.IGNORECASE,
)
MAX_NO_PAGE_WORDS = 200  # a longer text under such a title is a story about it
# schema.org types of pages that list or sell.
LISTS = frozenset(
    {"CollectionPage", "SearchResultsPage", "ItemList", "Product", "ProfilePage", "ContactPage", "CheckoutPage"}
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a clean text when it asks to be let in."""

    paragraphs: Sequence[str]
    headline: str | None = None
    language: str | None = None
    url: str | None = None
    http_status: int | None = None
    kind: str | None = None  # schema.org type of the page
    paywalled: bool = False  # the page says so, to machines or to readers


def refuse(candidate: Candidate, options: CleanOptions) -> tuple[RejectReason, str] | None:
    """Return why the text is not worth annotating and the figure that says so, or None when it is."""
    counts = [len(paragraph.split()) for paragraph in candidate.paragraphs]
    words = sum(counts)
    if candidate.http_status is not None and candidate.http_status >= 400:
        return RejectReason.NOT_AN_ARTICLE, f"http status {candidate.http_status}"
    if words <= MAX_NO_PAGE_WORDS and _NO_PAGE.match((candidate.headline or "").strip()):
        return RejectReason.NOT_AN_ARTICLE, "the headline is that of an error page"
    if candidate.paywalled and words < MAX_STUB_WORDS:
        return RejectReason.PAYWALL_STUB, f"{words} words before the paywall"
    if words < options.min_words:
        return RejectReason.TOO_SHORT, f"{words} words; at least {options.min_words} are asked for"
    prose = _prose_words(candidate.paragraphs, counts)
    if prose < MIN_PROSE_WORDS and _uses_spaces(candidate.language):
        return RejectReason.NOT_AN_ARTICLE, f"{prose} of {words} words are in sentences"
    if candidate.kind in LISTS and prose < words / 2:
        return RejectReason.NOT_AN_ARTICLE, f"a {candidate.kind} with {prose} of {words} words in sentences"
    if candidate.url and is_front_page(candidate.url) and prose < words / 2:
        return RejectReason.NOT_AN_ARTICLE, f"a site's front page with {prose} of {words} words in sentences"
    if options.languages and candidate.language and candidate.language not in options.languages:
        return RejectReason.UNSUPPORTED_LANGUAGE, candidate.language
    return None


def _prose_words(paragraphs: Sequence[str], counts: Sequence[int]) -> int:
    """Return the words in paragraphs that read as sentences: eight words and more (`counts`), with an end."""
    return sum(
        count
        for paragraph, count in zip(paragraphs, counts, strict=True)
        if count >= MIN_SENTENCE_WORDS and _SENTENCE_SIGN.search(paragraph)
    )


def _uses_spaces(language: str | None) -> bool:
    return language not in ("zh", "ja", "th", "lo", "km", "my")
