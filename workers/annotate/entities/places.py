"""Countries, their people, regions and cities: what a name can mean by itself, and what it means in this article."""

from __future__ import annotations

import gzip
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from workers.annotate.entities.names import FAC, GPE, LOC, NORP, ORG, PERSON, Name, key_of
from workers.annotate.entities.tables import phrases, rows

# A city of fewer people is too unlikely to overrule the model's label; as an organisation the name is often a team's or
# a government's, so that only the largest cities overrule that.
MIN_CITY_TO_RELABEL: Final = 300_000
MIN_CITY_TO_OVERRULE_ORG: Final = 1_000_000
# A name that is a state's and a larger city's is the city, but where a state is expected.
MIN_CITY_TO_OVERRULE_REGION: Final = 600_000
# A country that the article names outweighs a city elsewhere that is so many times larger (decimal logarithm: 20), its
# state three times more: Moscow stays in Russia and Paris in France when the article is about the United States.
_COUNTRY_WORTH, _REGION_WORTH = 1.3, 0.5
_PARTIES: Final = frozenset({"r", "d", "i"})  # Republican, Democrat, independent
_UMLAUTS: Final = frozenset({"DE", "AT", "CH", "LI"})
_NEIGHBOURS: Final = {"GE": ("RU", "AM", "AZ", "TR", "UA")}  # of countries that share their name with a state elsewhere
# Between the short name of a city and what tells it from others: 'Frankfurt am Main', 'Newcastle upon Tyne'.
_SURNAMES_OF_CITIES: Final = re.compile(r"(?: am | an der | im | in der | upon | under | sur | sous |\s?\().*")


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


@lru_cache(maxsize=4096)
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
    shortened: dict[str, list[str]] = {}
    for line in gzip.decompress(packed).decode().splitlines()[1:]:
        kind, key, rest = line.split("\t", 2)
        if kind == "city":
            cities.setdefault(key, []).append(rest)
            if (short := _SURNAMES_OF_CITIES.sub("", key)) != key:
                shortened.setdefault(short, []).append(rest)
            continue
        country, admin1, _, geonames_id = rest.split("\t")
        if kind == "country":
            ids[country] = int(geonames_id)
        else:
            regions[key] = Place(country or None, int(geonames_id), 0, admin1)
    for short, found in shortened.items():
        cities.setdefault(short, found)
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


def is_party_and_state(key: str) -> bool:
    """Tell whether a key is what news writes behind US politicians: 'D-Maine', 'R-Calif.', 'I-VT', 'D-Chicago'."""
    party, hyphen, state = key.partition("-")
    if party not in _PARTIES or not hyphen:
        return False
    place = atlas().regions.get(state) or atlas().regions.get(state + ".")
    if state.upper() in _postal_codes() or state in atlas().cities:
        return True
    return place is not None and place.country == "US"


@cache
def _postal_codes() -> frozenset[str]:
    """Return the two letters of each US state, which are its code in GeoNames."""
    return frozenset(place.admin1 for place in atlas().regions.values() if place.country == "US" and place.admin1)


@dataclass(frozen=True, slots=True)
class Context:
    """What else an article names: countries (by themselves or by their people), states, and cities by size."""

    countries: Counter[str]
    regions: frozenset[tuple[str | None, str]]  # country and admin1
    cities: frozenset[tuple[str | None, str]]  # the same, of the largest city of each name


def context_of(keys: Iterable[str]) -> Context:
    """Return what the names of an article tell of where its places are. 'Georgia', country or state, tells nothing."""
    known, countries = atlas(), Counter[str]()
    regions: set[tuple[str | None, str]] = set()
    cities: set[tuple[str | None, str]] = set()
    for key in dict.fromkeys(keys):
        region = known.regions.get(key)
        if place := known.countries.get(key):
            if region is None:
                countries[place.country or ""] += 1
        elif code := known.demonyms.get(key):
            countries[code] += 1
        elif region and region.country:
            countries[region.country] += 1
            regions.add((region.country, region.admin1))
        elif rows_of_city := known.cities.get(key):
            city = _city(rows_of_city[0])
            cities.add((city.country, city.admin1))
    return Context(countries, frozenset(regions), frozenset(cities))


def locate(keys: Iterable[str], beside: Iterable[str], context: Context, *, as_region: bool = False) -> Place | None:
    """Return the place that an entity of these keys means, None where the tables do not have it.

    `beside` are the countries and regions that follow its mentions behind a comma ('Paris, Texas'); `as_region` tells
    that its mentions stand where a state does ('Albany, New York').
    """
    known = atlas()
    keys = list(keys)
    for key in keys:
        if place := _country_or_region(key, context, as_region=as_region):
            return place
    found = [_city(row) for key in keys for row in city_rows(key)]
    for key in beside:
        if around := known.regions.get(key) or known.countries.get(key):
            if inside := [p for p in found if p.country == around.country and around.admin1 in ("", p.admin1)]:
                return inside[0]
            if not found or found[0].population < MIN_CITY_TO_RELABEL:
                return Place(around.country, None)  # 'Sun City, South Africa', too small for the table
    if not found:
        return None
    return max(found, key=lambda place: _likelihood(place, context))


def city_rows(key: str) -> list[str]:
    """Return the cities of a name, also where its umlaut is written out ('Goettingen'), or a hyphen for a blank."""
    known = atlas().cities
    if found := known.get(key):
        return found
    if found := known.get(key.replace("-", " ")):
        return found
    plain = key.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return [row for row in known.get(plain, ()) if row.split("\t", 1)[0] in _UMLAUTS] if plain != key else []


def _country_or_region(key: str, context: Context, *, as_region: bool) -> Place | None:
    known = atlas()
    country, region = known.countries.get(key), known.regions.get(key)
    if country is not None and region is not None:
        for_region = context.countries[region.country or ""] + 2 * ((region.country, region.admin1) in context.cities)
        for_country = 2 * context.countries[country.country or ""] + sum(
            context.countries[neighbour] for neighbour in _NEIGHBOURS.get(country.country or "", ())
        )
        for_country += 2 * any(code == country.country for code, _ in context.cities)
        return region if as_region or for_region > for_country else country
    if region is not None and not as_region and known.largest_city(key) >= MIN_CITY_TO_OVERRULE_REGION:
        return None  # 'New York', 'Washington'
    return country or region


def _likelihood(place: Place, context: Context) -> float:
    """Return the decimal logarithm of the population, and more where the article names the country or the state."""
    worth = _COUNTRY_WORTH if context.countries[place.country or ""] else 0.0
    named = context.regions.intersection(((place.country, place.admin1), (place.country, "")))
    worth += _REGION_WORTH if named else 0.0
    return math.log10(place.population + 1) + worth
