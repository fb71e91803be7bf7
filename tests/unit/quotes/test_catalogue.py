"""The catalogue of rules is printed where people look for it."""

from __future__ import annotations

from pathlib import Path

from schemas.enriched import NotQuoteReason
from workers.annotate.quotes import CATALOGUE

PAGE = (Path(__file__).parents[3] / "docs" / "quotes.md").read_text(encoding="utf-8")


def test_the_page_on_quotes_lists_every_rule() -> None:
    """A rule that is not explained in the docs cannot explain a quote."""
    for rule in CATALOGUE.values():
        assert f"| `{rule.id}` | {rule.reason} |" in PAGE, rule.id
    for reason in NotQuoteReason:
        assert f"`{reason}`" in PAGE
