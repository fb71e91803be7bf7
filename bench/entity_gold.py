"""Gold articles of `../shared/eval/entities`, their parses (kept on disk), and predictions in the scorer's form."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc, DocBin

from bench.scorer import load_scorer
from schemas.enriched import Entity, MentionKind
from workers.annotate.pipeline import load_pipeline, parse

GOLD = Path(__file__).resolve().parents[2] / "shared/eval/entities"
CACHE = Path("/tmp/wiremill-parses")
# The gold has four labels; OntoNotes has more.
COARSE = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"} | dict.fromkeys(
    ["NORP", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT", "LANGUAGE"], "MISC"
)


def rows(name: str) -> dict[str, dict[str, Any]]:
    """Return the articles of one set by id."""
    with gzip.open(GOLD / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {row["id"]: row for row in map(json.loads, lines)}


def parsed(name: str, model: str, gold: dict[str, dict[str, Any]]) -> Iterator[tuple[str, Doc]]:
    """Yield (article id, parse), from disk where it was parsed before; delete the folder when the model changes."""
    path = CACHE / f"{name}.{model}.spacy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        nlp = load_pipeline(model)
        DocBin(docs=parse(nlp, [row["text"] for row in gold.values()])).to_disk(path)
    docs = DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)
    yield from zip(gold, docs, strict=True)


def scorer() -> Any:
    """Return the scorer that lies beside the gold."""
    return load_scorer(GOLD)


def prediction(article_id: str, entities: tuple[Entity, ...]) -> dict[str, Any]:
    """Return the names of one article as the scorer reads them."""
    mentions: list[dict[str, Any]] = []
    clusters: list[dict[str, Any]] = []
    for entity in entities:
        label = COARSE.get(entity.label)
        spans = [[m.start, m.end] for m in entity.mentions if m.kind is MentionKind.NAME]
        if label is None or not spans:
            continue
        mentions += [{"start": start, "end": end, "label": label} for start, end in spans]
        clusters.append({"label": label, "name": entity.name, "mentions": spans})
    return {"id": article_id, "entities": mentions, "clusters": clusters}
