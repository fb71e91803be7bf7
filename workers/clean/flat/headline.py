"""Which line of a flat text is the headline."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.features import Look, Units
from workers.clean.flat.lines import Floats
from workers.clean.flat.phrases import CLASSES
from workers.clean.flat.stopwords import STOPWORDS

REACH = 30  # paragraphs before the article's first one; 96 of 100 headlines of WCXB pages stand within it
MAX_WORDS, MAX_CHARS = 32, 220
MIN_SCORE = -2.0  # log-odds; on WCXB 95 of 100 pages have a candidate above it, and 85 of 100 of those are right
_SITE_NAME = re.compile(r"(?<!\s)\s+[|·•»–—-]\s+[^|·•»–—]{2,40}$")
_CREDIT_BITS = (1 << CLASSES.index("byline")) | (1 << CLASSES.index("time"))
_OTHER_BITS = ~(_CREDIT_BITS | (1 << CLASSES.index("related-links")) | (1 << CLASSES.index("caption")))

# Log-odds of what a headline shows, by logistic regression on the titles of WCXB pages (`bench.train_headline`).
WEIGHTS = {
    "bias": -4.50,
    "share of its words that the article has": 2.71,
    "the page's title begins with it": 3.80,
    "is the first line": 2.46,
    "5 to 18 words": 1.47,
    "fewer than 4 words": -2.01,
    "more than 20 words": 0.04,
    "ends with a full stop": -2.31,
    "ends with a colon": -0.36,
    "has a known phrase of clutter": -0.30,
    "has a phrase of a byline or date": -1.62,
    "stood behind a list marker": -1.96,
    "tens of paragraphs above the article": -0.85,
    "what its words speak for": 0.27,
    "share of capitalised words": 0.86,
    "credits within three lines below": 1.78,
    "ends with a site's name": -0.20,
    "was taken for article": -1.45,
    "stands more than once": -0.38,
    "probability of being article": -1.96,
}


def bare(text: str) -> str:
    """Return the words of `text` in lower case, for comparison."""
    return " ".join(re.findall(r"\w+", text.lower().replace("’", "'")))


def without_site(text: str) -> str:
    """Return a page's title without the site's name behind it (`Bread wins prize | Harbour Post`)."""
    shorter = _SITE_NAME.sub("", text)
    return shorter if len(shorter.split()) > 2 else text


def is_same_headline(text: str, headline: str) -> bool:
    """Return whether `text` is `headline`, give or take a site's name behind it, quotation marks or a few words."""
    a, b = bare(text), bare(headline)
    if not a or not b:
        return False
    if a == b or (len(b) > 15 and a.startswith(b) and len(a) < len(b) + 45):
        return True
    left, right = set(a.split()), set(b.split())
    return len(left & right) >= 0.8 * len(left | right)


def find_headline(units: Units, look: Look, probability: Floats, kept: NDArray[np.bool_]) -> tuple[int, str] | None:
    """Return where the headline of the article stands that was `kept`, and how it reads; None if no line is like one.

    A headline stands above the article, says what it is about, ends without a full stop, has credits under it, and
    often is the page's title as well.
    """
    found = candidates(units, look, probability, kept)
    if not found:
        return None
    places, rows = found
    scores = np.array(rows) @ np.array(list(WEIGHTS.values()))
    best = int(np.argmax(scores))
    if scores[best] < MIN_SCORE:
        return None
    text = units.texts[places[best]]
    return places[best], without_site(text) if places[best] == 0 else text


def candidates(
    units: Units, look: Look, probability: Floats, kept: NDArray[np.bool_]
) -> tuple[list[int], list[list[float]]] | None:
    """Return the paragraphs that may be the headline, and what each shows, in the order of WEIGHTS."""
    if not kept.any():
        return None
    first = int(np.argmax(kept))
    topics: set[str] = set()
    for at in np.flatnonzero(kept).tolist():
        topics |= look.distinct[at]
    topics -= STOPWORDS
    title = bare(units.texts[0])
    often = Counter(look.keys)
    places = [
        at
        for at in range(max(0, first - REACH), min(first + 2, len(units)))
        if 2 <= len(units.words[at]) <= MAX_WORDS and len(units.texts[at]) <= MAX_CHARS
    ]
    rows = [
        [
            *_shown(units, look, at, first, topics, title),
            float(kept[at]),
            float(often[look.keys[at]] > 1),
            float(probability[at]),
        ]
        for at in places
    ]
    return (places, rows) if places else None


def _shown(units: Units, look: Look, at: int, first: int, topics: set[str], title: str) -> list[float]:
    text, words, classes = units.texts[at], units.words[at], int(look.classes[at])
    content = {word for word in look.distinct[at] - STOPWORDS if len(word) > 3}
    plain = bare(text)
    below = range(at + 1, min(at + 4, len(units)))
    credited = any(int(look.classes[k]) & _CREDIT_BITS and len(units.words[k]) < 14 for k in below)
    return [
        1.0,
        len(content & topics) / len(content) if content else 0.0,
        float(at > 0 and len(plain) > 12 and title.startswith(plain)),
        float(at == 0),
        float(5 <= len(words) <= 18),
        float(len(words) < 4),
        float(len(words) > 20),
        float(text[-1] == "."),
        float(text[-1] == ":"),
        float(bool(classes & _OTHER_BITS)),
        float(bool(classes & _CREDIT_BITS)),
        float(units.marked[at]),
        min(first - at, 40) / 10,
        float(look.lexical[at]),
        float(look.capitals[at]),
        float(credited),
        float(bool(_SITE_NAME.search(text))),
    ]
