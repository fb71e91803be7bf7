"""What can be set about annotating."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AnnotateOptions:
    """Settings of the annotate stage; the worker fills them from the environment, the commands from flags."""

    model: str = "md"  # `md`, `sm`, the name of any installed spaCy model, or a path
    fast: bool = True  # run the pipeline the fast way where the model's architecture allows (same output)
    gazetteer: Path | None = None  # JSON lines: name, aliases, label, uri
    min_confidence: float = 0.0  # quotes below are not published
    label_map: tuple[tuple[str, str], ...] = ()  # (model's label, OntoNotes label) for models with another scheme
