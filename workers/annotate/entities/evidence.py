"""What the words beside a name say of its kind: 'gas group Snam', 'the village of Corleone', 'coach Schubert'."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from workers.annotate.entities.columns import Columns
from workers.annotate.entities.first_names import first_names
from workers.annotate.entities.names import GPE, ORG, PERSON, PLACES, Name
from workers.annotate.entities.places import atlas
from workers.annotate.entities.roles import ROLE_GENDER
from workers.annotate.entities.tables import rows
from workers.annotate.entities.trim import TITLE_GENDER

_KINDS: Final[dict[str, str]] = {noun: row[0] for row in rows("kind_nouns.tsv") for noun in row[1].split()}
_WEIGHT: Final = 2  # a telling noun outweighs the model's label of two mentions
_OPENING: Final = frozenset({'"', "“", "'", "‘"})
# Offices that stand before the names of countries and bodies as often: 'head coach', but 'Chief', 'US Speaker'.
_BESIDE_PEOPLE: Final = ROLE_GENDER.keys() - {
    "chief",
    "head",
    "leader",
    "winner",
    "champion",
    "star",
    "partner",
    "owner",
    "host",
}
_LOCATIVE: Final = frozenset({"in", "near"})
_TELLING: Final = _KINDS.keys() | _BESIDE_PEOPLE | _LOCATIVE | TITLE_GENDER.keys() | {"of"}


def apply_evidence(columns: Columns, names: Iterable[Name]) -> None:
    """Give all mentions of a name the label that the words beside it tell, where they outweigh the model's."""
    by_key: dict[str, list[Name]] = defaultdict(list)
    evidence: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        if name.label == PERSON or name.label == ORG or name.label in PLACES:
            by_key[name.key].append(name)
            if (label := _told(columns, name)) is not None:
                evidence[name.key][label] += _WEIGHT
    for key, told in evidence.items():
        label, weight = told.most_common(1)[0]
        if key in atlas().countries:
            continue
        if weight >= sum(name.label != label for name in by_key[key]):
            for name in by_key[key]:
                name.label = label if not (label in PLACES and name.label in PLACES) else name.label


def _told(columns: Columns, name: Name) -> str | None:
    before = name.first - 1
    while before > 0 and columns.word[before] in _OPENING:
        before -= 1
    if before < 0 or columns.lower[before] not in _TELLING or columns.sentence[before] != columns.sentence[name.first]:
        return None
    noun = columns.lower[before]
    if noun in _KINDS and columns.word[before].islower():
        return _KINDS[noun]
    if noun == "of" and before > 0 and (label := _KINDS.get(columns.lower[before - 1])) in PLACES:
        return label
    if noun in _BESIDE_PEOPLE and columns.tag[before].startswith("NN"):
        if columns.word[before].islower() and columns.tag[before] == "NN":
            return PERSON
        full = name.after - name.first in (2, 3) and columns.lower[name.first] in first_names()
        if full and columns.opens_sentence(before):
            return PERSON  # 'Headteacher John Mbeki'
    if noun in _LOCATIVE and name.label not in PLACES and name.key in atlas().cities:
        return GPE
    return PERSON if TITLE_GENDER.get(noun, "-") in ("m", "f") and columns.word[before][0].isupper() else None
