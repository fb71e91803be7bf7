"""Where the places of an article are: ISO 3166-1 codes and GeoNames ids."""

from __future__ import annotations

from collections.abc import Sequence

from workers.annotate.entities.clusters import Cluster
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.names import NORP, PLACES, Name
from workers.annotate.entities.places import atlas, countries_of, locate


def locate_all(columns: Columns, clusters: Sequence[Cluster]) -> None:
    """Give each place its country and GeoNames id, and each people its country, with the article as context."""
    places = [cluster for cluster in clusters if cluster.label in PLACES or cluster.label == NORP]
    named = countries_of(name.key for cluster in places for name in cluster.names)
    follows = _followers(columns, places)
    for cluster in places:
        keys = dict.fromkeys(name.key for name in cluster.names)
        if cluster.label == NORP:
            cluster.country = next((code for key in keys if (code := atlas().demonyms.get(key))), None)
            continue
        beside = [follows[name.after] for name in cluster.names if name.after in follows]
        if (place := locate(keys, beside, named)) is not None:
            cluster.country, cluster.geonames_id = place.country, place.geonames_id


def _followers(columns: Columns, places: Sequence[Cluster]) -> dict[int, str]:
    """Return, by the token of a comma, the key of the place that follows it: 'Paris, Texas'."""
    after_comma: dict[int, Name] = {name.first - 1: name for cluster in places for name in cluster.names}
    return {token: name.key for token, name in after_comma.items() if token >= 0 and columns.word[token] == ","}
