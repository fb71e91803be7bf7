"""Where the places of an article are: ISO 3166-1 codes and GeoNames ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from workers.annotate.entities.clusters import Cluster
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.names import NORP, PLACES, Name, key_of
from workers.annotate.entities.places import atlas, context_of, locate

_MAX_REGION_TOKENS: Final = 3  # 'New South Wales'


def locate_all(columns: Columns, clusters: Sequence[Cluster]) -> None:
    """Give each place its country and GeoNames id, and each people its country, with the article as context."""
    places = [cluster for cluster in clusters if cluster.label in PLACES or cluster.label == NORP]
    context = context_of(name.key for cluster in places for name in cluster.names)
    afters = {name.after for cluster in places for name in cluster.names}
    regions = atlas().regions.keys()
    for cluster in places:
        keys = dict.fromkeys(name.key for name in cluster.names)
        if cluster.label == NORP:
            cluster.country = next((code for key in keys if (code := atlas().demonyms.get(key))), None)
            continue
        beside = [key for name in cluster.names if (key := _follower(columns, name)) is not None]
        as_region = not regions.isdisjoint(keys) and (
            sum(_stands_as_region(columns, name, afters) for name in cluster.names) * 2 > len(cluster.names)
        )
        if (place := locate(keys, beside, context, as_region=as_region)) is not None:
            cluster.country, cluster.geonames_id = place.country, place.geonames_id


def _follower(columns: Columns, name: Name) -> str | None:
    """Return the key of the country or region that follows a name: 'Paris, Texas', 'Cambridge (Massachusetts)'.

    Not in 'in Vienna, Iran said': no verb follows it.
    """
    known, first = atlas(), name.after + 1
    if name.after >= len(columns) or columns.word[name.after] not in (",", "("):
        return None
    for after in range(min(first + _MAX_REGION_TOKENS, len(columns)), first, -1):
        key = key_of(columns.text[columns.start[first] : columns.end[after - 1]])
        if key in known.regions or key in known.countries:
            return None if after < len(columns) and columns.tag[after].startswith(("VB", "MD")) else key
    return None


def _stands_as_region(columns: Columns, name: Name, afters: set[int]) -> bool:
    """Tell whether a name stands where a state does: 'Albany, New York', 'Washington state', 'the state of Georgia'."""
    before, lower = name.first - 1, columns.lower
    if name.after < len(columns) and lower[name.after] in ("state", "governor", "gov."):
        return True
    if before >= 1 and lower[before - 1] == "state" and lower[before] == "of":
        return True
    return before in afters and columns.word[before] in (",", "(")
