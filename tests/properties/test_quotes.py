"""Quotes of any text under any parse: valid spans, no failure, the same each time."""

from __future__ import annotations

from itertools import pairwise

import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from schemas.clean import CleanArticle
from schemas.enriched import EnrichedArticle, Quote
from workers.annotate.entities import ArticleEntities
from workers.annotate.quotes import find_quotes
from workers.annotate.quotes.marks import find_passages

NLP = spacy.blank("en")
TAGS = ["NN", "NNP", "NNS", "PRP", "VBD", "VBZ", "VBG", "VBN", "VB", "IN", "DT", "WP", "``", "''", ".", ",", ":", "_SP"]
DEPS = ["nsubj", "ccomp", "dobj", "xcomp", "advcl", "conj", "cc", "prep", "pobj", "relcl", "acl", "mark", "aux", "poss"]
DEPS += ["auxpass", "agent", "oprd", "parataxis", "punct", "appos", "dep", "compound", "nsubjpass", "pcomp"]
# Words that rules look for, so that random texts reach them.
PIECES = [
    "said",
    "“",
    "”",
    '"',
    "''",
    "‘",
    "’",
    "'",
    "«",
    "»",
    ",",
    ".",
    ":",
    "\n",
    "\n\n",
    "—",
    " ",
    "that",
    "he",
    "who",
]
PIECES += [
    "according",
    "to",
    "as",
    "put",
    "it",
    "Kowalski",
    "claim",
    "called",
    "described",
    "told",
    "and",
    "KOWALSKI:",
    "é",
    "😀",
]

texts = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
)


@st.composite
def parsed(draw: st.DrawFn) -> tuple[str, Doc]:
    """A text with a parse that no parser would give: every tag and label anywhere, any tree without a cycle."""
    text = draw(texts)
    tokens = NLP.make_doc(text)
    size = len(tokens)
    heads = [draw(st.integers(0, i)) for i in range(size)]
    tags = draw(st.lists(st.sampled_from(TAGS), min_size=size, max_size=size))
    deps = ["ROOT" if heads[i] == i else draw(st.sampled_from(DEPS)) for i in range(size)]
    doc = Doc(
        NLP.vocab,
        words=[t.text for t in tokens],
        spaces=[bool(t.whitespace_) for t in tokens],
        heads=heads,
        deps=deps,
        tags=tags,
    )
    return text, doc


def quotes_of(text: str, doc: Doc) -> tuple[Quote, ...]:
    return find_quotes(doc, CleanArticle(article_id="a", text=text), ArticleEntities(()))


@settings(max_examples=300)
@given(parsed())
def test_spans_slice_the_text_whatever_the_parse(case: tuple[str, Doc]) -> None:
    """`text[start:end] == exact` for content, cue and mention; spans in order and apart; ids distinct."""
    text, doc = case
    quotes = quotes_of(text, doc)
    EnrichedArticle(article_id="a", text=text, quotes=quotes)  # checks every slice
    for quote in quotes:
        ends = [(span.start, span.end) for span in quote.spans]
        assert all(start < end for start, end in ends)
        assert all(a[1] <= b[0] for a, b in pairwise(ends))
    assert len({quote.quote_id for quote in quotes}) == len(quotes)
    assert [quote.spans[0].start for quote in quotes] == sorted(quote.spans[0].start for quote in quotes)


@settings(max_examples=50)
@given(parsed())
def test_the_same_article_gives_the_same_quotes(case: tuple[str, Doc]) -> None:
    """A replay yields the same records with the same ids."""
    text, doc = case
    assert quotes_of(text, doc) == quotes_of(text, doc)


@settings(max_examples=300)
@given(texts)
def test_passages_lie_apart_within_their_paragraphs(text: str) -> None:
    """Outermost passages never overlap and never cross a paragraph."""
    paragraphs = CleanArticle(article_id="a", text=text).paragraphs
    end = 0
    for passage in find_passages(text, paragraphs):
        paragraph = paragraphs[passage.paragraph]
        assert (
            paragraph.start <= passage.start < passage.inner_start <= passage.inner_end <= passage.end <= paragraph.end
        )
        assert end <= passage.start
        end = passage.end
