import numpy as np
from numpy.typing import NDArray

def read_words(
    codes: NDArray[np.uint32],
    folds: NDArray[np.uint32],
    kinds: NDArray[np.uint8],
    base: int,
    counts: NDArray[np.float32],
    lengths: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    chars: NDArray[np.int64],
    running: NDArray[np.int64],
) -> tuple[int, int] | None: ...
def walk(
    columns: NDArray[np.float32],
    features: NDArray[np.int64],
    borders: NDArray[np.float32],
    questions: NDArray[np.int64],
    leaves: NDArray[np.float32],
    depth: int,
    sums: NDArray[np.float32],
) -> None: ...
def simhash(codes: NDArray[np.uint32], folds: NDArray[np.uint32], odd: int) -> int | None: ...
