"""Cost of the clean stage: `python -m bench.clean_cost ../shared/eval/clean [--every 10] [--against FOLDER]`.

Prints milliseconds of CPU time a page and a flat text, by collection, and a thousand characters of its source. A page's
time is the best of several passes, with no memory of other pages. Beside that of a page stands what trafilatura's fast
extraction takes of the same page in the same minutes, so that machines can be compared. `--against` names the folder of
another checkout, which reads each page in turns with this one.

A page comes when the process has waited for it, as in a worker that is not full. `--busy` has all pages one after the
other, as in a worker with a backlog, and as extractors are usually timed: caches are warm then.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bench.html_pages import read_pages

PASSES = 4
COLLECTIONS = ("bench_dev", "wcxb_dev", "flat_bench_dev", "flat_wcxb_dev")
SERVE = "--serve"  # how a child is started: it answers on its standard output


@dataclass(frozen=True, slots=True)
class Input:
    """One record of a collection: a page, or its flat text."""

    name: str
    url: str
    source: str
    is_page: bool


def read_inputs(folder: Path, collection: str, every: int) -> Iterator[Input]:
    """Yield every n-th record of a collection."""
    is_page = not collection.startswith("flat")
    for record in islice(read_pages(folder / f"{collection}.jsonl.gz"), 0, None, every):
        yield Input(record["id"], record["url"], record["html" if is_page else "flat"], is_page)


def serve(folder: Path, every: int) -> None:
    """Answer `clean N M` and `yardstick N M` with the nanoseconds of CPU that each record takes from N to before M."""
    import trafilatura

    from schemas.raw import RawArticle
    from workers.clean import CleanOptions, clean

    options = CleanOptions(languages=frozenset(), min_words=0)
    inputs = [one for collection in COLLECTIONS for one in read_inputs(folder, collection, every)]

    def take(job: str, number: int) -> int:
        raw, page = raws[number], inputs[number]
        begun = time.process_time_ns()
        if job == "clean":
            clean(raw, options=options)
        elif page.is_page:
            trafilatura.bare_extraction(page.source, url=page.url, fast=True, include_comments=False)
        return time.process_time_ns() - begun

    raws = [RawArticle(url=one.url, **{"html" if one.is_page else "text": one.source}) for one in inputs]
    for raw in raws[:: max(len(raws) // 20, 1)]:
        clean(raw, options=options)  # models and patterns are read once
    gc.collect()
    gc.freeze()  # as the worker does before it forks
    print("ready", flush=True)
    for line in sys.stdin:
        job, first, behind = line.split()
        print(*(take(job, number) for number in range(int(first), int(behind))), flush=True)


class Server:
    """A process that cleans on demand, with the code of one checkout."""

    def __init__(self, checkout: Path, folder: Path, every: int) -> None:
        command = [sys.executable, __file__, str(folder.resolve()), "--every", str(every), SERVE]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(checkout.resolve())}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=checkout
        )
        self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def milliseconds(self, job: str, records: range) -> list[float]:
        """Return the CPU times of one job on each of some records."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{job} {records.start} {records.stop}\n")
        self._process.stdin.flush()
        return [int(taken) / 1e6 for taken in self._answer().split()]

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def spread(times: Sequence[float]) -> str:
    """Return mean, median and p99."""
    p99 = sorted(times)[int(len(times) * 0.99)]
    return f"mean {statistics.mean(times):6.2f}  median {statistics.median(times):6.2f}  p99 {p99:6.1f}"


def report(inputs: Sequence[Input], ours: Sequence[float], yardstick: Sequence[float], other: Sequence[float]) -> None:
    """Print the line of one collection; `other` are the times of the other checkout, if any."""
    each = [1000 * taken / len(one.source) for taken, one in zip(ours, inputs, strict=True)]
    chars = statistics.median([len(one.source) for one in inputs]) / 1000
    line = f"n {len(inputs):<4} {chars:6.1f} k chars  ms of CPU: {spread(ours)}"
    line += f"  of 1,000 chars {statistics.median(each):.2f}"
    if inputs[0].is_page:
        of_it = statistics.median([a / b for a, b in zip(ours, yardstick, strict=True)])
        line += f"  trafilatura fast: {spread(yardstick)}, ours {of_it:.2f} of it"
    if other:
        of_other = statistics.median([a / b for a, b in zip(ours, other, strict=True)])
        line += f"  the other: {spread(other)}, ours {of_other:.2f} of it"
    print(line, flush=True)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--every", type=int, default=10, help="only every n-th record")
    parser.add_argument("--busy", action="store_true", help="all pages one after the other, without waiting")
    parser.add_argument("--against", type=Path, help="another checkout, in turns with this one")
    parser.add_argument(SERVE, action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.data, asked.every)
        return
    here = Server(Path(__file__).resolve().parent.parent, asked.data, asked.every)
    there = Server(asked.against, asked.data, asked.every) if asked.against else None
    first = 0
    for collection in COLLECTIONS:
        inputs = list(read_inputs(asked.data, collection, asked.every))
        numbers = range(first, first + len(inputs))
        first += len(inputs)
        best = [[float("inf")] * len(inputs) for _ in range(3)]
        runs = [numbers] if asked.busy else [range(number, number + 1) for number in numbers]
        for _ in range(PASSES):
            for run in runs:
                taken = [here.milliseconds("clean", run), here.milliseconds("yardstick", run)]
                taken += [there.milliseconds("clean", run)] if there else []
                of_run = slice(run.start - numbers.start, run.stop - numbers.start)
                for times, times_of_pass in zip(best, taken, strict=False):
                    times[of_run] = map(min, times[of_run], times_of_pass)
        print(f"{collection:<15}", end=" ")
        report(inputs, best[0], best[1], best[2] if there else [])
    print("load of the machine over 1, 5 and 15 minutes: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))
    for server in (here, there):
        if server:
            server.close()


if __name__ == "__main__":
    main()
