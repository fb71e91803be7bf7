"""Each entity once, under its fullest name: the rules, on parses made by hand."""

from __future__ import annotations

import pytest

from schemas.enriched import Entity
from tests.harness.docs import make_doc
from workers.annotate.entities import find_entities


def entities(text: str, *names: tuple[str, str], **parse: object) -> dict[str, Entity]:
    found = find_entities(make_doc(text, names, **parse), "a").entities  # type: ignore[arg-type]
    return {entity.name: entity for entity in found}


def test_numbers_and_dates_are_no_entities() -> None:
    """Nobody lists 'Friday' and 'six months' among the people, organisations and places."""
    assert not entities("On Friday six months passed", ("Friday", "DATE"), ("six months", "DATE"))


@pytest.mark.parametrize(
    ("text", "model", "label", "wanted"),
    [
        pytest.param("At the Hague Tribunal now", "the Hague Tribunal", "ORG", "Hague Tribunal", id="article"),
        pytest.param("We saw Ana Prado 's car", "Ana Prado 's", "PERSON", "Ana Prado", id="genitive"),
        pytest.param("Then President Ana Prado spoke", "President Ana Prado", "PERSON", "Ana Prado", id="title"),
        pytest.param("Photo Ana Prado / Pool here", "Ana Prado / Pool", "PERSON", "Ana Prado", id="caption"),
        pytest.param("Talks of Acme 's Ana Prado", "Acme 's Ana Prado", "PERSON", "Ana Prado", id="whose"),
        pytest.param("Nights in east Lisbon now", "east Lisbon", "GPE", "Lisbon", id="lower case"),
        pytest.param("We met “ Ana Prado ” there", "“ Ana Prado ”", "PERSON", "Ana Prado", id="quotation marks"),
        pytest.param("With Ursula von der Leyen there", "Ursula", "PERSON", "Ursula von der Leyen", id="particles"),
        pytest.param("As Kestrel Rovers 3 - 1 ended", "Kestrel Rovers 3 - 1", "ORG", "Kestrel Rovers", id="score"),
    ],
)
def test_a_name_is_cut_to_its_words(text: str, model: str, label: str, wanted: str) -> None:
    """What only stands beside a name is not part of it; what the model cut off is."""
    assert list(entities(text, (model, label))) == [wanted]


@pytest.mark.parametrize(
    ("text", "names", "wanted"),
    [
        pytest.param(
            "Then Carlos Augusto Lima spoke", [("Carlos Augusto", "PERSON"), ("Lima", "GPE")], ["Carlos Augusto Lima"],
            id="surname that is a city",
        ),
        pytest.param("At Banco do Porto now", [("Banco", "ORG"), ("Porto", "ORG")], ["Banco do Porto"], id="particle"),
        pytest.param("As Acme Lisbon waits", [("Acme", "ORG"), ("Lisbon", "GPE")], ["Acme", "Lisbon"], id="two"),
        pytest.param(
            "With Ana Prado , Lisbon waits", [("Ana Prado", "PERSON"), ("Lisbon", "GPE")], ["Ana Prado", "Lisbon"],
            id="comma",
        ),
    ],
)  # fmt: skip
def test_a_name_that_the_model_cut_in_two_is_one(text: str, names: list[tuple[str, str]], wanted: list[str]) -> None:
    """A lone word behind somebody's first names, and a particle of another language, bind; other neighbours are two."""
    assert list(entities(text, *names)) == wanted


def test_a_king_keeps_his_number() -> None:
    """'Charles' is Charles III; without the number he would be nobody's first name."""
    found = entities("King Charles III left . Then Charles slept", ("Charles III", "PERSON"), ("Charles", "PERSON"))
    assert [(one.name, one.aliases) for one in found.values()] == [("Charles III", ("Charles",))]


def test_a_name_does_not_run_over_a_line_break() -> None:
    """A headline's last word and a paragraph's first are two names."""
    assert list(entities("In Lisbon \n Porto waits", ("Lisbon \n Porto", "GPE"))) == ["Lisbon", "Porto"]


