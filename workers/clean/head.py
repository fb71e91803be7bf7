"""What a page tells machines: `<meta>`, `<title>`, `<link rel=canonical>`, JSON-LD, scripts that hold data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from workers.clean.json_ld import LinkedData

MAX_TITLE_CHARS = 400


@dataclass(frozen=True, slots=True)
class Head:
    """The machine-readable part of a page."""

    meta: Mapping[str, Sequence[str]]
    title: str | None
    linked: LinkedData
    canonical: str | None
    language: str | None
    scripts: Sequence[str]  # text of the other scripts that hold data


def read_head(root: Any, url: str | None) -> Head:
    """Read `<meta>`, `<title>`, `<link rel=canonical>`, `<html lang>` and the JSON-LD of a tree."""
    found: dict[str, list[Any]] = {"meta": [], "script": [], "link": [], "title": []}
    for element in root.iter(*found):
        found[element.tag].append(element)
    meta: dict[str, list[str]] = {}
    for element in found["meta"]:
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        content = element.get("content")
        if name and content and content.strip():
            meta.setdefault(name.strip().lower(), []).append(content.strip())
    linked, others = [], []
    for script in found["script"]:
        kind = (script.get("type") or "").lower()
        text = script.text
        if not text:
            continue
        if "ld+json" in kind:
            linked.append(text)
        elif "json" in kind or '"date' in text or "ublish" in text:
            others.append(text)
    canonical = next(
        (link.get("href") for link in found["link"] if (link.get("rel") or "").lower() == "canonical"), None
    )
    titles = found["title"]
    heading = " ".join("".join(titles[0].itertext()).split())[:MAX_TITLE_CHARS] if titles else None
    language = root.get("lang") or root.get("xml:lang")
    if canonical and url:
        try:
            canonical = urljoin(url, canonical.strip())
        except ValueError:
            canonical = None
    return Head(meta, heading or None, LinkedData(linked), canonical, language, others)
