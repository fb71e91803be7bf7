"""Whom 'he', 'she', 'the minister' and 'the spokesman' mean: people named in the article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from workers.annotate.entities.clusters import Cluster, Reference
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.names import PERSON
from workers.annotate.entities.roles import ROLE_GENDER, role_noun

PRONOUN_GENDER = dict.fromkeys(["he", "him", "his", "himself"], "m") | dict.fromkeys(
    ["she", "her", "hers", "herself"], "f"
)
_FADING = 0.6  # of a mention's weight, each sentence
_REACH_SENTENCES = 8  # further back, 'he' is somebody the model missed
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_SUBJECT_WEIGHT, _OTHER_WEIGHT, _GENDER_KNOWN = 2.0, 1.0, 1.5
_GENERIC = {"spokesperson": ("spokesman", "spokeswoman"), "chairperson": ("chairman", "chairwoman")}
_INSIDE = frozenset({"det", "amod", "compound"})
_DEFINITE = frozenset({"the", "this", "that"})


@dataclass(slots=True)
class _Salience:
    weight: float = 0.0
    sentence: int = 0
    last_token: int = -1


@dataclass(slots=True)
class _Discourse:
    """Who is being talked about, from the first token to the current one."""

    columns: Columns
    active: dict[Cluster, _Salience] = field(default_factory=dict)

    def mention(self, person: Cluster, token: int) -> None:
        sentence = self.columns.sentence[token]
        state = self.active.setdefault(person, _Salience(sentence=sentence))
        weight = _SUBJECT_WEIGHT if self.columns.dep[token] in _SUBJECTS else _OTHER_WEIGHT
        state.weight = self.faded(state, sentence) + weight
        state.sentence, state.last_token = sentence, token

    def best(self, gender: str, token: int) -> Cluster | None:
        sentence = self.columns.sentence[token]
        for person in [p for p, s in self.active.items() if sentence - s.sentence > _REACH_SENTENCES]:
            del self.active[person]
        scores = {
            person: self.faded(state, sentence) * (_GENDER_KNOWN if person.gender == gender else 1.0)
            for person, state in self.active.items()
            if person.gender in (None, gender)
        }
        return max(scores, key=lambda person: scores[person]) if scores else None

    @staticmethod
    def faded(state: _Salience, sentence: int) -> float:
        return float(state.weight * _FADING ** (sentence - state.sentence))


def add_references(columns: Columns, clusters: Sequence[Cluster]) -> None:
    """Add to each person the pronouns and nominals that mean it. Their roles and genders must be known by now."""
    people = [cluster for cluster in clusters if cluster.label == PERSON]
    if not people:
        return
    named: dict[int, Cluster] = {}
    covered = bytearray(len(columns))
    for cluster in clusters:
        for name in cluster.names:
            covered[name.first : name.after] = b"\1" * (name.after - name.first)
            if cluster.label == PERSON:
                named[columns.root(name.first, name.after)] = cluster
    discourse = _Discourse(columns)
    for token, word in enumerate(columns.lower):
        if token in named:
            discourse.mention(named[token], token)
        elif covered[token]:
            continue
        elif word in PRONOUN_GENDER:
            person = discourse.best(PRONOUN_GENDER[word], token)
            if person is not None:
                person.references.append(Reference(token, token + 1, pronoun=True))
                discourse.mention(person, token)
        elif word in ROLE_GENDER or word in _GENERIC:
            person = _nominal(columns, token, discourse)
            if person is not None:
                first = _first_free(columns, token, covered)
                person.references.append(Reference(first, token + 1, pronoun=False))
                discourse.mention(person, token)


def _first_free(columns: Columns, noun: int, covered: bytearray) -> int:
    """Return where the mention begins: with its article, or behind a name in it ('the Russian president')."""
    first = noun
    while first and columns.head[first - 1] == noun and columns.dep[first - 1] in _INSIDE and not covered[first - 1]:
        first -= 1
    return first


def _nominal(columns: Columns, token: int, discourse: _Discourse) -> Cluster | None:
    """Return whom 'the minister' means: the person of that role whom the article speaks of most at this point."""
    if columns.tag[token] not in ("NN", "NNP") or columns.dep[token] == "compound":
        return None
    children = columns.children[token]
    if not any(columns.dep[child] == "det" and columns.lower[child] in _DEFINITE for child in children):
        return None
    if any(columns.dep[child] in ("appos", "prep", "relcl", "acl") for child in children):
        return None
    nouns = {role_noun(columns, token) or columns.lower[token], *_GENERIC.get(columns.lower[token], ())}
    sentence = columns.sentence[token]
    scores = {
        person: discourse.faded(state, sentence)
        for person, state in discourse.active.items()
        if any(role.noun in nouns for role in person.roles)
    }
    return max(scores, key=lambda person: scores[person]) if scores else None
