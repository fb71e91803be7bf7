"""What the lines left out were, by class: a count for people, not a decision."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from schemas.clean import Removed, RemovedReason
from workers.clean.agencies import AGENCIES
from workers.clean.flat.features import Look, Units
from workers.clean.flat.lines import DIGIT, words_of
from workers.clean.flat.phrases import CLASSES
from workers.clean.flat.vocabulary import Hashes, Vocabulary, hash_words
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
_LAST_OF_TAGS = frozenset(
    hash_words([words_of(tag)[-1] for tag in AGENCIES]).tolist()
)  # a line of an agency's tag ends with one of them
MAX_MARK_WORDS = 7  # of a line that is only an agency's tag or a document id
MIN_LINK_WORDS, MAX_LINK_WORDS = 4, 20  # of a headline that links to another story


@cache
def _reason_of_phrases(phrases: int) -> RemovedReason | None:
    return next((reason for bit, reason in _BITS if phrases & bit), None)


def class_of(
    text: str, phrases: int, *, words: int, repeats: bool, after: bool, digits: bool = True, tag: bool = True
) -> RemovedReason:
    """Return the class of a paragraph of so many `words` that was left out.

    `phrases` are the bits of the known phrases in it (`phrases.find_classes`). It `repeats` one that was kept; it
    stands `after` the article's first paragraph; it has no `digits`, or does not end as an agency's `tag` does, where
    the caller knows so.
    """
    if repeats:
        return RemovedReason.DUPLICATE
    if words <= MAX_MARK_WORDS:
        if digits and read_doc_id(text):
            return RemovedReason.DOC_ID
        if tag and read_tag_line(text):
            return RemovedReason.BYLINE
    if phrases & _BYLINE_BIT and is_credits(text):
        return RemovedReason.BYLINE
    if reason := _reason_of_phrases(phrases):
        return reason
    if after and MIN_LINK_WORDS <= words <= MAX_LINK_WORDS and text[-1] not in ".:":
        return RemovedReason.RELATED_LINKS
    return RemovedReason.NAVIGATION if _NAME_LIKE.fullmatch(text) else RemovedReason.OTHER


def count_removed(units: Units, look: Look, kept: NDArray[np.bool_], first: int) -> tuple[Removed, ...]:
    """Return the characters left out by class, most first. `kept` are the article's paragraphs and its headline."""
    chars: dict[RemovedReason, int] = {}
    left = (~kept).nonzero()[0]
    known = set(look.keys[kept].tolist())
    of_each = zip(
        left.tolist(),
        look.classes[left].tolist(),
        units.text.lengths[left].tolist(),
        look.keys[left].tolist(),
        (units.counts[left, DIGIT] > 0).tolist(),
        _last_words(units.text)[left].tolist(),
        strict=True,
    )
    for at, phrases, words, key, digits, last in of_each:
        text = units.texts[at]
        reason = class_of(
            text,
            phrases,
            words=words,
            repeats=key in known,
            after=at > first,
            digits=digits,
            tag=last in _LAST_OF_TAGS,
        )
        chars[reason] = chars.get(reason, 0) + len(text)
    return tuple(Removed(reason=reason, chars=n) for reason, n in sorted(chars.items(), key=lambda item: -item[1]))


def _last_words(text: Vocabulary) -> Hashes:
    """Return the hash of the last word of each paragraph, 0 where it has none."""
    last = np.zeros(len(text.lengths), np.uint64)
    some = text.lengths > 0
    last[some] = text.words.hashes[text.running[text.ends()[some] - 1]]
    return last
