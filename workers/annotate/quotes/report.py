"""A report while it is being put together: a cue, the words that name its source, and content that grows."""

from __future__ import annotations

from dataclasses import dataclass, field

from workers.annotate.quotes.cues import Verb
from workers.annotate.quotes.grammar import Interval


@dataclass(slots=True, eq=False)
class Report:
    """One quote to be. Tokens are indices of the doc; `content` is code points, in any order until it is tidied."""

    rule: str
    cue: list[int]  # tokens; empty where the quote has no cue of its own
    cue_class: str
    verb: Verb | None
    source: Interval | None  # tokens of the words that name the source
    speaker_rule: str = "none"
    content: list[tuple[int, int]] = field(default_factory=list)
    passages: list[int] = field(default_factory=list)
    antecedent: Interval | None = None  # whom 'who' stands for
    lemma: str = ""
    addressee: Interval | None = None  # whom the source tells it

    @property
    def anchor(self) -> int:
        """The token the report hangs on: its cue verb, else its source."""
        return self.cue[0] if self.cue else self.source[0] if self.source else 0
