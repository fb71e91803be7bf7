"""What a page says about its article: title, authors, date, publisher, each with the place it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.clean import PublishedAtSource


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was found; None or empty where the page does not say. Nothing here is guessed."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_at_source: PublishedAtSource | None = None
    publisher: str | None = None
    canonical: str | None = None
    language: str | None = None
