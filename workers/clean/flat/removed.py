"""What the lines left out were, by class: a count for people, not a decision."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from schemas.clean import Removed, RemovedReason
from workers.clean.flat.features import Units
from workers.clean.flat.phrases import CLASSES, find_classes
from workers.clean.wire import is_credits, read_doc_id, read_tag_line

# The classes of `phrases.tsv` and what they are published as, the most telling first: a disclaimer may speak of
# sharing, a sign-up of cookies, but hardly the other way round.
_PUBLISHED_AS = (
    ("disclaimer", RemovedReason.DISCLAIMER),
    ("legal", RemovedReason.DISCLAIMER),
    ("paywall", RemovedReason.SIGN_UP),
    ("sign-up", RemovedReason.SIGN_UP),
    ("comments", RemovedReason.COMMENTS),
    ("caption", RemovedReason.CAPTION),
    ("related-links", RemovedReason.RELATED_LINKS),
    ("share", RemovedReason.SHARE),
    ("byline", RemovedReason.BYLINE),
    ("navigation", RemovedReason.NAVIGATION),
    ("time", RemovedReason.BYLINE),
)
_BITS = tuple((1 << CLASSES.index(name), reason) for name, reason in _PUBLISHED_AS)
_NAME_LIKE = re.compile(r"(?:[^\W\d_][\w.'’&/-]*\W{0,3}){1,4}")
MIN_LINK_WORDS, MAX_LINK_WORDS = 4, 20  # of a headline that links to another story


def class_of(text: str, words: Sequence[str], *, repeats: bool, after: bool) -> RemovedReason:
    """Return the class of a paragraph that was left out.

    `repeats` one that was kept; stands `after` the article's first paragraph.
    """
    if repeats:
        return RemovedReason.DUPLICATE
    if read_doc_id(text):
        return RemovedReason.DOC_ID
    if read_tag_line(text) or is_credits(text):
        return RemovedReason.BYLINE
    found = find_classes(words)
    for bit, reason in _BITS:
        if found & bit:
            return reason
    if after and MIN_LINK_WORDS <= len(words) <= MAX_LINK_WORDS and text[-1] not in ".:":
        return RemovedReason.RELATED_LINKS
    return RemovedReason.NAVIGATION if _NAME_LIKE.fullmatch(text) else RemovedReason.OTHER


def count_removed(units: Units, kept: np.ndarray, known: frozenset[str], first: int) -> tuple[Removed, ...]:
    """Return the characters left out by class, most first. `known` are the keys of what was kept or is the headline."""
    chars: dict[RemovedReason, int] = {}
    for at in np.flatnonzero(~kept).tolist():
        text, words = units.texts[at], units.words[at]
        reason = class_of(text, words, repeats=" ".join(words) in known, after=at > first)
        chars[reason] = chars.get(reason, 0) + len(text)
    return tuple(Removed(reason=reason, chars=n) for reason, n in sorted(chars.items(), key=lambda item: -item[1]))
