"""Who wrote an article, as its page says it. Never guessed: a page that names nobody has no authors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from lxml import etree

from schemas.clean import AuthorsSource
from workers.clean.address import domain_of
from workers.clean.block_words import ANCESTOR_TAGS, NAME_LABELS
from workers.clean.blocks import Block
from workers.clean.hygiene import tidy
from workers.clean.json_ld import LinkedData, type_of

AUTHOR_META = (
    "author", "article:author_name", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator",
    "citation_author", "article:author", "og:article:author", "authors", "article.author", "creator", "writer",
    "cxenseparse:author", "rnews:author", "dc.contributor", "shareaholic:article_author_name", "twitter:data1",
    "twitter:data2",
)  # fmt: skip
MAX_NAME_WORDS = 6
_SEPARATOR = re.compile(r"\s*(?:;|\||/|•|·|\n|,?\s+(?:and|und|et|y|with)\s+|\s+&\s+|,)\s*", re.IGNORECASE)
_BY = re.compile(
    r"^(?:(?:article|story|words|text|written|posted|published|reviewed|authored|reported|created|contributed"
    r"|guest post|guide|review|feature|opinion|analysis|interview|recipe)\s+)?"
    r"(?:author\(s\)|contributors?:|(?:by|von|por|par|author|authors|writer|written by)\b)\s*:?\s*",
    re.IGNORECASE,
)
# What follows the names in a byline: a date, a title, a count of minutes.
_TAIL = re.compile(
    r"\s*(?:[|•·⋅●∙▪■–—]|\s-\s|\bon\b|\bin\b|\bfor\b|\bat\b|\bof\b|\bupdated\b|\bpublished\b|\bposted\b|\blast\b|\bfollow\b|"
    r"\bread\b|\d|@|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d).*$",
    re.IGNORECASE | re.DOTALL,
)
# Names that page software and newsrooms put where a person should stand.
NOT_A_NAME = re.compile(
    r"^(?:admin(?:istrator)?|staff|editor(?:s|ial)?|author|guest|user|unknown|none|null|undefined|n/?a|webmaster|root|\w*admin\w*"
    r"|wordpress|default|anonymous|test|posts?|by|share|follow|about.*|view.*|read.*|more.*|home|contact.*|written.*"
    r"|key .*|comments?|(?:\d+ )?min(?:utes)?|updated.*|published.*|contributor|site|web|news"
    r"|super ?user|developer|joined .*|[\W\d_]+)$",
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
class Found:
    """Names, where they were read, and how often names from there were right, 0 to 1."""

    names: tuple[str, ...]
    source: AuthorsSource
    confidence: float
    elsewhere: bool = False  # found anywhere on the page: that alone does not make the page a story


@dataclass(frozen=True, slots=True)
class Site:
    """Whose page it is: what it calls itself, and what its address does (`post` of `www.post.example`)."""

    publisher: str | None
    labels: frozenset[str]

    @classmethod
    def of(cls, publisher: str | None, url: str | None) -> Site:
        """Return the site of `url`, which calls itself `publisher`."""
        parts = (domain_of(url) or "").split(".")
        return cls(publisher, frozenset(parts[:-1]))

    def is_called(self, name: str) -> bool:
        """Say whether `name` is the site's own."""
        plain = "".join(name.lower().split())
        return plain in self.labels or (self.publisher is not None and plain == "".join(self.publisher.lower().split()))


@dataclass(frozen=True, slots=True)
class PageOfNames:
    """What of a page the authors are looked for in."""

    meta: Mapping[str, Sequence[str]]
    linked: LinkedData
    articles: Sequence[Mapping[str, Any]]  # its JSON-LD nodes that are articles, best first
    blocks: Sequence[Block]
    body: Sequence[int]  # the blocks that are the article
    title_at: int  # the block of the headline, or -1
    site: Site
    root: Any

    @property
    def anchor(self) -> int:
        """The block beside which bylines stand: the headline, or where it is only at the foot the article's first."""
        first = self.body[0] if self.body else 0
        return self.title_at if self.title_at >= 0 and (not self.body or self.title_at <= first + 3) else first


