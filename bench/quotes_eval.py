"""Score quotes against gold: `python -m bench.quotes_eval ../shared/eval/quotes dev [train:3 …] [--bootstrap N]`.

Each part is `dev` or `train:K`, the K-th of ten interleaved slices of the training articles (every tenth from the
K-th on). The texts go through the same `Annotator` as every article; the scorer of the evaluation folder judges.
Writes the predictions to `--out` in the scorer's format, so that errors can be read.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from bench.scorer import load_scorer
from schemas.clean import CleanArticle
from schemas.enriched import EnrichedArticle
from workers.annotate import AnnotateOptions, Annotator

SLICES = 10
BATCH_ARTICLES = 16
TABLE = (
    ("speech e2e F1", "quote", "speech", "e2e"),
    ("speech relaxed F1", "quote", "speech", "relaxed"),
    ("marks e2e F1", "marks", "all", "e2e"),
    ("reported e2e F1", "quote", "reported", "e2e"),
    ("fragment speech e2e F1", "fragment", "speech", "e2e"),
    ("direct e2e F1", "quote", "direct", "e2e"),
    ("mixed e2e F1", "quote", "mixed", "e2e"),
    ("indirect e2e F1", "quote", "indirect", "e2e"),
    ("all e2e F1", "quote", "all", "e2e"),
)


def gold_part(folder: Path, part: str) -> list[dict[str, Any]]:
    """Return the gold articles of `dev` or `train:K`."""
    if part == "dev":
        lines = (folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]
    with gzip.open(folder / "train.jsonl.gz", "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream][int(part.partition(":")[2]) :: SLICES]


def prediction(article: EnrichedArticle) -> dict[str, Any]:
    """Return the quotes of an article in the scorer's format."""
    quotes = []
    for quote in article.quotes:
        mention, cue = quote.speaker.mention, quote.cue
        quotes.append(
            {
                "spans": [[span.start, span.end] for span in quote.spans],
                "speaker_mention": [mention.start, mention.end] if mention else None,
                "speaker": quote.speaker.name,
                "cue": [cue.start, cue.end] if cue else None,
                "confidence": quote.confidence,
                "rule": quote.provenance.rule,
                "speaker_rule": quote.provenance.speaker_rule,
                "resolution": quote.speaker.resolution,
            }
        )
    return {"id": article.article_id, "quotes": quotes}


def matched(scorer: Any, gold: list[dict[str, Any]], predicted: list[dict[str, Any]]) -> list[tuple[float, bool]]:
    """Return (confidence, right) of every predicted quote: right is a relaxed match with the right speaker."""
    outcomes = []
    for article, answer in zip(gold, predicted, strict=True):
        doc = scorer.Doc(article["text"])
        wanted = scorer.gold_units(doc, article, "quote")
        given = scorer.pred_units(doc, answer, article, "quote")
        _, by_given = scorer.match_relaxed(wanted, given)
        for number, unit in enumerate(given):
            if unit.discard:
                continue
            right = number in by_given and scorer.speaker_ok(wanted[by_given[number]], unit)[0]
            outcomes.append((float(unit.q["confidence"]), bool(right)))
    return outcomes


def print_reliability(outcomes: list[tuple[float, bool]]) -> None:
    """Print how often quotes of each confidence are right, the Brier score and the expected calibration error."""
    by_bin: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in outcomes:
        by_bin[min(9, int(confidence * 10))].append((confidence, right))
    print("\nconfidence   quotes  mean  right")
    error = 0.0
    for number in sorted(by_bin):
        pairs = by_bin[number]
        mean = sum(c for c, _ in pairs) / len(pairs)
        share = sum(r for _, r in pairs) / len(pairs)
        error += len(pairs) / len(outcomes) * abs(mean - share)
        print(f"{number / 10:.1f}–{number / 10 + 0.1:.1f}     {len(pairs):6d}  {mean:.2f}  {share:.2f}")
    brier = sum((c - r) ** 2 for c, r in outcomes) / max(1, len(outcomes))
    print(f"Brier {brier:.3f}, expected calibration error {error:.3f}")


def main() -> None:
    """Annotate the parts, print the table of the issue and the scorer's own, the reliability table and the speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with dev.jsonl, train.jsonl.gz and score.py")
    parser.add_argument("parts", nargs="+", help="dev or train:K")
    parser.add_argument("--bootstrap", type=int, default=0)
    parser.add_argument("--out", type=Path, help="where to write the predictions, JSON lines")
    parser.add_argument("--model", default="md")
    parser.add_argument("--full", action="store_true", help="print the scorer's whole table")
    arguments = parser.parse_args()
    scorer = load_scorer(arguments.folder)
    gold = [article for part in arguments.parts for article in gold_part(arguments.folder, part)]
    annotator = Annotator(AnnotateOptions(model=arguments.model))
    predicted: list[dict[str, Any]] = []
    rules: Counter[str] = Counter()
    started = time.process_time()
    for first in range(0, len(gold), BATCH_ARTICLES):
        batch = [CleanArticle(article_id=a["id"], text=a["text"]) for a in gold[first : first + BATCH_ARTICLES]]
        for article in annotator.annotate(batch):
            predicted.append(prediction(article))
            rules.update(quote.provenance.rule for quote in article.quotes)
    seconds = time.process_time() - started
    result = scorer.score(gold, predicted, bootstrap=arguments.bootstrap)
    print(f"{'measure':26}{'P':>7}{'R':>7}{'F1':>7}")
    for name, level, view, measure in TABLE:
        print(f"{name:26}" + "".join(f"{100 * value:7.1f}" for value in result[level][view][measure]))
    speech = result["quote"]["speech"]
    found = f"of {speech['attr_n']} found, recall {100 * speech['relaxed'][1]:.1f}"
    print(f"{'speech attribution':26}{100 * speech['attr']:7.1f} {found}")
    for name, (low, high) in sorted(result.get("ci95", {}).items()):
        print(f"  {name:24} 95 % interval {100 * low:.1f}–{100 * high:.1f}")
    if arguments.full:
        print(scorer.table(result))
    print_reliability(matched(scorer, gold, predicted))
    word_count = sum(len(article["text"].split()) for article in gold)
    print(f"\nrules: {dict(rules.most_common())}")
    print(f"{1000 * seconds / word_count * 1000:.1f} ms of CPU per 1,000 words, model and all")
    if arguments.out:
        lines = "".join(json.dumps(answer) + "\n" for answer in predicted)
        arguments.out.write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
