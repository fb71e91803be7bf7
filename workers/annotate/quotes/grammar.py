"""What quotes ask of a parse: the words in a table, the subject of a verb, the extent of a phrase.

Needs the tagger (Penn tags) and the dependency parser (ClearNLP labels, as in spaCy's English models); not the
lemmatizer nor the coarse parts of speech, so a pipeline may leave both out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from spacy.strings import get_string_id
from spacy.tokens import Doc, Token

from schemas.clean import Paragraph
from workers.annotate.quotes.cues import Verb, verbs, word_set
from workers.annotate.quotes.marks import Passage

SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
VERB_TAGS = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ"})
NOUN_TAGS = frozenset({"NNP", "NNPS", "PRP", "NN", "NNS"})
FINITE_TAGS = frozenset({"VBD", "VBZ", "VBP"})
RELATIVE_TAGS = frozenset({"WP", "WDT"})
_VERB_TAG_IDS = frozenset(get_string_id(tag) for tag in VERB_TAGS)
# Texts that a source puts out, so that who issued them speaks.
ISSUED_TEXTS = word_set(
    "statement tweet tweets letter email memo message post note release video ad op-ed column speech remarks comment "
    "comments interview response reply warning"
)
_STANDALONE = word_set("another others one some many both all most few several everyone everybody someone nobody")
MAX_DEPTH = 4  # verbs between a cue and the verb that has its subject: 'came out and went on to say'
MAX_PHRASE_TOKENS = 400  # longer than any sentence of a newspaper; bounds the work in texts that are none

# 'WARSAW, Poland (Reuters) - ' at the head of a paragraph; parsers take the town for the one who speaks.
_DATELINE = re.compile(r"[A-Z]{2}[A-Z .'’\-]*(?:, [A-Z][\w.,’' ]{1,40})?(?: ?\([A-Z][\w ./]{1,30}\))? ?(?:—|–|--|-) ")

_BRACKETS = frozenset("()[]")
_OPENING = frozenset("([")

Interval = tuple[int, int]


class Words:
    """The tokens of an article beside its passages, with the cues found once. Indices are tokens of `doc`."""

    def __init__(self, doc: Doc, text: str, passages: Sequence[Passage], paragraphs: Sequence[Paragraph]) -> None:
        self.doc = doc
        self.text = text
        self.passages = passages
        self.paragraphs = paragraphs
        self.passage_ends = [passage.end for passage in passages]
        size = len(doc)
        self.starts: list[int] = doc.to_array("IDX").tolist() if size else []
        self.passage_of = [-1] * size
        self.bounds: list[Interval] = []
        for number, passage in enumerate(passages):
            first, last = self.at(passage.start), max(self.at(passage.end), self.at(passage.start) + 1)
            self.bounds.append((first, min(last, size)))
            self.passage_of[first:last] = [number] * (min(last, size) - first)
        self.paragraph_bounds = [(self.at(p.start), self.at(p.end)) for p in paragraphs]
        self._paragraph_starts = [first for first, _ in self.paragraph_bounds]
        self._paragraph_offsets = [paragraph.start for paragraph in paragraphs]
        self._dateline_ends = {
            number: self.at(match.end())
            for number, p in enumerate(paragraphs)
            if (match := _DATELINE.match(text, p.start, p.end)) is not None
        }
        lexicon = verbs()
        tags = doc.to_array(["LOWER", "TAG"]).tolist() if size else []
        self.is_word: list[bool] = (doc.to_array(["IS_PUNCT", "IS_SPACE"]).max(axis=1) == 0).tolist() if size else []
        self.lowers: list[int] = [lower for lower, _ in tags]
        self.cues: dict[int, Verb] = {
            i: lexicon[lower] for i, (lower, tag) in enumerate(tags) if lower in lexicon and tag in _VERB_TAG_IDS
        }
        self.cue_positions = sorted(self.cues)

    def at(self, offset: int) -> int:
        """Return the first token that starts at `offset` or behind it."""
        return bisect_left(self.starts, offset)

    def paragraph_at(self, token: int) -> int:
        """Return the number of the paragraph that holds `token`."""
        return max(0, bisect_left(self._paragraph_starts, token + 1) - 1)

    def paragraph_of(self, offset: int) -> int:
        """Return the number of the paragraph that holds the code point `offset`."""
        return max(0, bisect_left(self._paragraph_offsets, offset + 1) - 1)

    def speaks(self, token: Token | None) -> bool:
        """Say whether a subject can speak: there is one, and it is not the place of a dateline."""
        return token is not None and self.after_dateline(token.i) == token.i

    def after_dateline(self, token: int) -> int:
        """Return the first token behind the dateline that holds `token`, else `token`."""
        return max(token, self._dateline_ends.get(self.paragraph_at(token), token)) if self._dateline_ends else token

    def cues_between(self, first: int, last: int) -> list[int]:
        """Return the cue tokens in `first:last`, outside of marks."""
        positions = self.cue_positions
        found = positions[bisect_left(positions, first) : bisect_left(positions, last)]
        return [i for i in found if self.passage_of[i] < 0]

    def chars(self, interval: Interval) -> tuple[int, int]:
        """Return the code points of a non-empty token interval."""
        first, last = interval
        end = self.doc[last - 1]
        return self.starts[first], end.idx + len(end)


def children_of(token: Token) -> list[Token]:
    """Return the dependents of a token; none where its phrase is longer than any of a newspaper.

    spaCy walks the whole phrase to list them, so without the bound a text that is one long sentence costs its square.
    """
    if not token.n_lefts + token.n_rights:
        return []  # most words; the edges cost more to ask
    if token.right_edge.i - token.left_edge.i > MAX_PHRASE_TOKENS:
        return []
    return list(token.children)


def subject_of(verb: Token, depth: int = 0) -> Token | None:
    """Return the head of the noun phrase that does what `verb` says: its subject, `by` agent, or a governor's."""
    passive, active = False, False
    subjects: list[Token] = []
    for child in children_of(verb):
        dep = child.dep_
        if dep in SUBJECTS:
            subjects.append(child)
        elif dep == "auxpass":
            passive = True
        elif dep == "aux":
            active = True
        elif dep == "agent":
            for noun in children_of(child):
                if noun.dep_ == "pobj":
                    return noun
    if (verb.tag_ == "VBN" and not active and verb.dep_ in {"advcl", "acl"}) or is_put_to(verb):
        passive = True  # 'asked why, she …': she was asked
    if not passive:
        if subjects:  # of two, the relative pronoun is that of the clause: 'a rule that some say costs jobs'
            return next((c for c in subjects if c.tag_ not in RELATIVE_TAGS), subjects[0])
    elif verb.lower_ != "quoted":
        return None  # 'was told': who told is not said
    if depth >= MAX_DEPTH:
        return None
    head, dep = verb.head, verb.dep_
    if passive:
        return subjects[0] if subjects else None
    if dep in {"conj", "advcl", "xcomp", "dep"} and head.tag_ in VERB_TAGS:
        if verb.tag_ == "VBG" and dep == "advcl" and _after_comma(verb):
            head = _reporting_above(head)
        elif dep == "conj" and verb.lower in verbs() and verb.tag_ in FINITE_TAGS:
            above = _reporting_above(head)
            head = above if above.tag_ == verb.tag_ else head
        return _subject_of_governor(head, depth)
    if dep in {"xcomp", "ccomp"} and head.tag_.startswith("JJ") and head.head.tag_ in VERB_TAGS:
        return _subject_of_governor(head.head, depth)  # 'they are likely to say'
    if dep == "acl" and head.i < verb.i:
        return _issuer(head) if verb.tag_ in {"VBG", "VB"} else None
    if dep == "pcomp" and head.head.tag_ in VERB_TAGS:
        return _subject_of_governor(head.head, depth)
    if dep == "pcomp" and head.dep_ == "prep" and head.head.i < verb.i:
        return None
    return None


