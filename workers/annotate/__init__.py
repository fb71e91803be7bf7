"""clean → enriched: entities and quotes. Pure, given a model: knows no Kafka, no loop, no environment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import workers.annotate.lean_spacy  # noqa: F401  before whatever imports spaCy
from schemas.clean import CleanArticle
from schemas.enriched import EnrichedArticle, Pipeline, PipelineModel
from workers import __version__
from workers.annotate.entities import find_entities, read_gazetteer, read_tables, with_quoted
from workers.annotate.pipeline import load_pipeline, parse, warm_up
from workers.annotate.quotes import read_lexicon, read_marks
from workers.annotate.vocabulary import bounded_vocabulary
from workers.options import AnnotateOptions

__all__ = ["AnnotateOptions", "Annotator"]


class Annotator:
    """A loaded pipeline. Make one a process: loading takes seconds, annotating milliseconds."""

    def __init__(self, options: AnnotateOptions | None = None) -> None:
        self.options = options or AnnotateOptions()
        self._nlp = load_pipeline(self.options.model, fast=self.options.fast)
        self._gazetteer = read_gazetteer(self.options.gazetteer) if self.options.gazetteer else None
        self._label_map = dict(self.options.label_map)
        meta = self._nlp.meta
        self.pipeline = Pipeline(
            version=__version__,
            config_hash=hashlib.sha256(repr(self.options).encode()).hexdigest()[:16],
            models=(PipelineModel(name=f"{meta['lang']}_{meta['name']}", version=meta["version"]),),
        )

    def annotate(self, articles: Sequence[CleanArticle], *, now: datetime | None = None) -> list[EnrichedArticle]:
        """Return each article with its entities and quotes, in order; their texts stay exactly as given."""
        with bounded_vocabulary(self._nlp, [article.text for article in articles]):
            return self._annotate(articles, now or datetime.now(UTC))

    def warm_up(self) -> None:
        """Make now what is made on first use. Processes forked from this one share it; it starts no thread."""
        warm_up(self._nlp)
        read_tables()
        read_lexicon()

    def _annotate(self, articles: Sequence[CleanArticle], now: datetime) -> list[EnrichedArticle]:
        docs = parse(self._nlp, [article.text for article in articles])
        enriched = []
        for article, doc in zip(articles, docs, strict=True):
            entities = find_entities(
                doc,
                article.article_id,
                headline=article.headline,
                label_map=self._label_map,
                gazetteer=self._gazetteer,
                text=article.text,
            )
            quotes, rest = read_marks(doc, article, entities, min_confidence=self.options.min_confidence)
            speakers = {quote.speaker.entity_id for quote in quotes if quote.speaker.entity_id}
            salient = with_quoted(entities.entities, speakers, article.headline)
            fields = dict(article) | {"processed_at": now, "pipeline": self.pipeline}
            enriched.append(EnrichedArticle(**fields, entities=salient, quotes=quotes, not_quotes=rest))
        return enriched
