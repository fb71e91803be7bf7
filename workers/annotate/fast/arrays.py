"""The arrays that go through the fast pipeline, by what their items are, and their way out of and into documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint64]  # spaCy's attribute values and string ids


def read(docs: Iterable[Doc], *attributes: str) -> Hashes:
    """Return the attributes of all tokens: (tokens, attributes), or (tokens,) for one."""
    names = attributes if len(attributes) > 1 else attributes[0]
    return cast(Hashes, np.concatenate([doc.to_array(cast(Any, names)) for doc in docs]))


def write(doc: Doc, attributes: tuple[str, ...], values: Hashes) -> None:
    """Set the attributes of all tokens of `doc`, a column each."""
    doc.from_array(cast(Any, attributes), cast(Any, values))
