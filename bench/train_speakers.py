"""Fit the weights of the speaker ranker: `python -m bench.train_speakers [--write]`; seconds on one core.

Reads `bench/speaker_passages.txt`, our own passages with quote and speaker marked, annotates them as any article, and
fits a conditional logit with an L2 penalty by Newton's method; no chance is in it, so it gives the same weights each
time. Prints how often the best candidate is the speaker, and the same leaving each passage out in turn, beside the
rules alone. `--write` puts the weights into `speaker_weights.tsv`; the reasons there stay.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from schemas.clean import CleanArticle
from workers.annotate.pipeline import load_pipeline, parse
from workers.annotate.quotes.candidates import Candidate, Candidates
from workers.annotate.quotes.grammar import Words
from workers.annotate.quotes.join import find_reports
from workers.annotate.quotes.marks import find_passages
from workers.annotate.quotes.notquotes import reasons_against
from workers.annotate.quotes.ranker import is_asked
from workers.annotate.quotes.report import Report
from workers.options import AnnotateOptions

PASSAGES = Path(__file__).parent / "speaker_passages.txt"
WEIGHTS = Path(__file__).parents[1] / "workers" / "annotate" / "quotes" / "speaker_weights.tsv"
PENALTY = 0.3  # half the squared weights are worth; by leaving passages out, .1 to 1 are alike
STEPS = 30
_SIGNS = re.compile(r"[{}<>]")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text with one quote marked. Code points; `speaker` is None where the text does not tell."""

    text: str
    content: tuple[int, int]
    speaker: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one quote and which of them is right."""

    candidates: Sequence[Candidate]
    right: int
    by_rules: bool  # whether the rules are right


def read_passages(path: Path = PASSAGES) -> Iterator[Passage]:
    """Yield the passages of a file."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for block in "\n".join(lines).split("\n\n"):
        if not block.strip():
            continue
        marked = block.strip("\n")
        found = {sign.group(): sign.start() - before for before, sign in enumerate(_SIGNS.finditer(marked))}
        speaker = (found["{"], found["}"]) if "{" in found else None
        yield Passage(_SIGNS.sub("", marked), (found["<"], found[">"]), speaker)


def examples(passages: Sequence[Passage]) -> Iterator[Example]:
    """Yield the quotes whose speaker the ranker is asked; passages whose quote or speaker is not found are left out."""
    options = AnnotateOptions()
    nlp = load_pipeline(options.model, fast=options.fast)
    for passage, doc in zip(passages, parse(nlp, [passage.text for passage in passages]), strict=True):
        words = _words(doc, CleanArticle(article_id="a", text=passage.text))
        reports = find_reports(words)
        report = max(reports, key=lambda report: _shared(report, passage), default=None)
        if report is None or not _shared(report, passage) or not is_asked(words, report):
            continue
        before = [other.source for other in reports if other.content[0] < report.content[0] and other.source]
        candidates = Candidates(words).of(report, before[-1] if before else None)
        right = next((n for n, one in enumerate(candidates) if _is_right(words, one.head, passage)), None)
        if right is not None:
            taken = None if report.source is None else doc[report.source[0] : report.source[1]].root.i
            yield Example(candidates, right, _is_right(words, taken, passage))


def _words(doc: Doc, article: CleanArticle) -> Words:
    text, paragraphs = article.text, article.paragraphs
    passages = find_passages(text, paragraphs)
    against = reasons_against(text, paragraphs, passages)
    return Words(doc, text, [p for p, why in zip(passages, against, strict=True) if why is None], paragraphs)


def _shared(report: Report, passage: Passage) -> int:
    """Return how many code points of the marked quote a report has."""
    first, last = passage.content
    return sum(max(0, min(end, last) - max(start, first)) for start, end in report.content)


def _is_right(words: Words, head: int | None, passage: Passage) -> bool:
    if passage.speaker is None:
        return head is None
    first, last = (words.at(offset) for offset in passage.speaker)
    return head == words.doc[first:last].root.i


def table(example: Example, tells: Sequence[str]) -> Floats:
    """Return a row a candidate and a column a tell, 1 where it holds."""
    return np.array([[tell in candidate.tells for tell in tells] for candidate in example.candidates], dtype=float)


def fit(tables: Sequence[Floats], rights: Sequence[int], *, penalty: float = PENALTY) -> Floats:
    """Return the weights that make the right candidates most probable, less the penalty."""
    weights = np.zeros(tables[0].shape[1])
    for _ in range(STEPS):
        slope, curve = -penalty * weights, penalty * np.eye(len(weights))
        for rows, right in zip(tables, rights, strict=True):
            scores = rows @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            mean = chances @ rows
            slope += rows[right] - mean
            curve += (rows.T * chances) @ rows - np.outer(mean, mean)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def reasons() -> dict[str, str]:
    """Return the reason of each tell of the table, in its order."""
    with WEIGHTS.open(encoding="utf-8") as stream:
        return {row["tell"]: row["reason"] for row in csv.DictReader(stream, delimiter="\t")}


def fitted(found: Sequence[Example], tells: Sequence[str]) -> Floats:
    """Return the weights of the tells as they are shipped, rounded to hundredths."""
    return fit([table(example, tells) for example in found], [example.right for example in found]).round(2)


def main() -> None:
    """Fit, print and, if asked, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the weights into the table")
    asked = parser.parse_args()
    passages = list(read_passages())
    found = list(examples(passages))
    why = reasons()
    unknown = {tell for one in found for candidate in one.candidates for tell in candidate.tells} - set(why)
    if unknown:
        raise SystemExit(f"tells without a reason in {WEIGHTS.name}: {sorted(unknown)}")
    tables = [table(example, list(why)) for example in found]
    rights = [example.right for example in found]
    weights = fitted(found, list(why))
    inside = sum(int((rows @ weights).argmax()) == right for rows, right in zip(tables, rights, strict=True))
    outside = 0
    for left in range(len(found)):
        kept = [n for n in range(len(found)) if n != left]
        others = fit([tables[n] for n in kept], [rights[n] for n in kept])
        outside += int((tables[left] @ others).argmax()) == rights[left]
    by_rules = sum(example.by_rules for example in found)
    print(f"{len(passages)} passages, {len(found)} quotes whose speaker is asked")
    print(f"right: rules {by_rules}, ranker {inside}, ranker that did not see the passage {outside}")
    for tell, weight in sorted(zip(why, weights, strict=True), key=lambda pair: -pair[1]):
        print(f"{weight:6.2f}  {tell}")
    if asked.write:
        lines = [f"{tell}\t{weight:.2f}\t{why[tell]}\n" for tell, weight in zip(why, weights, strict=True)]
        WEIGHTS.write_text("tell\tweight\treason\n" + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
