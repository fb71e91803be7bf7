"""Which line of a flat text is the headline."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.features import Look, Units
from workers.clean.flat.lines import Floats
from workers.clean.flat.phrases import CLASSES
from workers.clean.flat.vocabulary import Vocabulary

REACH = 30  # paragraphs before the article's first one; 96 of 100 headlines of WCXB pages stand within it
MAX_WORDS, MAX_CHARS = 32, 220
MIN_TITLE_CHARS = 13  # of a line that the page's title begins with
MIN_SCORE = -2.0  # log-odds; on WCXB 95 of 100 pages have a candidate above it, and 85 of 100 of those are right
_SITE_NAME = re.compile(r"(?<!\s)\s+[|·•»–—-]\s+[^|·•»–—]{2,40}$")
_WORD = re.compile(r"\w+")
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
    return " ".join(_WORD.findall(text.lower()))


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
    scores = rows @ np.array(list(WEIGHTS.values()))
    best = int(np.argmax(scores))
    if scores[best] < MIN_SCORE:
        return None
    text = units.texts[places[best]]
    return places[best], without_site(text) if places[best] == 0 else text


def candidates(
    units: Units, look: Look, probability: Floats, kept: NDArray[np.bool_]
) -> tuple[list[int], Floats] | None:
    """Return the paragraphs that may be the headline, and what each shows, a row each in the order of WEIGHTS."""
    if not kept.any():
        return None
    first = int(np.argmax(kept))
    title, lengths = bare(units.texts[0]), units.text.lengths.tolist()
    places = [
        at
        for at in range(max(0, first - REACH), min(first + 2, len(units)))
        if 2 <= lengths[at] <= MAX_WORDS and len(units.texts[at]) <= MAX_CHARS
    ]
    if not places:
        return None
    at = np.array(places)
    count, classes = units.text.lengths[at], look.classes[at]
    columns = [
        np.ones(len(places)),
        _shared_with(units.text, kept)[at],
        [float(k > 0 and _begins(title, units.texts[k])) for k in places],
        at == 0,
        (count >= 5) & (count <= 18),
        count < 4,
        count > 20,
        [units.texts[k][-1] == "." for k in places],
        [units.texts[k][-1] == ":" for k in places],
        (classes & _OTHER_BITS) != 0,
        (classes & _CREDIT_BITS) != 0,
        units.marked[at],
        np.minimum(first - at, 40) / 10,
        look.lexical[at],
        look.capitals[at],
        _credited(units, look)[at],
        [_SITE_NAME.search(units.texts[k]) is not None for k in places],
        kept[at],
        look.repeated[at] > 1,
        probability[at],
    ]
    return places, np.array(columns, np.float64).T


def _begins(title: str, text: str) -> bool:
    """Return whether the words of `title` begin with those of `text`, of more than a few."""
    text = text.lower()
    first = _WORD.search(text)
    if first is None or not title.startswith(first.group()):
        return False  # as most do
    plain = bare(text)
    return len(plain) >= MIN_TITLE_CHARS and title.startswith(plain)


def _shared_with(text: Vocabulary, kept: NDArray[np.bool_]) -> Floats:
    """Return the share of each paragraph's longer content words that the paragraphs have which are `kept`."""
    content = ~text.stops & (text.words.chars > 3)
    return text.count(content & text.words_in(kept)) / np.maximum(text.count(content), 1)


def _credited(units: Units, look: Look) -> NDArray[np.bool_]:
    """Return whether a byline or a date stands within three lines below each paragraph."""
    signed = ((look.classes & _CREDIT_BITS) != 0) & (units.text.lengths < 14)
    below = np.append(signed, [False] * 3)
    credited: NDArray[np.bool_] = below[1:-2] | below[2:-1] | below[3:]
    return credited
