"""Labels that are settled by the name itself, whatever the model made of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workers.annotate.entities.columns import Columns
from workers.annotate.entities.names import ORG, PERSON, PLACES, Name
from workers.annotate.entities.places import atlas, is_party_and_state
from workers.annotate.entities.tables import rows, words

_NO_ENTITY: Final = "-"
_KNOWN: Final[dict[str, str]] = {row[0]: row[1] for row in rows("known_names.tsv")}
_BY_LAST_WORD: Final[dict[str, str]] = {row[0]: row[1] for row in rows("other_kinds.tsv")}
_UNSURE: Final = frozenset({ORG, PERSON, "PRODUCT"})  # labels that the last word overrules
_OFFICES: Final = frozenset(
    {"secretary", "minister", "ministers", "secretaries", "undersecretary", "professor", "department"}
)
_BEHIND_PORTFOLIOS: Final = (["minister"], ["secretary"])
_MAX_ACRONYM_CHARS: Final = 5
_MAX_PERSON_TOKENS: Final = 4
_FORMS_OF_ADDRESS: Final = frozenset({"mr", "mr.", "mrs", "mrs.", "ms", "ms.", "miss", "dr", "dr.", "prof", "prof."})


def settle_labels(columns: Columns, names: Iterable[Name]) -> list[Name]:
    """Return the names that are entities, with the labels that the tables and the spelling decide."""
    kept = []
    for name in names:
        label = _KNOWN.get(name.key)
        if label == _NO_ENTITY or is_party_and_state(name.key):
            continue
        if _is_ordinary_word(columns, name) or _is_part_of_office(columns, name):
            continue
        if label is None:
            label = (
                _by_title(columns, name) or _by_last_word(name) or _acronym(columns, name) or _no_person(columns, name)
            )
        name.label = label or name.label
        kept.append(name)
    return kept


def _by_title(columns: Columns, name: Name) -> str | None:
    """'Mr Sandhu' is a person, also where the model made an organisation of Sandhu."""
    if name.label == PERSON or name.first == 0 or name.after - name.first > _MAX_PERSON_TOKENS:
        return None
    return PERSON if columns.lower[name.first - 1] in _FORMS_OF_ADDRESS else None


def _no_person(columns: Columns, name: Name) -> str | None:
    """People do not go with 'the': 'the Zeitgeist'. Before a noun they may ('the Biden plan')."""
    if name.label != PERSON or name.first == 0 or name.after - name.first > 1:
        return None
    follows = columns.tag[name.after] if name.after < len(columns) else "."
    if columns.lower[name.first - 1] != "the" or follows.startswith(("NN", "JJ", "HYPH", "VBG", "POS", "CD")):
        return None
    return ORG


def _by_last_word(name: Name) -> str | None:
    """'Paris Agreement' is no organisation, 'Red Sea' neither; 'Orva Pharma' is one."""
    if name.label not in _UNSURE or " " not in name.key:
        return None
    return _BY_LAST_WORD.get(name.key.rsplit(" ", 1)[1])


def _acronym(columns: Columns, name: Name) -> str | None:
    """Capitals in ordinary text are an organisation sooner than a person or a place that no table knows."""
    if name.label != PERSON and name.label not in PLACES:
        return None
    if not (2 <= len(name.text) <= _MAX_ACRONYM_CHARS and name.text.isalpha() and name.text.isupper()):
        return None
    known = atlas()
    if name.key in known.countries or name.key in known.regions or name.key in known.cities:
        return None
    neighbours = (name.first - 1, name.after)
    if any(0 <= t < len(columns) and len(columns.word[t]) > 1 and columns.word[t].isupper() for t in neighbours):
        return None  # a line in capitals tells nothing
    return ORG


def _is_ordinary_word(columns: Columns, name: Name) -> bool:
    """Tell whether a lone capitalised word opens its sentence and is an ordinary word elsewhere in the article."""
    if name.after - name.first > 1 or columns.lower[name.first] not in columns.vocabulary or name.text.isupper():
        return False
    return columns.opens_sentence(name.first) or columns.word[name.first - 1] in "\"“'‘"


def _is_part_of_office(columns: Columns, name: Name) -> bool:
    """'State' in 'Secretary of State' is no organisation of its own, nor is 'Transport' in 'Transport Secretary'."""
    if name.label != ORG or name.after - name.first > 1:
        return False
    lower = columns.lower
    if name.key in words("portfolios.txt") and lower[name.after : name.after + 1] in _BEHIND_PORTFOLIOS:
        return True
    return name.first >= 2 and lower[name.first - 1] in ("of", "for") and lower[name.first - 2] in _OFFICES
