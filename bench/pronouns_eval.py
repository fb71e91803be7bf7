"""Whom 'he', 'she' and nominals mean, on the news of GUM: `python -m bench.pronouns_eval [--model sm] [--errors]`.

A resolution is right where the entity has a name that overlaps a name of the gold cluster of the pronoun. Precision is
over all third person singular pronouns of people that were resolved, also those whose person the article never names;
recall over those whose person it names before.
"""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from bench.entity_gold import parsed, rows
from schemas.enriched import Entity, MentionKind
from workers.annotate.entities import find_entities
from workers.annotate.entities.coreference import PRONOUN_GENDER

HE_OR_SHE = {pronoun for pronoun, gender in PRONOUN_GENDER.items() if gender != "n"}


def is_right(entity: Entity, cluster: dict[str, Any]) -> bool:
    """Tell whether entity and gold cluster share a name in the text."""
    names = [m for m in entity.mentions if m.kind is MentionKind.NAME]
    gold = [m for m in cluster["mentions_all"] if m["kind"] == "name"]
    return any(m.start < g["end"] and g["start"] < m.end for m in names for g in gold)


def main() -> None:
    """Print precision and recall."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="md")
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    gold = rows("gum_news")
    counts: Counter[str] = Counter()
    for article_id, doc in parsed("gum_news", options.model, gold):
        article = gold[article_id]
        by_kind: dict[MentionKind, dict[int, Entity]] = {kind: {} for kind in MentionKind}
        for entity in find_entities(doc, article_id).entities:
            for mention in entity.mentions:
                by_kind[mention.kind][mention.end] = entity
        for cluster in article["clusters"]:
            named = [m["start"] for m in cluster["mentions_all"] if m["kind"] == "name"]
            for mention in cluster["mentions_all"]:
                if mention["kind"] != "pron" and (found := by_kind[MentionKind.NOMINAL].pop(mention["end"], None)):
                    counts["nominal resolved"] += 1
                    counts["nominal right"] += is_right(found, cluster)
                    if options.errors and not is_right(found, cluster):
                        print(
                            "nominal", article["text"][mention["start"] - 150 : mention["end"] + 20], "->", found.name
                        )
                if mention["text"].lower() not in HE_OR_SHE or cluster["etype"] != "person":
                    continue
                found = by_kind[MentionKind.PRONOUN].get(mention["end"])
                before = any(start < mention["start"] for start in named)
                counts["pronouns"] += 1
                counts["named before"] += before
                if found is None:
                    if before and options.errors:
                        text = article["text"][mention["start"] - 250 : mention["end"] + 20].replace("\n", " / ")
                        print(f"{text}\n   -> unresolved, gold { {m['text'] for m in cluster['mentions_all']} }\n")
                    continue
                counts["resolved"] += 1
                counts["right"] += is_right(found, cluster)
                if options.errors and not is_right(found, cluster):
                    text = article["text"][mention["start"] - 250 : mention["end"] + 20].replace("\n", " / ")
                    names = {m["text"] for m in cluster["mentions_all"] if m["kind"] == "name"}
                    print(f"{text}\n   -> {found.name}, gold {names or 'never named'}\n")
        for end, entity in by_kind[MentionKind.NOMINAL].items():  # not even a mention in the gold
            counts["nominal resolved"] += 1
            if options.errors:
                print("nominal", article["text"][end - 150 : end + 20], "->", entity.name)
    print(dict(counts))
    print(f"he/she: precision {100 * counts['right'] / counts['resolved']:.1f}", end=", ")
    print(f"recall {100 * counts['right'] / counts['named before']:.1f}")
    print(f"nominals: precision {100 * counts['nominal right'] / counts['nominal resolved']:.1f}")


if __name__ == "__main__":
    main()
