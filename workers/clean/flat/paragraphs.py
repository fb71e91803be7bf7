"""From lines to paragraphs: joins what was broken."""

from __future__ import annotations

import numpy as np

from workers.clean.flat.features import Units, make_units
from workers.clean.flat.join import groups_of, join_features, join_texts
from workers.clean.flat.lines import Lines
from workers.clean.trees import Forest


def put_together(lines: Lines, joins: Forest, threshold: float) -> tuple[Units, list[int]]:
    """Return the paragraphs of `lines` (at least one) and the line that each begins at."""
    alone = len(lines) < 2
    inside = np.zeros(0, bool) if alone else joins.probability(join_features(lines)) > threshold
    begins = groups_of(inside)
    ends = [*begins[1:].tolist(), len(lines)]
    texts = [
        lines.texts[begin] if end - begin == 1 else join_texts(lines.texts[begin:end])
        for begin, end in zip(begins.tolist(), ends, strict=True)
    ]
    return make_units(lines, begins, texts), begins.tolist()
