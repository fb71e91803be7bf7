"""The entity list and the service that says whom words mean, on sentences of our own."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
import spacy
from spacy.language import Language
from spacy.pipeline import EntityRuler
from spacy.tokens import Doc

from schemas.clean import CleanArticle
from schemas.enriched import Entity, Resolution
from workers.annotate import AnnotateOptions, Annotator
from workers.annotate.entities import ArticleEntities, find_entities
from workers.annotate.pipeline import ModelError, load_pipeline, locate, parse

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


def test_a_nominal_begins_with_its_article(nlp: Language) -> None:
    """'the front-runner' is one mention, hyphen included; 'even' before it is not part of it."""
    _, entities = found(nlp, "Party front-runner Carl Holm arrived late. Even the front-runner looked tired.")
    assert "the front-runner" in [mention.exact for mention in person(entities, "Carl Holm").mentions]


def meant(nlp: Language, text: str, words: str) -> str | None:
    """Return the name of whom the last `words` of the text mean."""
    doc, entities = found(nlp, text)
    at = text.rindex(words)
    span = doc.char_span(at, at + len(words), alignment_mode="expand")
    assert span is not None
    referent = entities.refer(span)
    return referent.entity.name if referent.entity else None


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        pytest.param("Laura Holm met Peter Brandt. She smiled.", "She", "Laura Holm", id="gender by first name"),
        pytest.param("Laura Holm met Peter Brandt. He smiled.", "He", "Peter Brandt", id="the other gender"),
        pytest.param("Carl Holm thanked Peter Brandt. He smiled.", "He", "Carl Holm", id="the subject first"),
        pytest.param("Carl Holm arrived. Peter Brandt told him the news.", "him", "Carl Holm", id="not the subject"),
        pytest.param("Carl Holm spoke. Peter Brandt said he was tired.", "he", "Peter Brandt", id="the clause above"),
        pytest.param("Carl Holm spoke. While Peter Brandt slept, he left.", "he", "Peter Brandt", id="clause before"),
        pytest.param('Anna Holm said: "She lied to us." Laura Brandt denied it.', "She", None, id="not the speaker"),
        pytest.param("Anna Holm left. A woman came. She had a knife.", "She", None, id="a woman"),
        pytest.param("Police closed the road. He was taken to hospital.", "He", None, id="nobody"),
        pytest.param("Sam Reyes, who uses they/them pronouns, sang. They bowed.", "They", "Sam Reyes", id="they"),
        pytest.param("Sam Reyes and Ann Holm sang. They bowed.", "They", None, id="they are two"),
        pytest.param(
            "Chilean President Luis Prado met Cuban President Juan Vega. The Chilean president left.",
            "The Chilean president", "Luis Prado", id="by nationality",
        ),
        pytest.param(
            "President Luis Prado met Vice President Juan Vega. The vice president left.",
            "The vice president", "Juan Vega", id="by rank",
        ),
        pytest.param(
            "Ministry spokeswoman Ann Holm gave no figures. The spokesperson left.",
            "The spokesperson", "Ann Holm", id="one office under two words",
        ),
        pytest.param(
            "Mayor Ann Holm met reporters. A mayor of a nearby town left.", "A mayor", None, id="an indefinite mayor"
        ),
        pytest.param("Mayor Ann Holm met reporters. The governor left.", "The governor", None, id="another office"),
        pytest.param("Night fell. The Kremlin spokesman left.", "The Kremlin spokesman", None, id="Kremlin"),
        pytest.param(
            "The mayor, Ann Holm, met reporters.", "The mayor, Ann Holm", "Ann Holm", id="the name beside its role"
        ),
        pytest.param(
            "The mayor, Ann Holm, met reporters.", "The mayor", "Ann Holm", id="the name beside its role, not asked for"
        ),
        pytest.param("Two men, Carl Holm and Peter Brandt, left.", "Two men", None, id="two names beside a noun"),
        pytest.param(
            "The mayor, Carl Holm, praised Peter Brandt. He smiled.", "He", "Carl Holm", id="beside the subject"
        ),
        pytest.param(
            "Carl Holm wrote a note. He signed it.\n\nThe plan won, said Peter Brandt. He smiled.",
            "He", "Peter Brandt", id="a new paragraph",
        ),
    ],
)  # fmt: skip
def test_pronouns_and_nominals_mean_whom_a_reader_takes_them_for(
    nlp: Language, text: str, words: str, name: str | None
) -> None:
    """Each case is one rule; None is an answer: unknown stays unknown."""
    assert meant(nlp, text, words) == name


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        pytest.param("Larnmouth Holdings lost money. The company blamed the rain.", "The company", "Larnmouth Holdings",
                     id="by a word of its name"),
        pytest.param("Brandt Airways grew. Northwind Systems, a software company, fell. The company blamed the rain.",
                     "The company", "Northwind Systems", id="by apposition, named last"),
        pytest.param("The Health Ministry closed two wards. The ministry gave no reason.", "The ministry",
                     "Health Ministry", id="the same noun"),
        pytest.param("Larnmouth Holdings sued Kestrel Holdings. The company blamed the rain.", "The company", None,
                     id="one of two: nobody can tell"),
        pytest.param("The Health Ministry closed two wards. The finance ministry agreed.", "The finance ministry", None,
                     id="another ministry"),
        pytest.param("The Health Ministry closed two wards. A ministry must not do so.", "A ministry", None,
                     id="any ministry"),
        pytest.param("Rain fell. The company blamed nobody.", "The company", None, id="none was named"),
    ],
)  # fmt: skip
def test_a_noun_means_the_organisation_that_the_article_showed_to_be_one(
    nlp: Language, text: str, words: str, name: str | None
) -> None:
    """'The company', 'the ministry': each case is one rule; None is an answer."""
    assert meant(nlp, text, words) == name


def test_nationality_and_affiliation_come_from_role_and_parse(nlp: Language) -> None:
    """'Chilean', 'of Oxfam': what a person belongs to, and the country."""
    _, entities = found(nlp, "Chilean President Luis Prado met Ann Holm of Oxfam, head of its Madrid office.")
    prado, holm = person(entities, "Luis Prado"), person(entities, "Ann Holm")
    assert (prado.affiliations, prado.country) == (("Chile",), "CL")
    assert "Oxfam" in holm.affiliations


def test_nobody_has_a_role_in_the_plural(nlp: Language) -> None:
    """'Senators X and Y' is not the role of either."""
    _, entities = found(nlp, "Senators Dale Hutchins and Ruth Vega voted against the bill.")
    assert not any(entity.roles for entity in entities.entities)


def test_an_entity_named_early_often_and_in_the_headline_is_the_most_salient(nlp: Language) -> None:
    """Salience orders entities as a reader would."""
    text = "Marta Kowalska opened the bridge. Kowalska thanked the builders. Later Piotr Zielinski sang."
    [doc] = parse(nlp, [text])
    marta, piotr = find_entities(doc, "a", headline="Kowalska opens the bridge").entities
    assert marta.name == "Marta Kowalska"
    assert 1.0 >= marta.salience > 0.7 > piotr.salience > 0.0


def test_the_small_model_is_a_setting() -> None:
    """The medium model is the default, but no rule needs it."""
    try:
        small = load_pipeline("sm")
    except ModelError:
        pytest.skip("the small model is an extra")
    [doc] = parse(small, ["Marta Kowalska lives in Norway."])
    entities = find_entities(doc, "a").entities
    assert {e.name for e in entities} == {"Marta Kowalska", "Norway"}


def test_a_model_may_be_named_by_its_path_and_have_its_own_labels() -> None:
    """Any spaCy model by path or name; `label_map` says which OntoNotes label each of its labels is."""
    options = AnnotateOptions(model=str(locate("md")), label_map=(("PERSON", "EVENT"),))
    article = CleanArticle(article_id="a", text="Marta Kowalska opened the bridge on Friday.")
    [enriched] = Annotator(options).annotate([article])
    assert [(e.name, e.label) for e in enriched.entities] == [("Marta Kowalska", "EVENT")]


@pytest.fixture(scope="module")
def foreign_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spaCy model on disk whose entities come from another component and have the labels of CoNLL-2003."""
    model = spacy.load(locate("md"), exclude=["ner"])
    ruler = cast(EntityRuler, model.add_pipe("entity_ruler", name="ner"))
    ruler.add_patterns([{"label": "PER", "pattern": "Marta Kowalska"}, {"label": "LOC", "pattern": "Oslo"}])
    folder = tmp_path_factory.mktemp("model")
    model.to_disk(folder)
    return folder


