"""Reports by their place beside the marks: “…,” said X — X said, “…” — on the surface, where parses are least sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.strings import get_string_id
from spacy.tokens import Token

from workers.annotate.quotes.clauses import new_report
from workers.annotate.quotes.cues import UTTERING, verbs, word_set
from workers.annotate.quotes.grammar import (
    FINITE_TAGS,
    NOUN_TAGS,
    SUBJECTS,
    Words,
    children_of,
    neighbour_of,
    subject_of,
)
from workers.annotate.quotes.marks import Passage
from workers.annotate.quotes.report import Report

MAX_FRAME_TOKENS = 70  # between a passage and its cue's sentence end; long appositions stay below
MAX_SUBJECT_TOKENS = 5  # from the marks to a cue that only its place shows
MIN_BARE_WORDS = 4  # fewer words without a comma are a term: “hope” Obama said he had
SENTENCE_ENDS = frozenset({".", "!", "?", ";"})
# First words of a frame that say something else than who spoke.
_OTHER_CLAUSE = word_set("who which that whom whose and but so because to while though although where when or than if")
_HIDDEN = frozenset(get_string_id(word) for word in ("named", "identified", "anonymity", "anonymously", "anonymous"))
_ANSWERS = frozenset({"yes", "no", "so"})
_RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a passage looks like: does it begin as a sentence, and with which mark does it end."""

    sentence_like: bool
    words: int
    tail: str  # the last sign of the words, or the comma right behind the marks


def shape_of(words: Words, passage: Passage) -> Shape:
    """Return the shape of a passage."""
    inner = passage.inner(words.text).strip(" \u00a0'‘’\"“”")
    first = next((sign for sign in inner if sign.isalnum()), "")
    begins = (bool(first) and (first.isupper() or first.isdigit())) or inner.startswith(("…", "..."))
    tail = inner[-1:] or ""
    if words.text[passage.end : passage.end + 1] == "," and tail not in ",.!?":
        tail = ","
    return Shape(begins, len(inner.split()), tail)


def right_frame(words: Words, number: int) -> tuple[int, int]:
    """Return the tokens from a passage to the end of its sentence or the next passage."""
    first = words.bounds[number][1]
    limit = words.paragraph_bounds[words.passages[number].paragraph][1]
    limit = min(limit, first + MAX_FRAME_TOKENS)
    if number + 1 < len(words.bounds):
        limit = min(limit, words.bounds[number + 1][0])
    while first < limit and words.doc[first].is_space:
        first += 1
    last = first
    while last < limit and not (words.doc[last].text in SENTENCE_ENDS and last > first):
        last += 1
    return first, last


def left_frame(words: Words, number: int) -> tuple[int, int]:
    """Return the tokens from the begin of the sentence or the passage before, up to a passage."""
    last = words.bounds[number][0]
    limit = words.paragraph_bounds[words.passages[number].paragraph][0]
    limit = max(limit, last - MAX_FRAME_TOKENS)
    if number:
        limit = max(limit, words.bounds[number - 1][1])
    while last > limit and words.doc[last - 1].is_space:
        last -= 1
    first = last
    while first > limit and words.doc[first - 1].text not in SENTENCE_ENDS:
        first -= 1
    return first, last


def _own_subject(token: Token) -> Token | None:
    return next((c for c in children_of(token) if c.dep_ in SUBJECTS), None)


def _hides(words: Words, cue: int) -> bool:
    """Say whether a verb tells of a source that hides: 'asked not to be named', 'spoke on condition of anonymity'."""
    return not _HIDDEN.isdisjoint(words.lowers[cue + 1 : cue + 6])


def _cues_of_marks(words: Words, first: int, last: int) -> list[int]:
    return [i for i in words.cues_between(first, last) if "Q" in words.cues[i].frames and not _hides(words, i)]


def cue_right(words: Words, number: int, shape: Shape) -> Token | None:
    """Return the cue that follows a passage: “…,” he said / “…,” said the minister."""
    first, last = right_frame(words, number)
    cues = _cues_of_marks(words, first, last) or _taken_for_noun(words, first, last, shape)
    if not cues or (shape.tail not in ",?!—–-….:" and not _is_bare_frame(words, first, cues[0], shape)):
        return None
    doc = words.doc
    start = first
    while start < last and doc[start].text in {",", "—", "–", "--", "-"}:
        start += 1
    if shape.tail == "." and not (cues[0] - start <= 1 and doc[start].text[:1].islower()):
        return None
    if start >= last or doc[start].lower_ in _OTHER_CLAUSE:
        return None
    best = None
    for i in cues:
        token = doc[i]
        passive = token.tag_ == "VBN" and (i == start or token.lower_ == "quoted")
        if token.tag_ not in FINITE_TAGS and not passive and not _is_noun(token):
            continue
        subject = _own_subject(token)
        if subject is not None and subject.lower_ in _RELATIVE:
            continue
        if _says_else(token, last) and words.cues_between(*left_frame(words, number)):
            return None  # 'the mayor, who had called it “a folly,” said it was safe': the marks are the first cue's
        in_frame = subject is not None and first <= subject.i < last
        if i - start <= 2 or (in_frame and subject is not None and subject.left_edge.i - start <= 2):
            return token
        if (
            best is None
            and shape.sentence_like
            and not any(c.dep_ in {"ccomp", "xcomp"} and i < c.i < last for c in children_of(token))
        ):
            best = token
    return best


