"""Reports by the parse: a reporting verb outside of marks, its subject, and the clause or phrase it reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from workers.annotate.quotes.cues import UTTERING, Verb, verbs, word_set
from workers.annotate.quotes.extent import clause_extent, phrase_extent
from workers.annotate.quotes.grammar import (
    FINITE_TAGS,
    MAX_PHRASE_TOKENS,
    NOUN_TAGS,
    RELATIVE_TAGS,
    SUBJECTS,
    VERB_TAGS,
    Interval,
    Words,
    children_of,
    cue_tokens,
    is_put_to,
    neighbour_of,
    phrase,
    subject_of,
    subtree,
)
from workers.annotate.quotes.report import Report

_NEGATIONS = frozenset({"not", "n't", "n’t", "never", "nor"})
# Verbs of clauses that also take a listener as their object.
_TELLS = word_set("tell inform notify assure reassure remind brief ask warn caution convince persuade show promise")
# Constructions whose content is a phrase, which a comma inside the closing marks ends.
_PHRASE_RULES = frozenset({"call", "describe-as", "noun-phrase", "preposition", "infinitive"})
_HANGING_STEPS = 4  # down from a cue: 'said [in [an interview [with [the paper [that …'
MAX_LEAD_TOKENS = 80  # from the begin of a sentence to its cue; bounds the work in sentences without an end
_OF_THE_OBJECT = frozenset({"to", "for"})
_OF_THE_THING = frozenset({"in", "against"})
_TIMES = frozenset({"DATE", "TIME"})
_ASKS = word_set("ask wonder inquire question")
_NAMES = frozenset({"name", "names"})
_HIDDEN = frozenset({"named", "identified"})
_SIDE_BRANCHES = frozenset({"ccomp", "parataxis", "advcl", "dep"})


def reports_by_clause(words: Words) -> Iterator[Report]:
    """Yield what each cue outside of marks reports by the parse, in order of the cues."""
    for position in words.cue_positions:
        if words.passage_of[position] >= 0:
            continue
        token = words.doc[position]
        if not token.n_lefts + token.n_rights:
            continue  # nothing depends on it, so it reports nothing
        report = _report(words, token, words.cues[position])
        if report is not None:
            yield report


def _report(words: Words, token: Token, verb: Verb) -> Report | None:
    subject = subject_of(token)
    subject = subject if words.speaks(subject) else None
    if subject is None and token.tag_ in FINITE_TAGS and not _is_passive(token):
        subject = neighbour_of(token)
        if subject is None or subject.i > token.i or words.passage_of[subject.i] >= 0:
            subject = _first_of_sentence(words, token)
    for rule, intervals in _candidates(words, token, verb, subject):
        if rule in _PHRASE_RULES:
            intervals = [phrase_extent(words, interval) for interval in intervals]
        spans = [words.chars(i) for i in intervals if 0 < i[1] - i[0] <= MAX_PHRASE_TOKENS]
        if spans:
            report = new_report(rule, token, verb, subject)
            report.content = spans
            return report
    return None


def _is_passive(token: Token) -> bool:
    return is_put_to(token) or any(c.dep_ == "auxpass" for c in children_of(token))


def _first_of_sentence(words: Words, token: Token) -> Token | None:
    """Return the noun that begins the sentence of a finite cue without a subject: 'Smith, an X, and Y, who Z, said'."""
    doc, first = words.doc, token.i
    while not doc[first].is_sent_start and first > 0:
        first -= 1
        if token.i - first > MAX_LEAD_TOKENS or words.passage_of[first] >= 0:
            return None
    first = words.after_dateline(first)
    for i in range(first, token.i):
        noun = doc[i]
        if noun.tag_ in NOUN_TAGS and noun.dep_ not in {"compound", "poss", "pobj", "amod", "nmod", "npadvmod"}:
            return noun
    return None


def new_report(rule: str, token: Token, verb: Verb, subject: Token | None) -> Report:
    """Return a report without content by the cue `token`."""
    cue = cue_tokens(token)
    source = antecedent = None
    speaker_rule = "none"
    if subject is not None:
        source = phrase(subject)
        speaker_rule = "cue-subject" if subject.head.i == token.i else "governor-subject"
        if subject.dep_ == "pobj" and subject.head.dep_ == "agent":
            speaker_rule = "by-phrase"
        elif subject.i > token.i:
            speaker_rule = "inverted-subject"
        if subject.tag_ in RELATIVE_TAGS:
            clause = subject.head
            while clause.dep_ != "relcl" and clause.head.i != clause.i:
                clause = clause.head
            if clause.dep_ == "relcl" and clause.head.i < subject.i:
                antecedent = phrase(clause.head)
                speaker_rule = "relative-pronoun"
    report = Report(rule, cue, verb.cue_class, verb, source, speaker_rule, lemma=verb.lemma)
    report.antecedent = antecedent
    report.addressee = _addressee(token, verb)
    return report


def _addressee(token: Token, verb: Verb) -> Interval | None:
    """Return whom a verb of telling tells: 'told reporters'."""
    if verb.lemma not in _TELLS:
        return None
    listener = next((c for c in children_of(token) if c.dep_ in {"dobj", "dative"} and c.i > token.i), None)
    return phrase(listener) if listener is not None and listener.tag_ in NOUN_TAGS else None


def _candidates(words: Words, token: Token, verb: Verb, subject: Token | None) -> Iterator[tuple[str, list[Interval]]]:
    """Yield (rule, content) of the constructions that the verb stands in, the most telling first."""
    below = children_of(token)
    children = {child.dep_: child for child in below}
    frames = verb.frames
    if "C" in frames and (clause := _clause(token, below)) is not None:
        rule = "clause-before" if clause.i < token.i else "clause"
        if subject is not None or "auxpass" in children or is_put_to(token):
            first, last = clause_extent(words, token, clause)
            lost = children.get("dobj")
            if lost is not None and token.i < lost.i < first and _is_lost_subject(lost, clause, verb):
                first = lost.left_edge.i
            yield rule, [(first, last)]
    if "C" in frames and verb.cue_class != "thought" and _is_parenthetical(token, children):
        yield "parenthetical", _rest_of_sentence(token)
    if subject is None and "auxpass" not in children and not is_put_to(token):
        return
    described = children.get("dobj", children.get("xcomp", children.get("ccomp")))
    if "A" in frames and described is not None and (seen_as := _described(token, described)):
        yield "describe-as", seen_as
    if "O" in frames and (named := _named(words, token, children)):
        yield "call", named
    if "T" in frames and (wanted := _infinitive(token, children)):
        yield "infinitive", wanted
    thing = children.get("dobj")
    if thing is not None and thing.i < token.i:
        thing = None
    if "for" in verb.prepositions and (wanted := _wished_for(token, below)):
        yield "preposition", wanted
    for child in below:
        if child.dep_ == "prep" and _takes(verb, child) and child.i > token.i and _may_be_said(words, verb, child):
            about = (child.i + 1, _end_of_complement(below, child))
            said_of = thing is not None and "N" in frames and thing.i < child.i
            yield "preposition", [subtree(thing), about] if said_of and thing is not None else [about]
    if thing is not None and frames & {"N", "M"} and _may_be_said(words, verb, thing):
        yield "noun-phrase", [(thing.left_edge.i, _end_of_complement(below, thing))]
    if "N" in frames and "nsubjpass" in children and "agent" in children:
        said = children["nsubjpass"]
        if said.tag_ not in RELATIVE_TAGS:
            yield "passive", [subtree(said)]


def _takes(verb: Verb, preposition: Token) -> bool:
    """Say whether a verb reports what its preposition leads to; whatever is said may be said about something."""
    return preposition.lower_ in verb.prepositions or (preposition.lower_ == "about" and verb.cue_class in UTTERING)


def _may_be_said(words: Words, verb: Verb, thing: Token) -> bool:
    """Say whether a phrase can be what a verb reports: 'offered a loan' hands over, 'offered “a way out”' says."""
    first, last = subtree(thing)
    return "M" not in verb.frames or (last - first <= MAX_PHRASE_TOKENS and max(words.passage_of[first:last]) >= 0)


def _end_of_complement(below: Sequence[Token], said: Token) -> int:
    """Return where the phrase ends that is `said`, with the phrases beside it that hang on the verb: of those `below`.

    Infinitives and `as`; behind an object its prepositions too: 'rejected a challenge to the plan'.
    """
    end = said.right_edge.i + 1
    for child in below:
        first = child.left_edge
        infinitive = child.dep_ in {"xcomp", "advcl", "ccomp"} and first.lower_ == "to"
        if first.i == end and (infinitive or _is_part(child, said)):
            end = child.right_edge.i + 1
    return end


def _is_part(beside: Token, said: Token) -> bool:
    """Say whether a preposition beside what is said belongs to it, rather than telling when and where it was said."""
    if beside.lower_ == "as" or (beside.lower_ in _OF_THE_OBJECT and said.dep_ == "dobj"):
        return True
    return beside.lower_ in _OF_THE_THING and not any(c.ent_type_ in _TIMES for c in children_of(beside))


def _is_parenthetical(token: Token, children: dict[str, Token]) -> bool:
    """Say whether a cue with a subject of its own is a side branch: 'the bridge, he said, will be …'."""
    if token.dep_ not in _SIDE_BRANCHES or {"mark", "dobj", "xcomp", "ccomp", "auxpass"} & set(children):
        return False
    if not any(dep in children for dep in SUBJECTS):
        return False
    if token.head.i > token.i or token.dep_ == "parataxis":
        return True
    first = token.left_edge.i
    return first > 0 and token.doc[first - 1].text in {",", "—", "–", "--"} and token.head.lower not in verbs()


def _clause(token: Token, below: Sequence[Token]) -> Token | None:
    """Return the head of the clause that `token` reports, of those `below` it: to the right if there is one."""
    clauses = [c for c in below if c.dep_ == "ccomp"]
    right = [c for c in clauses if c.i > token.i] or [c for c in below if _is_question(token, c)]
    if not right and (hung := _hung_clause(token, below)) is not None:
        return hung
    return right[0] if right else clauses[0] if clauses else None


def _is_question(token: Token, clause: Token) -> bool:
    """Say whether the parser took a reported question for a condition: 'asked the engineers if it was safe'."""
    if clause.dep_ != "advcl" or clause.i < token.i:
        return False
    opener = clause.left_edge.lower_
    return opener == "whether" or (opener == "if" and verbs()[token.lower].lemma in _ASKS)


def _hung_clause(token: Token, below: Sequence[Token]) -> Token | None:
    """Return the `that` clause that the parser hung on a noun between cue and clause.

    'Told a hearing that …': on the listener. 'Said in a statement on Monday that …': on the place, time or means.
    """
    steps = [c for c in below if c.i > token.i and c.dep_ in {"dobj", "dative", "prep", "npadvmod"}]
    for _ in range(_HANGING_STEPS):
        deeper = [c for step in steps for c in children_of(step) if c.i > step.i]
        clause = next((c for c in deeper if _is_that_clause(c)), None)
        if clause is not None:
            return clause
        steps = [c for c in deeper if c.dep_ in {"pobj", "prep", "npadvmod"}]
    return None


def _is_that_clause(clause: Token) -> bool:
    return clause.dep_ in {"acl", "relcl"} and any(c.dep_ == "mark" and c.lower_ == "that" for c in children_of(clause))


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
            if any(c.dep_ in SUBJECTS for c in children_of(holder)):
                continue  # 'praised her honesty as he left': when, not what for
            return [(thing.left_edge.i, max(thing.right_edge.i, holder.right_edge.i) + 1)]
    return []


def _is_lost_subject(thing: Token, clause: Token, verb: Verb) -> bool:
    """Say whether the parser made an object of the first of two subjects, as in headlines: 'says A, B have met'."""
    if verb.lemma in _TELLS:
        return False
    if not verb.frames & {"N", "T"}:
        return True
    comma = thing.right_edge.i + 1
    subject = next((c for c in children_of(clause) if c.dep_ in SUBJECTS), None)
    if subject is None or not thing.tag_ == subject.tag_ == "NNP":
        return False
    return thing.doc[comma].text == "," and subject.left_edge.i == comma + 1


def _named(words: Words, token: Token, children: dict[str, Token]) -> list[Interval]:
    """Return the thing and what it is called; where the parser lost the predicate, the marks show it."""
    thing = children.get("dobj")
    if thing is not None and thing.i < token.i:
        thing = None  # 'the plan, which she called a folly'
    if "ccomp" in children and children["ccomp"].i > token.i:
        first, last = subtree(children["ccomp"])
        return [(first if thing is None else min(first, thing.left_edge.i), last)]
    if "oprd" in children:
        last = children["oprd"].right_edge.i + 1
        first = children["oprd"].left_edge.i if thing is None else min(thing.left_edge.i, children["oprd"].left_edge.i)
        return [(first, last)]
    if thing is not None:
        for i in range(thing.left_edge.i + 1, min(thing.right_edge.i + 3, len(words.passage_of))):
            number = words.passage_of[i]
            if number >= 0 and words.doc[i - 1].tag_ != "DT":
                return [(thing.left_edge.i, words.bounds[number][1])]
    return []


def _wished_for(token: Token, below: Sequence[Token]) -> list[Interval]:
    """Return what is to happen by 'called for the council to act', which the parser makes a clause with `for`."""
    for clause in below:
        if clause.dep_ in {"advcl", "ccomp", "xcomp"} and clause.i > token.i:
            mark = next((c for c in children_of(clause) if c.dep_ == "mark" and c.lower_ == "for"), None)
            if mark is not None and any(c.lower_ == "to" for c in children_of(clause)):
                return [(mark.i + 1, clause.right_edge.i + 1)]
    return []


def _infinitive(token: Token, children: dict[str, Token]) -> list[Interval]:
    complement = children.get("xcomp")
    if complement is None or complement.i < token.i or complement.tag_ not in VERB_TAGS:
        complement = children.get("ccomp")
        if complement is None or complement.i < token.i or not any(c.lower_ == "to" for c in children_of(complement)):
            return []
    if complement.lower_ in _HIDDEN or any(c.dep_ == "dobj" and c.lower_ in _NAMES for c in children_of(complement)):
        return []  # 'asked not to be named', 'did not want to give his name': how the paper came to it
    return [subtree(complement)]
