"""Quotes that go on without a cue: in the next sentence, in the next paragraph, behind a colon."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from spacy.tokens import Token

from workers.annotate.quotes.clauses import new_report
from workers.annotate.quotes.frames import SENTENCE_ENDS, Shape, left_frame
from workers.annotate.quotes.grammar import FINITE_TAGS, Words, phrase, subject_of
from workers.annotate.quotes.report import Report

MIN_SENTENCE_WORDS = 3  # a passage of fewer words behind a quote is rather a term than a sentence of it
MIN_PARAGRAPH_WORDS = 4  # the same for a paragraph of its own
MAX_LEAD_TOKENS = 60  # looked at before a colon
_JOINS = frozenset({"and", "but", "or", "because"})
_COMMAS = frozenset({",", "—", "–", "--", "-"})


class Carrier:
    """Walks the passages of an article in order and joins those without a cue to the quote they continue."""

    def __init__(
        self,
        words: Words,
        shapes: Sequence[Shape],
        linked: dict[int, Report],
        claimed: dict[int, Report],
        reports: Sequence[Report],
    ) -> None:
        self._words = words
        self._shapes = shapes
        self._linked = linked
        self._claimed = claimed
        self._previous: Report | None = None  # the report of the passage before
        self._before = -1  # that passage
        self._pending: list[int] = []  # passages that were left open before any cue came
        ended = [(_end_of(words, report), report) for report in reports]
        self._ended = sorted(ended, key=lambda pair: pair[0])  # by where words and cue of a report end

    def carry(self) -> None:
        """Join what continues; the reports grow, `linked` learns of it."""
        for number in range(len(self._words.passages)):
            report = self._linked.get(number) or self._claimed.get(number)
            reopens = self._reopens(number)
            if report is None:
                report = self._continued(number, reopens)
                if report is None and self._is_interjected(number):
                    continue  # a term in the frame, not an end of the quote
                if report is not None:
                    self._extend(report, number)
            if report is not None and reopens:
                for earlier in self._pending:
                    self._extend(report, earlier)
            self._pending = [] if report is not None else [*self._pending, number] if reopens else [number]
            self._previous, self._before = report, number

    def _continued(self, number: int, reopens: bool) -> Report | None:
        shape = self._shapes[number]
        if reopens:
            return self._previous
        if self._previous is not None and self._same_paragraph(number):
            if shape.sentence_like and (shape.words >= MIN_SENTENCE_WORDS or self._is_curt(number)):
                return self._colon(number) or self._previous
            if self._is_split(number):
                return self._previous
        if self._begins_paragraph(number):
            return self._after_colon(number) or self._next_door(number)
        if shape.sentence_like and (led := self._colon(number)) is not None:
            return led
        return self._paraphrased(number)

    def _paraphrased(self, number: int) -> Report | None:
        """Return the report without marks that ends right before: 'She said it was late. “I am tired.”'."""
        words, shape = self._words, self._shapes[number]
        if not shape.sentence_like or shape.words < MIN_PARAGRAPH_WORDS:
            return None
        passage = words.passages[number]
        found = bisect_right(self._ended, passage.start, key=lambda pair: pair[0])
        if not found:
            return None
        end, report = self._ended[found - 1]
        if words.paragraph_of(end) != passage.paragraph or report.rule == "according-to":
            return None
        between = words.text[end : passage.start].strip(" \u00a0")
        return report if between in {".", "!", "?"} else None

    def _is_curt(self, number: int) -> bool:
        """Say whether a word or two are a sentence right behind the cue's: “It is a mess,” Hale said. “Sad.”"""
        words = self._words
        return self._shapes[number].tail in SENTENCE_ENDS and (
            words.doc[words.bounds[number][0] - 1].text in SENTENCE_ENDS
        )

    def _same_paragraph(self, number: int) -> bool:
        passages = self._words.passages
        return self._before >= 0 and passages[number].paragraph == passages[self._before].paragraph

    def _reopens(self, number: int) -> bool:
        """Say whether the passage before was left open and this one reopens it, as the press prints long quotes."""
        passages = self._words.passages
        if self._before < 0 or passages[self._before].closed:
            return False
        return passages[number].paragraph - passages[self._before].paragraph == 1 and self._begins_paragraph(number)

    def _begins_paragraph(self, number: int) -> bool:
        words = self._words
        return words.bounds[number][0] <= words.paragraph_bounds[words.passages[number].paragraph][0]

    def _is_interjected(self, number: int) -> bool:
        return self._previous is not None and self._same_paragraph(number) and not self._shapes[number].sentence_like

    def _is_split(self, number: int) -> bool:
        """Say whether only the cue of the passage before, with its comma, lies between: “A,” he said, but “b.”"""
        words, report = self._words, self._previous
        first, last = words.bounds[self._before][1], words.bounds[number][0]
        if report is None or not report.cue or not first <= report.cue[-1] < last:
            return False
        joined = words.doc[last - 1].lower_ in _JOINS and last - 2 > report.cue[-1]
        ends_with_comma = words.doc[last - 1 - joined].text in _COMMAS
        return ends_with_comma and not any(words.doc[i].text in SENTENCE_ENDS for i in range(first + 1, last))

    def _next_door(self, number: int) -> Report | None:
        """Return the quote of the paragraph before, when this paragraph is all in marks and names nobody."""
        words, shape = self._words, self._shapes[number]
        passage = words.passages[number]
        if self._before < 0 or passage.paragraph - words.passages[self._before].paragraph != 1:
            return None
        if not shape.sentence_like or shape.words < MIN_PARAGRAPH_WORDS:
            return None
        rest = words.text[passage.end : words.paragraphs[passage.paragraph].end]
        return None if any(sign.isalnum() for sign in rest) else self._previous

    def _after_colon(self, number: int) -> Report | None:
        """Return the report whose cue ended the paragraph before with a colon."""
        words = self._words
        paragraph = words.passages[number].paragraph
        if paragraph == 0:
            return None
        first, last = words.paragraph_bounds[paragraph - 1]
        if last <= first or words.doc[last - 1].text != ":":
            return None
        first = max(first, last - MAX_LEAD_TOKENS)
        for i in reversed(words.cues_between(first, last)):
            if "Q" in words.cues[i].frames:
                token = words.doc[i]
                return new_report("colon-paragraph", token, words.cues[i], subject_of(token))
        return self._led_by(first, last - 1)

    def _colon(self, number: int) -> Report | None:
        """Return the report of a passage behind a colon whose lead has no reporting verb."""
        first, last = left_frame(self._words, number)
        if last <= first or self._words.doc[last - 1].text != ":":
            return None
        return self._led_by(first, last - 1)

    def _led_by(self, first: int, last: int) -> Report | None:
        """Return a report by who acts in the words before a colon: 'She leaned in:', 'From Smith's letter:'."""
        words = self._words
        source: Token | None = None
        for i in range(last - 1, first - 1, -1):
            token = words.doc[i]
            if words.passage_of[i] >= 0:
                continue
            if i == last - 1 and token.ent_type_ == "PERSON" and not _is_told(token):
                source = token
                break
            if token.dep_ == "poss" and last - i <= 6 and token.tag_ in {"NNP", "PRP$", "NN", "NNS"}:
                source = token
                break
            if token.tag_ in FINITE_TAGS:
                source = subject_of(token)
                break
        if source is None or source.tag_ not in {"NNP", "NNPS", "PRP", "PRP$", "NN", "NNS"} or source.i < first:
            return None
        return Report("colon", [], "speech", None, phrase(source), speaker_rule="colon-subject")

    def _extend(self, report: Report, number: int) -> None:
        passage = self._words.passages[number]
        report.content.append((passage.start, passage.end))
        report.passages.append(number)
        self._linked[number] = report


def _end_of(words: Words, report: Report) -> int:
    ends = [end for _, end in report.content]
    if report.cue:
        ends.append(words.chars((report.cue[0], report.cue[-1] + 1))[1])
    return max(ends)


def _is_told(token: Token) -> bool:
    """Say whether a name before a colon is the listener: 'delivered a message to Smith: “…”'."""
    return token.dep_ == "pobj" and token.head.lower_ in {"to", "for", "with"}
