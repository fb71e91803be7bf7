"""Whom 'he', 'she', 'the minister' and 'the spokesman' mean: people named in the article.

One pass over the tokens keeps a weight for everybody who is talked about; it grows with each mention, most with
subjects, and fades from sentence to sentence (after Lappin and Leass, 1994, with two of their syntactic filters).
People without a name take part ('a woman … she'), so that a pronoun that means one of them stays unresolved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from workers.annotate.entities.clusters import Cluster, Reference
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.cover import Cover, nominal_start
from workers.annotate.entities.lexemes import WordClass
from workers.annotate.entities.names import PERSON
from workers.annotate.entities.nominals import find_holder, holders_by_office, is_definite
from workers.annotate.entities.roles import ROLE_GENDER, role_noun
from workers.annotate.entities.tables import rows

_HE, _SHE = ("he", "him", "his", "himself"), ("she", "her", "hers", "herself")
_THEY: Final = ("they", "them", "their", "theirs", "themself", "themselves")
# `n`: a person of whom the article says that 'they' is meant; without that, 'they' are several.
PRONOUN_GENDER: Final = dict.fromkeys(_HE, "m") | dict.fromkeys(_SHE, "f") | dict.fromkeys(_THEY, "n")
PEOPLE_NOUNS: Final[dict[str, str]] = {row[0]: row[1] for row in rows("people_nouns.tsv")}
_REFERRING_WORDS: Final = PRONOUN_GENDER.keys() | PEOPLE_NOUNS.keys() | ROLE_GENDER.keys()
_REFERRING: Final = WordClass(lambda word: word.lower() in _REFERRING_WORDS)
_FADING: Final = 0.6  # of a mention's weight, each sentence
# A paragraph of news often turns to somebody else: its break fades like two sentences more (GUM news: precision of
# he and she from 84.4 to 88.3, recall from 89.4 to 90.1).
_PARAGRAPH: Final = 2.0
_REACH_SENTENCES: Final = 8  # further back, 'he' is somebody the model missed
# People talked about at once; more are no prose, and whoever was named longest ago is forgotten.
_MAX_ACTIVE: Final = 64
_SUBJECTS: Final = frozenset({"nsubj", "nsubjpass"})
_OBJECTS: Final = frozenset({"dobj", "dative", "pobj", "iobj"})
_REFLEXIVES: Final = frozenset({"himself", "herself"})
_SUBJECT_WEIGHT, _OTHER_WEIGHT, _UNNAMED_WEIGHT = 2.0, 1.0, 0.8
_OWNED_WEIGHT: Final = 0.5  # 'his wife'
_INTRODUCING: Final = frozenset({"a", "an", "one", "another"})  # 'the woman' is often somebody with a name
_INTRODUCTION_TOKENS: Final = 25
_MAX_QUOTATION_TOKENS: Final = 200  # further into a quotation, nobody looks back for who introduced it
_ENDS: Final = frozenset({".", "!", "?", "”", '"'})
_GENDER_KNOWN: Final = 1.5
_COMMANDING: Final = 2.0  # the subject of the clause that the pronoun depends on ('Peskov said he …')


@dataclass(slots=True, eq=False)
class _Unnamed:
    """Somebody without a name."""

    gender: str | None


@dataclass(slots=True)
class _Weight:
    value: float = 0.0
    sentence: int = 0


@dataclass(slots=True)
class Discourse:
    """Who is being talked about, from the first token to the current one."""

    columns: Columns
    quoted: bytearray
    named: Mapping[int, Cluster]
    moments: Sequence[float]  # of each sentence: how much a mention has faded by it
    active: dict[Cluster | _Unnamed, _Weight] = field(default_factory=dict)
    at: dict[int, Cluster | _Unnamed] = field(default_factory=dict)
    learnt: dict[Cluster | _Unnamed, str] = field(default_factory=dict)  # genders by pronouns before
    last_subject: int = -1  # the head of the last subject outside quotation marks

    def mention(self, person: Cluster | _Unnamed, token: int, weight: float = _OTHER_WEIGHT) -> None:
        """Make `person` weigh more, mentioned with the head at `token`."""
        sentence = self.columns.sentence[token]
        state = self.active.setdefault(person, _Weight(sentence=sentence))
        if self._is_subject(token):
            weight *= _SUBJECT_WEIGHT
            if not self.quoted[token]:
                self.last_subject = token
        if len(self.active) > _MAX_ACTIVE:
            del self.active[
                min(self.active, key=lambda one: self.active[one].sentence if one is not person else sentence + 1)
            ]
        state.value = self._faded(state, sentence) + weight
        state.sentence = sentence
        self.at[token] = person
        if self.columns.dep[token] == "appos":
            self.at.setdefault(self.columns.head[token], person)  # 'the mayor, Anna Lee, said she …'

    def _is_subject(self, token: int) -> bool:
        """Tell whether a head is a subject or stands beside one: 'the mayor, Anna Lee, said …'."""
        dep, head = self.columns.dep[token], self.columns.head[token]
        return dep in _SUBJECTS or (dep == "appos" and self.columns.dep[head] in _SUBJECTS)

    def pronoun(self, gender: str, token: int) -> Cluster | _Unnamed | None:
        """Return the likeliest person for a pronoun, None where nobody is near."""
        sentence = self.columns.sentence[token]
        for person in [p for p, s in self.active.items() if sentence - s.sentence > _REACH_SENTENCES]:
            del self.active[person]
        commanding, barred = self._syntax(token)
        speaker = self._speaker(token)
        best, most = None, 0.0
        for person, state in self.active.items():
            known = person.gender or self.learnt.get(person)
            if known not in ((None, gender) if gender != "n" else ("n",)) or person is barred or person is speaker:
                continue
            score = self._faded(state, sentence) * (_GENDER_KNOWN if known else 1.0)
            score += _COMMANDING if person is commanding else 0.0
            if score > most:
                best, most = person, score
        return best

    def weight(self, person: Cluster, sentence: int) -> float:
        """Return how much `person` is talked about at a sentence; 0 for whom it has not come to yet."""
        state = self.active.get(person)
        return self._faded(state, sentence) if state else 0.0

    def _syntax(self, token: int) -> tuple[Cluster | _Unnamed | None, Cluster | _Unnamed | None]:
        """Return who is the subject of the nearest clause above the pronoun, and whom the pronoun cannot mean.

        'Putin told him': him is not Putin. 'Putin praised his …', 'Putin said he …': Putin first of all.
        """
        columns = self.columns
        is_object = columns.dep[token] in _OBJECTS and columns.lower[token] not in _REFLEXIVES
        if (beside := self._subject_of_clause_before(token)) is not None:
            return beside, None
        node, barred = token, None
        for _ in range(8):
            head = columns.head[node]
            if head == node:
                return None, barred
            if self.quoted[token] and not self.quoted[head]:
                return None, barred
            subject = self._subject(head, node)
            if subject is not None and subject < token:
                person = self.at.get(subject)
                if is_object and barred is None:
                    barred = person
                    is_object = False
                elif person is not None and person is not barred:
                    return person, barred
            node = head
        return None, barred

    def _subject_of_clause_before(self, token: int) -> Cluster | _Unnamed | None:
        """'While the president paused the talks, he …': return who paused them."""
        columns, verb = self.columns, self.columns.head[token]
        if columns.dep[token] not in _SUBJECTS:
            return None
        for child in columns.children(verb):
            if child < token and columns.dep[child] == "advcl" and (subject := self._subject(child)) is not None:
                return self.at.get(subject)
        return None

    def _subject(self, verb: int, but: int = -1) -> int | None:
        dep = self.columns.dep
        for child in self.columns.children(verb):
            if dep[child] in _SUBJECTS and child != but:
                return child
        return None

    def _speaker(self, token: int) -> Cluster | _Unnamed | None:
        """Return who speaks the quotation around the pronoun, as far as is known: 'he' in it means somebody else."""
        if not self.quoted[token]:
            return None
        columns, node = self.columns, token
        while self.quoted[node] and columns.head[node] != node:
            node = columns.head[node]
        if not self.quoted[node]:
            subject = self._subject(node)
            return None if subject is None else self.at.get(subject) or self.named.get(subject)
        begin = token
        while begin and self.quoted[begin - 1] and token - begin < _MAX_QUOTATION_TOKENS:
            begin -= 1
        begin -= 1  # the opening mark
        if self.last_subject < 0 or begin - self.last_subject > _INTRODUCTION_TOKENS:
            return None
        between = columns.word[self.last_subject : begin]  # 'Rathbun stated: "…"', cut into two sentences by the parser
        return None if _ENDS & set(between) else self.at.get(self.last_subject)

    def _faded(self, state: _Weight, sentence: int) -> float:
        return float(state.value * _FADING ** (self.moments[sentence] - self.moments[state.sentence]))


def add_references(columns: Columns, clusters: Sequence[Cluster], cover: Cover) -> None:
    """Add to each person the pronouns and nominals that mean it. Their roles and genders must be known by now."""
    people = [cluster for cluster in clusters if cluster.label == PERSON]
    if not people:
        return
    named = {columns.root(name.first, name.after): person for person in people for name in person.names}
    holders = holders_by_office(people)
    discourse = Discourse(columns, quoted_tokens(columns), named, _moments(columns))
    for token in sorted(named.keys() | columns.tokens_of(_REFERRING)):
        word = columns.lower[token]
        if token in named:
            discourse.mention(named[token], token)
        elif cover.cluster[token] is not None:
            continue
        elif word in PRONOUN_GENDER:
            person = discourse.pronoun(PRONOUN_GENDER[word], token)
            if person is not None:
                discourse.learnt.setdefault(person, PRONOUN_GENDER[word])
                _refer(discourse, person, Reference(token, token + 1, pronoun=True), token)
        elif columns.tag[token] in ("NN", "NNP") and (word in ROLE_GENDER or word in PEOPLE_NOUNS):
            _meet_noun(discourse, holders, cover, token)


def _meet_noun(discourse: Discourse, holders: Mapping[str, Sequence[Cluster]], cover: Cover, token: int) -> None:
    """Take 'the minister' as a reference where somebody holds the role, else as a person without a name."""
    columns = discourse.columns
    if _belongs_to_name(columns, token, cover):
        return
    if role_noun(columns, token) and is_definite(columns, token):
        holder = find_holder(columns, token, holders, discourse.weight)
        if holder is not None:
            _refer(discourse, holder, Reference(nominal_start(columns, token, cover), token + 1, pronoun=False), token)
            return
    gender = PEOPLE_NOUNS.get(columns.lower[token]) or ROLE_GENDER[columns.lower[token]]
    children = columns.children(token)
    owned = any(columns.dep[child] == "poss" for child in children)
    if any(columns.lower[c] in _INTRODUCING and columns.dep[c] in ("det", "nummod", "poss") for c in children):
        discourse.mention(_Unnamed(gender if gender in ("m", "f") else None), token, _UNNAMED_WEIGHT)
    elif owned and gender in ("m", "f"):
        discourse.mention(_Unnamed(gender), token, _OWNED_WEIGHT)


def _moments(columns: Columns) -> list[float]:
    """Return for each sentence when it comes: one unit after the sentence before, more behind a line break."""
    ended = {columns.sentence[token] for token in columns.tokens_of(_BREAKS)}
    moments = [0.0]
    for sentence in range(columns.sentence[-1] if len(columns) else 0):
        moments.append(moments[-1] + 1.0 + (_PARAGRAPH if sentence in ended else 0.0))
    return moments


def _refer(discourse: Discourse, person: Cluster | _Unnamed, reference: Reference, token: int) -> None:
    discourse.mention(person, token)
    if isinstance(person, Cluster):
        person.references.append(reference)


def _belongs_to_name(columns: Columns, token: int, cover: Cover) -> bool:
    """Tell whether a noun is the role or apposition of a name, or a predicate: then it brings nobody new."""
    if columns.dep[token] in ("compound", "appos", "attr", "nmod", "amod", "npadvmod"):
        return True
    if token + 1 < len(columns) and cover.cluster[token + 1] is not None:
        return True
    return any(columns.dep[child] == "appos" for child in columns.children(token))


_OPENS, _CLOSES = frozenset({"“", "``"}), frozenset({"”", "''"})
_BREAKS: Final = WordClass(lambda word: "\n" in word)
_MARKS: Final = WordClass(lambda word: word in _OPENS or word in _CLOSES or word == '"' or "\n" in word)


def quoted_tokens(columns: Columns) -> bytearray:
    """Return which tokens stand in quotation marks; a mark that is never closed ends with its paragraph."""
    quoted, opened = bytearray(len(columns)), -1
    for token in columns.tokens_of(_MARKS):
        word = columns.word[token]
        closes = word in _CLOSES or "\n" in word or word == '"'
        if opened >= 0 and closes:
            quoted[opened + 1 : token] = b"\1" * (token - opened - 1)
            opened = -1
        elif word in _OPENS or word == '"':
            opened = token if opened < 0 else opened
    return quoted
