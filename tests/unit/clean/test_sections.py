"""What a heading says holds for all blocks below it, up to the next."""

from __future__ import annotations

import numpy as np
import pytest
from lxml import html

from workers.clean.block_features import featurise
from workers.clean.blocks import BlockReader
from workers.clean.sections import COLUMNS, section_figures, with_sections
from workers.clean.wording import COLUMNS as WORD_COLUMNS

PROSE = "The harbour board of Westhaven voted on Tuesday to close the old fish market beside the ferry pier for good."
PAGE = f"""<body><nav><a href="/">Home</a></nav><h1>Westhaven closes its market</h1><p>{PROSE}</p><p>{PROSE}</p>
<h3>Related stories</h3><ul><li><a href="/1">Ferry fares to rise</a></li>
<li><a href="/2">Storm closes road</a></li></ul></body>"""


@pytest.fixture
def features() -> np.ndarray:
    """The figures of a page of seven blocks: a menu, a headline and two paragraphs, a heading and two links."""
    return featurise(BlockReader().read(html.fromstring(PAGE)), None)


def test_blocks_have_the_figures_of_the_heading_above_them(features: np.ndarray) -> None:
    """Its kind, how far above it stands, and what its words say; above the first heading there is none."""
    scores = np.array([0, 5, 1, 1, -6, 0, 0], np.float32)
    found = dict(zip(COLUMNS, section_figures(features, scores).T, strict=True))
    assert list(found["heading_words"]) == [0, 5, 5, 5, -6, -6, -6]
    assert list(found["distance"]) == [1, 0, 1, 2, 0, 1, 2]
    first, headline, related = found["heading_tag"][[0, 1, 4]]
    assert first == 0 < headline < related


def test_a_section_is_told_by_all_that_stands_in_it(features: np.ndarray) -> None:
    """Its length, its links, its share of the page's running text."""
    found = dict(zip(COLUMNS, section_figures(features, np.zeros(7, np.float32)).T, strict=True))
    assert list(found["blocks"]) == [1, 3, 3, 3, 3, 3, 3]
    assert found["page_prose"][2] == 1
    assert found["page_prose"][5] == 0
    assert found["link_share"][2] == 0
    assert found["link_share"][5] > 0.5
    assert found["chars"][2] == len("Westhaven closes its market") + 2 * len(PROSE)


def test_a_page_without_text_has_no_figures() -> None:
    """Nor does it fail."""
    nothing = featurise([], None)
    assert with_sections(nothing, np.zeros((0, len(WORD_COLUMNS)), np.float32)).shape == (
        0,
        nothing.shape[1] + len(WORD_COLUMNS) + len(COLUMNS),
    )
