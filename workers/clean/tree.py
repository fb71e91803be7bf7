"""From a page's source to its tree, with nothing lost in silence: what is cut is said in `warnings`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

# libxml2 gives up without a word where elements nest deeper than 2048 (256 without `huge_tree`): a mark at the end of
# the page shows whether it got there.
END_MARK = "wiremill-end-of-page"
MAX_TAG_CHARS = 20_000  # a longer tag is looked at: libxml2 needs time in the square of the attributes of one
MAX_ATTRIBUTES = 1_000  # of one tag; 20,000 cost 0.4 s, 50,000 cost 3.4 s

# libxml2 leaves out what follows the first of these; browsers pay them no heed.
# Case by case: with a flag for it `re` has no fixed beginning to look for, and takes 2 ms a page in place of 0.1.
_END_TAGS = re.compile(r"</(?:[bB][oO][dD][yY]|[hH][tT][mM][lL])\s*>")
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
    if "\x00" in source or not _is_utf8(source):
        source, strange = _SURROGATE_OR_NUL.subn("", source)
        warnings.append(f"html: {strange} NULs or lone surrogates taken out")
    if _has_long_piece(source):
        source, _ = _LONG_TAG.subn(_few_attributes, source)
        if MAX_ATTRIBUTES_CUT in source:
            warnings.append(f"html: attributes beyond {MAX_ATTRIBUTES} of one tag taken out")
    if not source.strip():
        raise EmptyPageError("html: the page is empty")
    root, whole = _parse(source)
    if not whole and (flat := _STRUCTURE.sub(" <br><br> ", source)) != source:
        flat_root, flat_whole = _parse(flat)
        if flat_whole:
            warnings.append("html: elements nest too deeply; the structure of the page was left aside")
            return Tree(flat_root, tuple(warnings))
    if not whole:
        warnings.append("html: the page ends inside a comment, a script or a tag; what follows its start is not read")
    return Tree(root, tuple(warnings))


def _has_long_piece(source: str) -> bool:
    """Say whether more than MAX_TAG_CHARS characters stand between two `<`: most pages need not meet the pattern."""
    at = 0
    while len(source) - at > MAX_TAG_CHARS:
        last = source.rfind("<", at, at + MAX_TAG_CHARS + 1)
        if last < 0:
            return True
        at = last + 1
    return False


def _is_utf8(source: str) -> bool:
    """Say whether `source` has no half of a surrogate pair: a tenth of the time of looking for one."""
    if source.isascii():
        return True
    try:
        source.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parse(source: str) -> tuple[Any, bool]:
    """Return the root, and whether the parser reached the end of the page."""
    # lxml.html's own parser looks up the class of each element in Python: a tenth of a page's time
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, collect_ids=False
    )
    marked = f"{_END_TAGS.sub('', source)}\n<p id={END_MARK}></p>"
    try:
        root = etree.fromstring(marked.encode(), parser=parser)
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