def find_authors(page: PageOfNames) -> Found | None:
    """Return the authors in the order of the page, or None.

    What machines are told (JSON-LD, `<meta>`, markup made for it) against what readers are shown (the byline): where a
    line `By …` beside the headline names others, it is right, for software declares who pressed the button; where they
    share a name, the longer list is.
    """
    declared, shown = _declared(page), _byline(page)
    if declared and shown and shown.confidence >= MARKED:
        if _share_a_name(declared.names, shown.names):
            return shown if len(shown.names) > len(declared.names) else declared
        if _run_on(shown.names, declared.names):
            return declared
        people = tuple(name for name in shown.names if _NAME_LINE.match(name) and not _ORGANISATION.search(name))
        if people and not _is_shown(declared.names, page):
            return Found(people, shown.source, shown.confidence)
        return declared
    if declared or shown:
        return declared or shown
    for find in (_signature, _headed, _linked, _called_author, _lone_name, _biography):
        if found := find(page):
            return found
    return None


def _is_shown(names: Sequence[str], page: PageOfNames) -> bool:
    """Say whether a line beside the headline begins with one of the names: `by` may be a photographer's credit."""
    near = page.blocks[max(0, page.anchor - 4) : page.anchor + 12]
    return any(len(block.text) <= 160 and block.text.startswith(tuple(names)) for block in near)


def _declared(page: PageOfNames) -> Found | None:
    """Return the authors that the page tells machines."""
    nodes = [node for node in page.articles if type_of(node) != "Review"] or page.articles
    for node in nodes:
        named = [pair for key in ("author", "creator") for pair in page.linked.names(node.get(key))]
        people = clean_names([name for name, kind in named if kind not in NOT_A_PERSON], page.site.publisher)
        if people := tuple(name for name in people if _signs(name, page)):
            return Found(people, AuthorsSource.JSON_LD, ACCOUNT if all(map(_is_handle, people)) else 0.95)
    for key in AUTHOR_META:
        values = page.meta.get(key, ())
        if key in LABEL_OF and not any("written by" in says.lower() for says in page.meta.get(LABEL_OF[key], ())):
            continue
        if key == "citation_author":
            values = [_SURNAME_FIRST.sub(r"\2 \1", value.strip()) for value in values]
        names = clean_names(values, page.site.publisher)
        if people := tuple(name for name in names if _signs(name, page)):
            return Found(people, AuthorsSource.META, ACCOUNT if all(map(_is_handle, people)) else 0.95)
    if names := clean_names(_marked(page.root), page.site.publisher):
        return Found(names[:4], AuthorsSource.MARKUP, 0.85)
    return None


ACCOUNT = 0.7  # confidence of the name of an account
MARKED = 0.85  # confidence of a line that says `By`
LABEL_OF = {"twitter:data1": "twitter:label1", "twitter:data2": "twitter:label2"}  # which say what they hold
# As libraries write names. White space matches in one place alone: in two, a long run took the square of its length.
_SURNAME_FIRST = re.compile(r"^([^,]+),\s*([^,\s][^,]*)$")


def _share_a_name(left: Sequence[str], right: Sequence[str]) -> bool:
    """Say whether two lists have a surname in common: `Dr Ann Lee` and `Ann Lee` are one."""
    return bool({name.split()[-1].casefold() for name in left} & {name.split()[-1].casefold() for name in right})


def _run_on(shown: Sequence[str], declared: Sequence[str]) -> bool:
    """Say whether a name that is shown is a declared one and what stands behind it: `Ann Lee The Daily Post`."""
    people = [name for name in declared if _NAME_LINE.match(name)]
    return any(longer.startswith(f"{name} ") for name in people for longer in shown)


