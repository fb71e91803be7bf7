"""Quality of the entity list on the development gold: `python -m bench.entities_eval [--model sm] [--ablate]`.

Prints precision/recall/F1 of names, entities (canonical name, one to one) and clusters (CEAFe), as the model comes and
with the resolver; with `--ablate`, with each step left out.
"""

from __future__ import annotations

import argparse
from typing import Any

from spacy.tokens import Doc

from bench.entity_gold import COARSE, parsed, prediction, rows, scorer
from workers.annotate.entities import Step, find_entities

SETS = ("dwie_dev", "reuters2020", "gum_news")
SHOWN = ("exact", "PER", "ORG", "LOC", "docentity", "ceafe")


def as_shipped(article_id: str, doc: Doc) -> dict[str, Any]:
    """Return the model's own entities."""
    found = [
        {"start": e.start_char, "end": e.end_char, "label": COARSE[e.label_]} for e in doc.ents if e.label_ in COARSE
    ]
    return {"id": article_id, "entities": found}


def line(title: str, scores: dict[str, tuple[float, float, float]]) -> str:
    """Return one line of the table."""
    cells = ["/".join(f"{100 * x:.1f}" for x in scores[key]) if key in scores else "-" for key in SHOWN]
    return f"{title:<28}" + "".join(f"{cell:>17}" for cell in cells)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="md")
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--ablate", action="store_true", help="leave each step of the resolver out, one at a time")
    options = parser.parse_args()
    score = scorer().score
    everything = frozenset(Step)
    for name in options.sets:
        gold = rows(name)
        docs = list(parsed(name, options.model, gold))
        print(f"{name} ({len(gold)} articles, {options.model}): P/R/F1")
        print(" " * 28 + "".join(f"{key:>17}" for key in SHOWN))
        print(line("as the model comes", score(gold, {i: as_shipped(i, doc) for i, doc in docs})))
        variants = {"with the resolver": everything}
        if options.ablate:
            variants |= {f"  without {step}": everything - {step} for step in Step}
        for title, steps in variants.items():
            found = {i: prediction(i, find_entities(doc, i, steps=steps).entities) for i, doc in docs}
            print(line(title, score(gold, found)), flush=True)


if __name__ == "__main__":
    main()
