"""What people are: 'Kremlin spokesman' before a name, 'the head of Unicef' behind it, 'is the mayor of Kyiv'."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from typing import Final

from workers.annotate.entities.clusters import Role
from workers.annotate.entities.columns import Columns
from workers.annotate.entities.cover import Cover
from workers.annotate.entities.names import Name
from workers.annotate.entities.tables import rows
from workers.annotate.entities.trim import TITLE_GENDER

ROLE_GENDER: Final[dict[str, str]] = {row[0]: row[1] for row in rows("role_nouns.tsv")}
_MAX_ROLE_TOKENS: Final = 14  # longer ones are clauses that the parse took for an apposition
_MAX_LEFT_TOKENS: Final = 12
_MODIFIER_TAGS: Final = frozenset({"NNP", "NNPS", "NN", "NNS", "JJ", "JJS", "POS", "HYPH", "CD", "VBN", "FW", "AFX"})
# 'acting president', 'emerging markets': what the parse says of a participle.
_MODIFYING: Final = frozenset({"amod", "compound"})
# What begins a clause, or another member of a list, and so ends a noun phrase.
_CLAUSE_TAGS: Final = frozenset(
    {"VBD", "VBZ", "VBP", "VBG", "VBN", "MD", "WP", "WP$", "WDT", "WRB", "TO", "CC", "PRP", "RB"}
)
_PREFIXES: Final = frozenset({"co", "vice", "ex"})  # before a hyphen, with or without a space: 'co - founder'
# What follows these is when, not what: 'chairman since 2022', 'minister until the coup', 'president for 36 years'.
_ALWAYS_TIME: Final = frozenset({"since", "until", "till", "during", "after", "before", "when", "while"})
_MAYBE_TIME: Final = frozenset({"in", "on", "from", "for", "by"})
_TIMES: Final = frozenset(calendar.month_name[1:]) | frozenset(calendar.day_name)
_RANKING: Final = frozenset({"first", "last", "only", "youngest", "oldest"})  # 'the first candidate to win' is no role
_CONNECTIVES: Final = frozenset({"of", "for", "and", "the", "to", "on", "at", "in", "&"})
_NOT_AT_START: Final = frozenset({"and", "then", "but", "as", "by", "with", "like", "including"})
_ADDRESS_TITLES: Final = frozenset(
    {"mr", "mr.", "mrs", "mrs.", "ms", "ms.", "miss", "dr", "dr.", "sir", "lord", "lady"}
)
_COPULAS: Final = frozenset({"is", "was", "became", "be", "been", "'s", "remains", "remained"})
_BREAKS: Final = frozenset({",", ".", ";", ":", '"', "“", "”", "—", "–", "-", "(", ")", "\n"})


def roles_of(columns: Columns, name: Name, cover: Cover) -> list[Role]:
    """Return the roles that the words around one mention of a person give, best evidence first."""
    root = columns.root(name.first, name.after)
    found = [
        _before(columns, name, cover),
        _apposition_behind(columns, name, root, cover),
        _apposition_of(columns, name, root, cover),
        _copula(columns, root),
    ]
    return [role for role in found if role is not None]


def distinct_roles(roles: Sequence[Role]) -> tuple[str, ...]:
    """Return the texts of roles, each once; one that is a part of another ('president') is left out."""
    if not roles:  # most entities
        return ()
    texts = list(dict.fromkeys([role.text for role in roles]))
    if len(texts) < 2:
        return tuple(texts)
    words = [tuple(text.lower().split()) for text in texts]
    return tuple(
        text
        for text, own in zip(texts, words, strict=True)
        if not any(len(own) < len(other) and set(own) <= set(other) for other in words)
        and text == next(t for t, w in zip(texts, words, strict=True) if w == own)
    )


def role_noun(columns: Columns, token: int) -> str | None:
    """Return the role noun at this token in the singular, or None."""
    word = columns.lower[token]
    if word in ROLE_GENDER:
        return word
    if columns.tag[token] in ("NNS", "NNPS"):
        for ending, singular in (("women", "woman"), ("men", "man"), ("ies", "y"), ("s", "")):
            if word.endswith(ending) and (one := word.removesuffix(ending) + singular) in ROLE_GENDER:
                return one
    return None


def _role(columns: Columns, first: int, after: int, pattern: str) -> Role | None:
    """Return tokens `first:after` as a role without its loose ends, or None where no role noun is left."""
    lower, tag, word = columns.lower, columns.tag, columns.word
    while first < after and (
        tag[first] in ("DT", "PRP$", "WP$", "POS")
        or (tag[first] in ("VBN", "VBD", "VBG") and columns.dep[first] not in _MODIFYING)
        or word[first] in _BREAKS
        or lower[first] in _NOT_AT_START
    ):
        first += 1
    if 0 < first < after and word[first - 1] == "-" and columns.start[first] == columns.end[first - 1]:
        first += 1  # the other half is not in the phrase
    if lower[first + 1 : first + 5] == ["-", "year", "-", "old"]:  # 'a 29-year-old nurse' is a nurse
        first += 5
    while after > first and (
        word[after - 1] in _BREAKS or lower[after - 1] in _CONNECTIVES or word[after - 1].isspace()
    ):
        after -= 1
    while after > first + 1 and lower[after - 1] in _ADDRESS_TITLES:  # 'Chief Medical Officer Sir' …
        after -= 1
    noun_at = _head_noun(columns, first, after)
    if noun_at is None or after - first > _MAX_ROLE_TOKENS:
        return None
    if columns.tag[noun_at] in ("NNS", "NNPS"):  # 'Senators X and Y': nobody is 'Senators'
        return None
    text = columns.text[columns.start[first] : columns.end[after - 1]]
    if after < len(columns) and tag[after] == "TO" and _RANKING.intersection(lower[first:after]):
        return None
    if "/" in text or "\n" in text or any(c in text for c in '"“”()'):
        return None
    return Role(text, role_noun(columns, noun_at) or lower[noun_at], noun_at, first, after, pattern)


def _head_noun(columns: Columns, first: int, after: int) -> int | None:
    """Return the token of the role noun that heads the phrase: the last one before 'of', 'for', or its end."""
    best = None
    for token in range(first, after):
        if best is not None and (columns.lower[token] in _CONNECTIVES or _is_break(columns, token)):
            break
        if role_noun(columns, token) and not (token + 1 < after and columns.tag[token + 1] == "POS"):
            best = token
    return best


def _before(columns: Columns, name: Name, cover: Cover) -> Role | None:
    """'US Secretary of State Marco Rubio': the run of nouns and adjectives that leads up to the name."""
    lower, word = columns.lower, columns.word
    sentence, token = columns.sentence[name.first], name.first - 1
    if token < 0 or (lower[token] in _CONNECTIVES and lower[token] != "the"):  # 'a spokesman for Acme', 'adviser to X'
        return None
    lowest = max(0, name.first - _MAX_LEFT_TOKENS)
    while token >= lowest and columns.sentence[token] == sentence and not cover.person[token]:
        if word[token].isspace() or not (_is_modifier(columns, token) or lower[token] in _CONNECTIVES):
            break
        token -= 1
    if token + 1 == name.first:  # before most names
        return None
    first = _last_segment(columns, token + 1, name.first, cover)
    return None if first is None else _role(columns, first, name.first, "before")


def _last_segment(columns: Columns, first: int, after: int, cover: Cover) -> int | None:
    """Return where the role begins that belongs to the name at `after`.

    Connectives join a role only to their left noun ('Secretary of State X'). In 'spokesman for Prime Minister X' the
    part behind the connective has a role noun or title of its own, and that one is X's. A connective in a name is none
    ('Bank of Canada'), and 'the novelist and playwright X' is both.
    """
    begin = first
    nouns = [token for token in range(first, after) if role_noun(columns, token)]
    for token in range(first, after):
        if columns.lower[token] in _CONNECTIVES and not any(begin <= noun < token for noun in nouns):
            begin = begin if cover.inner[token] else token + 1
    for token in range(after - 1, begin - 1, -1):
        if columns.lower[token] in _CONNECTIVES and not cover.inner[token]:
            if _is_both(columns, begin, token, after) or _is_office_and_rank(columns, token, after):
                break
            rest = range(token + 1, after)
            if any(noun in rest for noun in nouns) or any(columns.lower[t] in _ADDRESS_TITLES for t in rest):
                begin = token + 1
            break
    return begin if any(noun >= begin for noun in nouns) else None


def _is_both(columns: Columns, first: int, conjunction: int, after: int) -> bool:
    """Tell whether 'and' joins two callings of one person: 'the novelist and playwright X', with one article."""
    if columns.lower[conjunction] != "and" or first == 0 or columns.tag[first - 1] != "DT":
        return False
    parts = [*range(first, conjunction), *range(conjunction + 1, after)]
    plain = all(columns.word[token].islower() and columns.tag[token] in ("NN", "JJ") for token in parts)
    return plain and role_noun(columns, conjunction - 1) is not None


def _is_office_and_rank(columns: Columns, connective: int, after: int) -> bool:
    """Tell whether a title follows a whole office: 'Secretary of State Cardinal X', 'Chief of Staff General X'."""
    between = range(connective + 1, after - 1)
    if columns.lower[connective] != "of" or len(between) == 0 or columns.lower[after - 1] not in TITLE_GENDER:
        return False
    office = columns.word[connective - 1][:1].isupper() and role_noun(columns, connective - 1) is not None
    return office and all(columns.tag[token] == "NNP" and role_noun(columns, token) is None for token in between)


def _apposition_behind(columns: Columns, name: Name, root: int, cover: Cover) -> Role | None:
    """'Dmitry Peskov, the Kremlin spokesman,' by the parse; without an apposition, by the commas."""
    for child in columns.children(root):
        if columns.dep[child] == "appos" and child >= name.after and not cover.person[child]:
            if role_noun(columns, child) is None:
                continue
            after = _noun_phrase_end(columns, child)
            return _role(columns, _left_edge(columns, child, name.after), after, "apposition")
    return _between_commas(columns, name, cover)


def _between_commas(columns: Columns, name: Name, cover: Cover) -> Role | None:
    word, tag, size = columns.word, columns.tag, len(columns)
    if name.after + 1 >= size or word[name.after] != ",":
        return None
    after, limit = name.after + 1, min(size, name.after + _MAX_ROLE_TOKENS)
    if tag[after] not in ("DT", "JJ", "NN", "NNP", "PRP$", "NNS", "RB"):
        return None
    while (
        after < limit
        and not _is_break(columns, after)
        and tag[after] not in ("VBD", "VBZ", "VBP", "MD", "WP", "WDT", "CC")
    ):
        if cover.person[after]:
            return None
        after += 1
    if after >= size or word[after] not in (",", "."):
        return None
    return _role(columns, name.after + 1, after, "commas")


def _apposition_of(columns: Columns, name: Name, root: int, cover: Cover) -> Role | None:
    """'The Kremlin spokesman, Dmitry Peskov,': the name is the apposition."""
    if columns.dep[root] != "appos":
        return None
    head = columns.head[root]
    if role_noun(columns, head) is None and columns.dep[head] == "pobj":  # 'the chief economist for Africa, Kim Lee,'
        head = columns.head[columns.head[head]]
    if head >= name.first or role_noun(columns, head) is None or cover.person[head]:
        return None
    if columns.tag[head] in ("NNS", "NNPS"):  # 'two ministers, X and Y': the phrase is not theirs alone
        return None
    after = next((t for t in range(head + 1, name.first) if columns.word[t] in _BREAKS), name.first)
    return _role(columns, _left_edge(columns, head, 0), after, "apposition")


def _copula(columns: Columns, root: int) -> Role | None:
    """'Peskov is the Kremlin spokesman'."""
    verb = columns.head[root]
    if columns.dep[root] != "nsubj" or columns.lower[verb] not in _COPULAS:
        return None
    if any(columns.dep[c] == "neg" or columns.tag[c] == "MD" for c in columns.children(verb)):  # 'would have been'
        return None
    for child in columns.children(verb):
        if columns.dep[child] == "attr" and role_noun(columns, child):
            return _role(columns, _left_edge(columns, child, verb + 1), _noun_phrase_end(columns, child), "copula")
    return None


def _left_edge(columns: Columns, token: int, lowest: int) -> int:
    """Return the first token of the modifiers that lead up to a noun, not below `lowest`."""
    first = token
    while (
        first > lowest
        and columns.sentence[first - 1] == columns.sentence[token]
        and not _is_break(columns, first - 1)
        and (_is_modifier(columns, first - 1) or columns.lower[first - 1] in ("and", "&"))
    ):
        first -= 1
    return first


def _noun_phrase_end(columns: Columns, noun: int) -> int:
    """Return the token after a noun and its prepositional phrases, before any clause, break or time."""
    after, size = noun + 1, len(columns)
    while after < size and after - noun < _MAX_ROLE_TOKENS and columns.sentence[after] == columns.sentence[noun]:
        if _is_break(columns, after) or _begins_time(columns, after):
            break
        if columns.tag[after] in _CLAUSE_TAGS and columns.dep[after] not in _MODIFYING:
            if columns.lower[after] not in ("and", "&") or columns.dep[after] != "cc":
                break
            if columns.head[after] == noun and not _joins_role(columns, after):
                break
        after += 1
    return after


def _is_modifier(columns: Columns, token: int) -> bool:
    tag = columns.tag[token]
    return tag in _MODIFIER_TAGS or (tag == "VBG" and columns.dep[token] in _MODIFYING) or _is_prefix(columns, token)


def _is_prefix(columns: Columns, token: int) -> bool:
    return columns.lower[token] in _PREFIXES and columns.word[token + 1 : token + 2] == ["-"]


def _is_break(columns: Columns, token: int) -> bool:
    """Tell whether a phrase ends here: at a mark, but not at the hyphen of 'co-founder' or of 'Brussels - based'."""
    if columns.word[token] not in _BREAKS:
        return False
    if columns.word[token] != "-" or token == 0 or token + 1 == len(columns):
        return True
    if columns.start[token] == columns.end[token - 1] or _is_prefix(columns, token - 1):
        return False
    return columns.dep[token + 1] not in _MODIFYING


def _begins_time(columns: Columns, token: int) -> bool:
    """Tell whether 'in 2022', 'since May', 'for 36 years', 'in an interview' begin here: no part of a role."""
    word, following = columns.lower[token], min(token + 1, len(columns) - 1)
    if word in _ALWAYS_TIME:
        return True
    if word not in _MAYBE_TIME:
        return False
    if columns.tag[following] == "CD" or columns.word[following] in _TIMES:
        return True
    return word == "in" and columns.lower[following] in ("a", "an")


def _joins_role(columns: Columns, conjunction: int) -> bool:
    """Tell whether 'and' joins a second role ('founder and head of X'); with 'a' it is one of its own."""
    following = range(conjunction + 1, min(len(columns), conjunction + 4))
    if columns.lower[following.start : following.start + 1] in (["a"], ["an"]):
        return False
    return any(role_noun(columns, token) for token in following)


def titled_gender(columns: Columns, name: Name) -> str | None:
    """Return the gender that the word just before the name tells ('Mr', 'Baroness', 'spokeswoman'), or None."""
    if name.first == 0:
        return None
    word = columns.lower[name.first - 1]
    gender = TITLE_GENDER.get(word) or ROLE_GENDER.get(word, "-")
    return gender if gender in ("m", "f") else None
