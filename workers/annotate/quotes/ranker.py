"""Who says a quote where the rules are not sure: the best candidate around it, by weights that add up.

The rules read a speaker off the cue. Where the cue's subject hangs on another verb, or no cue was found, the parse is
often wrong, and a quote is asked anew: each noun phrase near it is a candidate (`candidates`), its score the sum of the
weights of what tells for it, and scores become probabilities as in a conditional logit (McFadden, 1974). That nobody is
named is a candidate too.

The weights are in `speaker_weights.tsv`, each with its reason. They are fitted to passages of our own by
`python -m bench.train_speakers`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from workers.annotate.quotes.candidates import Candidate, Candidates
from workers.annotate.quotes.grammar import Interval, Words, is_put_to, phrase
from workers.annotate.quotes.report import Report

ASKED = frozenset({"governor-subject", "colon-subject", "actor-before", "none"})


class Ranker:
    """Settles the speakers of an article's reports, in the order of the text."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._candidates = Candidates(words)
        self._previous: Interval | None = None

    def settle(self, report: Report) -> None:
        """Give the report the source that the ranker is surer of than of the rules', if there is one."""
        if is_asked(self._words, report):
            found = self._candidates.of(report, self._previous)
            chances = probabilities(found)
            self._take(report, found[chances.index(max(chances))])
        self._previous = report.source or self._previous

    def _take(self, report: Report, best: Candidate) -> None:
        if best.head is None or best.head == self._candidates.head_of(report.source):
            return
        report.source, report.antecedent = phrase(self._words.doc[best.head]), None
        report.speaker_rule = "ranked"


def is_asked(words: Words, report: Report) -> bool:
    """Say whether the rules are unsure who speaks. Who said what 'was said' or is 'asked', no text tells."""
    if report.speaker_rule not in ASKED or not report.content:
        return False
    if report.speaker_rule != "none" or not report.cue:
        return True
    cue = words.doc[report.cue[-1]]
    return cue.tag_ != "VBN" and not is_put_to(cue)


def probabilities(candidates: Sequence[Candidate], weights: Mapping[str, float] | None = None) -> list[float]:
    """Return how probable each candidate is; they add up to 1."""
    table = speaker_weights() if weights is None else weights
    scores = [math.exp(sum(table.get(tell, 0.0) for tell in candidate.tells)) for candidate in candidates]
    total = sum(scores)
    return [score / total for score in scores]


@lru_cache(maxsize=1)
def speaker_weights() -> Mapping[str, float]:
    """Return what each tell is worth, in logits."""
    lines = (files("workers.annotate.quotes") / "speaker_weights.tsv").read_text(encoding="utf-8").splitlines()
    return {row["tell"]: float(row["weight"]) for row in csv.DictReader(lines, delimiter="\t")}
