"""Text hygiene: characters as their author meant them, quotation marks as they were written."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Set

import ftfy

# With ftfy's defaults 132 of 181 clean bodies changed, with these none: quotation marks matter here, ligatures do not.
# Entities are ours to decode: ftfy leaves them where a text holds a `<`.
MOJIBAKE = ftfy.TextFixerConfig(
    uncurl_quotes=False,
    fix_character_width=False,
    fix_latin_ligatures=False,
    normalization=None,
    unescape_html=False,
    fix_line_breaks=False,
    remove_terminal_escapes=False,
    remove_control_chars=False,
    fix_surrogates=False,
    explain=False,
)
# What is left of UTF-8 that was read as a single-byte charset begins with one of these; without one ftfy, which costs
# 1.5 ms for a page's text, has nothing to mend.
_BROKEN = "\x80-\x9f\ufffd"
_BREAKING = "ÂÃâÄÅÆÇÐÑÎÏØÙÌÒÓÔÖàáãäåæçèéêëìíîïðñĂРСВГ"
_BREAKING_BEHIND = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸµў°±І"
_SUSPECT = re.compile(f"[{_BROKEN}]|[{_BREAKING}][{_BREAKING_BEHIND}]")
# Anything but what is plainly right as it stands: most lines have nothing else, and need none of the steps below.
_DOUBTFUL = re.compile("[^ -%'-~\n‘’“”–—…•·]")
_ENDS_OF_LINES = "\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_LINE_ENDS = re.compile(f"\r\n?|[{_ENDS_OF_LINES}]")
# Characters no reader sees: controls, soft hyphen, zero-width space, joiners of no script here, marks of byte order and
# direction, halves of surrogate pairs, non-characters. Zero-width (non-)joiners stay: Persian and emoji need them.
_UNSEEN = (
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_OF_SPACES = "\t\x0b-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# `govern-⏎ment`: a word that was hyphenated at the end of a line. A line that begins in lower case goes on the word.
_HYPHENATED = re.compile(r"(?<=[a-zß-öø-ÿ]{2})[-\u2010]\n(?=[a-zß-öø-ÿ]{2})")
# More marks on one letter than any script uses; UAX #15 (stream-safe text) names 30. NFC needs time in their square.
_MARK = "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MARKS = re.compile(f"([{_MARK}]{{30}})[{_MARK}]+")
# Prefixes after which a hyphen at a line's end is the word's own: `co-⏎founder`, `self-⏎made`.
_OWN_HYPHEN = re.compile(
    r"\b(?:self|co|non|ex|pre|post|anti|semi|multi|half|well|long|short|high|low|all|cross|mid|so|on|in|up|by)$"
)


def _members(*ranges: str) -> frozenset[str]:
    """Return the characters of classes written as in a pattern: `a-f` and single ones."""
    pairs = re.findall(r"(.)(?:-(.))?", "".join(ranges), re.DOTALL)
    return frozenset(chr(code) for first, last in pairs for code in range(ord(first), ord(last or first) + 1))


# A step is taken where the text has one of its characters.
_ANY_LINE_END = _members("\r", _ENDS_OF_LINES)
_ANY_BROKEN, _ANY_BREAKING, _ANY_BREAKING_BEHIND = _members(_BROKEN), _members(_BREAKING), _members(_BREAKING_BEHIND)
_ANY_SUSPECT = _ANY_BROKEN | _ANY_BREAKING
_ANY_UNSEEN, _ANY_MARK, _ANY_SPACE = _members(_UNSEEN), _members(_MARK), _members(_OF_SPACES)
# Of these alone every text is in NFC: Latin letters, signs of punctuation and of money.
_COMPOSED = _members("&\u00a0-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20c0")
_PLAIN = bytes(byte for byte in range(0x20, 0x7F) if byte != ord("&")) + b"\n"


def _strange_in(text: str) -> set[str]:
    """Return the characters of `text` but for plain ASCII, by way of bytes: 5 µs a page, where a pattern takes 200."""
    return set(text.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass"))


def tidy(text: str) -> str:
    """Return `text` as its author meant it: no mojibake, entities, control or invisible characters; NFC.

    Lines are kept, each without spaces at its ends and with single ones inside; words hyphenated across two are joined.
    Quotation marks stay as written. Idempotent; never raises; at most as long as `text`, but for a character that NFC
    writes as several (seen for a few hundred rare signs, at most threefold).
    """
    if not _DOUBTFUL.search(text):
        text = _with_single_spaces(text)
        return (_HYPHENATED.sub(_join, text) if "-\n" in text else text).strip("\n")
    for _ in range(_MAX_ROUNDS):
        before = text
        text, settled = _tidy_once(text)
        if settled or text == before:
            break
    return text


_MAX_ROUNDS = 8  # `&amp;amp;lt;` needs three, no text seen more


_UNSETTLING = _ANY_SUSPECT | _ANY_MARK | {"&"}  # what one step makes of them may be another's work


def _tidy_once(text: str) -> tuple[str, bool]:
    """Return `text` after one round, and whether a second one can find nothing more."""
    strange = _strange_in(text)
    plain = strange.isdisjoint(_UNSETTLING)
    if strange & _ANY_LINE_END:
        text = _LINE_ENDS.sub("\n", text)
    begun = text
    if "&" in strange:
        text = _ENTITY.sub(_decoded, text)
        strange = strange if text == begun else _strange_in(text)
    if suspect := not strange.isdisjoint(_ANY_SUSPECT) and _is_suspect(text, strange):
        text = "\n".join(ftfy.fix_text(line, MOJIBAKE) if _SUSPECT.search(line) else line for line in text.split("\n"))
        text = _LINE_ENDS.sub("\n", text)
        strange = _strange_in(text)
    if strange & _ANY_UNSEEN:
        text = _INVISIBLE.sub("", text)
    if strange & _ANY_MARK:
        text = _MARKS.sub(r"\1", text)
    mended = text != begun
    spaced = text = _with_single_spaces(text, strange & _ANY_SPACE)
    if "-\n" in text or ("\u2010" in strange and "\u2010\n" in text):
        text = _HYPHENATED.sub(_join, text)
    composed = text if strange <= _COMPOSED else unicodedata.normalize("NFC", text)
    # New spaces alone put no two signs together that stood apart.
    settled = composed == text and (plain or not (suspect or mended or text != spaced))
    return composed.strip("\n"), settled


def _is_suspect(text: str, strange: Set[str]) -> bool:
    """Return whether `_SUSPECT` finds something in `text`, whose characters but for plain ASCII are `strange`.

    Most texts with an accent have few of those letters, and none before what makes it suspect.
    """
    if not strange.isdisjoint(_ANY_BROKEN):
        return True
    for first in strange & _ANY_BREAKING:
        at = text.find(first)
        while at >= 0:
            if text[at + 1 : at + 2] in _ANY_BREAKING_BEHIND:
                return True
            at = text.find(first, at + 1)
    return False


def _with_single_spaces(text: str, others: Iterable[str] = ()) -> str:
    """Return `text` with one blank for each run of white space, but line breaks, and none at the ends of lines.

    `others` are the spaces in it besides the blank. A few sweeps over the whole text take a fifth of the time of its
    lines one by one.
    """
    for space in others:
        text = text.replace(space, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text.replace(" \n", "\n").replace("\n ", "\n").strip(" ")


def _decoded(match: re.Match[str]) -> str:
    return html.unescape(match.group())


def _join(match: re.Match[str]) -> str:
    head = match.string[max(0, match.start() - 12) : match.start()]
    return "-" if _OWN_HYPHEN.search(head) else ""
