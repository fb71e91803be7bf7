"""Countries of places on the news of DWIE: `python -m bench.places_eval [--model sm]`.

The gold links places to titles of Wikipedia. Where the title is a country's name, its place must be found as a place
and have that country's ISO code; the same where a country or state follows the name of a city ('Toluca, Mexico').
"""

from __future__ import annotations

import argparse
from collections import Counter

from bench.entity_gold import COARSE, parsed, rows
from workers.annotate.entities import find_entities
from workers.annotate.entities.names import key_of
from workers.annotate.entities.places import atlas


def country_of(title: str) -> str | None:
    """Return the code of the country that a title names, by itself or behind a comma."""
    known = atlas()
    key = key_of(title.replace("_", " ").split(",")[-1])
    place = known.countries.get(key) or (known.regions.get(key) if "," in title else None)
    return place.country if place else None


def main() -> None:
    """Print how many are found, and how many of those have the right country."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="md")
    options = parser.parse_args()
    gold = rows("dwie_dev")
    counts: Counter[str] = Counter()
    for article_id, doc in parsed("dwie_dev", options.model, gold):
        places = [e for e in find_entities(doc, article_id).entities if COARSE.get(e.label) == "LOC"]
        for cluster in gold[article_id]["clusters"]:
            code = country_of(cluster["link"] or "") if cluster["label"] == "LOC" else None
            if code is None:
                continue
            spans = {tuple(span) for span in cluster["mentions"]}
            found = next((e for e in places if any((m.start, m.end) in spans for m in e.mentions)), None)
            counts["linked"] += 1
            counts["found"] += found is not None
            counts["right"] += found is not None and found.country == code
            counts["with id"] += found is not None and found.geonames_id is not None
    print(dict(counts))
    print(f"found {100 * counts['found'] / counts['linked']:.1f} %", end=", ")
    print(f"of these right {100 * counts['right'] / counts['found']:.1f} %")


if __name__ == "__main__":
    main()
