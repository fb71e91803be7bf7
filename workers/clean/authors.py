"""Who wrote an article, as its page says it. Never guessed: a page that names nobody has no authors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from workers.clean.block_words import ANCESTOR_TAGS, NAME_LABELS
from workers.clean.blocks import Block
from workers.clean.hygiene import tidy
from workers.clean.json_ld import LinkedData

T = TypeVar("T")
AUTHOR_META = (
    "author", "article:author_name", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator",
    "citation_author", "article:author", "og:article:author", "authors", "article.author", "creator", "writer",
    "cxenseparse:author", "rnews:author", "dc.contributor", "shareaholic:article_author_name", "twitter:data1",
)  # fmt: skip
MAX_NAME_WORDS = 6
_SEPARATOR = re.compile(r"\s*(?:;|\||/|•|·|\n|,?\s+(?:and|und|et|y|with)\s+|\s+&\s+|,)\s*", re.IGNORECASE)
_BY = re.compile(
    r"^(?:(?:article|story|words|text|written|posted|published|reviewed|authored|reported|created|contributed"
    r"|guest post)\s+)?(?:by|von|por|par|author|authors|writer|written by)\b\s*:?\s*",
    re.IGNORECASE,
)
# What follows the names in a byline: a date, a title, a count of minutes.
_TAIL = re.compile(
    r"\s*(?:[|•·⋅–—]|\s-\s|\bon\b|\bin\b|\bfor\b|\bat\b|\bof\b|\bupdated\b|\bpublished\b|\bposted\b|\blast\b|\bfollow\b|"
    r"\bread\b|\d|@|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d).*$",
    re.IGNORECASE | re.DOTALL,
)
# Names that page software and newsrooms put where a person should stand.
NOT_A_NAME = re.compile(
    r"^(?:admin(?:istrator)?|staff|editor(?:s|ial)?|author|guest|user|unknown|none|null|undefined|n/?a|webmaster|root"
    r"|wordpress|default|anonymous|test|posts?|by|share|follow|about.*|view.*|read.*|more.*|home|contact.*|written.*"
    r"|key .*|comments?|(?:\d+ )?min(?:utes)?|updated.*|published.*|contributor|site|web|news"
    r"|super ?user|developer|[\W\d_]+)$",
    re.IGNORECASE,
)
# Letters behind a name, and words that say what somebody is, not who.
CREDENTIALS = re.compile(
    r"^(?:(?:ph\.?\s?d|m\.?d|d\.?o|r\.?d\.?n?|rdn?|mba|cpa|cfp|esq|jr|sr|ii|iii|iv|m\.?s|m\.?a|b\.?a|b\.?s|msc|bsc|rn|dds|dmd|"
    r"pharmd|mph|lcsw|psyd|lmft|lpc|fand|cscs|cpt|cfa|pe|pmp|faan|facp|np|pa-c|dpt|dc|jd|llm|ed\.?d)\.?|"
    r".*\b(?:editor|reporter|writer|correspondent|contributor|expert|specialist|director|manager|founder|ceo|cto|"
    r"president|analyst|officer|producer|columnist|journalist|photographer|head of|professor|consultant)\b.*)$",
    re.IGNORECASE,
)
_MENU = ANCESTOR_TAGS["nav"] | ANCESTOR_TAGS["footer"] | ANCESTOR_TAGS["button"] | ANCESTOR_TAGS["label"]
_BYLINE = 1 << NAME_LABELS.index("byline")
_URL = re.compile(r"^(?:https?:)?//|^www\.|^@")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value, where it was read, and how sure that place is."""

    value: T
    source: str
    confidence: float


def find_authors(
    meta: Mapping[str, Sequence[str]],
    linked: LinkedData,
    articles: Sequence[Mapping[str, Any]],
    blocks: Sequence[Block],
    body: Sequence[int],
    title_at: int,
    *,
    publisher: str | None,
    root: Any,
) -> Found[tuple[str, ...]] | None:
    """Return the authors in the order of the page, or None.

    Looked for in JSON-LD, then in `<meta>`, in markup made for it (`itemprop`, `rel=author`), in the byline.
    """
    for node in articles:
        named = [pair for key in ("author", "creator") for pair in linked.names(node.get(key))]
        people = clean_names([name for name, kind in named if kind not in NOT_A_PERSON], publisher)
        people = tuple(name for name in people if _signs(name, publisher, blocks, title_at))
        if people:
            return Found(people, "json-ld", 0.95)
    for key in AUTHOR_META:
        if key == "twitter:data1" and not any(
            "written by" in label.lower() for label in meta.get("twitter:label1", ())
        ):
            continue
        names = clean_names(meta.get(key, ()), publisher)
        if people := tuple(name for name in names if _signs(name, publisher, blocks, title_at)):
            return Found(people, "meta", 0.9)
    if names := clean_names(_marked(root), publisher):
        return Found(names[:4], "markup", 0.85)
    byline = _byline(blocks, body, title_at, publisher) or _signature(blocks, publisher)
    return byline or _lone_name(blocks, body, title_at, publisher)


