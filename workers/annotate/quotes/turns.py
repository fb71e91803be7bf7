"""Quotes that name their speaker without a verb: headlines, turns of a transcript, and names behind a dash.

‘Smith: Bridge plan “a folly”’ · ‘KOWALSKI: The bridge is safe.’ · ‘“It was our pride.” — Peter Baker’
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from workers.annotate.quotes.cues import word_set
from workers.annotate.quotes.frames import Shape
from workers.annotate.quotes.grammar import NOUN_TAGS, VERB_TAGS, Interval, Words
from workers.annotate.quotes.report import Report

MAX_HEADLINE_CHARS = 220
MAX_SIGNATURE_TOKENS = 14  # behind the dash: name, age, place
_HEADLINE = re.compile(r"(?P<source>[^:“”\"]{2,70}): (?P<content>\S.*)", re.DOTALL)
_TURN = re.compile(
    r"[\"“]?(?P<source>(?:[A-Z][\w.’'\-]*)(?: (?:[A-Z][\w.’'\-]*|of|de|van|von|the)){0,5})"
    r"(?P<note> ?[(\[][^)\]:]{1,40}[)\]])?:\s+(?P<content>\S.*)",
    re.DOTALL,
)
_DEPENDENT = frozenset({"compound", "pobj", "poss", "amod", "nmod", "npadvmod"})
_DASH = re.compile(r"\s*(?:[—–―]|--?)\s*(?=[A-Z@])")
# Heads of headline sources that are no names. 'Explainer' and 'Election 2016' are deliberately not here.
SOURCE_NOUNS = word_set(
    "poll polls report reports study studies survey source sources police official officials data analysis experts "
    "researchers scientists lawyer attorney judge court prosecutors aide aides campaign spokesman spokeswoman "
    "spokesperson senator governor mayor president minister ceo chief leader leaders witnesses witness expert memo "
    "emails documents filing lawsuit fbi economists analysts doctors"
)
# What begins a line before a colon without speaking.
_NO_SOURCES = word_set(
    "interview obituary profile review commentary feature podcast recap "
    "note update updated correction editor related watch read more video photo photos image source credit exclusive "
    "opinion analysis breaking live here there this that these those one two three first second third example "
    "reminder warning bonus results summary background contact tags topics follow via"
)


class Names:
    """The last names of the persons of an article, as its entity recogniser saw them."""

    def __init__(self, words: Words) -> None:
        self._words = words

    @cached_property
    def surnames(self) -> frozenset[str]:
        """Return the last words of all persons, lower case."""
        return frozenset(ent[-1].lower_ for ent in self._words.doc.ents if ent.label_ == "PERSON")

    def person_in(self, interval: Interval) -> Interval | None:
        """Return the tokens of the first run of capitalised words that ends in a known last name."""
        doc = self._words.doc
        for i in range(*interval):
            if doc[i].lower_ in self.surnames and doc[i].text[:1].isupper():
                first = i
                while first > interval[0] and doc[first - 1].text[:1].isupper():
                    first -= 1
                return first, i + 1
        return None


def named_without_verb(words: Words, shapes: list[Shape]) -> Iterator[Report]:
    """Yield the quotes of headlines, turns and signatures."""
    names = Names(words)
    turns = list(_turns(words, names))
    opens = bool(turns) and turns[0].content[0][0] < words.paragraphs[0].end
    if not opens and (report := _headline(words, names) or _marks_first(words)) is not None:
        yield report
    yield from turns
    yield from _signed(words, shapes)


def _report(words: Words, rule: str, source: Interval, content: tuple[int, int]) -> Report:
    report = Report(rule, [], "speech", None, source, speaker_rule=rule)
    report.content = [content]
    report.passages = [n for n, p in enumerate(words.passages) if content[0] <= p.end and p.start < content[1]]
    return report


def _tokens(words: Words, start: int, end: int) -> Interval:
    return words.at(start), max(words.at(start) + 1, words.at(end))


def _headline(words: Words, names: Names) -> Report | None:
    """Return the quote of a first line such as ‘Poll: Half of voters undecided’."""
    if len(words.paragraphs) < 2:
        return None
    start, end = words.paragraphs[0].start, words.paragraphs[0].end
    match = _HEADLINE.match(words.text, start, end)
    if match is None or end - start > MAX_HEADLINE_CHARS:
        return None
    source = _tokens(words, match.start("source"), match.end("source"))
    content = (match.start("content"), match.end("content"))
    if source[1] - source[0] > 9 or words.doc[source[1] - 1].lower_ in _NO_SOURCES:
        return None
    person = names.person_in(source)
    whole = any(p.start <= content[0] and p.end >= content[1] - 1 for p in words.passages)
    head = words.doc[source[1] - 1]
    alone = person is not None and person[1] == source[1]
    if not alone and not whole and head.lower_ not in SOURCE_NOUNS and not _is_organization(words, source):
        return None
    if any(words.doc[i].tag_ in {"VBD", "VBZ", "VBP"} for i in range(*source)) and not whole:
        return None
    return _report(words, "headline-colon", person or source, content)


def _marks_first(words: Words) -> Report | None:
    """Return the quote of a first line such as ‘“We lost everything”: survivors tell of the night’."""
    if len(words.paragraphs) < 2 or not words.passages:
        return None
    passage, (first, last) = words.passages[0], words.paragraph_bounds[0]
    start = words.bounds[0][1]
    if passage.paragraph or words.bounds[0][0] > first or start + 1 >= last or words.doc[start].text != ":":
        return None
    for i in range(start + 1, min(last, start + MAX_SIGNATURE_TOKENS)):
        token = words.doc[i]
        if token.tag_ in NOUN_TAGS and token.dep_ not in _DEPENDENT:
            source = max(start + 1, token.left_edge.i), token.i + 1
            return _report(words, "headline-colon", source, (passage.start, passage.end))
    return None


def _is_organization(words: Words, source: Interval) -> bool:
    span = words.doc[source[0] : source[1]]
    return any(ent.label_ in {"ORG", "NORP"} and ent.end == source[1] for ent in span.ents) and len(span) <= 4


def _turns(words: Words, names: Names) -> Iterator[Report]:
    """Yield the turns of a transcript, each with the paragraphs that it goes on in."""
    matches: list[tuple[int, re.Match[str]]] = []
    for number, paragraph in enumerate(words.paragraphs):
        match = _TURN.match(words.text, paragraph.start, paragraph.end)
        if match is not None and match["source"].split()[0].lower() not in _NO_SOURCES:
            matches.append((number, match))
    labels = [match["source"] for _, match in matches]
    several = len(set(labels)) >= 2 and len(labels) >= 3
    open_report: Report | None = None
    last_number = -1
    by_number = dict(matches)
    for number, match in matches:
        label = match["source"]
        source = _tokens(words, match.start("source"), match.end("source"))
        if len(label) < 2:
            continue  # Q: and A: name nobody
        capital = label.isupper()
        known = label.split()[-1].lower() in names.surnames
        if number == 0 and not (several and capital):
            continue  # ‘Smith: Bridge plan “a folly”’ is a headline
        if not (known or (several and (capital or labels.count(label) >= 2))):
            continue
        start, end = match.start("content"), match.end("content")
        if not _speaks(words.text, start, end):
            continue
        if words.text[start] in "“\"'‘" and not several:
            continue  # ‘Smith: “…”’ within prose: the marks say more than the line
        open_report = _report(words, "turn", source, (start, end))
        last_number = number
        while last_number + 1 < len(words.paragraphs) and last_number + 1 not in by_number:
            following = words.paragraphs[last_number + 1]
            unclosed = any(p.paragraph == last_number and not p.closed for p in words.passages)
            if not unclosed or words.text[following.start] not in '“"':
                break
            if words.text[following.start + 1 : following.start + 2] in "([":
                break
            open_report.content.append((following.start, following.end))
            last_number += 1
        yield open_report


def _speaks(text: str, start: int, end: int) -> bool:
    """Say whether a line holds words rather than figures: ‘Baker: 214.’ is a count."""
    return any(sign.isalpha() for sign in text[start:end])


def _signed(words: Words, shapes: list[Shape]) -> Iterator[Report]:
    """Yield quotes signed behind a dash, in the same paragraph or at the head of the next."""
    for number, passage in enumerate(words.passages):
        if not shapes[number].sentence_like or shapes[number].words < 3:
            continue
        paragraph = words.paragraphs[passage.paragraph]
        match = _DASH.match(words.text, passage.end, paragraph.end)
        end = paragraph.end
        if match is None and passage.end == paragraph.end and passage.paragraph + 1 < len(words.paragraphs):
            following = words.paragraphs[passage.paragraph + 1]
            match, end = _DASH.match(words.text, following.start, following.end), following.end
            if match is not None and match.end() == following.start:
                match = None
        if match is None:
            continue
        first, last = _tokens(words, match.end(), end)
        if last - first > MAX_SIGNATURE_TOKENS or any(words.doc[i].tag_ in VERB_TAGS for i in range(first, last)):
            continue
        stop = first
        while stop < last and words.doc[stop].text not in {",", ".", "(", ";", "—"}:
            stop += 1
        if stop > first:
            yield _report(words, "signed", (first, stop), (passage.start, passage.end))
