"""Pages of ours: an invented newspaper, with the furniture that newspapers put around their articles."""

# ruff: noqa: E501  # markup and its id on one line read better than broken up

from __future__ import annotations

from collections.abc import Callable

import pytest

PARAGRAPHS = (
    (
        "The harbour board of Westhaven voted on Tuesday to close the old fish market, ending a trade that has gone on "
        "beside the ferry pier for more than a century."
    ),
    (
        "“We kept it open for as long as anybody came to buy,” said the board's chair, Maria Olsen, after a meeting that "
        "lasted four hours and was interrupted twice by protests from the gallery."
    ),
    (
        "Eleven stallholders will have until the end of March to leave. The board offered them places in a new hall near "
        "the railway station, at twice the rent they pay today."
    ),
    (
        "“Nobody walks to the station for a mackerel,” said Peter Lund, whose family has sold fish on the pier since 1921. "
        "He said that he would not move and that he had asked a lawyer to look at the decision."
    ),
    (
        "The council has put the cost of repairing the market at nine million crowns, a figure that the stallholders "
        "dispute. An engineer they hired in the autumn came to less than half of that."
    ),
    (
        "Work on the pier is to begin in April and to take about a year, according to the plan that the board published "
        "after the vote."
    ),
)

MENU = "".join(
    f'<li><a href="/{name}">{name.title()}</a></li>' for name in ("news", "sport", "weather", "culture", "jobs")
)
RELATED = "".join(
    f'<li><a href="/story-{number}">{title}</a></li>'
    for number, title in enumerate(
        ("Ferry fares to rise again in spring", "Council seeks new head of schools", "Storm closes the coast road")
    )
)


def make_page(
    *,
    headline: str = "Westhaven closes its old fish market",
    paragraphs: tuple[str, ...] = PARAGRAPHS,
    head: str = "",
    byline: str = "",
    inside: str = "",
    after: str = "",
    language: str = "en",
) -> str:
    """Return a page: menu, headline, byline, paragraphs with `inside` after the second, `after`, related links, footer."""
    text = [f"<p>{paragraph}</p>" for paragraph in paragraphs]
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{headline} | The Westhaven Post</title>'
        f'{head}</head><body><header><nav class="main-menu"><ul>{MENU}</ul></nav></header><main><article class="story">'
        f'<h1>{headline}</h1>{byline}<div class="story-body">{"".join(text[:2])}{inside}{"".join(text[2:])}</div>{after}'
        f'</article><aside class="related"><h3>Read more</h3><ul>{RELATED}</ul></aside></main>'
        '<footer><p>© The Westhaven Post. All rights reserved. <a href="/terms">Terms</a></p></footer></body></html>'
    )


@pytest.fixture
def page_of() -> Callable[..., str]:
    """The maker of pages."""
    return make_page


@pytest.fixture
def paragraphs() -> tuple[str, ...]:
    """The paragraphs of the invented article."""
    return PARAGRAPHS
