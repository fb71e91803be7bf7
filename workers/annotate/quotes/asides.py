"""Reports whose cue stands beside the sentence: 'according to X', 'as X put it', and nouns: 'X's claim that …'."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.strings import get_string_id
from spacy.tokens import Doc, Token

from workers.annotate.quotes.cues import nouns, word_set
from workers.annotate.quotes.grammar import (
    MAX_PHRASE_TOKENS,
    SUBJECTS,
    VERB_TAGS,
    Interval,
    Words,
    children_of,
    phrase,
    subject_of,
    subtree,
)
from workers.annotate.quotes.report import Report

_ACCORDING = get_string_id("according")
_AS = get_string_id("as")
_BREAKS = frozenset({",", "—", "–", "--", "(", "-"})
_VIEWS = {
    get_string_id(word) for word in ("view", "opinion", "words", "telling", "estimation", "judgment", "judgement")
}
# Verbs of 'as X put it' beside those of the lexicon, with what must follow.
_PUT = word_set("put puts described describes explained explains sees saw")
# Verbs that give a noun of speech: 'made a promise to', 'issued a warning about'.
_GIVES = word_set(
    "make makes made making issue issues issued issuing give gives gave given giving deliver delivers delivered "
    "delivering have has had having offer offers offered offering send sends sent sending release releases released "
    "raise raises raised raising repeat repeats repeated repeating post posts posted publish published publishes "
    "level leveled levels leveling express expresses expressed expressing voice voiced voices launch launched "
    "lodge lodged file filed renew renewed reiterate reiterated begin began intensify intensified aim aimed"
)
# Nouns whose infinitive is what was said; that of a claim or a message mostly says what they are for.
_BINDS = word_set("promise pledge vow threat call")
_JOINS = word_set("and but so yet or however instead meanwhile also still now moreover nor")
_ABOUT = word_set("about of on that against for over to regarding concerning")


def reports_by_aside(words: Words) -> Iterator[Report]:
    """Yield the reports of asides and of nouns, in order."""
    table = nouns()
    for i, lower in enumerate(words.lowers):
        if words.passage_of[i] >= 0:
            continue
        if lower == _ACCORDING:
            report = _according_to(words, words.doc[i])
        elif lower == _AS:
            report = _as_put(words, words.doc[i])
        elif lower in _VIEWS:
            report = _in_view(words, words.doc[i])
        elif lower in table:
            report = None
        else:
            continue
        if report is None and lower in table:
            report = _noun(words, words.doc[i])
        if report is not None:
            yield report


def _around(words: Words, head: Token | None, aside: Interval) -> list[tuple[int, int]]:
    """Return what the sentence, or the clause of `head`, says besides the aside; code points."""
    sentence = words.doc[aside[0]].sent
    first, last = (sentence.start, sentence.end) if head is None else subtree(head)
    first, last = _within_brackets(words.doc, aside, first, last)
    rest = [i for i in ((first, aside[0]), (aside[1], last)) if i[0] < i[1]]
    rest = [i for i in rest if not _only_joins(words, *i)]
    return [words.chars(i) for i in rest if i[1] - i[0] <= MAX_PHRASE_TOKENS]


def _within_brackets(doc: Doc, aside: Interval, first: int, last: int) -> Interval:
    """Return what of `first:last` shares the brackets that an aside ends: '(it is closer to 15, according to X)'."""
    if aside[1] < last and doc[aside[1]].text == ")":
        opened = next((i for i in range(aside[0] - 1, first - 1, -1) if doc[i].text in "()"), first)
        if doc[opened].text == "(":
            return opened + 1, aside[1]
    return first, last


def _only_joins(words: Words, first: int, last: int) -> bool:
    """Say whether all that is left before an aside is the word that joins its sentence: 'But, according to X, …'."""
    return all(words.doc[i].lower_ in _JOINS for i in range(first, last) if words.is_word[i])


def _according_to(words: Words, token: Token) -> Report | None:
    doc = words.doc
    if token.i + 1 >= len(doc) or doc[token.i + 1].lower_ != "to":
        return None
    to = doc[token.i + 1]
    source = next((c for c in children_of(to) if c.dep_ in {"pobj", "pcomp"}), None)
    if source is None:
        return None
    head: Token | None = token.head
    inner = head is not None and head.i != token.i and head.dep_ != "ROOT" and head.tag_ in VERB_TAGS
    if not inner or token.i == token.sent.start or head is None or not _stands_alone(head):
        head = None  # the source answers for the whole sentence
    aside = (token.i, max(source.right_edge.i + 1, to.i + 1))
    report = Report("according-to", [token.i, to.i], "speech", None, phrase(source), lemma="according to")
    report.speaker_rule = "according-to"
    report.content = _around(words, head, aside)
    return report if report.content else None


def _stands_alone(clause: Token) -> bool:
    """Say whether a clause with an aside is one of its own, a relative or a reported one."""
    return clause.dep_ in {"relcl", "ccomp", "parataxis"}


def _as_put(words: Words, token: Token) -> Report | None:
    """Return the report of 'as she put it', 'as X has said', 'as reported by X'."""
    verb = token.head
    if token.dep_ not in {"mark", "advmod", "prep"} or verb.i <= token.i or verb.i - token.i > 12:
        return None
    if verb.i not in words.cues and verb.lower_ not in _PUT:
        return None
    children = {c.dep_: c for c in children_of(verb)}
    thing = children.get("dobj")
    if {"ccomp", "xcomp"} & set(children) or (thing is not None and thing.lower_ != "it"):
        return None
    if verb.lower_ in _PUT and thing is None:
        return None
    if thing is None and not {"Q", "C"} <= words.cues[verb.i].frames:
        return None
    subject = subject_of(verb)
    own = any(c.dep_ in SUBJECTS for c in children_of(verb)) or "agent" in children
    if subject is None or not own or verb.head.i == verb.i or verb.dep_ not in {"advcl", "parataxis", "ccomp", "dep"}:
        return None
    first, last = token.i, verb.right_edge.i + 1
    if words.doc[last - 1].text == ",":
        last -= 1  # parsers hang the comma on the last noun
    after = words.doc[last : last + 1].text
    if not (token.i == token.sent.start or words.doc[first - 1].text in {",", "—", "–", "''", '"', "”", "("}):
        return None
    if token.i == token.sent.start and after not in {",", "—", "–", ":"}:
        return None
    lemma = "put it" if thing is not None else words.cues[verb.i].lemma
    report = Report("as-put", [verb.i], "speech", None, phrase(subject), lemma=lemma, speaker_rule="aside-subject")
    report.content = _around(words, None, (first, last))
    return report if report.content else None


def _in_view(words: Words, token: Token) -> Report | None:
    """Return the report of 'in her view, …' and 'in the words of X, …'."""
    preposition = token.head
    if token.dep_ != "pobj" or preposition.lower_ != "in":
        return None
    source = next((c for c in children_of(token) if c.dep_ == "poss"), None)
    rule = "possessor"
    if source is None:
        of = next((c for c in children_of(token) if c.lower_ == "of" and c.i == token.i + 1), None)
        source = None if of is None else next((c for c in children_of(of) if c.dep_ == "pobj"), None)
        rule = "by-phrase"
    if source is None:
        return None
    doc, first, last = words.doc, preposition.i, max(token.i, source.right_edge.i) + 1
    sentence = token.sent
    if not (first == sentence.start or doc[first - 1].text in _BREAKS):
        return None
    if last < sentence.end and doc[last].text not in _BREAKS | {".", ":"} and words.passage_of[last] < 0:
        return None
    report = Report("in-view", [token.i], "speech", None, phrase(source), lemma=token.lower_, speaker_rule=rule)
    report.content = _around(words, None, (first, last))
    return report if report.content else None


def _giver(noun: Token) -> Token | None:
    """Return who gives a noun of speech: in 'she made a promise' she does."""
    verb = noun.head
    if noun.dep_ != "dobj" or verb.lower_ not in _GIVES:
        return None
    return subject_of(verb)


def _noun(words: Words, token: Token) -> Report | None:
    """Return the report of a noun with its source: 'X's claim that …', 'a warning by X about “…”'."""
    if not token.tag_.startswith("NN"):
        return None
    source: Token | None = None
    content: Interval | None = None
    lemma = nouns()[token.lower].lemma
    for child in children_of(token):
        if child.dep_ == "poss":
            source = child
        elif child.dep_ in {"prep", "agent"} and child.lower_ in {"by", "from"} and child.i > token.i:
            source = next((c for c in children_of(child) if c.dep_ == "pobj"), source)
        elif child.dep_ in {"acl", "relcl", "ccomp"} and child.i > token.i and child.left_edge.lower_ == "that":
            if child.left_edge.dep_ == "mark":
                content = (child.left_edge.i + 1, child.right_edge.i + 1)
        elif child.dep_ == "acl" and child.i > token.i and child.left_edge.lower_ == "to" and lemma in _BINDS:
            content = subtree(child)
        elif child.dep_ == "prep" and child.lower_ in _ABOUT and child.i > token.i:
            about = (child.i + 1, child.right_edge.i + 1)
            if child.lower_ == "about" or any(words.passage_of[i] >= 0 for i in range(*about)):
                content = about
        elif child.dep_ == "appos" and words.passage_of[child.i] >= 0:
            content = subtree(child)
    speaker_rule = "possessor" if source is not None and source.dep_ == "poss" else "by-phrase"
    if source is None:
        source, speaker_rule = _giver(token), "governor-subject"
    if source is None or content is None or not 0 < content[1] - content[0] <= MAX_PHRASE_TOKENS:
        return None
    noun = nouns()[token.lower]
    report = Report("noun", [token.i], noun.cue_class, None, phrase(source), lemma=noun.lemma)
    report.speaker_rule = speaker_rule
    report.content = [words.chars(content)]
    return report