def test_a_surname_that_the_model_calls_a_place_is_still_the_person() -> None:
    """Models read lone surnames as organisations and places; a full name in the article says better."""
    found = entities("Ana Prado left . Prado slept", ("Ana Prado", "PERSON"), ("Prado", "GPE"))
    assert [(e.name, e.label, e.aliases) for e in found.values()] == [("Ana Prado", "PERSON", ("Prado",))]


def test_a_surname_that_the_model_missed_is_found() -> None:
    """'Prado' without any label is the Ana Prado of the sentence before."""
    found = entities("Ana Prado left . Then Prado slept", ("Ana Prado", "PERSON"))
    assert [m.exact for m in found["Ana Prado"].mentions] == ["Ana Prado", "Prado"]


def test_the_surname_of_two_people_is_whoever_was_named_last() -> None:
    """After 'Rui Prado', 'Prado' is Rui."""
    found = entities(
        "Ana Prado met Rui Prado . Prado slept", ("Ana Prado", "PERSON"), ("Rui Prado", "PERSON"), ("Prado", "PERSON")
    )
    assert [len(found[name].mentions) for name in ("Ana Prado", "Rui Prado")] == [1, 2]


def test_the_surname_is_that_of_the_one_with_a_first_name() -> None:
    """'Prado' after 'Casa Prado', which the model takes for a person too, is still Luna."""
    found = entities(
        "Luna Prado opened Casa Prado . Prado smiled",
        ("Luna Prado", "PERSON"), ("Casa Prado", "PERSON"), ("Prado", "PERSON"),
    )  # fmt: skip
    assert [len(found[name].mentions) for name in ("Luna Prado", "Casa Prado")] == [2, 1]


def test_a_company_that_bears_its_founders_name_is_not_the_founder() -> None:
    """'Tom Marsh International' is no longer form of 'Tom Marsh', whatever the model made of it."""
    found = entities(
        "Tom Marsh left Tom Marsh International . Marsh smiled",
        ("Tom Marsh", "PERSON"), ("Tom Marsh International", "PERSON"), ("Marsh", "PERSON"),
    )  # fmt: skip
    assert {name: (one.label, len(one.mentions)) for name, one in found.items()} == {
        "Tom Marsh": ("PERSON", 2),
        "Tom Marsh International": ("ORG", 1),
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Joseph Marsh", "Joe Marsh", id="nickname"),
        pytest.param("Sergei Orlov", "Sergey Orlov", id="transliteration"),
        pytest.param("Igor Zelenskyy", "Igor Zelenskiy", id="ending"),
        pytest.param("Omar Khatoun", "Omar Hatun", id="vowels and gutturals"),
        pytest.param("Álvaro Núñez", "Alvaro Nunez", id="accents"),
        pytest.param("John F. Marsh", "John Marsh", id="middle initial"),
        pytest.param("Enrique Prado Lima", "Prado Lima", id="two surnames"),
        pytest.param("Sammy Marsh Jr.", "Sammy Marsh", id="generation"),
    ],
)
def test_two_spellings_of_a_full_name_are_one_person(one: str, other: str) -> None:
    """First names that agree, and one surname."""
    found = entities(f"{one} left . {other} slept", (one, "PERSON"), (other, "PERSON"))
    assert len(found) == 1


def test_brother_and_sister_are_two() -> None:
    """Never are two people of one surname merged when both full names stand in the article."""
    found = entities("Ana Prado left . Amir Prado slept", ("Ana Prado", "PERSON"), ("Amir Prado", "PERSON"))
    assert len(found) == 2


