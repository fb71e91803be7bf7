"""The limit that a machine sets: `nlp.pipe` of the stock model over clean texts, a process a core, nothing else."""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

BATCH_TEXTS = 64  # of 16, 64 and 256 none was faster than the others beyond the noise


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds on the clock and of CPU, and the peak resident memory of all processes in MiB."""

    seconds: float
    cpu_seconds: float
    rss_mb: float


def measure(texts: Sequence[str], *, batch_texts: int = BATCH_TEXTS) -> Taken:
    """Return what all texts take; loading and warming up are not counted."""
    cores = len(os.sched_getaffinity(0))
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(cores + 1), context.SimpleQueue()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    processes = [
        context.Process(target=_pipe, args=(list(texts[core::cores]), batch_texts, barrier, answers))
        for core in range(cores)
    ]
    for process in processes:
        process.start()
    barrier.wait()
    began = time.monotonic()
    barrier.wait()
    seconds = time.monotonic() - began
    used = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    return Taken(seconds, sum(cpu for cpu, _ in used), sum(rss for _, rss in used))


def _pipe(texts: list[str], batch_texts: int, barrier: Any, answers: Any) -> None:
    import spacy

    from workers.annotate.pipeline import locate

    warnings.filterwarnings("ignore", message=r".*W095")
    nlp = spacy.load(locate("md"))
    list(nlp.pipe(texts[:4]))
    barrier.wait()
    began = time.process_time()
    for _ in nlp.pipe(texts, batch_size=batch_texts):
        pass
    taken = time.process_time() - began
    barrier.wait()
    answers.put((taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