def _says_else(token: Token, last: int) -> bool:
    """Say whether a cue behind marks reports a clause, or a yes or no, of its own."""
    return any(token.i < c.i < last and (c.dep_ == "ccomp" or c.lower_ in _ANSWERS) for c in children_of(token))


def _is_noun(token: Token) -> bool:
    return token.tag_.startswith("NN")


def _taken_for_noun(words: Words, first: int, last: int, shape: Shape) -> list[int]:
    """Return the cue of “…,” the paper read. — the tagger takes rare forms at such a place for nouns."""
    if shape.tail != ",":
        return []
    for i in range(first + 1, min(last, first + MAX_SUBJECT_TOKENS)):
        verb = verbs().get(words.lowers[i])
        if verb is not None and "Q" in verb.frames and verb.cue_class in UTTERING and _is_noun(words.doc[i]):
            words.cues[i] = verb
            return [i]
    return []


def _is_bare_frame(words: Words, first: int, cue: int, shape: Shape) -> bool:
    """Say whether who spoke and the cue follow marks that lack their comma: “We shall win” the mayor said."""
    if not shape.sentence_like or shape.words < MIN_BARE_WORDS or not 0 < cue - first <= MAX_SUBJECT_TOKENS:
        return False
    token = words.doc[cue]
    subject = _own_subject(token)
    return token.tag_ in FINITE_TAGS and subject is not None and subject.left_edge.i == first


def cue_left(words: Words, number: int, shape: Shape) -> Token | None:
    """Return the cue that leads to a passage: he said, “…” / he told reporters: “…”."""
    first, last = left_frame(words, number)
    doc = words.doc
    if last <= first:
        return None
    cues = _cues_of_marks(words, first, last)
    if not cues or not shape.sentence_like:
        return None
    before = doc[last - 1]
    if before.text not in {",", ":"} and _goes_on(words, number, shape):
        return None
    for i in reversed(cues):
        token = doc[i]
        leads = (
            before.text in {",", ":"}
            or last - 1 == i
            or (before.lower_ == "that" and not any(doc[j].tag_ in FINITE_TAGS for j in range(i + 1, last - 1)))
            or (last - 2 == i and before.tag_ != "IN")
        )
        if leads and (token.tag_ in FINITE_TAGS or subject_of(token) is not None):
            return token
    return None


def _goes_on(words: Words, number: int, shape: Shape) -> bool:
    """Say whether the sentence goes on behind a passage, which is then only a part: reported “12 dead” in the city."""
    if shape.tail and shape.tail in ".?!,":
        return False
    after = words.bounds[number][1]
    return after < len(words.passage_of) and words.doc[after].text[:1].islower()


def frame_subject(words: Words, token: Token, first: int, last: int) -> Token | None:
    """Return the subject of a cue in a frame: what stands between the marks and the cue, else what follows it.

    The surface decides before the parse: in “…,” his strategist said in a talk with X, parsers like X.
    """
    doc = words.doc
    own = subject_of(token)
    own = own if words.speaks(own) else None
    if own is not None and first <= own.i < token.i and words.passage_of[own.i] < 0:
        return own
    for i in range(first, token.i):
        if doc[i].tag_ in NOUN_TAGS and not _is_adjunct(doc[i], first):
            return _top_of_phrase(doc[i], first, token.i)
    if own is not None and words.passage_of[own.i] < 0:
        return own
    if (beside := neighbour_of(token)) is not None and first <= beside.i < last:
        return _top_of_phrase(beside, first, last)
    if first < token.i and doc[token.i - 1].text[:1].isupper():
        return doc[token.i - 1]  # a name that the tagger took for a verb or preposition: 'Will wrote'
    for i in range(token.i + 1, min(last, token.i + 12)):
        if doc[i].tag_ in NOUN_TAGS:
            return _top_of_phrase(doc[i], token.i + 1, last)
    return None


def _is_adjunct(token: Token, first: int) -> bool:
    """Say whether a noun between marks and cue belongs to a time or place: “…,” in March he said."""
    while token.head.i != token.i and token.i >= first:
        if token.dep_ in {"pobj", "npadvmod", "tmod"}:
            return True
        if token.dep_ in SUBJECTS:
            return False
        token = token.head
    return False


def _top_of_phrase(token: Token, first: int, last: int) -> Token:
    while (
        token.dep_ in {"compound", "nmod", "amod", "poss", "pobj", "prep"}
        and first <= token.head.i < last
        and token.head.i != token.i
    ):
        token = token.head
    return token


def link(words: Words, shapes: Sequence[Shape]) -> dict[int, Report]:
    """Return the passages that a cue stands beside, each with its report; passages of one cue share it."""
    linked: dict[int, Report] = {}
    by_cue: dict[int, Report] = {}
    for number, shape in enumerate(shapes):
        token = cue_right(words, number, shape)
        rule, frame = "after-marks", right_frame(words, number)
        if token is None:
            token = cue_left(words, number, shape)
            rule, frame = "before-marks", left_frame(words, number)
        if token is None:
            continue
        report = by_cue.get(token.i)
        if report is None:
            subject = frame_subject(words, token, *frame)
            report = new_report(rule, token, words.cues[token.i], subject)
            by_cue[token.i] = report
        linked[number] = report
    return linked
