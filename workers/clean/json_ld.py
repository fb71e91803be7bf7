"""JSON-LD: what a page tells search engines about its article (https://schema.org/NewsArticle)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MAX_SCRIPT_CHARS = 2_000_000  # of one script; the longest of an article seen has 0.3 MB
MAX_NODES = 5_000

# Types that are an article, and how surely the page is about it. WebPage: Yoast's plugin dates the page, not the post.
ARTICLE_TYPES: Mapping[str, int] = {
    "NewsArticle": 5, "ReportageNewsArticle": 5, "OpinionNewsArticle": 5, "AnalysisNewsArticle": 5,
    "BackgroundNewsArticle": 5, "ReviewNewsArticle": 5, "LiveBlogPosting": 5, "AdvertiserContentArticle": 5,
    "Article": 4, "BlogPosting": 4, "Report": 4, "TechArticle": 4, "ScholarlyArticle": 4, "MedicalScholarlyArticle": 4,
    "SocialMediaPosting": 3, "DiscussionForumPosting": 3, "CreativeWork": 2, "Review": 2, "Recipe": 2, "HowTo": 2,
    "MedicalWebPage": 2, "Blog": 1, "WebPage": 1, "ItemPage": 1, "VideoObject": 1,
}  # fmt: skip

_CONTROL = re.compile(r"[\x00-\x1f]")
_COMMENT = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/)\s*(?:;\s*)?$"
)


class LinkedData:
    """All nodes of a page's JSON-LD scripts. What cannot be read is passed over: pages are often wrong here."""

    def __init__(self, scripts: Sequence[str]) -> None:
        self.nodes: list[tuple[int, dict[str, Any]]] = []  # (depth, node), in the order of the page
        self._by_id: dict[str, dict[str, Any]] = {}
        for script in scripts:
            for depth, node in _nodes(_load(script)):
                self.nodes.append((depth, node))
                identity = node.get("@id")
                # a reference is a node of one key: it must not hide the node it refers to
                if isinstance(identity, str) and (len(node) > 2 or identity not in self._by_id):
                    self._by_id[identity] = node

    def articles(self) -> list[dict[str, Any]]:
        """Return the nodes that are articles: the outermost and most specific first."""
        ranked = [
            (-_rank(node), depth, index, node)
            for index, (depth, node) in enumerate(self.nodes)
            if _rank(node) and depth <= 3
        ]
        return [node for *_, node in sorted(ranked, key=lambda item: item[:3])]

    def resolve(self, value: Any) -> Any:
        """Return the node that `{"@id": …}` refers to, if the page has it."""
        if isinstance(value, Mapping) and "name" not in value and isinstance(value.get("@id"), str):
            return self._by_id.get(value["@id"], value)
        return value

    def names(self, value: Any) -> list[tuple[str, str]]:
        """Return the (name, type) of each person or organisation in `value`."""
        found: list[tuple[str, str]] = []
        for item in value if isinstance(value, list) else [value]:
            node = self.resolve(item)
            if isinstance(node, str):
                found.append((node, ""))
            elif isinstance(node, Mapping):
                name = node.get("name")
                names = name if isinstance(name, list) else [name]
                found += [(one, type_of(node)) for one in names if isinstance(one, str)]
        return found


def type_of(node: Mapping[str, Any]) -> str:
    """Return the node's first type, or an empty string."""
    kind = node.get("@type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    return kind.rsplit("/", 1)[-1] if isinstance(kind, str) else ""


def text_of(node: Mapping[str, Any], key: str) -> str | None:
    """Return the string under `key`, or None."""
    value = node.get(key)
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        value = value.get("@value") or value.get("name")
    return value if isinstance(value, str) and value.strip() else None


def _rank(node: Mapping[str, Any]) -> int:
    kinds = node.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return max((ARTICLE_TYPES.get(name.rsplit("/", 1)[-1], 0) for name in names if isinstance(name, str)), default=0)


def _load(script: str) -> Any:
    if len(script) > MAX_SCRIPT_CHARS:
        return None
    text = _COMMENT.sub("", script)
    for candidate in (text, _CONTROL.sub(" ", text), re.sub(r",\s*([}\]])", r"\1", _CONTROL.sub(" ", text))):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (depth, node) in the order of the source; `@graph` and lists do not count as depth."""
    stack: list[tuple[int, Any]] = [(0, value)]
    seen = 0
    while stack and seen < MAX_NODES:
        depth, item = stack.pop()
        seen += 1
        if isinstance(item, dict):
            yield depth, item
            for key, child in reversed(item.items()):
                if isinstance(child, dict | list):
                    stack.append((depth if key == "@graph" else depth + 1, child))
        elif isinstance(item, list):
            stack.extend((depth, child) for child in reversed(item) if isinstance(child, dict | list))
