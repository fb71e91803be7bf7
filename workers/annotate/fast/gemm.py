"""Matrix products: numpy's BLAS or BLIS, whichever is faster on this machine, with one thread."""

from __future__ import annotations

import time
from collections.abc import Callable

import blis.py
import numpy as np
from threadpoolctl import threadpool_limits

from workers.annotate.fast.arrays import Floats

Gemm = Callable[[Floats, Floats, Floats], object]

TRIAL_ROWS, TRIAL_WIDTH, TRIALS = 256, 288, 5  # the encoder's product; five trials take 3 ms


def numpy_gemm(left: Floats, right: Floats, out: Floats) -> object:
    """Write `left @ right` to `out` with numpy's BLAS."""
    return np.dot(left, right, out=out)


def blis_gemm(left: Floats, right: Floats, out: Floats) -> object:
    """Write `left @ right` to `out` with BLIS, which spaCy brings."""
    return blis.py.gemm(left, right, out=out, beta=0.0)


def choose_gemm() -> Gemm:
    """Return the faster of the two here. Leaves numpy's BLAS with one thread, for the whole process.

    One thread: the pool runs one process a core, and the threads of a product as small as ours cost more than they
    save (0.70 of one thread's speed on two cores).
    """
    threadpool_limits(limits=1, user_api="blas")
    random = np.random.default_rng(0)
    left = random.standard_normal((TRIAL_ROWS, TRIAL_WIDTH), dtype=np.float32)
    right = random.standard_normal((TRIAL_WIDTH, TRIAL_WIDTH), dtype=np.float32)
    out = np.empty((TRIAL_ROWS, TRIAL_WIDTH), dtype=np.float32)
    return min((numpy_gemm, blis_gemm), key=lambda gemm: _seconds(gemm, left, right, out))


def _seconds(gemm: Gemm, left: Floats, right: Floats, out: Floats) -> float:
    best = float("inf")
    for _ in range(TRIALS):
        start = time.perf_counter()
        gemm(left, right, out)
        best = min(best, time.perf_counter() - start)
    return best
