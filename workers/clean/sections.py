"""What is known of the section that a block stands in: from the heading above it to the next one.

What a heading says (`Related stories`, `About us`) holds for all that stands below it, however far.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from workers.clean.block_features import FEATURE_NAMES, prose_chars
from workers.clean.wording import COLUMNS as WORD_COLUMNS

Floats: TypeAlias = NDArray[np.float32]

COLUMNS = (
    "heading_tag", "distance", "blocks", "chars", "link_share", "prose_share", "page_prose", "like_heading",
    "heading_words", "words",
)  # fmt: skip
_READ = [FEATURE_NAMES.index(name) for name in ("chars", "words", "link_share", "own_tag", "heading", "same.count")]
_PAGE_PROSE = FEATURE_NAMES.index("page.prose")
_OWN = WORD_COLUMNS.index("own")


def with_sections(features: Floats, of_words: Floats) -> Floats:
    """Return what the trees ask of each block: `featurise`'s figures, those of its words, and those of its section."""
    return np.concatenate([features.T, of_words.T, section_figures(features, of_words[:, _OWN]).T]).T


def section_figures(features: Floats, scores: Floats) -> Floats:
    """Return the figures of each block's section, (blocks, `COLUMNS`).

    `features` are those of `featurise`, `scores` what the words of each block say about it. Blocks above the first
    heading are a section too; its heading's tag is 0.
    """
    if not len(features):
        return np.zeros((0, len(COLUMNS)), np.float32)
    chars, words, link_share, tag, is_heading, alike = features.T[_READ].astype(np.float64)
    section = np.cumsum(is_heading).astype(np.int64)
    indices = np.arange(len(features))
    heading = np.maximum.accumulate(np.where(is_heading, indices, -1))
    below = heading >= 0
    count, all_chars = np.bincount(section), np.bincount(section, chars)
    prose = np.bincount(section, prose_chars(chars, link_share))
    weights = np.sqrt(words + 1)
    of_section = np.stack(
        [
            np.minimum(count, 100),
            np.minimum(all_chars, 20_000),
            np.bincount(section, link_share * chars) / np.maximum(all_chars, 1),
            prose / np.maximum(all_chars, 1),
            prose / features[0, _PAGE_PROSE],
            np.bincount(section, scores * weights) / np.maximum(np.bincount(section, weights), 1),
        ]
    )[:, section]
    columns = (
        np.where(below, tag[heading], 0),
        np.minimum(indices - heading, 60),
        *of_section[:-1],
        np.where(below, np.minimum(alike[heading], 40), 0),
        np.where(below, scores[heading], 0),
        of_section[-1],
    )
    return np.stack(columns, axis=1).astype(np.float32)
