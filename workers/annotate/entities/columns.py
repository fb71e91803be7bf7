"""The columns of a parsed article, read once: everything after this is plain Python lists."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from spacy.tokens import Doc

_ATTRIBUTES: list[int | str] = ["LENGTH", "SPACY", "TAG", "DEP", "HEAD", "SENT_START", "ENT_IOB", "ENT_TYPE"]
_BEGINS_ENTITY, _INSIDE_ENTITY = 3, 1  # spaCy's codes in ENT_IOB


class Columns:
    """Tokens of `doc` as lists of equal length.

    `start` and `end` are code points into `text`; `head` is the index of the syntactic head (a root is its own);
    `sentence` counts sentences from 0. One `to_array` and these lists cost 0.5 µs a token; asking spaCy's token
    objects for the same costs five times that.
    """

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.text: str = doc.text
        table = doc.to_array(_ATTRIBUTES)
        length, space, tag, dep = (table[:, i].astype(np.int64) if i < 2 else table[:, i] for i in range(4))
        ends = np.cumsum(length + space) - space if len(table) else length
        self.start: list[int] = (ends - length).tolist()
        self.end: list[int] = ends.tolist()
        self.head: list[int] = (table[:, 4].astype(np.int64) + np.arange(len(table))).tolist()
        self.sentence: list[int] = list(accumulate(int(x == 1) for x in table[:, 5].tolist()))
        if self.sentence and self.sentence[0]:
            self.sentence = [number - 1 for number in self.sentence]
        strings = doc.vocab.strings
        self.tag: list[str] = _decode(tag.tolist(), strings)
        self.dep: list[str] = _decode(dep.tolist(), strings)
        text = self.text
        self.word: list[str] = [text[a:b] for a, b in zip(self.start, self.end, strict=True)]
        self.lower: list[str] = [word.lower() for word in self.word]
        self._iob, self._ent_type = table[:, 6], table[:, 7]
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


def _decode(ids: list[int], strings: object) -> list[str]:
    """Return the strings of `ids`; a text has about 90 distinct tags and relations, so each is looked up once."""
    names = {key: strings[key] for key in set(ids)}  # type: ignore[index]  # StringStore has no useful stub
    return [names[key] for key in ids]
