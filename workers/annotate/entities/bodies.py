"""Which organisation 'the company', 'the ministry' and 'the union' mean: one that the article named before.

An organisation is a company because its name says so ('Larnmouth Port Holdings') or because the article does ('Quantis,
a software company', 'the airline Norfly', 'Norfly is an airline'). Of several, the one named last is meant, unless two
were named in one sentence: then nobody can tell.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from workers.annotate.entities.clusters import Cluster, Reference
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.cover import Cover, nominal_start
from workers.annotate.entities.lexemes import WordClass
from workers.annotate.entities.names import ORG
from workers.annotate.entities.nominals import is_definite
from workers.annotate.entities.tables import rows, words

_MAX_KNOWN: Final = 50  # organisations of one kind; bounds the work in lists of them
_REACH_SENTENCES: Final = 10  # further back, 'the company' is one that the model missed
_DESCRIBING: Final = frozenset({"compound", "nmod"})
_COPULAS: Final = frozenset({"is", "was", "be", "become", "became", "remains"})


def _nouns() -> tuple[dict[str, None], dict[str, list[str]]]:
    """Return the nouns, and for each word of a name the nouns that it shows."""
    nouns: dict[str, None] = {}
    shown: dict[str, list[str]] = {}
    for noun, *cells in rows("organization_nouns.tsv"):
        nouns[noun] = None
        for word in (noun, *(cells[0].split() if cells else ())):
            shown.setdefault(word, []).append(noun)
    return nouns, shown


_NOUNS, _SHOWN_BY = _nouns()
_KINDS: Final = WordClass(lambda word: word.lower() in _NOUNS)
ORGANIZATION_NOUNS: Final[frozenset[str]] = frozenset(_NOUNS)


@dataclass(slots=True)
class _Known:
    """An organisation as one kind: since which token it is known as that, and the words said of it."""

    cluster: Cluster
    since: int
    said: set[str]


def add_organization_references(columns: Columns, clusters: Sequence[Cluster], cover: Cover) -> None:
    """Add to each organisation the nominals that mean it."""
    candidates = [token for token in columns.tokens_of(_KINDS) if cover.cluster[token] is None]
    organizations = [cluster for cluster in clusters if cluster.label == ORG]
    if not candidates or not organizations:
        return
    known = _by_name(columns, organizations)
    for token in candidates:
        described = next(_described(columns, token, cover), None)
        if described is not None:
            said = {columns.lower[child] for child in columns.children(token)}
            known.setdefault(columns.lower[token], []).append(_Known(described, token, said))
        elif is_definite(columns, token) and columns.tag[token] == "NN":
            meant = _meant(columns, token, known.get(columns.lower[token], ()))
            if meant is not None:
                meant.references.append(Reference(nominal_start(columns, token, cover), token + 1, pronoun=False))


def _by_name(columns: Columns, organizations: Iterable[Cluster]) -> dict[str, list[_Known]]:
    """Return the organisations whose names say what they are, by the nouns for it."""
    found: dict[str, list[_Known]] = {}
    for cluster in organizations:
        said = {word for name in cluster.names for word in columns.lower[name.first : name.after]}
        for noun in dict.fromkeys(noun for word in sorted(said) for noun in _SHOWN_BY.get(word, ())):
            found.setdefault(noun, []).append(_Known(cluster, cluster.names[0].first, said))
    return found


def _described(columns: Columns, noun: int, cover: Cover) -> Iterator[Cluster]:
    """Yield the organisation that the noun describes: by apposition, before its name, or by 'is'."""
    for token in _beside(columns, noun):
        cluster = cover.cluster[token]
        if cluster is not None and cluster.label == ORG:
            yield cluster


def _beside(columns: Columns, noun: int) -> Iterator[int]:
    """Yield the tokens that name what the noun describes, if they are in a name."""
    dep, head = columns.dep[noun], columns.head[noun]
    if dep in _DESCRIBING and head > noun:
        yield head  # 'the airline Norfly'
    if dep == "appos":
        yield head  # 'Norfly, an airline'
    for child in columns.children(noun):
        if child > noun and columns.dep[child] == "appos":
            yield child  # 'the airline, Norfly'
    if dep == "attr" and columns.lower[head] in _COPULAS:
        for child in columns.children(head):
            if columns.dep[child] == "nsubj":
                yield child  # 'Norfly is an airline'


def _meant(columns: Columns, noun: int, known: Sequence[_Known]) -> Cluster | None:
    """Return the organisation of this kind that was named last, None where none or two were."""
    modifiers = [c for c in columns.children(noun) if c < noun and columns.dep[c] in ("amod", "compound", "nmod")]
    added = {columns.lower[child] for child in modifiers} - words("empty_modifiers.txt")
    last: dict[int, tuple[int, Cluster]] = {}
    for one in known[:_MAX_KNOWN]:
        if one.since >= noun or not added <= one.said:
            continue
        names = one.cluster.names
        if before := bisect_left(names, noun, key=lambda name: name.first):
            last[id(one.cluster)] = (names[before - 1].first, one.cluster)
    if not last:
        return None
    (at, cluster), *others = sorted(last.values(), key=lambda pair: -pair[0])
    sentence = columns.sentence
    if sentence[noun] - sentence[at] > _REACH_SENTENCES:
        return None
    return None if others and sentence[others[0][0]] == sentence[at] else cluster