@pytest.mark.parametrize(
    ("long", "short"),
    [
        pytest.param("North Atlantic Fisheries Board", "NAFB", id="initials"),
        pytest.param("Bank of Western Samoa", "BWS", id="initials without of"),
        pytest.param("Kestrel Motors", "Kestrel", id="first word"),
        pytest.param("Kestrel Motors AG", "Kestrel Motors", id="legal form"),
        pytest.param("Omani Shipping Council", "Shipping Council", id="without its country"),
    ],
)
def test_short_forms_of_an_organisation_are_the_organisation(long: str, short: str) -> None:
    """Acronyms, legal forms, and either end of a name that only one organisation bears."""
    found = entities(f"The {long} met . Then {short} paid", (long, "ORG"), (short, "ORG"))
    assert len(found) == 1


def test_an_acronym_in_brackets_need_not_spell_the_initials() -> None:
    """A foreign name defines the acronym that follows it, whatever its letters."""
    found = entities("Movimento dos Barcos ( MBA ) met", ("Movimento dos Barcos", "ORG"), ("MBA", "ORG"))
    assert len(found) == 1


def test_an_acronym_may_begin_with_the_country() -> None:
    """The N of 'Nigeria's Centre for Disease Control (NCDC)' stands outside of the name."""
    found = entities(
        "Nigeria 's Centre for Disease Control ( NCDC ) met",
        ("Nigeria", "GPE"), ("Centre for Disease Control", "ORG"), ("NCDC", "ORG"),
    )  # fmt: skip
    assert list(found) == ["Nigeria", "Centre for Disease Control"]


def test_all_names_of_a_country_are_one_place() -> None:
    """'the United States', 'U.S.' and 'America', and its people are another entity, a group."""
    found = entities(
        "U.S. talks of the United States with America and Americans here",
        ("U.S.", "GPE"), ("United States", "GPE"), ("America", "GPE"), ("Americans", "NORP"),
    )  # fmt: skip
    assert [(e.label, e.country) for e in found.values()] == [("GPE", "US"), ("NORP", "US")]


@pytest.mark.parametrize(
    ("text", "country", "geonames_id"),
    [
        pytest.param("They live in Paris , Texas now", "US", 4717560, id="the state behind the comma"),
        pytest.param("They live in Paris now", "FR", 2988507, id="the larger city"),
        pytest.param("They live in Birmingham , Alabama now", "US", 4049979, id="not the larger city"),
    ],
)
def test_a_city_is_the_one_that_the_article_means(text: str, country: str, geonames_id: int) -> None:
    """Population decides unless the words beside the name do."""
    city = text.split()[3]
    state = [(text.split()[5], "GPE")] if "," in text else []
    found = entities(text, (city, "GPE"), *state)[city]
    assert (found.country, found.geonames_id) == (country, geonames_id)


def test_a_country_of_the_article_outweighs_a_larger_city_elsewhere() -> None:
    """In an article about Venezuela, Valencia is not in Spain."""
    found = entities("Venezuela votes . Valencia waits", ("Venezuela", "GPE"), ("Valencia", "GPE"))
    assert found["Valencia"].country == "VE"


def test_a_country_that_the_model_missed_is_found() -> None:
    """The names of countries are known without a model."""
    assert "Bolivia" in entities("Later Bolivia agreed")


@pytest.mark.parametrize(
    ("text", "names", "wanted"),
    [
        pytest.param("Floods in Burkina Faso now", ["Burkina", "Faso"], ["Burkina Faso"], id="two halves"),
        pytest.param("Floods in Burkina Faso now", ["Burkina"], ["Burkina Faso"], id="the first half"),
        pytest.param("Floods in Burkina Faso now", ["Faso"], ["Burkina Faso"], id="the second half"),
        pytest.param(
            "The Costa Rica Gazette wrote", ["Costa Rica Gazette"], ["Costa Rica Gazette"], id="a longer name"
        ),
    ],
)
def test_a_country_of_two_words_is_one_place(text: str, names: list[str], wanted: list[str]) -> None:
    """Models that do not know a country cut its name in two; a longer name that holds it stays whole."""
    assert list(entities(text, *((name, "GPE") for name in names))) == wanted


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("Then Quantis Inc. rose", [], id="missed"),
        pytest.param("Then Quantis Inc. rose", [("Quantis", "PRODUCT")], id="taken for a product"),
        pytest.param("Then Quantis Inc. rose . Later Quantis fell", [("Quantis Inc.", "ORG")], id="short form missed"),
        pytest.param("Then Quantis Inc. rose . Later Quantis fell", [("Quantis", "PERSON")], id="short form mistaken"),
    ],
)
def test_a_legal_form_makes_an_organisation(text: str, names: list[tuple[str, str]]) -> None:
    """'Quantis Inc.' is a company, and so is what the article calls Quantis."""
    tags = ["NNP" if word[0].isupper() and word not in ("Then", "Later") else "RB" for word in text.split()]
    found = entities(text, *names, tags=tags)
    assert [entity.label for entity in found.values()] == ["ORG"]
    assert list(found) == ["Quantis Inc."]
    assert found["Quantis Inc."].aliases == (("Quantis",) if "Later" in text else ())


