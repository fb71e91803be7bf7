"""How sure a quote is: the measured share of right quotes by rule, lowered by what makes rules fail.

The figures are frequencies, rounded to 0.05: of the quotes of each kind, how many had the content (half of the words,
IoU) and the source of a human annotation. They were counted on 504 annotated news articles (see docs/quotes.md), are
read as probabilities and checked on articles that were not counted. Whether a pronoun was resolved to the right person
is not in them.
"""

from __future__ import annotations

from collections.abc import Mapping

from workers.annotate.quotes.report import Report

# rule: (all words in marks, some, none)
_BY_RULE: Mapping[str, tuple[float, float, float]] = {
    "after-marks": (0.97, 0.80, 0.80),
    "before-marks": (0.90, 0.70, 0.70),
    "clause": (0.80, 0.90, 0.85),
    "clause-before": (0.75, 0.95, 0.80),
    "parenthetical": (0.85, 0.85, 0.75),
    "describe-as": (0.65, 0.70, 0.70),
    "cue-in-sentence": (0.55, 0.65, 0.65),
    "passive": (0.65, 0.70, 0.70),
    "call": (0.65, 0.75, 0.55),
    "infinitive": (0.80, 0.85, 0.70),
    "preposition": (0.75, 0.85, 0.75),
    "noun-phrase": (0.50, 0.75, 0.65),
    "according-to": (0.80, 0.65, 0.80),
    "as-put": (0.55, 0.45, 0.60),
    "in-view": (0.60, 0.60, 0.60),
    "noun": (0.55, 0.65, 0.55),
    "colon": (0.55, 0.55, 0.50),
    "colon-paragraph": (0.80, 0.80, 0.60),
    "headline-colon": (0.95, 0.95, 0.70),
    "turn": (0.90, 0.80, 0.70),
    "alone": (0.65, 0.65, 0.65),
    "unattributed": (0.15, 0.15, 0.15),  # the words are somebody's in nine of ten; whose, the text does not say here
    "signed": (0.95, 0.80, 0.80),
}
_UNKNOWN_RULE = (0.5, 0.5, 0.5)
# Factors for what the counts show to be harder, one each.
_BY_SPEAKER: Mapping[str, float] = {"governor-subject": 0.80, "relative-pronoun": 0.80, "ranked": 0.55, "none": 0.75}
_BY_CLASS: Mapping[str, float] = {"thought": 0.70, "document": 0.75}
RANKED_WITHOUT_CUE = 0.45  # 34 of them
SHORT_WORDS = 4
SHORT_FACTOR = 0.75  # fewer words are more often a term than a quote


def confidence_of(report: Report, *, marked: bool, unmarked: bool, word_count: int) -> float:
    """Return the probability that content and source are right; `marked` and `unmarked` say which words there are."""
    kinds = _BY_RULE.get(report.rule, _UNKNOWN_RULE)
    value = kinds[0] if not unmarked else kinds[1] if marked else kinds[2]
    if report.speaker_rule == "ranked" and not report.cue:
        value = RANKED_WITHOUT_CUE
    elif report.speaker_rule == "ranked" or report.rule not in _MARKED_RULES:
        value *= _BY_SPEAKER.get(report.speaker_rule, 1.0)
    value *= _BY_CLASS.get(report.cue_class, 1.0)
    if word_count < SHORT_WORDS:
        value *= SHORT_FACTOR
    return round(value, 2)


# Where the cue stands beside the marks, how its subject was found changes little.
_MARKED_RULES = frozenset({"after-marks", "before-marks"})
