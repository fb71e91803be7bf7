"""Who could be speaking: the noun phrases around a quote, each with what tells for or against it.

Tells are names of facts, such as `person`, `before`, `subject of the cue`; `speaker_weights.tsv` says what each is
worth. They look at the place of a candidate and at the parse, whether or not a cue was found.
"""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Token

from workers.annotate.entities import NOUNS_OF_PEOPLE, ORGANIZATION_NOUNS
from workers.annotate.quotes.cues import word_set
from workers.annotate.quotes.grammar import FINITE_TAGS, ISSUED_TEXTS, NOUN_TAGS, SUBJECTS, Interval, Words, phrase
from workers.annotate.quotes.report import Report

MAX_BEFORE_TOKENS = 60  # looked at before the anchor of a quote, within its paragraph: two long sentences
MAX_AFTER_TOKENS = 20
MAX_CANDIDATES = 16  # the nearest; bounds the work in lists
MAX_STEPS = 8  # from the cue up the tree
_INNER = frozenset({"compound", "amod", "nmod", "npadvmod", "tmod", "nummod", "quantmod"})
_MEASURES = frozenset({"DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY"})
_BODIES = frozenset({"ORG", "NORP", "GPE", "FAC", "LOC"})
_PERSONS = word_set("he she they we i you who")
_THINGS = word_set("it this that these those which them him me us itself himself herself themselves what")
_SENTENCE_ENDS = frozenset({".", "!", "?"})
_TELLS = word_set("to with of against for from like")
PREVIOUS_PARAGRAPHS = 1  # how far back the speaker before still is a candidate


@dataclass(frozen=True, slots=True)
class Candidate:
    """The head of a noun phrase that may name the speaker; None where nobody is named."""

    head: int | None
    tells: tuple[str, ...]


