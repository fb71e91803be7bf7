"""Cost of the entity list beyond the pipeline: `python -m bench.entities_cost [--model sm] [--profile]`.

Prints microseconds of CPU time a word, the median of several passes over the news of the gold, parsed before; with and
without a gazetteer of 100,000 names. A word is what `str.split` counts.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import random
import re
import statistics
import time
from collections.abc import Callable

from spacy.tokens import Doc

from bench.entity_gold import parsed, rows
from workers.annotate.entities import Gazetteer, find_entities
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.gazetteer import Entry

PASSES = 7
GAZETTEER_NAMES = 100_000
_SYLLABLES = re.findall("..?.?", "barberdalcorfinmargorhallunjosketnorpelquirosalton")


def microseconds_a_word(work: Callable[[Doc], object], docs: list[Doc], words: int) -> float:
    """Return the median CPU time of `work` over the articles."""
    times = []
    gc.collect()
    gc.disable()
    for _ in range(PASSES):
        begin = time.process_time()
        for doc in docs:
            work(doc)
        times.append(time.process_time() - begin)
    gc.enable()
    return 1e6 * statistics.median(times) / words


def made_up_names(count: int) -> list[Entry]:
    """Return entries of one to three made-up words, a third of them beginning as frequent names do."""
    rng = random.Random(7)
    frequent = ["New", "United", "National", "Bank", "John", "The", "Royal", "South", "Saint", "American"]
    entries: dict[str, Entry] = {}
    while len(entries) < count:
        made = ["".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))).capitalize() for _ in range(rng.randint(1, 3))]
        if len(entries) % 3 == 0:
            made.insert(0, rng.choice(frequent))
        name = " ".join(made)
        entries[name] = Entry(name=name, uri=f"https://example.org/{len(entries)}")
    return list(entries.values())


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="md")
    parser.add_argument("--sets", nargs="+", default=["reuters2020", "dwie_dev"])
    parser.add_argument("--profile", action="store_true", help="where the time goes, by function")
    options = parser.parse_args()
    docs: list[Doc] = []
    for name in options.sets:
        docs += [doc for _, doc in parsed(name, options.model, rows(name))]
    words = sum(len(doc.text.split()) for doc in docs)
    gazetteer = Gazetteer(made_up_names(GAZETTEER_NAMES))
    everything = microseconds_a_word(lambda doc: find_entities(doc, "a"), docs, words)
    columns = microseconds_a_word(Columns, docs, words)
    linked = microseconds_a_word(lambda doc: find_entities(doc, "a", gazetteer=gazetteer), docs, words)
    read = {id(doc): Columns(doc) for doc in docs}
    found = microseconds_a_word(lambda doc: list(gazetteer.find(read[id(doc)])), docs, words)
    print(f"{len(docs)} articles, {words} words, µs of CPU a word")
    print(f"find_entities              {everything:.2f}  (of it the columns {columns:.2f})")
    print(f"with {len(gazetteer):,} names         {linked:.2f}  (finding them {found:.2f})")
    if options.profile:
        profile = cProfile.Profile()
        profile.enable()
        for doc in docs:
            find_entities(doc, "a")
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
