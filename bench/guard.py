"""Whether a change made something slower: ratios of one run against those in `guard_baseline.json`.

    python -m bench.guard               compare; exits with 1 when a ratio is worse by more than --tolerance
    python -m bench.guard --write       measure, and make that the baseline

Ratios, never times: all that is compared was measured in one run, in turn, against spaCy's `nlp.pipe` of the same model
over the same texts, so that the machine's pace cancels out. What does not cancel is its kind (docs/performance.md): a
baseline holds for the machine it was written on, and for others only by and large. So it is run by hand and told, not
asserted, in the gate.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from bench import corpus, pipeline_speed
from bench.end_to_end import LIMIT, WIREMILL, Chunk, clean_texts, run
from bench.pipeline_speed import Annotate
from workers.options import Stage, StageOptions
from workers.publish import Delivery, Handled
from workers.stages import Stages

BASELINE = Path(__file__).with_name("guard_baseline.json")
ARTICLES = 24  # a round; half pages, half flat texts; 14,000 words

FAST = "fast pipeline ÷ nlp.pipe, speed"
USUAL = "fast off ÷ nlp.pipe, speed"
PAGE = "cleaning a page ÷ nlp.pipe, CPU"
FLAT = "cleaning a flat text ÷ nlp.pipe, CPU"
RECORDS = "entities, quotes, records ÷ nlp.pipe, CPU"
WHOLE = "Wiremill end to end ÷ limit, articles/s"
LOOP = "the worker's own process ÷ limit, CPU"
MORE_IS_BETTER = frozenset({FAST, USUAL, WHOLE})


def text_ratios(rounds: int) -> dict[str, float]:
    """Return the ratios of the text functions, medians over rounds of other articles each."""
    ways = {
        "nlp.pipe": pipeline_speed.default("md"),
        USUAL: pipeline_speed.usual("md"),
        FAST: pipeline_speed.fast("md"),
    }
    stages = Stages(StageOptions())
    stages.warm_up()
    source = corpus.values(seed=21)
    one_round(stages, ways, list(islice(source, ARTICLES)))  # warms up
    found = [one_round(stages, ways, list(islice(source, ARTICLES))) for _ in range(rounds)]
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def one_round(stages: Stages, ways: Mapping[str, Annotate], values: Sequence[bytes]) -> dict[str, float]:
    """Return the ratios over these articles."""
    cleaned: list[Handled] = []
    each = {}
    for name, kind in ((PAGE, b'"html": '), (FLAT, b'"text": ')):
        mine = deliveries(value for value in values if kind in value[:500])
        each[name] = seconds(lambda some: cleaned.extend(stages.handle(Stage.CLEAN, some)), mine) / len(mine)
    articles = deliveries(message.value for handled in cleaned for message in handled.outputs)
    texts = [json.loads(one.value or b"")["text"] for one in articles]
    took = {name: seconds(way, texts) for name, way in ways.items()}
    annotating = seconds(lambda some: stages.handle(Stage.ANNOTATE, some), articles)
    base = took["nlp.pipe"]
    return {
        FAST: base / took[FAST],
        USUAL: base / took[USUAL],
        PAGE: each[PAGE] * len(texts) / base,
        FLAT: each[FLAT] * len(texts) / base,
        RECORDS: (annotating - took[FAST]) / base,
    }


def deliveries(values: Iterable[bytes]) -> list[Delivery]:
    """Return the values as a broker delivers them."""
    return [Delivery("guard", 0, number, b"key", value) for number, value in enumerate(values)]


def whole_ratios(articles: int, brokers: str) -> dict[str, float]:
    """Return the ratios of the whole worker, from raw topic to confirmed outputs."""
    raw = tuple(islice(corpus.values(seed=22), articles))
    chunk = Chunk(raw, tuple(clean_texts(raw)))
    given = Namespace(brokers=brokers, rival_python=sys.executable, kill=False)
    limits = [run(LIMIT, chunk, 0, given)]
    ours = run(WIREMILL, chunk, 0, given)
    limits.append(run(LIMIT, chunk, 1, given))
    limit = statistics.mean(one.rate for one in limits)
    return {
        WHOLE: ours.rate / limit,
        LOOP: ours.cpu_ms["parent"] / statistics.mean(one.cpu_ms["program"] for one in limits),
    }


def seconds(work: Callable[[Any], object], over: Sequence[Any]) -> float:
    """Return the CPU seconds that a call takes."""
    gc.collect()
    began = time.process_time()
    work(over)
    return time.process_time() - began


def worse_by(name: str, now: float, then: float) -> float:
    """Return by which share a ratio is worse than it was; negative where it is better."""
    return then / now - 1 if name in MORE_IS_BETTER else now / then - 1


def report(now: Mapping[str, float], then: Mapping[str, float], tolerance: float) -> bool:
    """Print the comparison; return whether something is worse than tolerated."""
    slower = False
    print("| ratio | baseline | now | worse by | |\n|---|---|---|---|---|")
    for name, ratio in now.items():
        if name not in then:
            print(f"| {name} | – | {ratio:.3f} | | new |")
            continue
        worse = worse_by(name, ratio, then[name])
        slower = slower or worse > tolerance
        print(f"| {name} | {then[name]:.3f} | {ratio:.3f} | {worse:+.0%} | {'SLOWER' if worse > tolerance else ''} |")
    return slower


def main() -> None:
    """Compare or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=int, default=240, help="for the worker; 0: only the text functions")
    parser.add_argument("--brokers", default="tansu", help="host:port, or noida, or tansu")
    parser.add_argument("--tolerance", type=float, default=0.25)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    now = text_ratios(given.rounds)
    if given.articles:
        now |= whole_ratios(given.articles, given.brokers)
    if given.write:
        BASELINE.write_text(json.dumps({name: round(ratio, 4) for name, ratio in now.items()}, indent=2) + "\n")
    sys.exit(report(now, json.loads(BASELINE.read_text()), given.tolerance))


if __name__ == "__main__":
    main()