CONLL_LABELS = (("PER", "PERSON"), ("LOC", "GPE"))
IN_OSLO = CleanArticle(article_id="a", text="Marta Kowalska opened the bridge in Oslo on Friday.")


@pytest.mark.filterwarnings("ignore:.W095.:UserWarning")  # the model is of an older spaCy
def test_a_model_with_another_scheme_is_mapped(foreign_model: Path) -> None:
    """PER and LOC of a model that was never ours become a person and a place with its country."""
    [enriched] = Annotator(AnnotateOptions(model=str(foreign_model), label_map=CONLL_LABELS)).annotate([IN_OSLO])
    found = {e.name: (e.label, e.country) for e in enriched.entities}
    assert found == {"Marta Kowalska": ("PERSON", None), "Oslo": ("GPE", "NO")}


@pytest.mark.filterwarnings("ignore:.W095.:UserWarning")  # the model is of an older spaCy
def test_a_model_may_be_named_as_the_package_it_was_installed_as(
    foreign_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `pip install` leaves a spaCy model: a package with a `load`, and the record of its installation."""
    package, record = tmp_path / "xx_news", tmp_path / "xx_news-1.0.dist-info"
    package.mkdir()
    record.mkdir()
    load = f"import spacy\n\n\ndef load(**options):\n    return spacy.load({str(foreign_model)!r}, **options)\n"
    (package / "__init__.py").write_text(load, encoding="utf-8")
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: xx_news\nVersion: 1.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    [enriched] = Annotator(AnnotateOptions(model="xx_news", label_map=CONLL_LABELS)).annotate([IN_OSLO])
    assert [e.name for e in enriched.entities] == ["Marta Kowalska", "Oslo"]


def test_cities_of_one_name_are_told_apart(nlp: Language) -> None:
    """Sentences of our own, written before they were run: Paris in Texas, Georgia by the Black Sea."""
    table = Path(__file__).with_name("city_sentences.tsv").read_text(encoding="utf-8")
    cases = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    wrong = []
    for doc, (text, name, country, geonames_id) in zip(parse(nlp, [case[0] for case in cases]), cases, strict=True):
        entity = next((e for e in find_entities(doc, "a").entities if name in (e.name, *e.aliases)), None)
        if entity is None or (entity.country, entity.geonames_id) != (country, int(geonames_id)):
            wrong.append(text)
    assert len(wrong) <= len(cases) // 20, wrong
