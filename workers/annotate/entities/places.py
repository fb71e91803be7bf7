"""Countries, their people, regions and cities: what a name can mean by itself, and what it means in this article."""

from __future__ import annotations

import gzip
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from workers.annotate.entities.names import FAC, GPE, LOC, NORP, ORG, PERSON, Name, key_of
from workers.annotate.entities.tables import phrases, rows

# A city of fewer people is too unlikely to overrule the model's label; as an organisation the name is often a team's or
# a government's, so that only the largest cities overrule that.
MIN_CITY_TO_RELABEL = 300_000
MIN_CITY_TO_OVERRULE_ORG = 1_000_000
_CONTEXT_WORTH = 3.0  # a country that the article names outweighs a thousandfold larger city elsewhere


@dataclass(frozen=True, slots=True)
class Place:
    """A place: ISO 3166-1 alpha-2 code and GeoNames id, None where there is none; `admin1` is its state."""

    country: str | None
    geonames_id: int | None
    population: int = 0
    admin1: str = ""


@dataclass(frozen=True, slots=True)
class Atlas:
    """What names mean, by key (see `key_of`)."""

    countries: Mapping[str, Place]
    parts: frozenset[str]  # keys of countries' names that mean only a part: 'Scotland'
    demonyms: Mapping[str, str | None]  # to a country's code; None for peoples of no one country
    regions: Mapping[str, Place]  # states, provinces, continents
    cities: Mapping[str, list[str]]  # as rows of the table, largest first; few of the 34,000 are ever asked for
    country_names: Mapping[str, str]  # by code, as news calls it

    def largest_city(self, key: str) -> int:
        """Return the population of the largest city of that name, 0 where there is none."""
        found = self.cities.get(key)
        return _city(found[0]).population if found else 0


def _city(row: str) -> Place:
    country, admin1, population, geonames_id = row.split("\t")
    return Place(country, int(geonames_id), int(population), admin1)


@cache
def atlas() -> Atlas:
    """Return the tables, read once a process (0.1 s, 8 MB)."""
    packed = (files(__package__) / "tables" / "places.tsv.gz").read_bytes()
    ids: dict[str, int] = {}
    regions: dict[str, Place] = {}
    cities: dict[str, list[str]] = {}
    for line in gzip.decompress(packed).decode().splitlines()[1:]:
        kind, key, rest = line.split("\t", 2)
        if kind == "city":
            cities.setdefault(key, []).append(rest)
            continue
        country, admin1, _, geonames_id = rest.split("\t")
        if kind == "country":
            ids[country] = int(geonames_id)
        else:
            regions[key] = Place(country or None, int(geonames_id), 0, admin1)
    return Atlas(*_countries(ids), _regions(regions), cities, _country_names())


def _countries(ids: Mapping[str, int]) -> tuple[dict[str, Place], frozenset[str], dict[str, str | None]]:
    parts = frozenset(key_of(name) for row in rows("parts_of_countries.tsv") for name in row[1].split("; "))
    countries: dict[str, Place] = {}
    demonyms: dict[str, str | None] = {key_of(word): None for word in phrases("demonyms_without_country.txt")}
    for row in rows("countries.tsv"):
        code, names = row[0], row[1].split("; ")
        for key in map(key_of, names):
            countries[key] = Place(code, None if key in parts else ids.get(code))
        for word in row[2].split("; ") if len(row) > 2 else ():
            demonyms[key_of(word)] = code
    return countries, parts, demonyms


def _regions(known: dict[str, Place]) -> dict[str, Place]:
    for row in rows("regions.tsv"):
        name, country = row[0], row[1]
        full = known.get(key_of(row[2])) if len(row) > 2 else None
        known.setdefault(key_of(name), full or Place(country, None))
    return known


def _country_names() -> dict[str, str]:
    return {row[0]: row[1].split("; ")[0] for row in rows("countries.tsv")}


def label_places(names: Iterable[Name], first_names: Mapping[str, str]) -> None:
    """Correct the labels of names that are countries, demonyms, regions or large cities.

    What the model calls a person stays one where the name is also a first name ('Jordan', 'Chad', 'Victoria').
    """
    known = atlas()
    for name in names:
        key, label = name.key, name.label
        if label == PERSON and key in first_names:
            continue
        if key in known.countries:
            name.label = GPE
        elif key in known.demonyms:
            name.label = NORP if label != "LANGUAGE" else label
        elif label != PERSON and key in known.regions:
            name.label = label if label in (GPE, LOC, FAC) else GPE
        elif (people := known.largest_city(key)) >= MIN_CITY_TO_RELABEL and (
            label != ORG or people >= MIN_CITY_TO_OVERRULE_ORG
        ):
            name.label = GPE


def place_group(key: str) -> str | None:
    """Return one group for all names of a country ('US', 'United States'), None for other places."""
    known = atlas()
    place = known.countries.get(key)
    return f"country {place.country}" if place and key not in known.parts else None


def demonym_group(key: str) -> str | None:
    """Return one group for all words for a country's people ('Russian', 'Russians'), None for other groups."""
    code = atlas().demonyms.get(key)
    return f"people of {code}" if code else None


def countries_of(keys: Iterable[str]) -> Counter[str]:
    """Return how often each country is named, by itself or by its people."""
    known, found = atlas(), Counter[str]()
    for key in keys:
        if place := known.countries.get(key):
            found[place.country or ""] += 1
        elif code := known.demonyms.get(key):
            found[code] += 1
        elif (region := known.regions.get(key)) and region.country:
            found[region.country] += 1
    return found


def locate(keys: Iterable[str], beside: Iterable[str], named: Counter[str]) -> Place | None:
    """Return the place that an entity of these keys means, None where the tables do not have it.

    `beside` are the keys that follow its mentions behind a comma ('Paris, Texas'), `named` the article's countries.
    """
    known = atlas()
    for key in keys:
        if place := known.countries.get(key) or known.regions.get(key):
            return place
    found = [_city(row) for key in keys for row in known.cities.get(key, ())]
    if not found:
        return None
    for key in beside:
        if region := known.regions.get(key):
            if inside := [p for p in found if p.country == region.country and region.admin1 in ("", p.admin1)]:
                return inside[0]
        elif (country := known.countries.get(key)) and (inside := [p for p in found if p.country == country.country]):
            return inside[0]
    return max(found, key=lambda place: _likelihood(place, named))


def _likelihood(place: Place, named: Counter[str]) -> float:
    """Return the decimal logarithm of the population, and more where the article names the country."""
    return math.log10(place.population + 1) + (_CONTEXT_WORTH if named[place.country or ""] else 0.0)
