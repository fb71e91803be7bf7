"""From a page's source to its tree, with nothing lost in silence: what is cut is said in `warnings`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

# libxml2 gives up without a word where elements nest deeper than 2048 (256 without `huge_tree`): a mark at the end of
# the page shows whether it got there.
END_MARK = "wiremill-end-of-page"
_MARK = f"\n<p id={END_MARK}></p>".encode()
MAX_TAG_CHARS = 20_000  # a longer tag is looked at: libxml2 needs time in the square of the attributes of one
MAX_ATTRIBUTES = 1_000  # of one tag; 20,000 cost 0.4 s, 50,000 cost 3.4 s

# libxml2 leaves out what follows the first of these; browsers pay them no heed.
# Case by case: with a flag for it `re` has no fixed beginning to look for, and takes 2 ms a page in place of 0.1.
# Behind the name any white space, also that of no ASCII.
_END_TAGS = re.compile(rb"</(?:[bB][oO][dD][yY]|[hH][tT][mM][lL])[\s\x1c-\x1f\x80-\xff]*>")
_SURROGATE_OR_NUL = re.compile("[\x00\ud800-\udfff]")
_LONG_TAG = re.compile(rf"<([a-zA-Z][\w:-]*)([^<>]{{{MAX_TAG_CHARS},}})>")
_ATTRIBUTE = re.compile(r"[^\s=\"']+\s*(?:=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"']+))?")
MAX_VALUE_CHARS = 100_000
# A picture in its source. Only of a page that is too long: most of what would be cut off may be this.
_LONG_VALUE = re.compile(rf"""(=\s*)(["'])(?!\s*[{{\[])[^"'<>]{{{MAX_VALUE_CHARS},}}\2""")
_STRUCTURE = re.compile(
    r"</?(?:div|span|font|b|i|em|strong|center|a|section|article|main|table|tbody|thead|tr|td|th|ul|ol|li|dl|dd|dt|"
    r"blockquote|big|small|u|s|sup|sub|label|form|fieldset|aside|header|footer|nav|details|summary|code|tt|ins|del|abbr|"
    r"q|cite|mark|strike|nobr|h[1-6]|figure|figcaption|button)\b[^<>]*>",
    re.IGNORECASE,
)


class EmptyPageError(ValueError):
    """A page without a single element or character."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The root element of a page, and what had to be cut or mended to get it."""

    root: Any
    warnings: tuple[str, ...] = ()


def parse_page(source: str, *, max_chars: int) -> Tree:
    """Return the tree of an HTML page. Fetches nothing, expands no entity of the page's own.

    Raises EmptyPageError where there is nothing to parse.
    """
    warnings = []
    if len(source) > max_chars and (long := _LONG_VALUE.search(source)):
        before = len(source)
        source = _LONG_VALUE.sub(r"\1\2\2", source)
        gone = before - len(source)
        warnings.append(f"html: {gone} characters of attribute values taken out, the first at {long.start()}")
    if len(source) > max_chars:
        warnings.append(f"html: {len(source) - max_chars} of {len(source)} characters cut off at the end")
        source = source[:max_chars]
    page = _utf8(source)
    if page is None or b"\x00" in page:
        source, strange = _SURROGATE_OR_NUL.subn("", source)
        warnings.append(f"html: {strange} NULs or lone surrogates taken out")
        page = source.encode()
    if _has_long_tag(page):
        source, _ = _LONG_TAG.subn(_few_attributes, source)
        if MAX_ATTRIBUTES_CUT in source:
            warnings.append(f"html: attributes beyond {MAX_ATTRIBUTES} of one tag taken out")
        page = source.encode()
    if not source or source.isspace():
        raise EmptyPageError("html: the page is empty")
    root, whole = _parse(page)
    if not whole and (flat := _STRUCTURE.sub(" <br><br> ", source)) != source:
        flat_root, flat_whole = _parse(flat.encode())
        if flat_whole:
            warnings.append("html: elements nest too deeply; the structure of the page was left aside")
            return Tree(flat_root, tuple(warnings))
    if not whole:
        warnings.append("html: the page ends inside a comment, a script or a tag; what follows its start is not read")
    return Tree(root, tuple(warnings))


def _has_long_tag(page: bytes) -> bool:
    """Say whether MAX_TAG_CHARS bytes and more may stand in one tag: most pages need not meet the pattern for it."""
    at = 0
    while len(page) - at > MAX_TAG_CHARS:
        last = page.rfind(b"<", at, at + MAX_TAG_CHARS + 1)
        if last < 0:  # a tag begins before `at`, or a text or a script stands behind one that has ended
            if page.find(b">", at, at + MAX_TAG_CHARS) < 0:
                return True
            last = page.find(b"<", at)
            if last < 0:
                return False
        at = last + 1
    return False


def _utf8(source: str) -> bytes | None:
    """Return `source` in UTF-8, or None where it has half of a surrogate pair."""
    try:
        return source.encode()
    except UnicodeEncodeError:
        return None


def _parse(page: bytes) -> tuple[Any, bool]:
    """Return the root, and whether the parser reached the end of the page."""
    # lxml.html's own parser looks up the class of each element in Python: a tenth of a page's time
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    marked = _END_TAGS.sub(b"", page) + _MARK
    try:
        root = etree.fromstring(marked, parser=parser)
    except etree.XMLSyntaxError:
        raise EmptyPageError("html: the page is empty") from None
    if root is None:
        raise EmptyPageError("html: the page is empty")
    mark = root
    while len(mark):
        mark = mark[-1]
    if mark.get("id") != END_MARK:
        mark = next((element for element in root.iter("p") if element.get("id") == END_MARK), None)
    if mark is None:
        return root, False
    mark.getparent().remove(mark)
    return root, True


MAX_ATTRIBUTES_CUT = " data-wiremill-cut"


def _few_attributes(match: re.Match[str]) -> str:
    """Return the tag with at most `MAX_ATTRIBUTES` attributes; a long tag of few (an image in its source) stays."""
    attributes = []
    for found in _ATTRIBUTE.finditer(match[2]):
        attributes.append(found.group())
        if len(attributes) > MAX_ATTRIBUTES:
            return f"<{match[1]} {' '.join(attributes[:MAX_ATTRIBUTES])}{MAX_ATTRIBUTES_CUT}>"
    return match.group()
