"""The entity list and the service that says whom words mean, on sentences of our own."""

from __future__ import annotations

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from schemas.enriched import Entity, Resolution
from workers.annotate.entities import ArticleEntities, find_entities
from workers.annotate.pipeline import load_pipeline, parse

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_pipeline("md")


def found(nlp: Language, text: str) -> tuple[Doc, ArticleEntities]:
    [doc] = parse(nlp, [text])
    return doc, find_entities(doc, "a")


def person(entities: ArticleEntities, name: str) -> Entity:
    [entity] = [e for e in entities.entities if e.name == name]
    return entity


def test_a_surname_joins_its_full_name(nlp: Language) -> None:
    """'Marta Kowalska … Kowalska' is one person with one alias."""
    _, entities = found(nlp, "Marta Kowalska opened the bridge. Kowalska thanked the builders.")
    marta = person(entities, "Marta Kowalska")
    assert marta.aliases == ("Kowalska",)
    assert [m.exact for m in marta.mentions] == ["Marta Kowalska", "Kowalska"]


def test_two_people_of_one_surname_stay_two(nlp: Language) -> None:
    """Both full names stand in the article, so nobody is merged."""
    _, entities = found(nlp, "Peter Lindgren met Anna Lindgren in Oslo. Anna Lindgren left early.")
    assert {e.name for e in entities.entities if e.label == "PERSON"} == {"Peter Lindgren", "Anna Lindgren"}


def test_a_title_before_a_name_is_a_role(nlp: Language) -> None:
    """'Finnish Foreign Minister X' names X and says what X is."""
    _, entities = found(nlp, "Finnish Foreign Minister Tapio Laine arrived in Paris on Monday.")
    assert person(entities, "Tapio Laine").roles == ("Finnish Foreign Minister",)


def test_he_and_the_minister_mean_the_person(nlp: Language) -> None:
    """Quotes ask whom a pronoun or a nominal means, and learn how that was found."""
    doc, entities = found(
        nlp, "Finnish Foreign Minister Robert Laine arrived in Paris. He praised the talks. The minister left at noon."
    )
    he = next(token for token in doc if token.text == "He")
    minister = next(token for token in doc if token.text == "minister")
    assert entities.refer(doc[he.i : he.i + 1]).resolution is Resolution.PRONOUN
    referent = entities.refer(doc[minister.i - 1 : minister.i + 1])
    assert referent.resolution is Resolution.NOMINAL
    assert referent.entity == person(entities, "Robert Laine")