def is_put_to(verb: Token) -> bool:
    """Say whether a question is put to somebody and nobody is named who asks: 'asked why, she …', 'when asked if'."""
    if verb.lower_ != "asked" or verb.tag_ not in {"VBN", "VBD"}:
        return False
    if any(c.dep_ in SUBJECTS or c.dep_ in {"agent", "aux"} for c in children_of(verb)):
        return False
    return verb.dep_ == "advcl" or (verb.dep_ == "ROOT" and _after_comma(verb, verb.i))


def neighbour_of(verb: Token) -> Token | None:
    """Return the noun or pronoun right beside a cue for which the parse has no subject; the left side first."""
    doc = verb.doc
    for step in (-1, 1):
        i = verb.i + step
        while 0 <= i < len(doc) and abs(i - verb.i) <= 3 and doc[i].tag_ in {"RB", "MD", "VBD", "VBZ", "VBP"}:
            i += step
        if 0 <= i < len(doc) and (doc[i].tag_ in NOUN_TAGS or doc[i].lower_ in _STANDALONE or _looks_named(doc[i])):
            return doc[i]
    return None


def _looks_named(token: Token) -> bool:
    return token.i > 0 and token.is_alpha and token.text[:1].isupper() and token.tag_ not in {"IN", "DT", "UH"}


