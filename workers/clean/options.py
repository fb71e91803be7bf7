"""What can be set about cleaning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleanOptions:
    """Settings of the clean stage; the worker fills them from the environment, the commands from flags."""

    languages: frozenset[str] = frozenset({"en"})  # BCP 47 primary subtags; empty: any language
    min_words: int = 40  # of the clean text; shorter ones are teasers or stubs
    max_html_bytes: int = 8_000_000  # a longer page is cut, with a warning: the longest real page seen is 3 MB
    drop_duplicates: bool = False  # reject, instead of marking, an article whose text was just seen