def test_a_legal_form_alone_is_no_short_name() -> None:
    """The model may take the form itself for a name."""
    assert list(entities("Later Ltd. fell", ("Ltd.", "ORG"))) == ["Ltd."]
    assert list(entities("Later , Ltd. fell", (", Ltd.", "ORG"))) == ["Ltd."]


def test_a_dateline_is_no_part_of_the_name_behind_it() -> None:
    """'MANCHESTER - Arsenal' at the head of a story are a city and a club; 'ALPHA - Beta' in a line may be one name."""
    found = entities("MANCHESTER - Arsenal won", ("MANCHESTER - Arsenal", "ORG"))
    assert [(entity.name, entity.label) for entity in found.values()] == [("MANCHESTER", "GPE"), ("Arsenal", "ORG")]
    assert list(entities("Then ALPHA - Beta won", ("ALPHA - Beta", "ORG"))) == ["ALPHA - Beta"]


def test_an_office_that_opens_the_sentence_tells_who_is_a_person() -> None:
    """'Headteacher Ingrid Velm said': also with its capital, if a first name follows."""
    found = entities("Headteacher Ingrid Velm spoke", ("Ingrid Velm", "GPE"), tags=["NN", "NNP", "NNP", "VBD"])
    assert found["Ingrid Velm"].label == "PERSON"


def test_a_portfolio_before_its_minister_is_no_organisation() -> None:
    """'Transport' in 'Transport Secretary Ana Prado' is part of her office; by itself it may be a ministry."""
    found = entities("Transport Secretary Ana Prado left", ("Transport", "ORG"), ("Ana Prado", "PERSON"))
    assert list(found) == ["Ana Prado"]
    assert "Transport" in entities("Staff at Transport agreed", ("Transport", "ORG"))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        pytest.param("D-Maine", False, id="a state"),
        pytest.param("R-Calif.", False, id="abbreviated"),
        pytest.param("I-VT", False, id="two letters"),
        pytest.param("D-Chicago", False, id="a city"),
        pytest.param("D-Day", True, id="no state behind it"),
        pytest.param("A-Maine", True, id="no party before it"),
    ],
)
def test_party_and_state_behind_a_politician_are_no_organisation(name: str, wanted: bool) -> None:
    """'Jo Velm, D-Maine, agreed': what stands between the commas is nobody that a reader would list."""
    assert (name in entities(f"Jo Velm , {name} , agreed", ("Jo Velm", "PERSON"), (name, "ORG"))) is wanted


def test_a_first_name_that_is_a_country_stays_a_person() -> None:
    """Where the model sees a person, 'Jordan' is one."""
    assert entities("Then Jordan scored", ("Jordan", "PERSON"))["Jordan"].label == "PERSON"