NOT_A_PERSON = frozenset({"Organization", "NewsMediaOrganization", "Corporation", "WebSite", "WebPage", "Brand"})


_ORGANISATION = re.compile(
    r"\b(?:inc|llc|ltd|gmbh|pc|corp|company|university|college|institute|clinic|association|agency|group|foundation|team|"
    r"media|news|blog|store|official|magazine|society|department|center|centre|school|services?|solutions?)\b\.?",
    re.IGNORECASE,
)


def _signs(name: str, publisher: str | None, blocks: Sequence[Block], title_at: int) -> bool:
    """Say whether `name`, given to machines as the author's, is that of a person or is shown to readers as one.

    A site that names itself, or the account that posted, has not said who wrote: those were nobody's byline on half of
    the pages.
    """
    if _same(name, publisher):
        return bool(_NAME_LINE.match(name)) and not _ORGANISATION.search(name)
    if not _is_handle(name):
        return True
    near = blocks[max(0, title_at - 4) : title_at + 12] if title_at >= 0 else ()
    return any(len(block.text) <= 160 and name.lower() in block.text.lower() for block in near)


def _is_handle(name: str) -> bool:
    """Say whether `name` is that of an account: one word in lower case, or joined by dots, hyphens, underscores."""
    return " " not in name and (name == name.lower() or "_" in name or "." in name)


def _same(name: str, publisher: str | None) -> bool:
    return publisher is not None and "".join(name.lower().split()) == "".join(publisher.lower().split())


def clean_names(values: Sequence[str], publisher: str | None) -> tuple[str, ...]:
    """Return the names in `values`, each once: lists split, titles and degrees, addresses and page words out."""
    names: dict[str, str] = {}
    for value in values:
        if _URL.match(value.strip()) or len(value) > 300:
            continue
        text = _BY.sub("", tidy(value).replace("\n", ";").strip())
        for piece in _SEPARATOR.split(text):
            name = piece.strip(" .,:-–—*()[]\"'")
            if _is_name(name):
                names.setdefault(name.casefold(), name)
    if publisher and len(names) > 1:
        names.pop(publisher.casefold(), None)
    return tuple(names.values())


def _is_name(name: str) -> bool:
    words = name.split()
    if not 1 <= len(words) <= MAX_NAME_WORDS or len(name) > 60 or len(name) < 2:
        return False
    if _URL.match(name) or "@" in name or "http" in name or "{" in name:
        return False
    return not NOT_A_NAME.match(name) and not CREDENTIALS.match(name)


_AUTHOR_PATH = re.compile(
    r"/(?:author|authors|by|people|person|profile|profiles|contributor|contributors|writer|writers|staff|team|editors?|"
    r"journalist|reporter|columnist|bio|expert)s?/[\w%.-]+/?(?:[?#]|$)",
    re.IGNORECASE,
)


def _marked(root: Any) -> list[str]:
    """Return the texts of elements that say they name the author."""
    found = []
    for element in root.iter("a", "span", "div", "p", "address", "li", "cite"):
        prop, rel = element.get("itemprop") or "", element.get("rel") or ""
        if "author" in prop.split() or "author" in rel.split():
            inner = next((e for e in element.iter() if e is not element and e.get("itemprop") == "name"), element)
            text = " ".join("".join(inner.itertext()).split())
            if text and len(text) <= 100:
                found.append(text)
    return found


_GLUED = re.compile(
    r"(?<=[a-z])(?=(?:Updated|Published|Posted|Last|Founder|Editor|Senior|Staff|Contributor|"
    r"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b)"
)
_GLUED_BY = re.compile(r"^((?:written |posted |words |story )?by:?)(?=[A-Z][a-z])", re.IGNORECASE)


