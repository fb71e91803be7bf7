"""Words in marks that neither place nor parse gave to a cue, although one stands before them in their sentence.

Parsers stumble over long frames ('saying in his statement only that he was “refining …”'). Marks and cue together are
surer than the parse: of such passages nine in ten are somebody's words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spacy.tokens import Token

from workers.annotate.quotes.clauses import new_report
from workers.annotate.quotes.cues import UTTERING
from workers.annotate.quotes.frames import SENTENCE_ENDS, Shape, left_frame, right_frame
from workers.annotate.quotes.grammar import (
    FINITE_TAGS,
    NOUN_TAGS,
    Words,
    children_of,
    neighbour_of,
    subject_of,
)
from workers.annotate.quotes.report import Report

MAX_LEAD_TOKENS = 30  # between a cue and the marks
MAX_TERM_WORDS = 4  # more words that begin as a sentence are one, and nothing of the phrase follows them
MAX_LINK_TOKENS = 3  # between “A” and “B”
MAX_GAP_TOKENS = 25  # between marks of one sentence and one cue
MIN_DEFINING_TOKENS = 4  # 'is what she called'
_IS = frozenset({"is", "was", "are", "were"})
_CLOSES = frozenset({",", ".", "?", "!"})
_HALTS = frozenset({",", ";", ".", "!", "?", ":", "—", "–", "--", "-", "(", ")"})
_JOINS = frozenset({"and", "but", "or"})
_WITH_THING = frozenset("NMAO")  # verbs whose object belongs to what is said
_LINKS = frozenset({"and", "or", ",", "but", "as", "a", "an", "the", "nor", "both"})


class Leftovers:
    """Finds reports for passages that no report holds."""

    def __init__(self, words: Words, shapes: Sequence[Shape], by_cue: Mapping[int, Report]) -> None:
        self._words = words
        self._shapes = shapes
        self._by_cue = dict(by_cue)  # verb token → its report

    def find(self, taken: Mapping[int, Report]) -> dict[int, Report]:
        """Return, by passage, the reports of those that `taken` lacks; reports of a cue that has one grow."""
        found: dict[int, Report] = {}
        for number in range(len(self._words.passages)):
            if number in taken:
                continue
            report = self._defined(number) or self._shared(number, found, taken) or self._behind_cue(number)
            if report is not None:
                found[number] = report
        return found

    def _shared(self, number: int, found: Mapping[int, Report], taken: Mapping[int, Report]) -> Report | None:
        """Return the report of the passage before, if it goes on: it is “A” and “B”, said it was “A,” and is “B”."""
        words, before = self._words, number - 1
        report = found.get(before) or taken.get(before)
        if report is None or words.passages[before].paragraph != words.passages[number].paragraph:
            return None
        first, last = words.bounds[before][1], words.bounds[number][0]
        if (
            self._shapes[number].sentence_like
            or self._shapes[before].tail in SENTENCE_ENDS
            or last - first > MAX_GAP_TOKENS
        ):
            return None
        between = [words.doc[i].lower_ for i in range(first, last)]
        if SENTENCE_ENDS & set(between) or words.cues_between(first, last):
            return None
        linked = len(between) <= MAX_LINK_TOKENS and _LINKS.issuperset(between) and _JOINS & set(between)
        if not linked and (not report.cue or report.cue[-1] > words.bounds[before][0]):
            return None
        report.content.append((words.passages[before].end, words.passages[number].end if linked else self._end(number)))
        report.passages.append(number)
        return report

    def _defined(self, number: int) -> Report | None:
        """Return the report of “A folly” is what the mayor called it, or how she described it."""
        words = self._words
        first, last = right_frame(words, number)
        if last - first < MIN_DEFINING_TOKENS or words.doc[first].lower_ not in _IS:
            return None
        if words.doc[first + 1].lower_ not in {"how", "what"}:
            return None
        cue = next(iter(words.cues_between(first, last)), None)
        subject = None if cue is None else self._subject(words.doc[cue])
        if cue is None or subject is None:
            return None
        report = self._by_cue.get(cue) or new_report("cue-in-sentence", words.doc[cue], words.cues[cue], subject)
        report.content = [(words.passages[number].start, words.passages[number].end)]
        report.passages.append(number)
        return report

    def _behind_cue(self, number: int) -> Report | None:
        words = self._words
        first, last = left_frame(words, number)
        first = max(first, last - MAX_LEAD_TOKENS)
        for i in reversed(words.cues_between(first, last)):
            token = words.doc[i]
            if not self._reports(token, last):
                continue
            report = self._by_cue.get(i)
            if report is not None and report.rule == "after-marks":
                return None  # “A,” said she, “b”: what follows is for `carry` to join, and her name is no content
            if report is None:
                subject = self._subject(token)
                if subject is None:
                    continue
                report = new_report("cue-in-sentence", token, words.cues[i], subject)
                self._by_cue[i] = report
            report.content.append((words.starts[self._begin(i, last, number)], self._end(number)))
            report.passages.append(number)
            return report
        return None

    def _reports(self, token: Token, last: int) -> bool:
        """Say whether a verb can reach the marks that begin at `last`."""
        verb = self._words.cues[token.i]
        if verb.cue_class not in UTTERING or (verb.frames <= {"Q"} and not verb.prepositions):
            return False  # 'go', 'open', 'sign': they report beside marks only
        if token.dep_ in {"acl", "amod"}:
            return False  # 'a class called “Perception”', 'provisions relating to “…”'
        if not verb.frames & set("QCNAO"):
            return False
        between = range(token.i + 1, last)
        return "C" in verb.frames or not any(self._words.doc[i].tag_ in FINITE_TAGS for i in between)

    def _begin(self, cue: int, last: int, number: int) -> int:
        """Return where the content begins: at `that`, else right behind the cue, its particle and preposition."""
        doc = self._words.doc
        for i in range(cue + 1, last):
            if doc[i].lower_ == "that" and doc[i].tag_ in {"IN", "WDT", "DT"}:
                return i
        begin = cue + 1
        verb = self._words.cues[cue]
        for i in range(cue + 2, last):
            if doc[i].lower_ in verb.prepositions and doc[i - 1].tag_ in NOUN_TAGS and not verb.frames & _WITH_THING:
                return i + 1  # 'complained in a letter of “…”'
        while begin < last and (
            doc[begin].dep_ == "prt" or doc[begin].lower_ in verb.prepositions or doc[begin].text in {",", ":"}
        ):
            begin += 1
        return min(begin, self._words.bounds[number][0])

    def _end(self, number: int) -> int:
        """Return the end of the content: of the marks, or of the phrase that goes on behind them."""
        words, shape = self._words, self._shapes[number]
        if shape.tail in _CLOSES or (shape.sentence_like and shape.words > MAX_TERM_WORDS):
            return words.passages[number].end
        first, last = right_frame(words, number)
        end = first
        while end < last and words.doc[end].text not in _HALTS and words.doc[end].lower_ not in _JOINS:
            end += 1
        return words.chars((first, end))[1] if end > first else words.passages[number].end

    def _subject(self, token: Token) -> Token | None:
        words = self._words
        subject = subject_of(token)
        subject = subject if words.speaks(subject) else None
        if subject is None and not any(c.dep_ == "auxpass" for c in children_of(token)):
            subject = neighbour_of(token)
            if subject is not None and subject.i > token.i:
                subject = None
        return subject if subject is not None and words.passage_of[subject.i] < 0 else None