def _after_comma(verb: Token, first: int | None = None) -> bool:
    first = verb.left_edge.i if first is None else first
    return first > 0 and verb.doc[first - 1].text in {",", "—", "–", "--", "-"}


def _reporting_above(verb: Token) -> Token:
    """Return the reporting verb whose clause `verb` heads: in 'she said it fails, citing …' it is she who cites."""
    if verb.lower in verbs() or verb.dep_ != "ccomp":
        return verb
    above = verb.head
    return above if above.i < verb.i and above.lower in verbs() else verb


def _issuer(noun: Token) -> Token:
    """Return who issued the text that says something: 'she issued a statement saying'; else the noun itself."""
    if noun.lower_ not in ISSUED_TEXTS or noun.dep_ not in {"dobj", "pobj"}:
        return noun
    verb = noun.head if noun.dep_ == "dobj" else noun.head.head
    if verb.tag_ not in VERB_TAGS:
        return noun
    return subject_of(verb, MAX_DEPTH) or noun


def _subject_of_governor(verb: Token, depth: int) -> Token | None:
    """Return the subject of a governing verb; of a passive one the surface subject: 'was quoted as saying'."""
    for child in children_of(verb):
        if child.dep_ in SUBJECTS:
            return child
    return subject_of(verb, depth + 1)


def phrase(head: Token) -> Interval:
    """Return the noun phrase of `head` without relative clauses, appositions and what follows them."""
    first, last = head.left_edge.i, head.right_edge.i + 1
    for child in children_of(head):
        if child.i > head.i and child.dep_ in {"relcl", "appos", "acl", "parataxis"}:
            last = min(last, max(head.i + 1, child.left_edge.i))
        elif child.i > head.i and child.dep_ == "punct" and child.text in {",", "—", "–", "--", "(", "-"}:
            last = min(last, child.i)
    doc = head.doc
    for i in range(head.i + 1, last - 1):
        if doc[i].text == "," and (doc[i + 1].dep_ == "acl" or doc[i + 1].tag_ == "WP"):
            last = i  # 'the results of the trial, published on Wednesday': the parser hangs it on the inner noun
            break
    if last - 1 > head.i and doc[last - 1].tag_ == "POS":
        last -= 1
    while last - 1 > head.i and (doc[last - 1].is_punct or doc[last - 1].is_space):
        last -= 1
    while first < head.i and (doc[first].is_punct or doc[first].is_space):
        first += 1
    return first, _with_both_brackets(doc, first, last)


def _with_both_brackets(doc: Doc, first: int, last: int) -> int:
    """Return the end of a phrase that would break off within brackets: with them, or before: 'Borders (MSF'."""
    opened = next((i for i in range(last - 1, first, -1) if doc[i].text in _BRACKETS), last)
    if opened == last or doc[opened].text not in _OPENING:
        return last
    return last + 1 if last < len(doc) and doc[last].text in _BRACKETS - _OPENING else opened


def subtree(token: Token) -> Interval:
    """Return the extent of the phrase that `token` heads."""
    return token.left_edge.i, token.right_edge.i + 1


def cue_tokens(verb: Token) -> list[int]:
    """Return the verb with its auxiliaries, negation and particle, in order."""
    parts = [c.i for c in children_of(verb) if c.dep_ in {"aux", "auxpass", "neg", "prt"} and abs(c.i - verb.i) <= 4]
    return sorted([*parts, verb.i])
