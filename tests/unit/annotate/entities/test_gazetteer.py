"""A user's own names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.docs import make_doc
from workers.annotate.entities import GazetteerError, find_entities, read_gazetteer

WIKIDATA = "http://www.wikidata.org/entity/"


def gazetteer_file(folder: Path, *lines: str) -> Path:
    path = folder / "names.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_name_of_the_gazetteer_is_linked_under_its_own_name_and_label(tmp_path: Path) -> None:
    """An alias that the model missed becomes the entry, with its uri."""
    path = gazetteer_file(
        tmp_path, '{"name": "Lake Victoria Basin Commission", "aliases": ["LVBC"], "label": "ORG", "uri": "urn:x:1"}'
    )
    doc = make_doc("Later LVBC paid . The Lake Victoria Basin Commission met", [("Lake Victoria", "LOC")])
    [entity] = find_entities(doc, "a", gazetteer=read_gazetteer(path)).entities
    assert (entity.name, entity.label, entity.kb_uri) == ("Lake Victoria Basin Commission", "ORG", "urn:x:1")
    assert [m.exact for m in entity.mentions] == ["LVBC", "Lake Victoria Basin Commission"]


def test_a_person_of_the_gazetteer_keeps_surname_and_uri_together(tmp_path: Path) -> None:
    """The full name is linked, the surname joins it."""
    path = gazetteer_file(tmp_path, '{"name": "Ana Prado", "label": "PERSON", "uri": "urn:x:2"}')
    doc = make_doc("Ana Prado left . Prado slept", [("Ana Prado", "ORG"), ("Prado", "PERSON")])
    [entity] = find_entities(doc, "a", gazetteer=read_gazetteer(path)).entities
    assert (entity.label, entity.kb_uri, len(entity.mentions)) == ("PERSON", "urn:x:2", 2)


def test_a_name_inside_a_longer_name_is_not_linked(tmp_path: Path) -> None:
    """'Kestrel' the bird reserve is not in 'Kestrel Motors Museum', but the legal form changes nothing."""
    path = gazetteer_file(tmp_path, '{"name": "Kestrel Motors", "uri": "urn:x:3"}')
    gazetteer = read_gazetteer(path)
    museum = find_entities(
        make_doc("The Kestrel Motors Museum opens", [("Kestrel Motors Museum", "FAC")]), "a", gazetteer=gazetteer
    )
    company = find_entities(
        make_doc("Then Kestrel Motors AG paid", [("Kestrel Motors AG", "PERSON")]), "a", gazetteer=gazetteer
    )
    assert [e.kb_uri for e in museum.entities] == [None]
    assert [(e.kb_uri, e.label) for e in company.entities] == [("urn:x:3", "ORG")]


def test_a_plain_word_is_no_name(tmp_path: Path) -> None:
    """The fruit at the head of a sentence is not the company."""
    path = gazetteer_file(tmp_path, '{"name": "Apple", "uri": "urn:x:4"}')
    fruit = make_doc("Apple trees bloom", tags=["NN", "NNS", "VBP"])
    assert not find_entities(fruit, "a", gazetteer=read_gazetteer(path)).entities


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        pytest.param("{", "not JSON", id="not JSON"),
        pytest.param('{"label": "ORG"}', "name: Field required", id="no name"),
        pytest.param('{"name": ""}', "name", id="empty name"),
        pytest.param('{"name": "A", "aliases": "B"}', "aliases", id="aliases not a list"),
        pytest.param("[1]", "the line", id="not an object"),
    ],
)
def test_a_bad_line_is_named_with_file_line_and_field(tmp_path: Path, line: str, complaint: str) -> None:
    """The user can go to the line and put it right."""
    path = gazetteer_file(tmp_path, '{"name": "Good"}', line)
    with pytest.raises(GazetteerError, match=rf"names\.jsonl:2: {complaint}"):
        read_gazetteer(path)


def test_the_example_of_the_documentation_works() -> None:
    """`examples/gazetteer.jsonl` has Wikidata ids and links what it should."""
    gazetteer = read_gazetteer(Path(__file__).parents[4] / "examples" / "gazetteer.jsonl")
    doc = make_doc("The World Health Organization met", [("World Health Organization", "ORG")])
    [entity] = find_entities(doc, "a", gazetteer=gazetteer).entities
    assert entity.kb_uri is not None
    assert entity.kb_uri.startswith(WIKIDATA)