def _byline(
    blocks: Sequence[Block], body: Sequence[int], title_at: int, publisher: str | None
) -> Found[tuple[str, ...]] | None:
    """Return the names of the line `By …` near the headline, or of the element that is called a byline."""
    anchor = title_at if title_at >= 0 else (body[0] if body else 0)
    near = [*range(anchor + 1, min(len(blocks), anchor + 12)), *range(anchor - 1, max(-1, anchor - 6), -1)]
    for index in near:
        text = _spaced(blocks[index].text)
        if len(text) <= 160 and (match := _BY.match(text)) and match.end():
            rest = text[match.end() :]
            if not rest and index + 1 < len(blocks):
                rest = _spaced(blocks[index + 1].text)
            names = _capitalised(clean_names([_TAIL.sub("", rest)], publisher))
            if names:
                return Found(names, "byline", 0.85)
    for index in near:
        block = blocks[index]
        parent = block.place.parent
        called = block.place.own_names | block.inner_names | (parent.own_names if parent else 0)
        if called & _BYLINE and len(block.text) <= 80 and block.place.tag not in ("h1", "h2"):
            names = _capitalised(clean_names([_TAIL.sub("", _spaced(block.text))], publisher))
            if names and all(2 <= len(name.split()) <= 4 for name in names):
                return Found(names, "byline", 0.7)
    return None


_SIGNED = re.compile(
    r"^(?:this (?:post|article|story) was )?(?:written|posted|authored|article|words|story|reporting|reported|"
    r"guest post|recipe|guide|text) by\b:?\s*",
    re.IGNORECASE,
)
_DATED_BY = re.compile(r"\d{4}\W{0,3}(?:\w+ ){0,2}\bby:?\s+(.{3,80})$", re.IGNORECASE)
_NAME_LINE = re.compile(
    r"^(?:Dr\.?\s+)?[A-ZÀ-Þ][\w'’-]+(?:\s+(?:[A-ZÀ-Þ]\.|[A-ZÀ-Þ][\w'’-]+|de|van|von|der|di|da|la|bin|al)){1,3}$"
)


def _signature(blocks: Sequence[Block], publisher: str | None) -> Found[tuple[str, ...]] | None:
    """Return the names of a line `Written by …` anywhere, if all such lines of the page agree: else it is a list."""
    signed = set()
    for index, block in enumerate(blocks):
        text = _spaced(block.text)
        if len(text) > 160:
            continue
        match = _SIGNED.match(text)
        if not match:
            continue
        rest = text[match.end() :].split("\n")[0] or (blocks[index + 1].text if index + 1 < len(blocks) else "")
        if names := _capitalised(clean_names([_TAIL.sub("", rest)], publisher)):
            signed.add(names)
    return Found(signed.pop(), "signature", 0.8) if len(signed) == 1 else None


def _lone_name(
    blocks: Sequence[Block], body: Sequence[int], title_at: int, publisher: str | None
) -> Found[tuple[str, ...]] | None:
    """Return the name that stands alone near the headline, if the page says elsewhere that it is a writer's.

    That is: a date stands beside it, or a picture or a biography bears it (`Ann Lee is a reporter …`).
    """
    anchor = title_at if title_at >= 0 else (body[0] if body else 0)
    for index in range(max(0, anchor - 2), min(len(blocks), anchor + 7)):
        block = blocks[index]
        text = _spaced(block.text)
        if len(text) > 200 or index == anchor:
            continue
        if match := _DATED_BY.search(text):
            names = _capitalised(clean_names([_TAIL.sub("", match[1])], publisher))
            if names:
                return Found(names, "byline", 0.8)
        if block.place.tags & _MENU or block.place.tag in ("h2", "h3", "button") or index < anchor - 1:
            continue
        name = text.partition("\n")[0].strip(" ,|·•")
        if len(name) > 40 or not _NAME_LINE.match(name) or not _is_name(name) or _same(name, publisher):
            continue
        beside = [blocks[i].text for i in (index - 1, index + 1) if 0 <= i < len(blocks) and i != anchor]
        dated = any(len(text) < 60 and _DATE_LIKE.search(text) for text in beside)
        told = any(
            block.text.startswith((f"{name} is ", f"{name} has ", f"{name} was ", f"About {name}")) for block in blocks
        )
        if dated or told:
            return Found((name,), "byline", 0.7 if told else 0.6)
    return None


_DATE_LIKE = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d|min(?:ute)?s? read",
    re.IGNORECASE,
)


def _spaced(text: str) -> str:
    """Return `text` with spaces where only style sheets keep inline elements apart: `ByAnn LeeMar 5`."""
    return _GLUED.sub(" ", _GLUED_BY.sub(r"\1 ", text))


def _capitalised(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names whose words are capitalised as names are, up to the first that is not."""
    kept = []
    for name in names:
        words = [
            word
            for word in name.split()
            if word.lower() not in ("de", "van", "von", "der", "la", "bin", "al", "di", "da", "the", "of")
        ]
        if not words or not all(word[0].isupper() for word in words):
            break
        kept.append(name)
    return tuple(kept)
