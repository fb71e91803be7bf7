"""What a pipeline remembers of words: enough to be quick, never more than a bound."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, cast

from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc

LEARNT_CHARS = 300_000  # of different words, about 35,000; with what spaCy keeps beside each 25 MB
LEARNING_CHARS = 200_000  # of texts learnt from at once; a longer text may be no text at all
FREQUENT_WORDS = 4_000  # of the model's, learnt at the start
ENDINGS = ("", ",", ".")


class LearningTokenizer:
    """spaCy's tokenizer, which is six times as fast for words it remembers, with a better memory.

    By itself it stops remembering in each text at the first contraction or line break (`has_special` in tokenizer.pyx
    is never reset), and altogether at 10,000 words. Here each different word is first tokenized alone, until
    LEARNT_CHARS are known.
    """

    def __init__(self, tokenizer: Any) -> None:
        tokenizer.max_cache_size = LEARNT_CHARS
        self._tokenizer = tokenizer
        self._known: set[str] = set()
        self._chars = 0

    def __call__(self, text: str) -> Doc:
        """Return the tokens of `text`."""
        return cast(Doc, self._tokenizer(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)

    @property
    def full(self) -> bool:
        """Whether nothing more will be learnt."""
        return self._chars >= LEARNT_CHARS

    def learn(self, text: str) -> None:
        """Remember the words of `text`. Not for use in a memory zone, where nothing can be remembered."""
        new = set(text.split()) - self._known
        for word in new:
            self._tokenizer(word)
        self._chars += sum(map(len, new))
        self._known |= new
        if self.full:
            self._known.clear()


@contextmanager
def bounded_vocabulary(nlp: Language, texts: Sequence[str]) -> Iterator[None]:
    """Bound what `nlp` remembers of `texts`, annotated inside. Docs made inside are not to be used after.

    It learns until it knows LEARNT_CHARS of words; from then on, what is new in the texts dies with the block.
    """
    tokenizer: Any = nlp.tokenizer
    learning = isinstance(tokenizer, LearningTokenizer) and not tokenizer.full
    if learning and sum(map(len, texts)) <= LEARNING_CHARS:
        for text in texts:
            tokenizer.learn(text)
        yield
    else:
        with nlp.memory_zone():
            yield


def learn_frequent_words(nlp: Language) -> None:
    """Learn the model's most frequent words as they stand before a space: alone, with a comma, with a full stop."""
    if isinstance(nlp.tokenizer, LearningTokenizer):
        for word in frequent_words(nlp):
            nlp.tokenizer.learn(" ".join(word + ending for ending in ENDINGS))


def frequent_words(nlp: Language) -> list[str]:
    """Return the model's most frequent words, where it has vectors: their table begins with them."""
    strings = nlp.vocab.strings
    return [strings[key] for key in _frequent_keys(nlp)]


def with_needed_strings(nlp: Language, folder: Path) -> Language:
    """Return `nlp`, loaded from `folder` without its strings, with those it needs before it has read a text.

    They are the names of its labels, which some pipes take for known, and its most frequent words.
    """
    strings = nlp.vocab.strings
    for name in nlp.pipe_names:
        for label in getattr(nlp.get_pipe(name), "labels", ()):
            strings.add(label)
    frequent = set(_frequent_keys(nlp))
    for word in json.loads((folder / "vocab" / "strings.json").read_bytes()):
        if get_string_id(word) in frequent:
            strings.add(word)
    return nlp


def _frequent_keys(nlp: Language) -> Iterator[int]:
    return islice(nlp.vocab.vectors.keys(), FREQUENT_WORDS)