class Candidates:
    """Lists the candidates of the reports of one article."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def of(self, report: Report, previous: Interval | None) -> list[Candidate]:
        """Return the candidates of a report in order of the text, the answer that nobody is named last.

        `previous` is the source of the quote before. Candidates stand outside of marks and of what is reported, save
        the one that the rules took.
        """
        words = self._words
        anchor = self._anchor(report)
        taken = self.head_of(report.source)
        first, last = self._window(anchor)
        content = [(words.at(start), words.at(end)) for start, end in report.content]
        heads = [
            i
            for i in range(first, last)
            if i == taken or (self._may_speak(i) and not any(start <= i < end for start, end in content))
        ]
        heads = sorted(sorted(heads, key=lambda i: (i != taken, abs(i - anchor)))[:MAX_CANDIDATES])
        before = self.head_of(previous)
        if before is not None and before not in heads and self._is_near(before, anchor):
            heads.insert(0, before)
        if taken is not None and taken not in heads:
            heads.insert(0, taken)
        governors = self._governors(report)
        nearest = max((i for i in heads if i < anchor and words.doc[i].dep_ in SUBJECTS), default=None)
        found = []
        for head in heads:
            tells = list(self._tells(report, words.doc[head], anchor, governors))
            if head == taken:
                tells.append(f"rule {report.speaker_rule}")
            if head == before:
                tells.append("speaker before")
            if head == nearest:
                tells.append("nearest subject")
            found.append(Candidate(head, tuple(tells)))
        tells = ["nobody", "nobody, as the rules say"] if taken is None else ["nobody"]
        if not report.cue:
            tells.append("nobody, no cue")
        return [*found, Candidate(None, tuple(tells))]

    def _anchor(self, report: Report) -> int:
        return report.cue[-1] if report.cue else self._words.at(report.content[0][0])

    def head_of(self, source: Interval | None) -> int | None:
        """Return the head of the words for a source."""
        return None if source is None else self._words.doc[source[0] : source[1]].root.i

    def _window(self, anchor: int) -> Interval:
        first, last = self._words.paragraph_bounds[self._words.paragraph_at(anchor)]
        return max(first, anchor - MAX_BEFORE_TOKENS), min(last, anchor + MAX_AFTER_TOKENS)

    def _is_near(self, before: int, anchor: int) -> bool:
        return 0 <= self._words.paragraph_at(anchor) - self._words.paragraph_at(before) <= PREVIOUS_PARAGRAPHS

    def _may_speak(self, i: int) -> bool:
        words = self._words
        if words.passage_of[i] >= 0:
            return False
        token = words.doc[i]
        if token.tag_ not in NOUN_TAGS or token.dep_ in _INNER or token.ent_type_ in _MEASURES:
            return False
        return words.speaks(token)

    def _governors(self, report: Report) -> dict[int, int]:
        """Return the verbs above the cue, each with its distance in steps."""
        if not report.cue:
            return {}
        token = self._words.doc[report.anchor if len(report.cue) == 1 else report.cue[-1]]
        found: dict[int, int] = {}
        for step in range(1, MAX_STEPS):
            if token.head.i == token.i:
                break
            token = token.head
            found[token.i] = step
        return found

    def _tells(self, report: Report, token: Token, anchor: int, governors: dict[int, int]) -> tuple[str, ...]:
        words, doc = self._words, self._words.doc
        tells = [self._kind(token)]
        tells.append(self._part(token))
        head = token.head
        if token.dep_ in SUBJECTS:
            if report.cue and head.i in report.cue:
                tells.append("subject of the cue")
            elif head.i in governors:
                tells.append("subject above the cue")
                if head.i == min(governors, key=governors.__getitem__):
                    tells.append("subject of the next verb above")
                if head.dep_ == "ROOT":
                    tells.append("subject of the sentence")
            elif head.i in words.cues:
                tells.append("subject of another cue")
            if head.tag_ in FINITE_TAGS:
                tells.append("subject of a finite verb")
        first, last = phrase(token)
        low, high = (last, anchor) if token.i < anchor else (anchor + 1, first)
        tells.append("before" if token.i < anchor else "behind")
        gap = high - low
        tells.append("beside" if gap <= 1 else "near" if gap <= 6 else "far" if gap > 20 else "some way off")
        between = range(max(0, low), min(high, len(doc)))
        if any(doc[i].text in _SENTENCE_ENDS and words.passage_of[i] < 0 for i in between):
            tells.append("other sentence")
        if report.cue and doc[anchor].tag_ == "VBG" and token.i < anchor:
            comma = anchor > 0 and doc[anchor - 1].text in {",", "—", "–", "--", "-"}
            if gap <= 1 and not comma:
                tells.append("right before a participle")
            elif comma and "subject of a finite verb" in tells:
                tells.append("subject, then comma and participle")
        return tuple(tells)

    def _kind(self, token: Token) -> str:
        lower = token.lower_
        if lower in _PERSONS:
            return "personal pronoun"
        if lower in _THINGS:
            return "pronoun of things"
        entity = token.ent_type_
        if entity == "PERSON":
            return "person"
        if entity in _BODIES:
            return "body"
        singular = lower.removesuffix("s")
        if lower in NOUNS_OF_PEOPLE or singular in NOUNS_OF_PEOPLE:
            return "noun of people"
        if lower in ORGANIZATION_NOUNS or singular in ORGANIZATION_NOUNS:
            return "noun of bodies"
        if lower in ISSUED_TEXTS or singular in ISSUED_TEXTS:
            return "text"
        return "other name" if token.tag_.startswith("NNP") else "other noun"

    def _part(self, token: Token) -> str:
        dep = token.dep_
        if dep in SUBJECTS:
            return "subject"
        if dep == "pobj":
            return "agent" if token.head.dep_ == "agent" else "in a preposition"
        return {"dobj": "object", "dative": "object", "poss": "possessor", "appos": "apposition"}.get(dep, "other part")
