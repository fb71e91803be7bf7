"""Reports by the parse: a reporting verb outside of marks, its subject, and the clause or phrase it reports."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from workers.annotate.quotes.cues import Verb
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
_INVERTIBLE = frozenset({"ccomp", "parataxis", "advcl", "conj", "dep", "ROOT"})


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
    for rule, intervals in _candidates(token, verb, subject):
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


def _candidates(token: Token, verb: Verb, subject: Token | None) -> Iterator[tuple[str, list[Interval]]]:
    """Yield (rule, content) of the constructions that the verb stands in, the most telling first."""
    children = {child.dep_: child for child in token.children}
    frames = verb.frames
    if "C" in frames and (clause := _clause(token)) is not None:
        rule = "clause-before" if clause.i < token.i else "clause"
        if subject is not None or token.tag_ in FINITE_TAGS or "auxpass" in children:
            yield rule, [subtree(clause)]
    own_subject = any(dep in children for dep in SUBJECTS)
    if "C" in frames and own_subject and token.dep_ in _INVERTIBLE and not {"dobj", "xcomp", "ccomp"} & set(children):
        rest = _rest_of_sentence(token)
        if rest:
            yield "parenthetical", rest
    if subject is None and "auxpass" not in children:
        return
    if "A" in frames and "dobj" in children and (described := _described(token, children["dobj"])):
        yield "describe-as", described
    if "O" in frames and (named := _named(token, children)):
        yield "call", named
    if "T" in frames and (wanted := _infinitive(token, children)):
        yield "infinitive", wanted
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ in verb.prepositions and child.i > token.i:
            yield "preposition", [(child.i + 1, child.right_edge.i + 1)]
    if "N" in frames and "dobj" in children and children["dobj"].i > token.i:
        yield "noun-phrase", [subtree(children["dobj"])]


def _clause(token: Token) -> Token | None:
    """Return the head of the clause that `token` reports: to the right if there is one."""
    clauses = [c for c in token.children if c.dep_ == "ccomp"]
    right = [c for c in clauses if c.i > token.i]
    return right[0] if right else clauses[0] if clauses else None


def _rest_of_sentence(token: Token) -> list[Interval]:
    """Return the sentence around a parenthetic 'he said', in which the parser made the cue a side branch."""
    sentence = token.sent
    first, last = subtree(token)
    if token.dep_ == "ROOT":
        return []
    return [i for i in ((sentence.start, first), (last, sentence.end)) if i[0] < i[1]]


def _described(token: Token, thing: Token) -> list[Interval]:
    for child in token.children:
        if child.dep_ in {"prep", "mark", "advcl"} and child.lower_ == "as" and child.i > thing.i:
            return [(thing.left_edge.i, max(thing.right_edge.i, child.right_edge.i) + 1)]
    for child in thing.children:
        if child.dep_ == "prep" and child.lower_ == "as":
            return [subtree(thing)]
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