NOT_A_PERSON = frozenset({"Organization", "NewsMediaOrganization", "Corporation", "WebSite", "WebPage", "Brand"})


_ORGANISATION = re.compile(
    r"\b(?:inc|llc|ltd|gmbh|pc|corp|company|university|college|institute|clinic|association|agency|group|foundation|team|"
    r"media|news|blog|store|official|magazine|society|department|center|centre|school|services?|solutions?)\b\.?",
    re.IGNORECASE,
)


def _signs(name: str, page: PageOfNames) -> bool:
    """Say whether `name`, given to machines as the author's, is that of a person or is shown to readers as one.

    A site that names itself, or a firm that made the page, has not said who wrote: those were nobody's byline on half
    of the pages. An account (`annlee`) was the byline on three of four.
    """
    if page.site.is_called(name):
        return _is_person_like(name) or _is_in_byline(name, page)
    return not _FIRM.search(name) or _is_in_byline(name, page)


def _is_person_like(name: str) -> bool:
    """Say whether the name of a site may be that of the person whose it is."""
    return bool(_NAME_LINE.match(name)) and not _ORGANISATION.search(name) and not _NO_PERSON.match(name)


_NO_PERSON = re.compile(r"(?:[Tt]he|[Mm]y|[Oo]ur)\s|[^a-z]+$")  # USA TODAY
_FIRM = re.compile(r"\b(?:inc|llc|ltd|gmbh|corp)\b\.?$", re.IGNORECASE)


def _is_in_byline(name: str, page: PageOfNames) -> bool:
    """Say whether a line beside the headline says `by` that name."""
    near = page.blocks[max(0, page.anchor - 4) : page.anchor + 12]
    pattern = re.compile(rf"\bby:?\s+{re.escape(name)}\b", re.IGNORECASE)
    return any(len(block.text) <= 160 and pattern.search(_spaced(block.text)) for block in near)


def _is_handle(name: str) -> bool:
    """Say whether `name` is that of an account: one word in lower case, or joined by dots, hyphens, underscores."""
    return " " not in name and (name == name.lower() or "_" in name or "." in name)


def clean_names(values: Sequence[str], publisher: str | None) -> tuple[str, ...]:
    """Return the names in `values`, each once: lists split, titles and degrees, addresses and page words out."""
    names: dict[str, str] = {}
    for value in values:
        if _URL.match(value.strip()) or len(value) > 300:
            continue
        text = _BY.sub("", tidy(value).replace("\n", ";").strip())
        text = _ROLE_TAIL.sub("", _DESK_TAIL.sub("", text))
        for piece in _SEPARATOR.split(text):
            name = piece.strip(" .,:-–—*()[]\"'")
            if publisher:
                name = name.removesuffix(f" {publisher}")
            if _is_name(name):
                names.setdefault(name.casefold(), name)
    if publisher and len(names) > 1:
        names.pop(publisher.casefold(), None)
    return tuple(names.values())


# `Ann Lee - The Post's Editorial Team`
_DESK_TAIL = re.compile(r"\s+[-–—|]\s+[^;,]*\b(?:team|staff|desk|editors?|editorial|newsroom)\b.*$", re.IGNORECASE)


# `Will Judd Former Deputy Tech Editor`
_ROLE_TAIL = re.compile(
    r"(?<=\w)\s+(?:Former|Executive|Senior|Deputy|Associate|Contributing|Managing|Chief|Staff|Guest|Freelance|Political|"
    r"Business|Sports?|Features?|News|Health|Science|Technology|Digital|Lead)\s(?:\w+\s){0,3}(?:Editor|Writer|Reporter|"
    r"Correspondent|Contributor|Journalist|Columnist|Producer|Analyst|Manager|Director|Officer)\b.*$",
    re.DOTALL,
)


