"""From two opinions of each paragraph to a choice: the paragraphs that together are the likeliest article."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.lines import Floats

# Between them the expected F of the choice sets the bar. Below .2 nothing is worth keeping, above .6 all is.
LOWEST_BAR, HIGHEST_BAR = 0.2, 0.6
CAUTION = (
    1.1  # of the bar that expected F sets: on the benchmark pages .9 .926, 1.0 .928, 1.1 .931 (lost10 .14, junk10 .17)
)
KNOWN_LINE = 0.02  # probability of a line that another page of the source had; measured: .01 of them are article
END_SHARE = 0.6  # of the likely article's words that must stand above an end mark
END_ODDS = 2.0  # log-odds
WARM_SHARE = 0.3  # of the unlikely words that memory must know, to take what it does not know for the article's
WARM_ODDS = 0.75  # log-odds; of lines that no sibling has 1 in 2 is article, of all lines 1 in 8


def log_odds(probability: Floats) -> Floats:
    """Return the log-odds of probabilities, within ±11.5."""
    bounded = np.clip(probability, 1e-5, 1 - 1e-5)
    odds: Floats = np.log(bounded / (1 - bounded))
    return odds


def agree(first: Floats, second: Floats, known: NDArray[np.bool_], words: Floats) -> Floats:
    """Return the probability of each paragraph on both looks (the mean of their log-odds), and on what memory knows.

    Where memory knows a good part of the clutter, what it does not know is the likelier article.
    """
    odds = (log_odds(first) + log_odds(second)) / 2
    unlikely = float((words * (odds < 0)).sum())
    if float((words * (odds < 0))[known].sum()) > WARM_SHARE * unlikely:
        odds = odds + WARM_ODDS
    probability: Floats = np.where(known, 0.0, 1 / (1 + np.exp(-odds)))
    return probability


def end_story(probability: Floats, words: Floats, marks: Sequence[int]) -> Floats:
    """Return the probabilities with what stands below an end mark made less likely, and the mark itself none.

    `marks` are the places of end marks, in order.

    Wire copy ends with its id, `###` or `(END)`. Only a mark below most of the likely article is one.
    """
    marked = probability.copy()
    marked[marks] = KNOWN_LINE
    odds = log_odds(marked)
    mass = np.cumsum(probability * words)
    for at in marks:
        if mass[at] > END_SHARE * mass[-1]:
            odds[at + 1 :] -= END_ODDS
            break
    ended: Floats = 1 / (1 + np.exp(-odds))
    return ended


def choose(probability: Floats, words: Floats) -> NDArray[np.bool_]:
    """Return which paragraphs to keep: those that maximise the expected F of kept against true words.

    The best set is all above half of the F it reaches, so a page of which nothing is sure is cut at a lower bar.
    """
    weight = words + 1
    order = np.argsort(-probability, kind="stable")
    hits = np.cumsum((probability * weight)[order])
    taken = np.cumsum(weight[order])
    best = float((2 * hits / (taken + hits[-1] + 1e-9)).max())
    above: NDArray[np.bool_] = probability > min(max(CAUTION * best / 2, LOWEST_BAR), HIGHEST_BAR)
    return above
