"""The columns of a parsed article, read once: everything after this is plain Python lists."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from spacy.strings import StringStore
from spacy.tokens import Doc

from workers.annotate.entities.lexemes import WordClass, lexemes

_ATTRIBUTES: list[int | str] = ["ORTH", "IDX", "LENGTH", "TAG", "DEP", "HEAD", "SENT_START", "ENT_IOB", "ENT_TYPE"]
_MAX_CHILDREN = 100  # more than a word of prose has; bounds the work in texts that are none
_BEGINS_ENTITY, _INSIDE_ENTITY = 3, 1  # spaCy's codes in ENT_IOB


class Columns:
    """Tokens of `doc` as lists of equal length.

    `start` and `end` are code points into `text`; `head` is the index of the syntactic head (a root is its own);
    `sentence` counts sentences from 0. One `to_array` and these lists cost 0.6 µs a token; asking spaCy's token objects
    for the same costs seven times that. So does `doc.text`, half as much again as all of these: give `text` where it is
    at hand.
    """

    def __init__(self, doc: Doc, text: str | None = None) -> None:
        table: NDArray[np.uint64] = cast(Any, doc.to_array(_ATTRIBUTES))  # its stub says floats
        orth, start, length, tag, dep, head, starts, iob, ent_type = (table[:, i] for i in range(len(_ATTRIBUTES)))
        size = len(table)
        self.text = doc.text if text is None else text
        self.start: list[int] = start.tolist()
        self.end: list[int] = (start + length).tolist()
        self.head: list[int] = (head.astype(np.int64) + np.arange(size)).tolist()
        numbers = np.cumsum(starts == 1)
        self.sentence: list[int] = (numbers - numbers[:1]).tolist()
        self._strings = doc.vocab.strings
        self.tag: list[str] = _GRAMMAR.names(tag, self._strings)
        self.dep: list[str] = _GRAMMAR.names(dep, self._strings)
        self._lexemes = lexemes()
        self._numbers = self._lexemes.numbers(orth.tolist(), self._strings)
        self.word: list[str] = self._lexemes.spelled[self._numbers].tolist()
        self.lower: list[str] = self._lexemes.lower[self._numbers].tolist()
        self._iob, self._ent_type = iob, ent_type

    def __len__(self) -> int:
        return len(self.word)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The distinct words."""
        return frozenset(self.word)

    def entities(self) -> list[tuple[int, int, str]]:
        """Return (first token, token after the last, label) of the model's entities, in order."""
        begins = np.flatnonzero(self._iob == _BEGINS_ENTITY)
        outside = np.append(np.flatnonzero(self._iob != _INSIDE_ENTITY), len(self))
        afters = outside[np.searchsorted(outside, begins, side="right")]
        labels = _GRAMMAR.names(self._ent_type[begins], self._strings)
        return list(zip(begins.tolist(), afters.tolist(), labels, strict=True))

    def tokens_of(self, words: WordClass) -> list[int]:
        """Return the tokens whose word is of this class, in order."""
        found: list[int] = words.tokens(self._lexemes, self._numbers).tolist()
        return found

    def children(self, token: int) -> list[int]:
        """Return the syntactic children of a token, left to right; of very many, the first."""
        tokens, bounds = self._by_head
        return tokens[bounds[token] : min(bounds[token + 1], bounds[token] + _MAX_CHILDREN)]

    @cached_property
    def _by_head(self) -> tuple[list[int], list[int]]:
        """The tokens in order of their heads, without roots, and where each head's begin; few are ever asked for."""
        head = np.array(self.head, dtype=np.intp)
        tokens = np.flatnonzero(head != np.arange(len(head)))
        heads = head[tokens]
        bounds = np.concatenate([[0], np.cumsum(np.bincount(heads, minlength=len(head)))])
        return tokens[np.argsort(heads, kind="stable")].tolist(), bounds.tolist()

    def root(self, first: int, after: int) -> int:
        """Return the token of `first:after` whose head lies outside: the syntactic head of the span."""
        head = self.head
        for token in range(first, after):
            if not first <= head[token] < after or head[token] == token:
                return token
        return after - 1


class _Grammar:
    """Names of tags, relations and labels by their ids: hashes, the same in every vocabulary; about 120 of them."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {0: ""}
        self._ids: NDArray[np.uint64] = np.zeros(1, dtype=np.uint64)
        self._names: NDArray[np.object_] = np.array([""], dtype=object)

    def names(self, ids: NDArray[np.uint64], strings: StringStore) -> list[str]:
        """Return the name of each id."""
        at = np.searchsorted(self._ids[:-1], ids)  # without the last, so that each result is an index
        if not np.array_equal(self._ids[at], ids):
            self._learn(set(ids.tolist()), strings)
            at = np.searchsorted(self._ids[:-1], ids)
        found: list[str] = self._names[at].tolist()
        return found

    def _learn(self, ids: set[int], strings: StringStore) -> None:
        self._known.update((key, strings[key]) for key in ids.difference(self._known))
        self._ids = np.array(sorted(self._known), dtype=np.uint64)
        self._names = np.array([self._known[key] for key in sorted(self._known)], dtype=object)


_GRAMMAR = _Grammar()
