"""Who said what, in which words: quotes by rules on quotation marks and the dependency parse.

Marks make passages (`marks`), of which titles and nicknames are left out (`notquotes`). Cues (`cues`) report what
stands beside them (`frames`), what depends on them (`clauses`, `extent`), what they are an aside to (`asides`), and the
passages of their sentence that are left over (`leftover`); headlines, transcripts and signatures need no cue (`turns`).
`join` keeps the outer of two reports, `carry` lets quotes go on without a cue. `ranker` settles who speaks where the
rules are not sure; `speakers` says whom the words for the source mean, `confidence` how sure it is, `rules` why.
"""

from __future__ import annotations

from spacy.tokens import Doc

from schemas.clean import CleanArticle
from schemas.enriched import Cue, NotQuote, Provenance, Quote, QuoteContext, QuoteType
from schemas.ids import quote_id
from schemas.record import TextSpan
from workers.annotate.entities import ArticleEntities
from workers.annotate.quotes.confidence import confidence_of
from workers.annotate.quotes.cues import nouns, verbs
from workers.annotate.quotes.grammar import Words
from workers.annotate.quotes.join import find_reports
from workers.annotate.quotes.marks import find_passages
from workers.annotate.quotes.notquotes import left_out, reasons_against
from workers.annotate.quotes.ranker import Ranker, speaker_weights
from workers.annotate.quotes.report import Report
from workers.annotate.quotes.rules import CATALOGUE, Rule
from workers.annotate.quotes.speakers import Speakers

__all__ = ["CATALOGUE", "RULES_VERSION", "Rule", "find_quotes", "read_lexicon", "read_marks"]

RULES_VERSION = "5"  # grows when a change of the rules changes quotes
CONTEXT_CHARS = 160  # on each side, within the paragraph: about one sentence


def find_quotes(
    doc: Doc, article: CleanArticle, entities: ArticleEntities, *, min_confidence: float = 0.0
) -> tuple[Quote, ...]:
    """Return the quotes of `read_marks` alone."""
    return read_marks(doc, article, entities, min_confidence=min_confidence)[0]


def read_marks(
    doc: Doc, article: CleanArticle, entities: ArticleEntities, *, min_confidence: float = 0.0
) -> tuple[tuple[Quote, ...], tuple[NotQuote, ...]]:
    """Return the quotes of the article in order of their first span, and the words in marks that are none.

    Quotes below `min_confidence` are in neither. `doc` holds the whole of `article.text`, with Penn tags, ClearNLP
    dependencies and sentences.
    """
    if not len(doc):
        return (), ()
    text, paragraphs = article.text, article.paragraphs
    passages = find_passages(text, paragraphs)
    against = reasons_against(text, paragraphs, passages)
    words = Words(doc, text, [p for p, why in zip(passages, against, strict=True) if why is None], paragraphs)
    speakers, ranker = Speakers(words, entities), Ranker(words)
    reports = find_reports(words)
    for report in reports:
        ranker.settle(report)
    quotes = [_quote(words, report, article, speakers) for report in reports]
    rest = left_out(text, passages, against, (span for report in reports for span in report.content))
    return tuple(quote for quote in quotes if quote.confidence >= min_confidence), rest


def read_lexicon() -> None:
    """Read now cues and the ranker's weights, else read on first use, so that processes forked from this share them."""
    verbs()
    nouns()
    speaker_weights()


def _quote(words: Words, report: Report, article: CleanArticle, speakers: Speakers) -> Quote:
    text = article.text
    spans = tuple(TextSpan(start=s, end=e, exact=text[s:e]) for s, e in report.content)
    quoted = " ".join(span.exact for span in spans)
    marked, unmarked, count = _words_by_marks(words, report)
    speaker = speakers.speaker_of(report)
    return Quote(
        quote_id=quote_id(article.article_id, report.content, quoted),
        article_id=article.article_id,
        url=article.url,
        headline=article.headline,
        publisher=article.publisher,
        published_at=article.published_at,
        language=article.language,
        type=_type(report, marked, unmarked),
        spans=spans,
        text=quoted,
        cue=_cue(words, report),
        speaker=speaker,
        addressee=_text(words, report.addressee),
        context=_context(words, report),
        confidence=confidence_of(report, marked=marked, unmarked=unmarked, word_count=count),
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


def _text(words: Words, interval: tuple[int, int] | None) -> str | None:
    if interval is None:
        return None
    start, end = words.chars(interval)
    return words.text[start:end]


def _words_by_marks(words: Words, report: Report) -> tuple[bool, bool, int]:
    """Return whether the content has words in marks, whether it has others, and how many words it has."""
    marked = unmarked = False
    count = 0
    for start, end in report.content:
        for i in range(words.at(start), words.at(end)):
            if not words.is_word[i]:
                continue
            count += 1
            if words.passage_of[i] >= 0:
                marked = True
            else:
                unmarked = True
    return marked, unmarked, count


def _type(report: Report, marked: bool, unmarked: bool) -> QuoteType:
    """Direct where all words stand in marks, or in a transcript; indirect where none does; else mixed."""
    if report.rule == "turn" or (marked and not unmarked):
        return QuoteType.DIRECT
    return QuoteType.MIXED if marked else QuoteType.INDIRECT


def _context(words: Words, report: Report) -> QuoteContext:
    start, end = report.content[0][0], report.content[-1][1]
    first = words.paragraphs[words.paragraph_of(start)].start
    last = max(end, words.paragraphs[words.paragraph_of(max(start, end - 1))].end)
    before = words.text[max(first, start - CONTEXT_CHARS) : start]
    after = words.text[end : min(last, end + CONTEXT_CHARS)]
    return QuoteContext(before=before.lstrip(), after=after.rstrip())
