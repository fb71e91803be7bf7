"""From cues and passages to whole quotes: what a cue reports, what goes on without a cue, what stays unattributed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workers.annotate.quotes.clauses import new_report, reports_by_clause
from workers.annotate.quotes.frames import SENTENCE_ENDS, Shape, left_frame, link, shape_of
from workers.annotate.quotes.grammar import Words, subject_of
from workers.annotate.quotes.report import Report
from workers.annotate.quotes.turns import named_without_verb

Chars = tuple[int, int]


def find_reports(words: Words) -> list[Report]:
    """Return the reports of an article, their content complete, in order of content."""
    shapes = [shape_of(words, passage) for passage in words.passages]
    linked = link(words, shapes)
    named = list(named_without_verb(words, shapes))
    for report in named:
        linked |= dict.fromkeys(report.passages, report)
    by_clause = {report.cue[-1] if report.verb else report.anchor: report for report in reports_by_clause(words)}
    _add_marked(words, shapes, linked, by_clause)
    reports = _unique([*named, *linked.values(), *by_clause.values()])
    claimed = _claim(words, reports, linked)
    reports = _outermost(words, reports)
    claimed = {number: report for number, report in claimed.items() if report in reports}
    _carry_on(words, shapes, linked, claimed)
    reports = [r for r in _unique([*named, *linked.values(), *claimed.values(), *reports]) if r.content]
    for report in reports:
        report.content = tidy(words, report.content)
    return sorted((r for r in reports if r.content), key=lambda r: r.content[0])


def _unique(reports: Iterable[Report]) -> list[Report]:
    return list({id(report): report for report in reports}.values())


def _add_marked(words: Words, shapes: Sequence[Shape], linked: dict[int, Report], by_clause: dict[int, Report]) -> None:
    """Give each linked report its passages, and what of the sentence before a passage belongs to its clause."""
    for number, report in linked.items():
        if number in report.passages:
            continue
        passage = words.passages[number]
        report.passages.append(number)
        report.content.append((passage.start, passage.end))
        verb_token = next((i for i in report.cue if i in words.cues), report.cue[-1])
        clause = by_clause.pop(verb_token, None)
        if shapes[number].sentence_like and shapes[number].words > 1:
            continue
        if clause is not None:
            report.content.extend(clause.content)
        elif report.rule == "after-marks":
            first, last = left_frame(words, number)
            if number and number - 1 not in linked and words.bounds[number - 1][1] == first:
                first = words.bounds[number - 1][0]
            if first < last:
                report.content.append(words.chars((first, last)))


def _claim(words: Words, reports: Sequence[Report], linked: dict[int, Report]) -> dict[int, Report]:
    """Let content by clause take the passages it overlaps; the tightest content wins where several do."""
    claimed: dict[int, Report] = {}
    size: dict[int, int] = {}
    for report in reports:
        for start, end in list(report.content):
            for number in _passages_in(words, start, end):
                if number in linked and linked[number] is not report:
                    continue
                passage = words.passages[number]
                if number not in linked:
                    report.content.append((passage.start, passage.end))
                    extent = end - start
                    if number not in claimed or extent < size[number]:
                        claimed[number], size[number] = report, extent
    return claimed


def _outermost(words: Words, reports: Sequence[Report]) -> list[Report]:
    """Leave out reports whose cue is itself reported: in 'she says he thinks so' the quote is hers."""
    covered = sorted((start, end, id(report)) for report in reports for start, end in report.content)
    kept = []
    for report in reports:
        at = words.starts[report.anchor]
        inside = any(start <= at < end and owner != id(report) for start, end, owner in covered)
        if not inside:
            kept.append(report)
    return kept


def _passages_in(words: Words, start: int, end: int) -> Iterable[int]:
    first, last = words.at(start), words.at(end)
    seen = -1
    for i in range(first, last):
        number = words.passage_of[i]
        if number >= 0 and number != seen:
            seen = number
            yield number


def _carry_on(words: Words, shapes: Sequence[Shape], linked: dict[int, Report], claimed: dict[int, Report]) -> None:
    """Join passages without a cue to the quote they continue."""
    pending: list[int] = []
    previous: Report | None = None
    previous_number = -1
    for number, passage in enumerate(words.passages):
        report = linked.get(number) or claimed.get(number)
        before = words.passages[previous_number] if previous_number >= 0 else None
        reopened = (
            before is not None
            and not before.closed
            and passage.paragraph - before.paragraph == 1
            and _begins_paragraph(words, number)
        )
        if report is None and reopened and previous is not None:
            report = _extend(words, previous, number, linked)
        elif report is None and before is not None and passage.paragraph == before.paragraph and previous is not None:
            full = shapes[number].sentence_like and shapes[number].words >= 3
            if full or _split_by_cue(words, previous, previous_number, number):
                report = _extend(words, previous, number, linked)
        elif report is None and _begins_paragraph(words, number):
            report = _after_colon(words, number, linked)
        if report is not None and pending and reopened:
            for earlier in pending:
                _extend(words, report, earlier, linked)
        pending = [] if report is not None else [*pending, number] if reopened else [number]
        previous, previous_number = report, number


def _extend(words: Words, report: Report, number: int, linked: dict[int, Report]) -> Report:
    passage = words.passages[number]
    report.content.append((passage.start, passage.end))
    report.passages.append(number)
    linked[number] = report
    return report


def _split_by_cue(words: Words, report: Report, before: int, number: int) -> bool:
    """Say whether nothing but the frame of `report`, which ends in a comma, lies between two passages."""
    first, last = words.bounds[before][1], words.bounds[number][0]
    if not report.cue or not first <= report.cue[-1] < last:
        return False
    ends_with_comma = words.doc[last - 1].text in {",", "—", "–", "--", "-"}
    return ends_with_comma and not any(words.doc[i].text in SENTENCE_ENDS for i in range(first + 1, last))


def _begins_paragraph(words: Words, number: int) -> bool:
    return words.bounds[number][0] <= words.paragraph_bounds[words.passages[number].paragraph][0]


def _after_colon(words: Words, number: int, linked: dict[int, Report]) -> Report | None:
    """Return the report of a passage whose cue ended the paragraph before with a colon."""
    paragraph = words.passages[number].paragraph
    if paragraph == 0:
        return None
    first, last = words.paragraph_bounds[paragraph - 1]
    if last <= first or words.doc[last - 1].text != ":":
        return None
    for i in reversed(words.cues_between(max(first, last - 60), last)):
        if "Q" in words.cues[i].frames:
            token = words.doc[i]
            report = new_report("colon-paragraph", token, words.cues[i], subject_of(token))
            return _extend(words, report, number, linked)
    return None


def tidy(words: Words, content: Sequence[Chars]) -> list[Chars]:
    """Return content sorted, merged, and without the punctuation that the surrounding sentence put at its edges."""
    merged: list[Chars] = []
    text = words.text
    for start, end in sorted(content):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif merged and not text[merged[-1][1] : start].strip(" \t\u00a0"):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return [span for span in (_trim(text, *span) for span in merged) if span is not None]


_EDGE = frozenset(" \t\u00a0\r\n,;:—–-")


def _trim(text: str, start: int, end: int) -> Chars | None:
    while start < end and (text[start] in _EDGE or text[start].isspace()):
        start += 1
    if text[start : start + 5].lower() == "that " and end - start > 5:
        start += 5
    while end > start and (text[end - 1] in _EDGE or text[end - 1].isspace()):
        end -= 1
    if end > start and text[end - 1] == "." and text[end - 2 : end - 1].isalnum() and not text[start:end].count('"'):
        end -= 1
    return (start, end) if any(sign.isalnum() for sign in text[start:end]) else None
