"""What holds for the entities of any article, however odd its words and its parse."""

from __future__ import annotations

import re
from itertools import pairwise

import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from bench.interpreted import interpreted
from schemas.enriched import EnrichedArticle, MentionKind
from workers.annotate.entities import Gazetteer, find_entities
from workers.annotate.entities.gazetteer import Entry

_INTERPRETED = interpreted("workers.annotate.entities")
_VOCAB = spacy.blank("en").vocab
_LABELS = ("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "DATE", "MONEY", "LAW", "Other")
_DEPS = (
    "ROOT",
    "nsubj",
    "dobj",
    "pobj",
    "prep",
    "appos",
    "compound",
    "amod",
    "poss",
    "det",
    "attr",
    "cc",
    "conj",
    "advcl",
)
_TAGS = ("NNP", "NN", "NNS", "DT", "JJ", "IN", "VBD", "VBZ", "PRP", "CC", "POS", ",", ".", "``", "''", "_SP", "NNPS")
_WORDS = re.split(
    " ",
    "Anna Peter Lindgren Novak von der de al - – / ( ) [ ] \" “ ” ' 's ’s , . : the The a an of for in and he she "
    "him her his minister spokesman president Minister Prime US U.S. Russia Russian Paris Texas Washington D.C. UN "
    "United Nations Bank AG Ltd. COVID-19 Reuters AFP dpa KABUL iPhone Erdoğan Łódź 5 2020 Editor Author 李明 İ ß ﬁ "
    "is said Jr. who \n \n\n \t",
)


@st.composite
def docs(draw: st.DrawFn) -> Doc:
    """Any words under any parse with any entities."""
    word = st.one_of(st.sampled_from(_WORDS), st.text(min_size=1, max_size=6))
    words = [w for w in draw(st.lists(word, min_size=1, max_size=40)) if w.strip(" ")] or ["x"]
    size = len(words)

    def each(values: tuple[str, ...]) -> list[str]:
        return draw(st.lists(st.sampled_from(values), min_size=size, max_size=size))

    heads, root = [], 0
    for index in range(size):  # a forest: each token hangs on the first of its sentence, or on the token before it
        if index == 0 or draw(st.integers(0, 6)) == 0:
            root = index
        heads.append(root if index == root or draw(st.booleans()) else index - 1)
    spaces = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    doc = Doc(_VOCAB, words=words, spaces=spaces, tags=each(_TAGS), heads=heads, deps=each(_DEPS))
    spans, begin = [], 0
    while begin < size:
        length = draw(st.integers(0, 4))
        if length and begin + length <= size:
            spans.append(Span(doc, begin, begin + length, label=draw(st.sampled_from(_LABELS))))
        begin += length or 1
    doc.set_ents(spans)
    return doc


_GAZETTEER = Gazetteer(
    [
        Entry(name="United Nations", aliases=("UN",), uri="https://example.org/un"),
        Entry(name="Anna Novak", label="PERSON", uri="https://example.org/anna"),
        Entry(name="iPhone", label="PRODUCT"),
        Entry(name="U.S. Bank Ltd."),
    ]
)


@settings(max_examples=120)
@given(docs(), st.booleans())
def test_mentions_are_the_words_of_the_text_and_never_overlap(doc: Doc, linked: bool) -> None:
    """Each mention slices to what it claims, and a code point belongs to one mention at most."""
    entities = find_entities(doc, "a", gazetteer=_GAZETTEER if linked else None).entities
    mentions = sorted((m for entity in entities for m in entity.mentions), key=lambda m: m.start)
    assert all(doc.text[m.start : m.end] == m.exact for m in mentions)
    assert all(before.end <= after.start for before, after in pairwise(mentions))
    EnrichedArticle(article_id="a", text=doc.text, entities=entities)


@settings(max_examples=60)
@given(docs())
def test_each_entity_has_a_name_an_id_of_its_own_and_a_salience(doc: Doc) -> None:
    """No entity without a named mention, no two with one id, salience from 0 to 1, in order of first mention."""
    entities = find_entities(doc, "a").entities
    assert all(any(m.kind is MentionKind.NAME for m in entity.mentions) for entity in entities)
    assert len({entity.entity_id for entity in entities}) == len(entities)
    assert all(0.0 <= entity.salience <= 1.0 for entity in entities)
    firsts = [next(m.start for m in e.mentions if m.kind is MentionKind.NAME) for e in entities]
    assert firsts == sorted(firsts)
    assert all(not {"DATE", "MONEY"} & {entity.label} for entity in entities)


@settings(max_examples=50)
@given(docs())
def test_the_same_article_gives_the_same_entities(doc: Doc) -> None:
    """Nothing depends on the order of a set or on what was annotated before."""
    assert find_entities(doc, "a").entities == find_entities(doc, "a").entities


@settings(max_examples=120)
@given(docs())
def test_compiled_modules_find_what_their_sources_find(doc: Doc) -> None:
    """To the last field, and when asked whom words mean; where nothing is compiled there is nothing to tell apart."""
    here, there = find_entities(doc, "a"), _INTERPRETED.find_entities(doc, "a")
    assert here.entities == there.entities
    for chunk in (doc[token.i : token.i + 2] for token in doc[:-1]):
        assert here.refer(chunk).entity == there.refer(chunk).entity


@settings(max_examples=50)
@given(docs(), st.data())
def test_asking_whom_words_mean_never_fails(doc: Doc, data: st.DataObject) -> None:
    """Any span may be asked about; the answer is one of the article's entities or nobody."""
    entities = find_entities(doc, "a")
    begin = data.draw(st.integers(0, len(doc) - 1))
    end = data.draw(st.integers(begin + 1, len(doc)))
    referent = entities.refer(doc[begin:end])
    assert referent.entity is None or referent.entity in entities.entities
