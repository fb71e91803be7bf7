"""Which line of a flat text is the headline."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workers.clean.flat.features import Units
from workers.clean.flat.phrases import find_classes
from workers.clean.flat.stopwords import STOPWORDS

REACH = 40  # paragraphs before the article's first one; 98 of 100 headlines of WCXB pages stand within it
_SITE_NAME = re.compile(r"\s+[|·•»–—-]\s+[^|·•»–—]{2,40}$")
MIN_SCORE = 1.0


def bare(text: str) -> str:
    """Return the words of `text` in lower case, for comparison."""
    return " ".join(re.findall(r"\w+", text.lower().replace("’", "'")))


def is_same_headline(text: str, headline: str) -> bool:
    """Return whether `text` is `headline`, give or take a site's name behind it, quotation marks or a few words."""
    a, b = bare(text), bare(headline)
    if not a or not b:
        return False
    if a == b or (len(b) > 15 and a.startswith(b) and len(a) < len(b) + 45):
        return True
    left, right = set(a.split()), set(b.split())
    return len(left & right) >= 0.8 * len(left | right)


def find_headline(units: Units, first: int, body: Sequence[str]) -> int | None:
    """Return the index of the paragraph that is the headline of the article that begins at `first`, or None.

    `body` are the article's words. A headline stands above the article, says what it is about, ends without a full
    stop, and often is the page's title as well.
    """
    topics = {w for w in body if len(w) > 3 and w not in STOPWORDS}
    title = bare(units.texts[0]) if len(units) else ""
    best, best_score = None, MIN_SCORE
    for at in range(max(0, first - REACH), min(first + 1, len(units))):
        score = headline_score(units, at, first, topics, title)
        if score > best_score:
            best, best_score = at, score
    return best


def headline_score(units: Units, at: int, first: int, topics: set[str], title: str) -> float:
    """Return how much the paragraph `at` is like a headline; weights by hand, in units of one clear sign."""
    text, words = units.texts[at], units.words[at]
    if not 2 <= len(words) <= 32 or len(text) > 220:
        return -9.0
    content = [w for w in words if len(w) > 3 and w not in STOPWORDS]
    plain = bare(text)
    score = 1.5 * (sum(1 for w in content if w in topics) / len(content) if content else 0.0)
    score += 2.0 if at and len(plain) > 12 and title.startswith(plain) else 0.0
    score += 0.5 if 5 <= len(words) <= 18 else -0.5 if len(words) < 4 else 0.0
    score -= 1.0 if text[-1] in ".:" else 0.0
    score -= 1.0 if find_classes(words) else 0.0
    score -= 0.5 if units.marked[at] else 0.0
    score -= 0.03 * (first - at)
    score -= 0.5 if at == 0 and _SITE_NAME.search(text) else 0.0
    return score
