"""Who said what, in which words: quotes by rules on the dependency parse."""

from __future__ import annotations

from spacy.tokens import Doc

from schemas.clean import CleanArticle
from schemas.enriched import Quote
from workers.annotate.entities import ArticleEntities


def find_quotes(doc: Doc, article: CleanArticle, entities: ArticleEntities) -> tuple[Quote, ...]:
    """Return the quotes of the article in order of their first span. `doc` holds the whole of `article.text`."""
    return ()
