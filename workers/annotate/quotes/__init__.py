"""Who said what, in which words: quotes by rules on quotation marks and the dependency parse."""

from __future__ import annotations

from spacy.tokens import Doc

from schemas.clean import CleanArticle
from schemas.enriched import Cue, Provenance, Quote, QuoteContext, QuoteType
from schemas.ids import quote_id
from schemas.record import TextSpan
from workers.annotate.entities import ArticleEntities
from workers.annotate.quotes.grammar import Words
from workers.annotate.quotes.join import find_reports
from workers.annotate.quotes.marks import find_passages
from workers.annotate.quotes.notquotes import quoted_passages
from workers.annotate.quotes.report import Report
from workers.annotate.quotes.speakers import speaker_of

RULES_VERSION = "1"


def find_quotes(doc: Doc, article: CleanArticle, entities: ArticleEntities) -> tuple[Quote, ...]:
    """Return the quotes of the article in order of their first span. `doc` holds the whole of `article.text`."""
    if not len(doc):
        return ()
    text, paragraphs = article.text, article.paragraphs
    passages = quoted_passages(text, paragraphs, find_passages(text, paragraphs))
    words = Words(doc, text, passages, paragraphs)
    return tuple(_quote(words, report, article, entities) for report in find_reports(words))


def _quote(words: Words, report: Report, article: CleanArticle, entities: ArticleEntities) -> Quote:
    text = article.text
    spans = tuple(TextSpan(start=s, end=e, exact=text[s:e]) for s, e in report.content)
    quoted = " ".join(span.exact for span in spans)
    return Quote(
        quote_id=quote_id(article.article_id, report.content, quoted),
        article_id=article.article_id,
        url=article.url,
        headline=article.headline,
        publisher=article.publisher,
        published_at=article.published_at,
        language=article.language,
        type=_type(words, report),
        spans=spans,
        text=quoted,
        cue=_cue(words, report),
        speaker=speaker_of(words, report, entities),
        context=QuoteContext(),
        confidence=0.5,
        provenance=Provenance(
            rule=report.rule,
            cue_class=report.cue_class,
            speaker_rule=report.speaker_rule,
            version=RULES_VERSION,
        ),
    )


def _cue(words: Words, report: Report) -> Cue | None:
    if not report.cue:
        return None
    start, end = words.chars((report.cue[0], report.cue[-1] + 1))
    return Cue(start=start, end=end, exact=words.text[start:end], lemma=report.lemma)


def _type(words: Words, report: Report) -> QuoteType:
    """Direct where all words stand in marks, indirect where none does, else mixed."""
    inside = outside = False
    for start, end in report.content:
        for i in range(words.at(start), words.at(end)):
            if words.doc[i].is_punct or words.doc[i].is_space:
                continue
            if words.passage_of[i] >= 0:
                inside = True
            else:
                outside = True
    if inside:
        return QuoteType.MIXED if outside else QuoteType.DIRECT
    return QuoteType.INDIRECT
