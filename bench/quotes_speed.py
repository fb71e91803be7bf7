"""Time quotes beyond the parse: `python -m bench.quotes_speed [../shared/eval/quotes]`; without it on our own text.

Prints microseconds a word on ordinary articles, and the cost a character of hostile texts against theirs, of the quotes
alone and of the whole annotation: thousands of marks, one endless sentence, a cue at every other word. A text of 2,500
quotes costs more than one of 25 whatever the algorithm; `growth` says how the cost a character changes from a quarter
of the text to the whole: near 1 in linear time, 4 in quadratic.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from schemas.clean import CleanArticle
from workers.annotate import Annotator
from workers.annotate.entities import ArticleEntities, find_entities
from workers.annotate.pipeline import load_pipeline, parse
from workers.annotate.quotes import find_quotes
from workers.options import AnnotateOptions

RUNS = 5
HOSTILE_CHARS = 100_000
PARAGRAPH = (
    "“We will rebuild the bridge,” Mayor Anna Kowalski said on Monday. The council had called the plan “a costly "
    "mistake,” but Kowalski insisted that the old bridge was unsafe. “It will fall,” she added, “if we do not act.”\n\n"
    "Peter Baker, who leads the opposition, said residents would pay for it. According to a report, it costs 40 "
    "million dollars. The work, which began in March, will take two years and close the road along the river.\n\n"
)
# Each about 100,000 characters; the first four hold 5,000 marks or more.
HOSTILE = {
    "5,000 marks, spaced": '"a b c d e f g h i j" ' * 2_500 + "x " * 22_500,
    "5,000 marks, one line, cues": '"It is so," he said. ' * 2_500 + "word " * 9_500,
    "5,000 marks that only open": "“ open " * 5_000 + "word " * 13_000,
    "5,000 single marks": "‘a word’ said he " * 2_500 + "word " * 11_500,
    "one sentence without an end": "the mayor said that the council said that " * 2_380,
    "a cue at every other word": "said claim " * 9_090,
    "one paragraph a word": "said\n\n“A”\n\n" * 9_090,
}


def seconds(doc: Doc, article: CleanArticle, entities: ArticleEntities) -> float:
    """Return the CPU time of the quotes of one article, the median of a few runs."""
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        find_quotes(doc, article, entities)
        times.append(time.process_time() - started)
    return statistics.median(times)


def prepared(nlp: Language, text: str) -> tuple[Doc, CleanArticle, ArticleEntities]:
    """Return what the quotes of a text need."""
    [doc] = parse(nlp, [text])
    return doc, CleanArticle(article_id="a", text=text), find_entities(doc, "a")


def whole(annotator: Annotator, texts: list[str]) -> float:
    """Return the CPU time of annotating texts from nothing, a character."""
    started = time.process_time()
    annotator.annotate([CleanArticle(article_id="a", text=text) for text in texts])
    return (time.process_time() - started) / sum(map(len, texts))


def main() -> None:
    """Print the cost of ordinary articles and of hostile ones."""
    texts = [PARAGRAPH * 10] * 5
    if len(sys.argv) > 1:
        lines = (Path(sys.argv[1]) / "dev.jsonl").read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines]
    options = AnnotateOptions()
    annotator = Annotator(options)
    annotator.warm_up()
    nlp = load_pipeline(options.model, fast=options.fast)
    cases = [prepared(nlp, text) for text in texts]
    find_quotes(*cases[0])  # reads the lexicon
    total = sum(seconds(*case) for case in cases)
    words = sum(len(text.split()) for text in texts)
    ordinary = total / sum(map(len, texts))
    ordinary_whole = whole(annotator, texts)
    print(f"ordinary articles: {1e6 * total / words:.2f} µs a word for quotes, {1e6 * ordinary:.2f} µs a character")
    print(f"                   {1e6 * ordinary_whole:.2f} µs a character for the whole annotation")
    print(f"{'hostile text':30}{'quotes alone':>14}{'growth':>8}{'whole':>8}")
    for name, text in HOSTILE.items():
        cost = seconds(*prepared(nlp, text)) / len(text)
        quarter = text[: len(text) // 4]
        growth = cost / (seconds(*prepared(nlp, quarter)) / len(quarter))
        ratio = whole(annotator, [text]) / ordinary_whole
        print(f"{name:30}{cost / ordinary:12.1f} ×{growth:8.2f}{ratio:6.1f} ×", flush=True)


if __name__ == "__main__":
    main()