def _is_name(name: str) -> bool:
    words = name.split()
    if not 1 <= len(words) <= MAX_NAME_WORDS or len(name) > 60 or len(name) < 2:
        return False
    if _URL.match(name) or "@" in name or "http" in name or "{" in name or _VARIABLE.match(name):
        return False
    return not NOT_A_NAME.match(name) and not CREDENTIALS.match(name)


# A template's variable that nothing filled: `page.meta.author`.
_VARIABLE = re.compile(r"(?:page|site|post|article|entry|user|author|params)(?:\.\w+)+$", re.IGNORECASE)


_AUTHOR_PATH = re.compile(
    r"/(?:author|authors|by|people|person|profile|profiles|contributor|contributors|writer|writers|staff|team|editors?|"
    r"journalist|reporter|columnist|bio|expert)s?/(?P<who>[\w%.-]+)/?(?:[?#]|$)",
    re.IGNORECASE,
)
_MAYBE_LINKED = etree.XPath("descendant-or-self::a[contains(@href, '/')]")


def _linked(page: PageOfNames) -> Found | None:
    """Return the one name that links to a page about its bearer (`/authors/ann-lee`), or None where several do."""
    linked: dict[str, str] = {}
    for element in _MAYBE_LINKED(page.root):
        match = _AUTHOR_PATH.search(element.get("href"))
        if not match:
            continue
        name = " ".join("".join(element.itertext()).split())
        if _is_line_of_name(name, page.site) and _letters(name) == _letters(match["who"]) != "":
            linked.setdefault(name.casefold(), name)
    return Found(tuple(linked.values()), AuthorsSource.MARKUP, 0.8, elsewhere=True) if len(linked) == 1 else None


def _is_line_of_name(text: str, site: Site) -> bool:
    """Say whether `text` is a person's name and nothing else, and not the site's."""
    return len(text) <= 40 and bool(_NAME_LINE.match(text)) and _is_name(text) and not site.is_called(text)


_MAYBE_CALLED = etree.XPath("descendant-or-self::*/@class[contains(., 'author') or contains(., 'Author')]/..")
_CALLED = re.compile(r"author(?:[-_]{1,2}[a-z]{1,20})?[-_]{0,2}name", re.IGNORECASE)
_OTHERS = re.compile(r"comment|testimonial|review|quote", re.IGNORECASE)  # whose authors did not write the article


def _called_author(page: PageOfNames) -> Found | None:
    """Return the one name in elements of a class such as `author-name`, or None where they hold several."""
    called: dict[str, str] = {}
    for element in _MAYBE_CALLED(page.root):
        classes = element.get("class")
        if not _CALLED.search(classes) or _OTHERS.search(classes):
            continue
        name = _BY.sub("", " ".join("".join(element.itertext()).split()))
        if _is_line_of_name(name, page.site):
            called.setdefault(name.casefold(), name)
    return Found(tuple(called.values()), AuthorsSource.MARKUP, 0.8, elsewhere=True) if len(called) == 1 else None


def _letters(name: str) -> str:
    """Return the letters of a name or of its place in an address, without what stands between them."""
    return "".join(_LETTERS.findall(unicodedata.normalize("NFKD", name.lower())))


_LETTERS = re.compile(r"[a-z]+")


# Looked for in C: a walk over a page's elements in Python takes a fiftieth of the page's time. From attributes to their
# elements: to ask each element for an attribute takes libxml2 four times as long.
_MAYBE_AUTHOR = etree.XPath(
    "descendant-or-self::*/@itemprop[contains(., 'author')]/.. | descendant-or-self::*/@rel[contains(., 'author')]/.."
)
_NAMING_TAGS = frozenset({"a", "span", "div", "p", "address", "li", "cite"})


def _marked(root: Any) -> list[str]:
    """Return the texts of elements that say they name the author."""
    found = []
    for element in _MAYBE_AUTHOR(root):
        prop, rel = element.get("itemprop") or "", element.get("rel") or ""
        if element.tag in _NAMING_TAGS and ("author" in prop.split() or "author" in rel.split()):
            inner = next((e for e in element.iter() if e is not element and e.get("itemprop") == "name"), element)
            text = " ".join("".join(inner.itertext()).split())
            if text and len(text) <= 100:
                found.append(text)
    return found


