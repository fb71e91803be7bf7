"""Which tokens of an article the names of its entities cover: no two names overlap, so each token has one or none."""

from __future__ import annotations

from collections.abc import Iterable

from workers.annotate.entities.clusters import Cluster
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.names import PERSON


class Cover:
    """`cluster` has for each token the entity whose name it is in, None where it is in none.

    `person` and `inner` are 1 where the token is in a person's name, and where it is behind the first of any name.
    """

    def __init__(self, size: int, clusters: Iterable[Cluster]) -> None:
        self.cluster: list[Cluster | None] = [None] * size
        self.person = bytearray(size)
        self.inner = bytearray(size)
        for cluster in clusters:
            is_person = cluster.label == PERSON
            for name in cluster.names:
                first, after = name.first, name.after
                tokens = after - first
                self.cluster[first:after] = [cluster] * tokens
                if tokens > 1:
                    self.inner[first + 1 : after] = b"\1" * (tokens - 1)
                if is_person:
                    self.person[first:after] = b"\1" * tokens


def nominal_start(columns: Columns, noun: int, cover: Cover) -> int:
    """Return where a mention with this head begins: with its article, or behind a name ('the Russian president')."""
    first = noun
    while first and columns.head[first - 1] == noun and cover.cluster[first - 1] is None:
        if columns.dep[first - 1] == "punct" and columns.word[first - 1] != "-":  # but 'the front-runner' is whole
            break
        first -= 1
        if columns.dep[first] == "det":  # 'even the minister' is 'the minister'
            break
    return first
