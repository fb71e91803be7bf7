"""Reports by the parse: a reporting verb outside of marks, its subject, and the clause or phrase it reports."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from workers.annotate.quotes.cues import Verb, verbs
from workers.annotate.quotes.extent import clause_extent
from workers.annotate.quotes.grammar import (
    FINITE_TAGS,
    MAX_PHRASE_TOKENS,
    SUBJECTS,
    VERB_TAGS,
    Interval,
    Words,
    cue_tokens,
    phrase,
    subject_of,
    subtree,
)
from workers.annotate.quotes.report import Report

_NEGATIONS = frozenset({"not", "n't", "n’t", "never", "nor"})
_SIDE_BRANCHES = frozenset({"ccomp", "parataxis", "advcl", "dep"})


def reports_by_clause(words: Words) -> Iterator[Report]:
    """Yield what each cue outside of marks reports by the parse, in order of the cues."""
    for position in words.cue_positions:
        if words.passage_of[position] >= 0:
            continue
        token = words.doc[position]
        report = _report(words, token, words.cues[position])
        if report is not None:
            yield report
    yield from _according_to(words)


def _report(words: Words, token: Token, verb: Verb) -> Report | None:
    subject = subject_of(token)
    for rule, intervals in _candidates(words, token, verb, subject):
        spans = [words.chars(i) for i in intervals if 0 < i[1] - i[0] <= MAX_PHRASE_TOKENS]
        if spans:
            report = new_report(rule, token, verb, subject)
            report.content = spans
            return report
    return None


def new_report(rule: str, token: Token, verb: Verb, subject: Token | None) -> Report:
    """Return a report without content by the cue `token`."""
    cue = cue_tokens(token)
    source = antecedent = None
    speaker_rule = "none"
    if subject is not None:
        source = phrase(subject)
        speaker_rule = "cue-subject" if subject.head.i == token.i else "governor-subject"
        if subject.i > token.i:
            speaker_rule = "inverted-subject"
        if subject.tag_ in {"WP", "WDT"}:
            clause = subject.head
            while clause.dep_ != "relcl" and clause.head.i != clause.i:
                clause = clause.head
            if clause.dep_ == "relcl" and clause.head.i < subject.i:
                antecedent = phrase(clause.head)
                speaker_rule = "relative-pronoun"
    return Report(
        rule, cue, verb.cue_class, verb, source, antecedent=antecedent, speaker_rule=speaker_rule, lemma=verb.lemma
    )


def _candidates(words: Words, token: Token, verb: Verb, subject: Token | None) -> Iterator[tuple[str, list[Interval]]]:
    """Yield (rule, content) of the constructions that the verb stands in, the most telling first."""
    children = {child.dep_: child for child in token.children}
    frames = verb.frames
    if "C" in frames and (clause := _clause(token)) is not None:
        rule = "clause-before" if clause.i < token.i else "clause"
        if subject is not None or token.tag_ in FINITE_TAGS or "auxpass" in children:
            yield rule, [clause_extent(words, token, clause)]
    if "C" in frames and _is_parenthetical(token, children):
        yield "parenthetical", _rest_of_sentence(token)
    if subject is None and "auxpass" not in children:
        return
    if "A" in frames and "dobj" in children and (described := _described(token, children["dobj"])):
        yield "describe-as", described
    if "O" in frames and (named := _named(token, children)):
        yield "call", named
    if "T" in frames and (wanted := _infinitive(token, children)):
        yield "infinitive", wanted
    thing = children.get("dobj")
    if thing is not None and thing.i < token.i:
        thing = None
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ in verb.prepositions and child.i > token.i:
            about = (child.i + 1, _end_of_complement(token, child))
            said_of = thing is not None and "N" in frames and thing.i < child.i
            yield "preposition", [subtree(thing), about] if said_of and thing is not None else [about]
    if thing is not None and "N" in frames:
        yield "noun-phrase", [subtree(thing)]


def _end_of_complement(token: Token, preposition: Token) -> int:
    """Return where the phrase of a preposition ends, with the infinitive or `as` phrase that goes on with it."""
    end = preposition.right_edge.i + 1
    for child in token.children:
        first = child.left_edge
        infinitive = child.dep_ in {"xcomp", "advcl", "ccomp"} and first.lower_ == "to"
        if first.i == end and (infinitive or child.lower_ == "as"):
            end = child.right_edge.i + 1
    return end


def _is_parenthetical(token: Token, children: dict[str, Token]) -> bool:
    """Say whether a cue with a subject of its own is a side branch: 'the two nations, he said, now have …'."""
    if token.dep_ not in _SIDE_BRANCHES or "mark" in children or {"dobj", "xcomp", "ccomp"} & set(children):
        return False
    if not any(dep in children for dep in SUBJECTS):
        return False
    if token.head.i > token.i or token.dep_ == "parataxis":
        return True
    first = token.left_edge.i
    return first > 0 and token.doc[first - 1].text in {",", "—", "–", "--"} and token.head.lower not in verbs()


def _clause(token: Token) -> Token | None:
    """Return the head of the clause that `token` reports: to the right if there is one."""
    clauses = [c for c in token.children if c.dep_ == "ccomp"]
    right = [c for c in clauses if c.i > token.i]
    if not right:  # 'told a hearing that …': parsers hang the clause on the listener
        listeners = [c for c in token.children if c.dep_ in {"dobj", "dative"} and c.i > token.i]
        right = [c for listener in listeners for c in listener.children if _is_that_clause(c)]
    return right[0] if right else clauses[0] if clauses else None


def _is_that_clause(clause: Token) -> bool:
    return clause.dep_ in {"acl", "relcl"} and any(c.dep_ == "mark" and c.lower_ == "that" for c in clause.children)


def _rest_of_sentence(token: Token) -> list[Interval]:
    """Return the sentence around a parenthetic 'he said', in which the parser made the cue a side branch."""
    sentence = token.sent
    first, last = subtree(token)
    if token.dep_ == "ROOT":
        return []
    return [i for i in ((sentence.start, first), (last, sentence.end)) if i[0] < i[1]]


def _described(token: Token, thing: Token) -> list[Interval]:
    """Return the thing and what it is described as; the parser may hang `as` on the verb or deep in the thing."""
    last = token.right_edge.i + 1
    if thing.i < token.i or last - thing.i > MAX_PHRASE_TOKENS:
        return []
    for i in range(thing.i + 1, last):
        if token.doc[i].lower_ == "as" and token.doc[i].dep_ in {"prep", "mark"}:
            holder = token.doc[i].head if token.doc[i].dep_ == "mark" else token.doc[i]
            return [(thing.left_edge.i, max(thing.right_edge.i, holder.right_edge.i) + 1)]
    return []


def _named(token: Token, children: dict[str, Token]) -> list[Interval]:
    if "ccomp" in children and children["ccomp"].i > token.i:
        return [subtree(children["ccomp"])]
    if "oprd" in children:
        last = children["oprd"].right_edge.i + 1
        first = children["dobj"].left_edge.i if "dobj" in children else children["oprd"].left_edge.i
        return [(min(first, children["oprd"].left_edge.i), last)]
    return []


def _infinitive(token: Token, children: dict[str, Token]) -> list[Interval]:
    complement = children.get("xcomp")
    if complement is None or complement.i < token.i or complement.tag_ not in VERB_TAGS:
        complement = children.get("ccomp")
        if complement is None or complement.i < token.i or not any(c.lower_ == "to" for c in complement.lefts):
            return []
    return [subtree(complement)]


def _according_to(words: Words) -> Iterator[Report]:
    """Yield reports by 'according to X', wherever it stands in its sentence."""
    doc = words.doc
    for token in doc:
        if token.lower_ != "according" or token.i + 1 >= len(doc) or doc[token.i + 1].lower_ != "to":
            continue
        if words.passage_of[token.i] >= 0:
            continue
        to = doc[token.i + 1]
        source = next((c for c in to.children if c.dep_ in {"pobj", "pcomp"}), None)
        if source is None:
            continue
        sentence = token.sent
        first, last = token.i, max(source.right_edge.i + 1, to.i + 2)
        head = token.head
        start, end = (sentence.start, sentence.end)
        if head.i != token.i and head.dep_ != "ROOT" and head.tag_ in VERB_TAGS and token.i != sentence.start:
            start, end = subtree(head)
        rest = [i for i in ((start, first), (last, end)) if i[0] < i[1]]
        report = Report(
            "according-to",
            [token.i, to.i],
            "speech",
            None,
            phrase(source),
            speaker_rule="according-to",
            lemma="according to",
        )
        report.content = [words.chars(i) for i in rest if i[1] - i[0] <= MAX_PHRASE_TOKENS]
        if report.content:
            yield report
