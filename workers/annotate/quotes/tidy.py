"""Content in its final form: sorted, merged, without the punctuation of the sentence around it."""

from __future__ import annotations

from collections.abc import Sequence

Chars = tuple[int, int]
_EDGE = frozenset(" \t\u00a0\r\n,;:—–-")


def tidy(text: str, content: Sequence[Chars]) -> list[Chars]:
    """Return spans of `text` in order; touching ones become one; spans without a letter or digit are dropped."""
    merged: list[Chars] = []
    for start, end in sorted(content):
        if merged and (start <= merged[-1][1] or not text[merged[-1][1] : start].strip(" \t\u00a0")):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return [span for span in (_trim(text, *span) for span in merged) if span is not None]


def _trim(text: str, start: int, end: int) -> Chars | None:
    while start < end and (text[start] in _EDGE or text[start].isspace()):
        start += 1
    if text[start : start + 5].lower() == "that " and end - start > 5:
        start += 5  # the complementizer introduces the content; annotators differ on it, readers do not need it
    while end > start and (text[end - 1] in _EDGE or text[end - 1].isspace()):
        end -= 1
    if end - start > 1 and text[end - 1] == "." and text[end - 2].isalnum() and not _has_marks(text, start, end):
        end -= 1
    return (start, end) if any(sign.isalnum() for sign in text[start:end]) else None


def _has_marks(text: str, start: int, end: int) -> bool:
    return any(text.find(mark, start, end) >= 0 for mark in ('"', "“", "''", "«", "‘"))
