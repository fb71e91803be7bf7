"""`Doc`s built by hand, so that unit tests need no model."""

from __future__ import annotations

from collections.abc import Sequence

import spacy
from spacy.tokens import Doc, Span

_VOCAB = spacy.blank("en").vocab


def make_doc(
    text: str,
    names: Sequence[tuple[str, str]] = (),
    *,
    tags: Sequence[str] | None = None,
    heads: Sequence[int] | None = None,
    deps: Sequence[str] | None = None,
) -> Doc:
    """Return a parsed `Doc` of `text`, whose tokens stand between single blanks.

    `names` are the model's entities, (words, label), each the next such words in the text. Capitalised words are proper
    nouns unless `tags` says otherwise; without `heads`, each token hangs on the first of its sentence ('.' ends one).
    """
    words = text.split(" ")
    tags = tags or ["NNP" if word[:1].isupper() else "." if word == "." else "NN" for word in words]
    starts = [index == 0 or words[index - 1] in (".", "\n") for index in range(len(words))]
    roots: list[int] = []
    for index, start in enumerate(starts):
        roots.append(index if start else roots[-1])
    doc = Doc(
        _VOCAB,
        words=words,
        spaces=[True] * (len(words) - 1) + [False],
        tags=list(tags),
        heads=list(heads or roots),
        deps=list(deps or ["ROOT" if start else "dep" for start in starts]),
    )
    spans, begin = [], 0
    for name, label in names:
        parts = name.split(" ")
        while words[begin : begin + len(parts)] != parts:
            begin += 1
        spans.append(Span(doc, begin, begin + len(parts), label=label))
        begin += len(parts)
    doc.set_ents(spans)
    return doc
