"""The model's entities, cut to the words that are the name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from workers.annotate.entities.columns import Columns
from workers.annotate.entities.first_names import first_names
from workers.annotate.entities.names import GPE, LOC, NORP, ORG, PERSON, PLACES, Name, key_of
from workers.annotate.entities.tables import rows, words

# Numbers, dates and amounts are not entities that a reader would list; the model's labels for them are left out.
NOT_NAMES: Final = frozenset({"DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL", "CARDINAL"})

TITLE_GENDER: Final[dict[str, str]] = {row[0]: row[1] for row in rows("titles.tsv")}
ARTICLES: Final = frozenset({"the", "a", "an"})
_CAPITAL_ARTICLES: Final = frozenset(form for article in ARTICLES for form in (article.capitalize(), article.upper()))
_GENITIVES: Final = frozenset({"'s", "’s", "‘s", "'", "’"})
_OPENING: Final = frozenset("([{“\"‘'«<*•|-–—:;,./\\#&+_")
_CLOSING: Final = frozenset("([{”\"“’'»>*•|-–—:;,/\\#&+_")
_DASHES: Final = frozenset({"-", "–", "—", "--"})
_WITHOUT_SCORES: Final = frozenset({PERSON, ORG, GPE, LOC})  # but 'Boeing 737-800'
_LEADING_PARTICLES: Final = frozenset({"von", "van", "de", "del", "al", "bin", "ibn", "di", "der"})
_ADDRESS: Final = re.compile(r"https?:|www\.|@|\.(?:com|org|net)\b", re.IGNORECASE)  # web addresses are no people
_CALLINGS: Final = frozenset(row[0] for row in rows("role_nouns.tsv"))
PARTICLES: Final = words("particles.txt")
# A hyphen after a name more often makes an adjective ('Merkel-led') than a part of it; these endings tell.
_COMPOUND_ENDINGS: Final = ("ed", "style", "era", "based", "born", "ing", "like", "wide", "led", "run", "free", "esque")


def names_of(columns: Columns, label_map: Mapping[str, str], *, trimmed: bool = True) -> list[Name]:
    """Return the names among the model's entities, in order, under OntoNotes labels; numbers and dates are left out.

    `trimmed=False` keeps the model's spans as they are.
    """
    found: list[Name] = []
    for first, after, given in columns.entities():
        label = label_map.get(given, given)
        if label in NOT_NAMES:
            continue
        if not trimmed:
            found.append(make_name(columns, first, after, label))
            continue
        if after - first == 1 and label != PERSON and _is_bare(columns.word[first]):
            if not (found and first < found[-1].after):
                found.append(make_name(columns, first, after, label))
            continue
        for part_first, part_after in _parts(columns, first, after, label):
            name = _trim(columns, part_first, part_after, label)
            # A name that was drawn out to its whole ('… von der Leyen') covers what the model made of its rest.
            if name is not None and not (found and name.first < found[-1].after):
                found.append(name)
    return found


def make_name(columns: Columns, first: int, after: int, label: str) -> Name:
    """Return the name that tokens `first:after` spell."""
    start, end = columns.start[first], columns.end[after - 1]
    text = columns.text[start:end]
    return Name(first, after, start, end, text, label, key_of(text))


def _is_bare(word: str) -> bool:
    """Tell whether a word is a name with nothing to cut, as half of all names are."""
    return word.isalpha() and word[0].isupper() and len(word) > 1 and word not in _CAPITAL_ARTICLES


def _parts(columns: Columns, first: int, after: int, label: str) -> Iterator[tuple[int, int]]:
    """Split at line breaks and tabs: a name does not run from a headline into a paragraph.

    Neither does it run from a dateline into the sentence behind it ('MANCHESTER - Arsenal').

    People and places are split at strokes too ('Ann Lee/Pool', 'LONDON/PARIS'), people behind genitives ('Acme's Lee').
    """
    begin = first
    for token in range(first, after):
        word = columns.word[token]
        ends_here = word.isspace() and ("\n" in word or "\t" in word)
        ends_here = ends_here or (word == "/" and (label == PERSON or label in PLACES))
        ends_here = ends_here or (word in _DASHES and first < token and _ends_dateline(columns, first, token))
        if label == PERSON and word in _GENITIVES and token + 1 < after:
            begin = token + 1  # whose he is does not belong to his name
        elif ends_here:
            if begin < token:
                yield begin, token
            begin = token + 1
            if label == PERSON and word == "/":
                return  # what follows is a caption
    if begin < after:
        yield begin, after


def _ends_dateline(columns: Columns, first: int, dash: int) -> bool:
    """Tell whether a line opens with words in capitals and this dash, with a blank before it."""
    if first > 0 and "\n" not in columns.word[first - 1]:
        return False
    return (
        columns.end[dash - 1] < columns.start[dash]
        and columns.text[columns.start[first] : columns.end[dash - 1]].isupper()
    )


def _trim(columns: Columns, first: int, after: int, label: str) -> Name | None:
    """Return the name without what only stands beside it (article, genitive, quotation marks, a person's title)."""
    word, lower = columns.word, columns.lower
    while first < after and (lower[first] in ARTICLES or word[first] in _OPENING or word[first].isspace()):
        first += 1
    while after > first and _is_loose_end(columns, first, after):
        after -= 1
    if label in _WITHOUT_SCORES and _ends_with_score(word, first, after):
        after -= 3
    first, after = _without_lower_case(columns, first, after, label)
    if first >= after:
        return None
    if label == PERSON:
        first = skip_titles(columns, with_particles(columns, first), after)
        after = _with_rest_of_name(columns, after)
    name = make_name(columns, first, after, label)
    small = name.text.lower()
    if len(name.text) < 2 or small == name.text.upper():  # no letter
        return None
    if label != NORP and small == name.text:
        return None
    if label == PERSON and _ADDRESS.search(name.text):
        return None
    return name


def _without_lower_case(columns: Columns, first: int, after: int, label: str) -> tuple[int, int]:
    """Cut words without any capital off the ends: 'east Jerusalem', 'Antenne Bayern radio'."""
    if label == NORP:
        return first, after
    word, lower = columns.word, columns.lower
    while after - first > 1 and word[first].isalpha() and word[first].islower() and lower[first] not in PARTICLES:
        first += 1
    while after - first > 1 and word[after - 1].isalpha() and word[after - 1].islower() and word[after - 2] != "-":
        after -= 1  # but 'Han Seung-min'
    return first, after


def _ends_with_score(word: list[str], first: int, after: int) -> bool:
    """Tell whether the result of a match hangs on to a name: 'Borussia Dortmund 3-1'."""
    return after - first > 3 and word[after - 1].isdigit() and word[after - 2] in _DASHES and word[after - 3].isdigit()


def _is_loose_end(columns: Columns, first: int, after: int) -> bool:
    last = columns.word[after - 1]
    if last in _CLOSING or last in _GENITIVES or last.isspace():
        return True
    return last in ")]" and not any(columns.word[token] in "([" for token in range(first, after))


def with_particles(columns: Columns, first: int) -> int:
    """Return the first token of a surname with the particles before it ('von Bothmer')."""
    while first > 0 and columns.word[first - 1] in _LEADING_PARTICLES:
        first -= 1
    return first


def skip_titles(columns: Columns, first: int, after: int) -> int:
    """Return the first token of the name behind its titles ('US President Donald Trump' → 'Donald')."""
    begin = first
    for token in range(first, after - 1):
        is_title = columns.lower[token] in TITLE_GENDER or (
            token == first and after - token > 2 and _is_calling(columns, token)
        )
        if is_title and columns.word[token + 1][:1].isupper():
            begin = token + 1
    return begin if columns.lower[after - 1] not in TITLE_GENDER else first


def _is_calling(columns: Columns, token: int) -> bool:
    """Tell whether a word is what somebody does and nobody's first name: 'Archaeologist Chiara Benedetti'."""
    return columns.lower[token] in _CALLINGS and columns.lower[token] not in first_names()


def _with_rest_of_name(columns: Columns, after: int) -> int:
    """Return the end of the name with what the model cut off: '… von der Leyen', '… Ki-moon', '… al-Sisi'."""
    word, lower, size = columns.word, columns.lower, len(columns)
    token = after
    while token < size and lower[token] in PARTICLES and word[token].islower():
        token += 1
    if (token > after or lower[after - 1] in PARTICLES) and token < size:
        if word[token] == "-" and token + 1 < size:
            token += 1
        if word[token][:1].isupper():
            after = token + 1
    if (
        after + 1 < size
        and word[after] == "-"
        and columns.start[after] == columns.end[after - 1]
        and columns.start[after + 1] == columns.end[after]
        and word[after + 1].isalpha()
        and columns.tag[after + 1].startswith("NNP")
        and not lower[after + 1].endswith(_COMPOUND_ENDINGS)
    ):
        after += 2
    return after
