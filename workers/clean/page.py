"""HTML: the article's paragraphs and what the page says about it."""

from __future__ import annotations

from dataclasses import dataclass

import trafilatura

from schemas.clean import Removed
from workers.clean.metadata import Metadata

METHOD, VERSION = "html:trafilatura", trafilatura.__version__


@dataclass(frozen=True, slots=True)
class Page:
    """The article in a page. `paragraphs` are without the headline."""

    paragraphs: tuple[str, ...]
    metadata: Metadata
    removed: tuple[Removed, ...] = ()
    warnings: tuple[str, ...] = ()
    confidence: float | None = None


def main_text(html: str, *, url: str | None = None, max_chars: int = 8_000_000) -> Page:
    """Return the article's paragraphs and metadata. Never touches the network; raises only what lxml cannot bear."""
    warnings = (f"html cut at {max_chars} characters",) if len(html) > max_chars else ()
    found = trafilatura.bare_extraction(html[:max_chars], url=url, fast=True, include_comments=False)
    if found is None:
        return Page((), Metadata(), warnings=warnings)
    document = found if isinstance(found, dict) else found.as_dict()
    title = document.get("title") or None
    lines = tuple(line for line in (document.get("text") or "").split("\n") if line.strip() and line != title)
    return Page(lines, Metadata(title=title, publisher=document.get("sitename") or None), warnings=warnings)
