"""The columns of a parsed article, read once: everything after this is plain Python lists."""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from workers.annotate.entities.lexemes import Ids, Spellings, WordClass, lexemes

_ATTRIBUTES: Final[list[int | str]] = ["ORTH", "IDX", "TAG", "DEP", "HEAD", "SENT_START", "ENT_IOB", "ENT_TYPE"]
_GRAMMAR: Final = Spellings(bits=10)  # tags, relations and labels; about 120
_MAX_CHILDREN: Final = 100  # more than a word of prose has; bounds the work in texts that are none
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
        orth, start, tag, dep, head, starts, iob, ent_type = table.T.copy()  # each in one piece
        size = len(table)
        self.text = doc.text if text is None else text
        self._heads = head.astype(np.intp) + np.arange(size)
        self.head: list[int] = self._heads.tolist()
        numbers = (starts == 1).cumsum()
        self.sentence: list[int] = (numbers - numbers[:1]).tolist()
        self._strings = doc.vocab.strings
        self.tag, self.dep = self._spelled(tag), self._spelled(dep)
        self._lexemes = lexemes()
        self._numbers = self._lexemes.numbers(orth, self._strings)
        self.word: list[str] = self._lexemes.spelled.take(self._numbers).tolist()
        self.lower: list[str] = self._lexemes.lower.take(self._numbers).tolist()
        self.start: list[int] = start.tolist()
        self.end: list[int] = (start.astype(np.intp) + self._lexemes.chars.take(self._numbers)).tolist()
        self._iob, self._ent_type = iob, ent_type
        # Made when first asked for. Explicitly: in a compiled class `cached_property` would make them each time.
        self._vocabulary: frozenset[str] | None = None
        self._by_head: tuple[list[int], list[int], list[int]] | None = None

    def __len__(self) -> int:
        return len(self.word)

    @property
    def vocabulary(self) -> frozenset[str]:
        """The distinct words."""
        if self._vocabulary is None:
            self._vocabulary = frozenset(self.word)
        return self._vocabulary

    def entities(self) -> list[tuple[int, int, str]]:
        """Return (first token, token after the last, label) of the model's entities, in order."""
        begins = (self._iob == _BEGINS_ENTITY).nonzero()[0]
        outside = np.append((self._iob != _INSIDE_ENTITY).nonzero()[0], len(self))
        afters = outside[outside.searchsorted(begins, side="right")]
        labels = self._spelled(self._ent_type[begins])
        return list(zip(begins.tolist(), afters.tolist(), labels, strict=True))

    def _spelled(self, ids: Ids) -> list[str]:
        numbers = _GRAMMAR.numbers(ids, self._strings)
        found: list[str] = _GRAMMAR.spelled.take(numbers).tolist()
        return found

    def tokens_of(self, words: WordClass) -> list[int]:
        """Return the tokens whose word is of this class, in order."""
        found: list[int] = words.tokens(self._lexemes, self._numbers).tolist()
        return found

    def children(self, token: int) -> list[int]:
        """Return the syntactic children of a token, left to right; of very many, the first."""
        if self._by_head is None:
            self._by_head = self._sorted_by_head()
        tokens, begins, afters = self._by_head
        return tokens[begins[token] : afters[token]]

    def _sorted_by_head(self) -> tuple[list[int], list[int], list[int]]:
        """Return the tokens in order of their heads, without roots, and where each head's begin and end."""
        tokens = (self._heads != np.arange(len(self))).nonzero()[0]
        heads = self._heads[tokens]
        counts = np.bincount(heads, minlength=len(self))
        begins = counts.cumsum() - counts
        afters = begins + np.minimum(counts, _MAX_CHILDREN)
        return tokens[heads.argsort(kind="stable")].tolist(), begins.tolist(), afters.tolist()

    def opens_sentence(self, token: int) -> bool:
        """Tell whether the token is the first of its sentence."""
        return token == 0 or self.sentence[token - 1] != self.sentence[token]

    def root(self, first: int, after: int) -> int:
        """Return the token of `first:after` whose head lies outside: the syntactic head of the span."""
        if after - first == 1:
            return first
        head = self.head
        for token in range(first, after):
            if not first <= head[token] < after or head[token] == token:
                return token
        return after - 1
