"""What kind of clutter a block of a page is: by where it stands, how that place is called, and what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from schemas.clean import Removed, RemovedReason
from workers.clean.block_words import ANCESTOR_TAGS, NAME_LABELS, WORD_BITS, WORD_CLASSES, WORD_LABELS
from workers.clean.blocks import Block

_NAME = {label: 1 << bit for bit, label in enumerate(NAME_LABELS)}
_LABEL = {label: bit for bit, label in enumerate(WORD_LABELS)}

# In order: the first rule that holds gives the reason. Names are those of the block's element and the two above it.
_BY_NAME: tuple[tuple[str, RemovedReason], ...] = (
    ("comment", RemovedReason.COMMENTS),
    ("share", RemovedReason.SHARE),
    ("signup", RemovedReason.SIGN_UP),
    ("related", RemovedReason.RELATED_LINKS),
    ("caption", RemovedReason.CAPTION),
    ("byline", RemovedReason.BYLINE),
    ("correction", RemovedReason.DISCLAIMER),
    ("nav", RemovedReason.NAVIGATION),
)
_BY_WORDS: tuple[tuple[str, RemovedReason], ...] = (
    ("legal", RemovedReason.DISCLAIMER),
    ("signup", RemovedReason.SIGN_UP),
    ("share", RemovedReason.SHARE),
    ("comment", RemovedReason.COMMENTS),
    ("related", RemovedReason.RELATED_LINKS),
)
_FIGURE = ANCESTOR_TAGS["figure"] | ANCESTOR_TAGS["figcaption"]
_MENU = ANCESTOR_TAGS["nav"] | ANCESTOR_TAGS["footer"] | ANCESTOR_TAGS["header"] | ANCESTOR_TAGS["button"]


def reason_of(block: Block) -> RemovedReason:
    """Return the class of a block that is not the article's."""
    names, tags = block.place.near_names | block.inner_names, block.place.tags
    if tags & _FIGURE:
        return RemovedReason.CAPTION
    for label, reason in _BY_NAME:
        if names & _NAME[label]:
            return reason
    if tags & _MENU:
        return RemovedReason.NAVIGATION
    said = 0
    for word in block.words:
        said |= WORD_BITS.get(word, 0)
    for label, reason in _BY_WORDS:
        if said & 1 << _LABEL[label]:
            return reason
    if block.words[:1] == ["by"] and len(block.text) < 100:
        return RemovedReason.BYLINE
    return RemovedReason.RELATED_LINKS if block.link_chars > len(block.text) / 2 else RemovedReason.OTHER


# An element that is called a sign-up or a sharing bar, and whose words say so too: no article's text is both.
_SURE = tuple((_NAME[label], _LABEL[label]) for label in ("signup", "share"))
_SURE_NAMES = sum(name for name, _ in _SURE)
MAX_SURE_CHARS = 400
MIN_SURE_WORDS = 2


def is_plain_clutter(block: Block) -> bool:
    """Say whether name and words of a block agree that it asks for a subscription or to be shared."""
    names = block.place.near_names | block.inner_names
    if len(block.text) > MAX_SURE_CHARS or not names & _SURE_NAMES:
        return False
    return any(
        names & name and sum(label in WORD_CLASSES.get(word, ()) for word in block.words) >= MIN_SURE_WORDS
        for name, label in _SURE
    )


def tally(pieces: Iterable[tuple[RemovedReason, int]]) -> tuple[Removed, ...]:
    """Return one `Removed` a reason, most characters first; reasons without a character are left out."""
    chars: Counter[RemovedReason] = Counter()
    for reason, count in pieces:
        chars[reason] += count
    return tuple(Removed(reason=reason, chars=count) for reason, count in chars.most_common() if count > 0)