_GLUED = re.compile(
    r"(?<=[a-z])(?=(?:Updated|Published|Posted|Last|Founder|Editor|Senior|Staff|Contributor|"
    r"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b)"
)
_REVIEWED = re.compile(r"reviewed", re.IGNORECASE)  # by a doctor or a lawyer, who did not write
_GLUED_BY = re.compile(r"^((?:written |posted |words |story )?by:?)(?=[A-Z][a-z])", re.IGNORECASE)


def _byline(page: PageOfNames) -> Found | None:
    """Return the names of the line `By …` near the headline, or of the element that is called a byline."""
    blocks, anchor, publisher = page.blocks, page.anchor, page.site.publisher
    near = [*range(anchor + 1, min(len(blocks), anchor + 12)), *range(anchor - 1, max(-1, anchor - 6), -1)]
    for index in near:
        text = _spaced(blocks[index].text)
        if len(text) <= 160 and (match := _BY.match(text)) and match.end() and not _REVIEWED.match(text):
            rest = text[match.end() :]
            if not rest and index + 1 < len(blocks):
                rest = _spaced(blocks[index + 1].text)
            names = _capitalised(clean_names([_TAIL.sub("", rest)], publisher))
            if names:
                return Found(names, AuthorsSource.BYLINE, MARKED)
    for index in near:
        block = blocks[index]
        parent = block.place.parent
        called = block.place.own_names | block.inner_names | (parent.own_names if parent else 0)
        if called & _BYLINE and len(block.text) <= 80 and block.place.tag not in ("h1", "h2"):
            names = _capitalised(clean_names([_TAIL.sub("", _spaced(block.text))], publisher))
            if names and all(_NAME_LINE.match(name) and not page.site.is_called(name) for name in names):
                return Found(names, AuthorsSource.BYLINE, 0.7)
    return None


_SIGNED = re.compile(
    r"^(?:this (?:post|article|story) was )?(?:written|posted|authored|article|words|story|reporting|reported|"
    r"guest post|recipe|guide|text) by\b:?\s*",
    re.IGNORECASE,
)
# A line that is nothing but the label of the name below it.
_HEADING = re.compile(r"(?:(?:about|meet) the )?(?:authors?|author\(s\)|writers?|contributors?):?", re.IGNORECASE)
_SEVERAL = re.compile(r"s\)?:?$", re.IGNORECASE)
_DATED_BY = re.compile(r"\d{4}\W{0,3}(?:\w{1,40} ){0,2}\bby:?\s+(.{3,80})$", re.IGNORECASE)
_NAME_LINE = re.compile(
    r"^(?:Dr\.?\s+)?[A-ZÀ-Þ][\w'’-]+(?:\s+(?:[A-ZÀ-Þ]\.|[A-ZÀ-Þ][\w'’-]+|de|van|von|der|di|da|la|bin|al)){1,3}$"
)


def _signature(page: PageOfNames) -> Found | None:
    """Return the names of a line `Written by …` anywhere, if all such lines of the page agree: else it is a list."""
    blocks, signed = page.blocks, set()
    for index, block in enumerate(blocks):
        if len(block.text) > MAX_SIGNATURE_CHARS or " by" not in block.text[:40].lower():  # most need not meet patterns
            continue
        text = _spaced(block.text)
        match = _SIGNED.match(text)
        if not match:
            continue
        lines = [line for line in text[match.end() :].split("\n") if line]
        lines = lines or [blocks[index + 1].text if index + 1 < len(blocks) else ""]
        if names := _capitalised(
            clean_names([_TAIL.sub("", line.split(",")[0]) for line in lines], page.site.publisher)
        ):
            signed.add(names)
    return Found(signed.pop(), AuthorsSource.SIGNATURE, 0.8) if len(signed) == 1 else None


