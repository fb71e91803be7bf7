"""Whether a clean text is worth annotating."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.clean import RejectReason
from workers.clean.options import CleanOptions


def refuse(paragraphs: Sequence[str], language: str | None, options: CleanOptions) -> tuple[RejectReason, str] | None:
    """Return why the text is not worth annotating and the figure that says so, or None when it is."""
    words = sum(len(paragraph.split()) for paragraph in paragraphs)
    if words < options.min_words:
        return RejectReason.TOO_SHORT, f"{words} words; at least {options.min_words} are asked for"
    if options.languages and language and language not in options.languages:
        return RejectReason.UNSUPPORTED_LANGUAGE, language
    return None
