"""The columns of a parsed article, read once: everything after this is plain Python lists."""

from __future__ import annotations

import numpy as np
from spacy.strings import StringStore
from spacy.tokens import Doc

_ATTRIBUTES: list[int | str] = ["ORTH", "LENGTH", "SPACY", "TAG", "DEP", "HEAD", "SENT_START", "ENT_IOB", "ENT_TYPE"]
_BEGINS_ENTITY, _INSIDE_ENTITY = 3, 1  # spaCy's codes in ENT_IOB


class Columns:
    """Tokens of `doc` as lists of equal length.

    `start` and `end` are code points into `text`; `head` is the index of the syntactic head (a root is its own);
    `sentence` counts sentences from 0; `vocabulary` are the distinct words. One `to_array` and these lists cost 0.8 µs
    a token; asking spaCy's token objects for the same costs five times that.
    """

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        table = doc.to_array(_ATTRIBUTES)
        strings, size = doc.vocab.strings, len(table)
        orth, length, space, tag, dep, head, starts, iob, ent_type = (table[:, i] for i in range(len(_ATTRIBUTES)))
        ends = (np.cumsum(length + space) - space).astype(np.int64)
        self.start: list[int] = (ends - length.astype(np.int64)).tolist()
        self.end: list[int] = ends.tolist()
        self.head: list[int] = (head.astype(np.int64) + np.arange(size)).tolist()
        numbers = np.cumsum(starts == 1)
        self.sentence: list[int] = (numbers - numbers[:1]).tolist()
        self.tag: list[str] = _grammar(tag.tolist(), strings)
        self.dep: list[str] = _grammar(dep.tolist(), strings)
        orths = orth.tolist()
        known = _learn(set(orths), strings)
        spelled, lowered = _SPELLED, _LOWERED
        self.word: list[str] = [spelled[key] for key in orths]
        self.lower: list[str] = [lowered[key] for key in orths]
        self.vocabulary: frozenset[str] = frozenset([spelled[key] for key in known])
        # `doc.text` makes an object of every token; from the columns it is ten times as fast.
        self.text = "".join([w + " " if gap else w for w, gap in zip(self.word, space.tolist(), strict=True)])
        self._iob, self._ent_type = iob, ent_type
        self._children: list[list[int]] | None = None

    def __len__(self) -> int:
        return len(self.word)

    def entities(self) -> list[tuple[int, int, str]]:
        """Return (first token, token after the last, label) of the model's entities, in order."""
        begins = np.flatnonzero(self._iob == _BEGINS_ENTITY).tolist()
        strings, iob, size = self.doc.vocab.strings, self._iob.tolist(), len(self)
        found = []
        for first in begins:
            after = first + 1
            while after < size and iob[after] == _INSIDE_ENTITY:
                after += 1
            found.append((first, after, strings[int(self._ent_type[first])]))
        return found

    @property
    def children(self) -> list[list[int]]:
        """The syntactic children of each token, left to right."""
        if self._children is None:
            self._children = [[] for _ in self.word]
            for token, head in enumerate(self.head):
                if head != token:
                    self._children[head].append(token)
        return self._children

    def root(self, first: int, after: int) -> int:
        """Return the token of `first:after` whose head lies outside: the syntactic head of the span."""
        head = self.head
        for token in range(first, after):
            if not first <= head[token] < after or head[token] == token:
                return token
        return after - 1


# Words by the ids that spaCy gives them (hashes, the same in every vocabulary). Asking its store costs 0.6 µs a word,
# and nine words in ten of an article were in the articles before it.
_SPELLED: dict[int, str] = {}
_LOWERED: dict[int, str] = {}
_MAX_WORDS = 60_000  # about 10 MB; then it begins anew


def _learn(ids: set[int], strings: StringStore) -> set[int]:
    """Make sure that the words of `ids` are known; return `ids`."""
    if len(_SPELLED) > _MAX_WORDS:
        _SPELLED.clear()
        _LOWERED.clear()
    for key in [key for key in ids if key not in _SPELLED]:
        word = strings[key]
        _LOWERED[key] = word.lower()
        _SPELLED[key] = word
    return ids


_GRAMMAR: dict[int, str] = {}  # ids of tags and relations: hashes, the same in every vocabulary; about 100 of them


def _grammar(ids: list[int], strings: StringStore) -> list[str]:
    """Return the names of tags or relations."""
    try:
        return [_GRAMMAR[key] for key in ids]
    except KeyError:
        _GRAMMAR.update((key, strings[key]) for key in set(ids))
        return [_GRAMMAR[key] for key in ids]