@pytest.mark.parametrize(
    ("text", "name", "given", "label"),
    [
        pytest.param("The gas group Velmora rose", "Velmora", "PERSON", "ORG", id="kind noun"),
        pytest.param("The village of Ostrel burnt", "Ostrel", "PERSON", "GPE", id="kind noun with of"),
        pytest.param("Then coach Velmora left", "Velmora", "ORG", "PERSON", id="role noun"),
        pytest.param("Then Mr Velmora left", "Velmora", "ORG", "PERSON", id="form of address"),
        pytest.param("The Omani Treaty holds", "Omani Treaty", "ORG", "LAW", id="last word"),
        pytest.param("Shares in Orva Pharma fell", "Orva Pharma", "PERSON", "ORG", id="a company's last word"),
        pytest.param("Then KVB paid", "KVB", "GPE", "ORG", id="acronym"),
        pytest.param("The Premier League opens", "Premier League", "ORG", "EVENT", id="known name"),
    ],
)
def test_words_beside_a_name_and_in_it_correct_the_model(text: str, name: str, given: str, label: str) -> None:
    """General knowledge settles what the model guesses."""
    assert entities(text, (name, given))[name].label == label


def test_a_capitalised_word_of_the_article_is_no_name() -> None:
    """'Hydrogen' opens a sentence of an article that speaks of hydrogen."""
    tags = ["NNP", "VBZ", "NN", ".", "PRP", "VBP", "NN"]
    assert not entities("Hydrogen costs money . We need hydrogen", ("Hydrogen", "ORG"), tags=tags)


def test_credit_lines_are_not_in_the_story() -> None:
    """The agencies and the editor at an article's foot."""
    text = "Peace talks began . ( AFP , dpa ) Editor : Ana Prado"
    assert not entities(text, ("AFP", "ORG"), ("dpa", "ORG"), ("Ana Prado", "PERSON"))


def test_the_place_of_a_dateline_is_a_place() -> None:
    """'BAMAKO (Reuters) -' opens a story from Bamako, whatever the model made of the capitals."""
    found = entities("BAMAKO (Reuters) - Rain fell", ("BAMAKO", "PERSON"))
    assert (found["BAMAKO"].label, found["BAMAKO"].country) == ("GPE", "ML")


def test_part_of_an_office_is_no_organisation() -> None:
    """'State' in 'Secretary of State' is not listed."""
    assert "State" not in entities("Secretary of State Ana Prado left", ("State", "ORG"), ("Ana Prado", "PERSON"))


def test_capitals_of_a_headline_are_not_the_canonical_name() -> None:
    """'ANA PRADO' in the headline is listed as 'Ana Prado'."""
    found = entities("ANA PRADO WINS \n Ana Prado won", ("ANA PRADO", "PERSON"), ("Ana Prado", "PERSON"))
    assert [(e.name, e.aliases) for e in found.values()] == [("Ana Prado", ("ANA PRADO",))]


def test_labels_of_another_scheme_are_mapped() -> None:
    """A model that says PER gives PERSON by the label map."""
    doc = make_doc("Then Ana Prado slept", [("Ana Prado", "PER")])
    [entity] = find_entities(doc, "a", label_map={"PER": "PERSON"}).entities
    assert entity.label == "PERSON"


def test_a_city_that_the_model_once_takes_for_a_team_stays_a_city() -> None:
    """Of two labels for one name, a city's name speaks for the place."""
    found = entities("Hanover won . They left Hanover", ("Hanover", "ORG"), ("Hanover", "GPE"))
    assert [(e.label, e.country) for e in found.values()] == [("GPE", "DE")]


@pytest.mark.parametrize(
    ("text", "city", "country"),
    [
        pytest.param("A road to Frankfurt now", "Frankfurt", "DE", id="GeoNames says 'am Main'"),
        pytest.param("A road to Duesseldorf now", "Duesseldorf", "DE", id="umlaut written out"),
        pytest.param("A road to Fallujah now", "Fallujah", "IQ", id="English name"),
        pytest.param(
            "Talks at Smallville , Bahrain - today", "Smallville", "BH", id="too small, but its country follows"
        ),
    ],
)
def test_a_city_is_found_under_the_name_that_news_gives_it(text: str, city: str, country: str) -> None:
    """English spelling, short names, and what stands behind the comma."""
    assert entities(text, (city, "GPE"))[city].country == country
