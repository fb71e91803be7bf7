"""Names as they stand in the text, and the key under which two spellings are the same name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from workers.annotate.entities.gazetteer import Entry

PERSON: Final = "PERSON"
ORG: Final = "ORG"
GPE: Final = "GPE"
LOC: Final = "LOC"
FAC: Final = "FAC"
NORP: Final = "NORP"
PLACES: Final = frozenset({GPE, LOC, FAC})

_APOSTROPHES: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "‐": "-", "‑": "-", "–": "-"})
# Letters that NFKD leaves alone, as English-language news spells them without the mark.
_LETTERS: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)


@dataclass(slots=True, eq=False)
class Name:
    """A name in the text: tokens `first:after`, code points `start:end`, its label so far, and its key."""

    first: int
    after: int
    start: int
    end: int
    text: str
    label: str
    key: str
    entry: Entry | None = None  # of the user's gazetteer


@lru_cache(maxsize=16_384)  # names recur within an article and from one article to the next
def key_of(text: str) -> str:
    """Return `text` without case, accents, odd apostrophes, and spaces around hyphens: 'Erdoğan' is 'erdogan'."""
    if text.isascii():
        folded = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
        folded = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().translate(_LETTERS)
    return " ".join(folded.split()).replace(" - ", "-")
