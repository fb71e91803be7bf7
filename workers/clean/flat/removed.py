"""What the lines left out were, by class: a count for people, not a decision."""

from __future__ import annotations

import re
from collections.abc import Set

import numpy as np
from numpy.typing import NDArray

from schemas.clean import Removed, RemovedReason
from workers.clean.flat.features import Look, Units
from workers.clean.flat.phrases import CLASSES
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
_NAME_LIKE = re.compile(r"(?:[^\W\d_][\w.'’&/-]*+\W{0,3}){1,4}")
_BYLINE_BIT = 1 << CLASSES.index("byline")
MAX_MARK_WORDS = 7  # of a line that is only an agency's tag or a document id
MIN_LINK_WORDS, MAX_LINK_WORDS = 4, 20  # of a headline that links to another story


def class_of(text: str, words: int, phrases: int, *, repeats: bool, after: bool) -> RemovedReason:
    """Return the class of a paragraph of so many `words` that was left out.

    `phrases` are the bits of the known phrases in it (`phrases.find_classes`). It `repeats` one that was kept; it
    stands `after` the article's first paragraph.
    """
    if repeats:
        return RemovedReason.DUPLICATE
    if words <= MAX_MARK_WORDS:
        if read_doc_id(text):
            return RemovedReason.DOC_ID
        if read_tag_line(text):
            return RemovedReason.BYLINE
    if phrases & _BYLINE_BIT and is_credits(text):
        return RemovedReason.BYLINE
    for bit, reason in _BITS:
        if phrases & bit:
            return reason
    if after and MIN_LINK_WORDS <= words <= MAX_LINK_WORDS and text[-1] not in ".:":
        return RemovedReason.RELATED_LINKS
    return RemovedReason.NAVIGATION if _NAME_LIKE.fullmatch(text) else RemovedReason.OTHER


def count_removed(
    units: Units, look: Look, kept: NDArray[np.bool_], known: Set[str], first: int
) -> tuple[Removed, ...]:
    """Return the characters left out by class, most first. `known` are the keys of what was kept or is the headline."""
    chars: dict[RemovedReason, int] = {}
    phrases = look.classes.tolist()
    for at in np.flatnonzero(~kept).tolist():
        text = units.texts[at]
        repeats = look.keys[at] in known
        reason = class_of(text, len(units.words[at]), phrases[at], repeats=repeats, after=at > first)
        chars[reason] = chars.get(reason, 0) + len(text)
    return tuple(Removed(reason=reason, chars=n) for reason, n in sorted(chars.items(), key=lambda item: -item[1]))
