"""What the stages can be told. Light to import: the worker and the commands need these, and not the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Stage(StrEnum):
    """The verbs. `enrich` is both in one go, for the commands that work without Kafka."""

    CLEAN = "clean"
    ANNOTATE = "annotate"
    ENRICH = "enrich"


@dataclass(frozen=True, slots=True)
class CleanOptions:
    """Settings of the clean stage; the worker fills them from the environment, the commands from flags."""

    languages: frozenset[str] = frozenset({"en"})  # BCP 47 primary subtags; empty: any language
    min_words: int = 40  # of the clean text; shorter ones are teasers or stubs
    max_html_bytes: int = 8_000_000  # a longer page is cut, with a warning: the longest real page seen is 3 MB
    max_text_chars: int = 2_000_000  # of a flat text; the longest real one seen has 0.4 MB
    drop_duplicates: bool = False  # reject, instead of marking, an article whose text was just seen
    line_memory: bool = True  # leave out lines that other pages of the source had; off: a page's result is its own


@dataclass(frozen=True, slots=True)
class AnnotateOptions:
    """Settings of the annotate stage; the worker fills them from the environment, the commands from flags."""

    model: str = "md"  # `md`, `sm`, the name of any installed spaCy model, or a path
    fast: bool = True  # run the pipeline the fast way where the model's architecture allows (same output)
    gazetteer: Path | None = None  # JSON lines: name, aliases, label, uri
    min_confidence: float = 0.0  # quotes below are not published
    label_map: tuple[tuple[str, str], ...] = ()  # (model's label, OntoNotes label) for models with another scheme


@dataclass(frozen=True, slots=True)
class StageOptions:
    """What the children need to know."""

    stages: tuple[Stage, ...] = (Stage.CLEAN, Stage.ANNOTATE)
    clean: CleanOptions = field(default_factory=CleanOptions)
    annotate: AnnotateOptions = field(default_factory=AnnotateOptions)
    max_record_bytes: int = 24_000_000  # of a message's value; the topics are created with the same figure
    test_hooks: bool = False  # tests only: let articles ask for faults
    logs: tuple[str, str] | None = None  # level and style of what the children log; None: as Python has it
