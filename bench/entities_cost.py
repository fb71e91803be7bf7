"""Cost of the entity list beyond the pipeline: `python -m bench.entities_cost [--model sm] [--profile]`.

Prints microseconds of CPU time a word, the median of several passes over the news of the gold, parsed before; with and
without a gazetteer of 100,000 names; where the room's modules are compiled, interpreted too. A word is what `str.split`
counts.
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

import spacy
from spacy.tokens import Doc

from bench.entity_gold import parsed, rows
from bench.interpreted import interpreted
from workers.annotate.entities import Gazetteer, find_entities
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.gazetteer import Entry
from workers.compiled import state

PASSES = 7
GAZETTEER_NAMES = 100_000
_SYLLABLES = re.findall("..?.?", "barberdalcorfinmargorhallunjosketnorpelquirosalton")


def microseconds_a_word(jobs: dict[str, Callable[[Doc], object]], docs: list[Doc]) -> dict[str, float]:
    """Return the median CPU time of each job over the articles; the jobs take turns, so that all see one machine."""
    words = sum(len(doc.text.split()) for doc in docs)
    times: dict[str, list[float]] = {title: [] for title in jobs}
    gc.collect()
    gc.disable()
    for _ in range(PASSES):
        for title, job in jobs.items():
            begin = time.process_time()
            for doc in docs:
                job(doc)
            times[title].append(time.process_time() - begin)
    gc.enable()
    return {title: 1e6 * statistics.median(taken) / words for title, taken in times.items()}


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
    gazetteer = Gazetteer(made_up_names(GAZETTEER_NAMES))
    tokenizer = spacy.blank("en").tokenizer
    texts = {id(doc): doc.text for doc in docs}
    read = {id(doc): Columns(doc) for doc in docs}
    room = interpreted("workers.annotate.entities")
    jobs: dict[str, Callable[[Doc], object]] = {
        "find_entities": lambda doc: find_entities(doc, "a", text=texts[id(doc)]),
        "  interpreted": lambda doc: room.find_entities(doc, "a", text=texts[id(doc)]),
        "  of it the columns": lambda doc: Columns(doc, texts[id(doc)]),
        f"with {len(gazetteer):,} names": lambda doc: find_entities(doc, "a", gazetteer=gazetteer, text=texts[id(doc)]),
        "  of it finding them": lambda doc: list(gazetteer.find(read[id(doc)])),
        "to compare: spaCy's tokenizer": lambda doc: tokenizer(texts[id(doc)]),
    }
    print(f"{len(docs)} articles, hot modules {state()}, µs of CPU a word")
    for title, cost in microseconds_a_word(jobs, docs).items():
        print(f"{title:<32}{cost:.2f}")
    print("one article of so many words, µs of CPU a word")
    for count in (2, 8, 32, 128):
        article = Doc.from_docs(docs[:count])
        cost = microseconds_a_word({"": lambda doc: find_entities(doc, "a")}, [article])[""]
        print(f"{len(article.text.split()):>8,}{cost:>8.2f}")
    if options.profile:
        profile = cProfile.Profile()
        profile.enable()
        for doc in docs:
            find_entities(doc, "a")
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