def _headed(page: PageOfNames) -> Found | None:
    """Return the names below a line that is nothing but `Author` or `About the author`, if all such lines agree."""
    blocks, headed = page.blocks, set()
    for index, block in enumerate(blocks):
        if len(block.text) > MAX_HEADING_CHARS or not _HEADING.fullmatch(block.text) or block.place.tags & _MENU:
            continue
        below = [other.text.partition("\n")[0].partition(",")[0].strip() for other in blocks[index + 1 : index + 5]]
        if names := tuple(takewhile(lambda name: _is_line_of_name(name, page.site), below)):
            headed.add(names if _SEVERAL.search(block.text) else names[:1])
    return Found(headed.pop(), AuthorsSource.SIGNATURE, 0.8, elsewhere=True) if len(headed) == 1 else None


MAX_HEADING_CHARS = 20
MAX_SIGNATURE_CHARS = 240
BIOGRAPHY_REACH = 12  # blocks about the article's end in which a note on its author stands
_OF_A_PERSON = re.compile(
    r"\b(?:he|she|his|her|they|writer|author|editor|reporter|journalist|founder|owner|head|director|manager|"
    r"professor|doctor|specialist|years|degree)\b",
    re.IGNORECASE,
)
_TELLS = r"(?:is|was|has|writes|covers|works|worked|joined|leads|spent|lives)\b"


def _biography(page: PageOfNames) -> Found | None:
    """Return the one name that stands alone at the article's end above `Ann Lee is a reporter …`, or None."""
    if not page.body:
        return None
    last, told = page.body[-1], set()
    for index in range(
        max(page.body[0] + 1, last - BIOGRAPHY_REACH), min(len(page.blocks) - 1, last + BIOGRAPHY_REACH)
    ):
        name = page.blocks[index].text.strip(" ,|·•")
        if not _is_line_of_name(name, page.site):
            continue
        about = re.compile(rf"(?:{re.escape(name)}|{re.escape(name.split()[0])}),?\s.{{0,40}}?{_TELLS}")
        notes = [block.text for block in page.blocks[index + 1 : index + 4] if about.match(block.text)]
        if any(_OF_A_PERSON.search(note) for note in notes):
            told.add(name)
    return Found((told.pop(),), AuthorsSource.SIGNATURE, 0.7) if len(told) == 1 else None


def _lone_name(page: PageOfNames) -> Found | None:
    """Return the name that stands alone near the headline, if the page says elsewhere that it is a writer's.

    That is: a date stands beside it, or a picture or a biography bears it (`Ann Lee is a reporter …`).
    """
    blocks, anchor = page.blocks, page.anchor
    for index in range(max(0, anchor - 2), min(len(blocks), anchor + 7)):
        block = blocks[index]
        text = _spaced(block.text)
        if len(text) > 200 or index == anchor:
            continue
        if match := _DATED_BY.search(text):
            names = _capitalised(clean_names([_TAIL.sub("", match[1])], page.site.publisher))
            if names:
                return Found(names, AuthorsSource.BYLINE, 0.8)
        if block.place.tags & _MENU or block.place.tag in ("h2", "h3", "button") or index < anchor - 1:
            continue
        name = text.partition("\n")[0].strip(" ,|·•")
        if not _is_line_of_name(name, page.site):
            continue
        if name.isupper() and len(name.split()) > 2:  # a button
            continue
        beside = [blocks[i].text for i in (index - 1, index + 1) if 0 <= i < len(blocks) and i != anchor]
        dated = any(len(text) < 60 and _DATE_LIKE.search(text) for text in beside)
        told = any(
            block.text.startswith((f"{name} is ", f"{name} has ", f"{name} was ", f"About {name}")) for block in blocks
        )
        if dated or told:
            return Found((name,), AuthorsSource.BYLINE, 0.7 if told else 0.6)
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
