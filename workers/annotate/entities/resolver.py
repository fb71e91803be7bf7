"""The names of an article, brought together: each entity once, under its fullest name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from workers.annotate.entities.clusters import Cluster
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.credits import credit_lines, with_datelines, without_credits
from workers.annotate.entities.evidence import apply_evidence
from workers.annotate.entities.first_names import first_names
from workers.annotate.entities.gazetteer import Gazetteer
from workers.annotate.entities.labels import settle_labels
from workers.annotate.entities.linking import entries_by_key, link
from workers.annotate.entities.names import GPE, NORP, ORG, PERSON, PLACES, Name
from workers.annotate.entities.organizations import same_organizations, without_legal_form
from workers.annotate.entities.persons import People, Person, label_people
from workers.annotate.entities.places import atlas, demonym_group, label_places, place_group
from workers.annotate.entities.search import find_missed, with_companies, with_joined, with_whole_countries
from workers.annotate.entities.trim import names_of


class Step(StrEnum):
    """The steps of the resolver, so that each can be left out and its worth measured (`bench.entities_eval`)."""

    TRIM = "trim"
    CREDITS = "credits"
    PLACES = "places"
    LABELS = "labels"
    EVIDENCE = "evidence"
    PEOPLE = "people"
    VOTE = "vote"
    SEARCH = "search"
    ORGANIZATIONS = "organizations"


_CITY_VOTES: Final = 1  # that a name is also a city's, where the model takes it for a place at least once

ALL_STEPS: Final = frozenset(Step)


def resolve(
    columns: Columns,
    label_map: Mapping[str, str],
    gazetteer: Gazetteer | None = None,
    steps: frozenset[Step] = ALL_STEPS,
) -> list[Cluster]:
    """Return the entities of the article in order of first mention. No two names overlap."""
    names = names_of(columns, label_map, trimmed=Step.TRIM in steps)
    countries = atlas().countries if Step.PLACES in steps else {}
    credited = credit_lines(columns.text) if Step.CREDITS in steps else []
    if Step.CREDITS in steps:
        names = with_datelines(columns, without_credits(columns, names, credited))
    if Step.PLACES in steps:
        names = with_whole_countries(columns, names)
    if Step.LABELS in steps:  # after whole countries: 'Sierra' and 'Leone' are nobody's names
        names = with_joined(columns, names)
    if Step.PLACES in steps:
        label_places(names, first_names())
    if Step.LABELS in steps:
        names = settle_labels(columns, names)
    if Step.ORGANIZATIONS in steps:
        names = with_companies(columns, names)
    if Step.EVIDENCE in steps:
        apply_evidence(columns, names)
    if gazetteer is not None:
        names = link(columns, names, gazetteer)
    people = People(names if Step.PEOPLE in steps else ())
    short = label_people(names, people, countries) if Step.PEOPLE in steps else {}
    if Step.VOTE in steps:
        _vote(names, short)
    if Step.SEARCH in steps:
        missed = find_missed(columns, names, _surnames(names, people), countries=Step.PLACES in steps)
        if Step.CREDITS in steps:
            missed = without_credits(columns, missed, credited)
        if missed and Step.PEOPLE in steps:
            short |= label_people(missed, people, countries)
        names = sorted(names + missed, key=lambda name: name.first)
    fuller = same_organizations(names, columns.text) if Step.ORGANIZATIONS in steps else {}
    return _clusters(names, people, short, fuller)


def _surnames(names: list[Name], people: People) -> list[str]:
    """Return the surnames of the people with full names, as the article spells them."""
    return [name.text.split()[-1] for name in names if name.label == PERSON and people.full(name.key)]


def _vote(names: list[Name], decided: Mapping[Name, object]) -> None:
    """Give all mentions of one name the label that most of them have; on a tie, the first. Cities have a vote too."""
    first: dict[str, str] = {}
    contested = {name.key for name in names if first.setdefault(name.key, name.label) != name.label}
    if not contested:
        return
    votes: dict[str, Counter[str]] = {key: Counter() for key in contested}
    for name in names:
        if name.key in contested:
            votes[name.key][name.label] += 1
    for key in contested & atlas().cities.keys():
        if votes[key][GPE]:
            votes[key][GPE] += _CITY_VOTES
    for name in names:
        if name.key in contested and name not in decided and name.entry is None:
            name.label = votes[name.key].most_common(1)[0][0]


def _clusters(
    names: list[Name], people: People, short: Mapping[Name, list[Person]], fuller: Mapping[str, str]
) -> list[Cluster]:
    grouped: dict[tuple[str, str], list[Name]] = {}
    last_seen: dict[Person, int] = {}
    entries = entries_by_key(names)
    for name in names:
        group = (name.label, name.key)
        if name.label == PERSON:
            person = people.full(name.key)
            if person is None and name in short:
                person = _likeliest(short[name], last_seen)
            if person is not None:
                last_seen[person] = name.first
                group = (PERSON, person.key)
        elif name.label == ORG:
            group = (ORG, fuller.get(name.key, name.key))
        elif name.label in PLACES:
            group = ("PLACE", place_group(name.key) or name.key)
        elif name.label == NORP:
            group = (NORP, demonym_group(name.key) or name.key)
        if entries and (entry := entries.get(group[1]) or entries.get(name.key)):
            group = (name.label, f"entry {entry}")
        grouped.setdefault(group, []).append(name)
    return [_cluster(group[0], members, linked=bool(entries)) for group, members in grouped.items()]


def _likeliest(namesakes: list[Person], last_seen: Mapping[Person, int]) -> Person:
    """Return whom a surname means: the one named last, of those whose first name is one ('Luna', not 'Casa')."""
    if len(namesakes) > 1:
        namesakes = [one for one in namesakes if one.words[0] in first_names()] or namesakes
    return max(namesakes, key=lambda one: last_seen.get(one, -1))


def _cluster(label: str, names: list[Name], *, linked: bool) -> Cluster:
    if label == "PLACE":
        label = _commonest([name.label for name in names])
    entry = next((name.entry for name in names if name.entry is not None), None) if linked else None
    if entry is not None:
        return Cluster(entry.label, names, entry.name, kb_uri=entry.uri)
    texts = [name.text for name in names]
    if texts.count(texts[0]) == len(texts):  # of most entities
        return Cluster(label, names, texts[0])
    counts = Counter(texts)
    return Cluster(label, names, max(counts, key=lambda text: _fullness(label, text, counts[text])))


def _commonest(labels: list[str]) -> str:
    return labels[0] if len(labels) == 1 else Counter(labels).most_common(1)[0][0]


def _fullness(label: str, text: str, count: int) -> tuple[int, int, int]:
    """Order the spellings of an entity: the fullest wins, then the most frequent; capitals alone are a headline's."""
    size = 0
    if label == PERSON:
        size = len(text.split())
    elif label == ORG:
        size = len(without_legal_form(text.lower()))
    return (0 if size > 1 and text.isupper() and " " in text else 1, size, count)
