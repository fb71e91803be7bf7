"""First names, and the gender they tell."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files


@cache
def first_names() -> dict[str, str]:
    """Return `m` or `f` for first names that tell a gender, `u` for those that both bear ('Jordan', 'Leslie')."""
    table = files(__package__) / "tables" / "first_names.txt.gz"
    genders: dict[str, str] = {}
    for line in gzip.decompress(table.read_bytes()).decode().splitlines():
        gender, _, names = line.partition("\t")
        genders.update(dict.fromkeys(names.split(), gender))
    return genders
