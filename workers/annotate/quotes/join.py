"""From cues and passages to whole quotes: what each cue reports, the outer report before the inner one."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from spacy.strings import get_string_id

from workers.annotate.quotes.alone import words_alone
from workers.annotate.quotes.asides import reports_by_aside
from workers.annotate.quotes.carry import Carrier
from workers.annotate.quotes.clauses import reports_by_clause
from workers.annotate.quotes.cues import word_set
from workers.annotate.quotes.frames import Shape, left_frame, link, shape_of
from workers.annotate.quotes.grammar import Words
from workers.annotate.quotes.leftover import Leftovers
from workers.annotate.quotes.report import Report
from workers.annotate.quotes.tidy import tidy
from workers.annotate.quotes.turns import named_without_verb

# Constructions that report a thing said rather than say it: 'she dismissed his claim that …'.
_PRONOUNS = word_set("it this that these those them him her me us you which what who whom so")
_THAT = get_string_id("that")
MAX_TO_THAT = 8  # 'said in a letter to the council that'
_ANSWERS_FOR = frozenset({"according-to", "as-put"})
_HANDS_ON = frozenset({"noun-phrase", "preposition"})


def find_reports(words: Words) -> list[Report]:
    """Return the reports of an article, their content complete, in order of content."""
    shapes = [shape_of(words, passage) for passage in words.passages]
    linked = link(words, shapes)
    named = list(named_without_verb(words, shapes))
    for report in named:
        linked |= dict.fromkeys(report.passages, report)
    by_clause = {report.cue[-1]: report for report in reports_by_clause(words)}
    _add_marked(words, shapes, linked, by_clause)
    reports = _unique([*named, *linked.values(), *by_clause.values(), *reports_by_aside(words)])
    claimed = _claim(words, reports, linked)
    by_cue = {report.cue[-1]: report for report in reports if report.cue}
    left = Leftovers(words, shapes, by_cue).find({**claimed, **linked})
    claimed |= left
    reports = _unique([*reports, *left.values()])
    kept = _outermost(words, reports)
    kept = [r for r in kept if not (r.rule in _ANSWERS_FOR and _is_spoken_for(words, r, linked))]
    ids = {id(report) for report in kept}
    linked = {n: r for n, r in linked.items() if id(r) in ids or not _lies_within(words, n, r, kept)}
    claimed = {number: report for number, report in claimed.items() if id(report) in ids}
    Carrier(words, shapes, linked, claimed, kept).carry()
    reports = _unique([*linked.values(), *kept])
    reports += list(words_alone(words, shapes, reports))
    by_content: dict[tuple[tuple[int, int], ...], Report] = {}
    for report in reports:
        report.content = tidy(words.text, report.content)
        if report.content and not _only_points(words.text, report.content):
            # Two cues of the same words, with their marks or without: the surer rule came first.
            by_content.setdefault(tuple(_words_in(words, *span) for span in report.content), report)
    return sorted(by_content.values(), key=lambda report: report.content[0])


def _words_in(words: Words, start: int, end: int) -> tuple[int, int]:
    """Return the first and the last word of a span, as tokens."""
    first, last = words.at(start), words.at(end) - 1
    while first < last and not words.is_word[first]:
        first += 1
    while last > first and not words.is_word[last]:
        last -= 1
    return first, last


def _lies_within(words: Words, number: int, report: Report, kept: Sequence[Report]) -> bool:
    """Say whether marks behind their cue stand in what another reports: 'the mayor said a driver told her, “…”'."""
    if report.rule != "before-marks":
        return False
    passage = words.passages[number]
    last = passage.inner_end - 1  # the full stop inside the marks is the sentence's
    others = (outer for outer in kept if outer is not report)
    return any(start <= passage.start and last <= end for outer in others for start, end in outer.content)


def _is_spoken_for(words: Words, report: Report, linked: dict[int, Report]) -> bool:
    """Say whether the sentence beside an aside is a quote with its own cue: '“…,” she told them, according to X'."""
    for start, end in report.content:
        for number in _passages_in(words, start, end):
            other = linked.get(number)
            if other is not None and other is not report and start <= words.starts[other.anchor] < end:
                return True
    return False


def _only_points(text: str, content: Sequence[tuple[int, int]]) -> bool:
    """Say whether all that is said is a pronoun: 'she denied it' tells no reader what."""
    return len(content) == 1 and text[content[0][0] : content[0][1]].lower() in _PRONOUNS


def _unique(reports: Iterable[Report]) -> list[Report]:
    return list({id(report): report for report in reports}.values())


def _add_marked(words: Words, shapes: Sequence[Shape], linked: dict[int, Report], by_clause: dict[int, Report]) -> None:
    """Give each linked report its passages, and what of the sentence around a passage belongs to its clause."""
    for number, report in linked.items():
        if number in report.passages:
            continue
        passage = words.passages[number]
        report.passages.append(number)
        report.content.append((passage.start, passage.end))
        clause = by_clause.pop(next((i for i in report.cue if i in words.cues), -1), None)
        first, last = left_frame(words, number)
        if first >= last:
            continue  # the passage begins its sentence: nothing of it stands before the marks
        if report.rule == "before-marks":
            if clause is not None and any(s < passage.end and e >= passage.start - 2 for s, e in clause.content):
                report.content.extend(clause.content)
            elif (begin := _behind_that(words, report.cue[-1], words.bounds[number][0])) is not None:
                report.content.append((words.starts[begin], passage.start))
        elif not shapes[number].sentence_like or shapes[number].words == 1:
            if clause is not None:
                report.content.extend(clause.content)
            else:
                report.content.append(words.chars((first, last)))


def _behind_that(words: Words, cue: int, last: int) -> int | None:
    """Return where the clause of a cue begins that marks end: 'said that it was late, because “no bus comes”'."""
    for i in range(cue + 1, min(cue + 1 + MAX_TO_THAT, last - 1)):
        if words.lowers[i] == _THAT and words.doc[i].tag_ == "IN":
            return i + 1
    return None


def _claim(words: Words, reports: Sequence[Report], linked: dict[int, Report]) -> dict[int, Report]:
    """Let content by clause take the passages it overlaps; return, by passage, the report with the tightest content."""
    claimed: dict[int, Report] = {}
    size: dict[int, int] = {}
    for report in reports:
        for start, end in list(report.content):
            for number in _passages_in(words, start, end):
                if number in linked:
                    continue
                passage = words.passages[number]
                report.content.append((passage.start, passage.end))
                if number not in claimed or end - start < size[number]:
                    claimed[number], size[number] = report, end - start
    return claimed


def _passages_in(words: Words, start: int, end: int) -> Iterator[int]:
    number = bisect_right(words.passage_ends, start)
    while number < len(words.passages) and words.passages[number].start < end:
        yield number
        number += 1


def _outermost(words: Words, reports: Sequence[Report]) -> list[Report]:
    """Leave out reports whose cue is itself reported: in 'she says he thinks so' the quote is hers."""
    nouns = sorted(words.starts[report.anchor] for report in reports if report.rule == "noun")
    reports = [r for r in reports if not (r.rule in _HANDS_ON and _holds_any(nouns, r))]
    spans = sorted((s, e, i) for i, report in enumerate(reports) for s, e in tidy(words.text, report.content))
    order = sorted(range(len(reports)), key=lambda i: words.starts[reports[i].anchor])
    around: list[tuple[int, int]] = []  # (-end, report) of the spans begun, the farthest end first
    inner: set[int] = set()
    begun = 0
    for i in order:
        at = words.starts[reports[i].anchor]
        while begun < len(spans) and spans[begun][0] <= at:
            heapq.heappush(around, (-spans[begun][1], spans[begun][2]))
            begun += 1
        while around and -around[0][0] <= at:
            heapq.heappop(around)
        # The farthest span that is not the report's own is among the top three of the heap.
        owners = [owner for end, owner in around[:3] if -end > at and owner != i]
        if any(not _holds_any([words.starts[reports[owner].anchor]], reports[i]) for owner in owners):
            inner.add(i)
    return [report for i, report in enumerate(reports) if i not in inner]


def _holds_any(positions: Sequence[int], report: Report) -> bool:
    """Say whether one of the sorted `positions` lies in the content of `report`."""
    for start, end in report.content:
        found = bisect_right(positions, start - 1)
        if found < len(positions) and positions[found] < end:
            return True
    return False
