"""The catalogue of rules: each id that a quote's provenance can carry, why the rule holds, and a sentence it fires on.

A test runs every sentence and fails if its rule does not fire; `docs/quotes.md` prints the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it decides, why, and a text on which it fires."""

    id: str
    decides: Literal["quote", "speaker"]
    reason: str
    example: str


_QUOTE_RULES = (
    ("after-marks", "a cue stands right behind words in marks", "“We will rebuild the bridge,” the mayor said."),
    ("before-marks", "a cue leads to words in marks", "The mayor said, “We will rebuild the bridge.”"),
    ("clause", "a reporting verb with a clause", "The mayor said that the bridge would be rebuilt."),
    ("clause-before", "the reported clause comes first", "The bridge will be rebuilt, the mayor said."),
    ("parenthetical", "the cue interrupts the sentence", "The bridge, the mayor said, will be rebuilt next year."),
    ("describe-as", "a judgement with `as`", "The mayor described the plan as a costly mistake."),
    ("call", "a thing and what it is called", "The mayor called the plan “a costly mistake.”"),
    ("infinitive", "a promise, a refusal or an order", "The mayor promised to rebuild the bridge."),
    ("preposition", "what is spoken of or warned of", "The mayor warned of long delays on the bridge."),
    (
        "cue-in-sentence",
        "a cue stands before marks that the parse did not connect",
        "The mayor wrote in her column only that the bridge was “a lovely old thing.”",
    ),
    ("passive", "what is done in words to the subject", "The plan was criticized by the opposition."),
    ("noun-phrase", "what is denied, announced or cited", "The mayor denied the accusation."),
    ("according-to", "the source in an adjunct", "The bridge will be rebuilt, according to the mayor."),
    ("as-put", "the cue in an `as` clause", "As the mayor put it, the bridge was a folly."),
    ("in-view", "in whose view or words", "In the mayor’s view, the bridge was a folly."),
    ("noun", "a noun of speech with its source", "The council rejected the mayor’s claim that the bridge was safe."),
    ("colon", "a colon and who acts before it", "The mayor leaned forward: “The bridge will be rebuilt.”"),
    ("colon-paragraph", "a colon ends the paragraph before", "The mayor added:\n\n“The bridge will be rebuilt.”"),
    (
        "headline-colon",
        "a headline names who says it",
        "Kowalski: Bridge plan ‘a folly’\n\nMayor Anna Kowalski spoke to the council on Monday.",
    ),
    (
        "turn",
        "a line of a transcript begins with a name",
        "Transcript\n\nKOWALSKI: The bridge is safe.\n\nBAKER: Who says so?\n\nKOWALSKI: The engineers say so.",
    ),
    (
        "alone",
        "long words in marks, and somebody who acts before them in their paragraph",
        "Mayor Anna Kowalski climbed the bridge — “nobody who grew up beside it will forget the day it fell down.”",
    ),
    (
        "unattributed",
        "long words in marks whose speaker is not told near them",
        "It rained.\n\n“The old bridge was the pride of our town, and nobody beside it will forget the day it fell.”",
    ),
    ("signed", "a name behind a dash", "“The bridge was the pride of our town.” — Anna Kowalski"),
)
_SPEAKER_RULES = (
    ("cue-subject", "the subject of the cue", "The mayor said that the bridge would be rebuilt."),
    ("inverted-subject", "the subject behind its cue", "“We will rebuild the bridge,” said the mayor."),
    (
        "governor-subject",
        "the subject of the verb that the cue depends on",
        "The mayor left the hall early, saying that the bridge was safe.",
    ),
    ("relative-pronoun", "`who` stands for a noun before it", "The mayor, who said the bridge was safe, left early."),
    ("according-to", "the object of `according to`", "The bridge will be rebuilt, according to the mayor."),
    ("aside-subject", "the subject of an `as` clause", "As the mayor put it, the bridge was a folly."),
    ("possessor", "whose claim it is", "The council rejected the mayor’s claim that the bridge was safe."),
    ("by-phrase", "by whom the claim is", "The council rejected a claim by the mayor that the bridge was safe."),
    ("colon-subject", "who acts before a colon", "The mayor leaned forward: “The bridge will be rebuilt.”"),
    (
        "headline-colon",
        "the name before the colon of a headline",
        "Kowalski: Bridge plan ‘a folly’\n\nMayor Anna Kowalski spoke to the council on Monday.",
    ),
    (
        "turn",
        "the name at the head of a line",
        "Transcript\n\nKOWALSKI: The bridge is safe.\n\nBAKER: Who says so?\n\nKOWALSKI: The engineers say so.",
    ),
    ("signed", "the name behind the dash", "“The bridge was the pride of our town.” — Anna Kowalski"),
    (
        "previous-speaker",
        "`he added` goes on with the speaker before, whoever is named in between",
        "“We will rebuild it,” Peter Baker said. “I met John Smith.”\n\n“John Smith knows it,” he added.",
    ),
    (
        "actor-before",
        "who speaks or acts last before the marks in their paragraph",
        "Mayor Anna Kowalski climbed the bridge — “nobody who grew up beside it will forget the day it fell down.”",
    ),
    (
        "ranked",
        "the best candidate by the weights of `speaker_weights.tsv`, where the rules are not sure",
        "Baker wrote the council knew about the cracks, adding, “They closed their eyes, and so did the engineers.”",
    ),
    ("none", "the text names no source", "It has been said that the bridge is safe."),
)
CATALOGUE: Mapping[tuple[str, str], Rule] = {
    **{("quote", name): Rule(name, "quote", reason, example) for name, reason, example in _QUOTE_RULES},
    **{("speaker", name): Rule(name, "speaker", reason, example) for name, reason, example in _SPEAKER_RULES},
}
