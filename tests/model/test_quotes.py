"""Quotes on the real model: each rule has its sentence, and the ways of the press are read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bench.train_speakers import examples, fitted, read_passages, reasons
from schemas.clean import CleanArticle
from schemas.enriched import Quote, QuoteType, SpeakerKind
from workers.annotate import AnnotateOptions, Annotator
from workers.annotate.quotes import CATALOGUE
from workers.annotate.quotes.ranker import speaker_weights
from workers.annotate.quotes.rules import Rule

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    return Annotator()


def quotes_of(annotator: Annotator, text: str) -> tuple[Quote, ...]:
    [article] = annotator.annotate([CleanArticle(article_id="a", text=text)])
    return article.quotes


def spans_of(quote: Quote) -> list[str]:
    return [span.exact for span in quote.spans]


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=lambda rule: f"{rule.decides}-{rule.id}")
def test_every_rule_fires_on_its_sentence(annotator: Annotator, rule: Rule) -> None:
    """A rule of the catalogue that its own sentence does not fire is a claim without ground."""
    quotes = quotes_of(annotator, rule.example)
    if rule.decides == "quote":
        assert rule.id in {quote.provenance.rule for quote in quotes}
    else:
        assert rule.id in {quote.provenance.speaker_rule for quote in quotes}


def test_no_quote_carries_a_rule_outside_the_catalogue(annotator: Annotator) -> None:
    """What explains a quote must be explained itself."""
    for rule in CATALOGUE.values():
        for quote in quotes_of(annotator, rule.example):
            assert ("quote", quote.provenance.rule) in CATALOGUE
            assert ("speaker", quote.provenance.speaker_rule) in CATALOGUE


@pytest.mark.parametrize(
    "text",
    [
        "“We will rebuild the bridge,” the mayor said.",  # curly
        '"We will rebuild the bridge," the mayor said.',  # straight
        "''We will rebuild the bridge,'' the mayor said.",  # doubled apostrophes
        "«We will rebuild the bridge», the mayor said.",  # guillemets
        "‘We will rebuild the bridge,’ the mayor said.",  # British
        "“We will rebuild the bridge,” said the mayor.",  # inverted
        "“We will rebuild the bridge!” the mayor shouted.",  # exclaimed
        "The mayor told reporters: “We will rebuild the bridge.”",  # colon
    ],
)
def test_the_mayor_says_the_same_in_every_habit(annotator: Annotator, text: str) -> None:
    """Whatever the marks and the order, one direct quote and one speaker."""
    [quote] = quotes_of(annotator, text)
    assert quote.type is QuoteType.DIRECT
    assert "We will rebuild the bridge" in quote.text
    assert quote.speaker.mention is not None
    assert quote.speaker.mention.exact.lower() == "the mayor"


def test_a_quote_split_by_its_cue_stays_one_quote(annotator: Annotator) -> None:
    """“We,” she said, “will win” is one quote with two spans."""
    [quote] = quotes_of(annotator, "“We cannot wait,” Anna Kowalski said, “until the river rises again.”")
    assert spans_of(quote) == ["“We cannot wait,”", "“until the river rises again.”"]


def test_the_next_sentence_in_marks_goes_on(annotator: Annotator) -> None:
    """“A,” she said. “B.” is one quote as long as nobody else speaks."""
    [quote] = quotes_of(annotator, "“We cannot wait,” Anna Kowalski said. “The river will rise again in March.”")
    assert len(quote.spans) == 2


def test_two_speakers_in_one_paragraph_stay_apart(annotator: Annotator) -> None:
    """Each of two cues keeps its own words."""
    text = "“We cannot wait,” Anna Kowalski said. “We can wait for years,” Peter Baker replied."
    first, second = quotes_of(annotator, text)
    assert (first.speaker.name, second.speaker.name) == ("Anna Kowalski", "Peter Baker")


def test_a_quote_of_several_paragraphs_is_one(annotator: Annotator) -> None:
    """The press reopens the marks at each paragraph and closes only the last."""
    text = "“We cannot wait,” Anna Kowalski said. “The river rises.\n\n“It rises every year.\n\n“It will rise again.”"
    [quote] = quotes_of(annotator, text)
    assert len(quote.spans) == 4


def test_a_transcript_may_begin_with_the_text(annotator: Annotator) -> None:
    """Three turns of two speakers, the first of them in the first line, where an article has its headline."""
    turns = ["KESTREL: Who signed the order?", "OKAFOR: The harbour master did.", "KESTREL: Thank you. We go on."]
    found = quotes_of(annotator, "\n".join(turns))
    assert [(quote.speaker.name, quote.provenance.rule, quote.type) for quote in found] == [
        (name, "turn", QuoteType.DIRECT) for name in ("KESTREL", "OKAFOR", "KESTREL")
    ]
    [headline] = quotes_of(annotator, "Poll: Half of voters undecided\n\nThe vote is on Sunday.")
    assert headline.provenance.rule == "headline-colon"


def test_an_odd_mark_does_not_spoil_the_rest(annotator: Annotator) -> None:
    """A mark never closed costs its paragraph at most."""
    text = 'The sign read "No entry and was old.\n\n“We cannot wait,” Anna Kowalski said.'
    assert "“We cannot wait,”" in [span for quote in quotes_of(annotator, text) for span in spans_of(quote)]


def test_titles_and_nicknames_are_no_quotes(annotator: Annotator) -> None:
    """On “Meet the Town,” she said: the title is not hers, what follows is."""
    [quote] = quotes_of(annotator, "In an interview on “Meet the Town,” Anna Kowalski said the bridge was safe.")
    assert spans_of(quote) == ["the bridge was safe"]
    assert quotes_of(annotator, "Robert “Bob” Miller opened the bridge on Monday.") == ()


def test_a_term_in_marks_without_a_cue_is_no_quote(annotator: Annotator) -> None:
    """Scare quotes belong to nobody."""
    assert quotes_of(annotator, "The so-called “bridge tax” took effect in March.") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("He read the novel “The Long Bridge” again.", "title"),
        ("Robert “Bob” Miller opened the bridge.", "nickname"),
        ("The so-called “bridge tax” took effect.", "term"),
        ("A “free” bridge was opened.", "scare_quote"),
        ("“We were all so tired.” It rained.", "unattributed"),
    ],
)
def test_words_in_marks_that_are_no_quote_have_a_reason(annotator: Annotator, text: str, reason: str) -> None:
    """Nothing in marks is dropped in silence."""
    [article] = annotator.annotate([CleanArticle(article_id="a", text=text)])
    assert article.quotes == ()
    assert [passage.reason for passage in article.not_quotes] == [reason]


def test_what_is_reported_inside_a_report_is_not_a_second_quote(annotator: Annotator) -> None:
    """In 'the mayor said that Baker believes …' the quote is the mayor's."""
    [quote] = quotes_of(annotator, "The mayor said that Peter Baker believes the bridge is safe.")
    assert quote.speaker.mention is not None
    assert quote.speaker.mention.exact == "The mayor"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        # told by another: marks behind an inner cue belong to what the outer one reports
        ("The mayor said a driver had shouted at her, “Who will pay for the bridge now?”", "The mayor"),
        # a quote with a cue of its own is not said again by who passes it on
        ("“I will not pay for it,” he told the council, according to Anna Kowalski, his deputy.", "he"),
        # a clause of time behind the marks has its own doer
        ("The mayor shouted, “You have ruined the bridge,” when a councillor blasted him.", "The mayor"),
    ],
)
def test_one_quote_has_one_cue(annotator: Annotator, text: str, speaker: str) -> None:
    """Two cues in a sentence are not two quotes of the same words."""
    [quote] = quotes_of(annotator, text)
    assert quote.speaker.mention is not None
    assert quote.speaker.mention.exact == speaker


def test_that_before_marks_leads_from_the_verb_beside_it(annotator: Annotator) -> None:
    """In 'hopes it opens, but knows that “…”' nobody hopes the words in marks."""
    quotes = quotes_of(annotator, "The mayor says she hopes to open it, but she knows that “Winter will always win.”")
    assert [quote.cue.lemma for quote in quotes if "Winter" in quote.text and quote.cue] == ["know"]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("The bank offered a loan to the council.", []),
        ("The bank offered “a way out of the mess” to the council.", ["“a way out of the mess” to the council"]),
        ("The mayor addressed the crowd.", []),
        ("The mayor did not respond to a request for comment.", []),
        ("The police charged him with theft.", []),
        ("The mayor disclosed the file.", []),
    ],
)
def test_what_is_handed_over_or_answered_is_said_only_in_marks(
    annotator: Annotator, text: str, content: list[str]
) -> None:
    """Some verbs mostly deal with things; marks show that the thing is words."""
    assert [span for quote in quotes_of(annotator, text) for span in spans_of(quote)] == content


def test_words_of_a_third_person_are_hers(annotator: Annotator) -> None:
    """Who addresses another's comments does not utter them."""
    text = "Peter Baker addressed Anna Kowalski's comments about a “sinking bridge” on Monday."
    [quote] = quotes_of(annotator, text)
    assert quote.speaker.name == "Anna Kowalski"


def test_documents_groups_and_unknown_speakers_are_told_apart(annotator: Annotator) -> None:
    """A report, residents and nobody are speakers of three kinds."""
    text = (
        "A report said that the bridge was unsafe.\n\nResidents said that the bridge was loud.\n\n"
        "It has been said that the bridge is ugly."
    )
    kinds = [quote.speaker.kind for quote in quotes_of(annotator, text)]
    assert kinds[:2] == [SpeakerKind.DOCUMENT, SpeakerKind.GROUP]
    assert kinds[2] is SpeakerKind.UNKNOWN


def test_a_pronoun_is_resolved_and_says_so(annotator: Annotator) -> None:
    """'He said' names the man of the sentence before, and the record tells that it was a pronoun."""
    text = "Peter Baker visited the bridge on Monday. He said that it was safe."
    [quote] = quotes_of(annotator, text)
    assert (quote.speaker.name, quote.speaker.resolution) == ("Peter Baker", "pronoun")


def test_the_listener_is_kept(annotator: Annotator) -> None:
    """'Told reporters' has an addressee."""
    [quote] = quotes_of(annotator, "The mayor told reporters that the bridge was safe.")
    assert quote.addressee == "reporters"


def test_where_a_second_deed_begins_the_quote_ends(annotator: Annotator) -> None:
    """'Said it was safe, urging …' are two reports."""
    text = "The mayor said the bridge was “perfectly safe,” urging drivers to use it."
    first, second = quotes_of(annotator, text)
    assert spans_of(first) == ["the bridge was “perfectly safe,”"]
    assert second.cue is not None
    assert second.cue.exact == "urging"


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        # a remark of the writer's behind a comma: relative clause, apposition, concession
        ("The mayor complained about the tolls, which were raised in March.", "The mayor", ["the tolls"]),
        ("The mayor praised Peter Baker, an engineer from the coast.", "The mayor", ["Peter Baker"]),
        ("The mayor said the bridge was safe, although nobody had tested it.", "The mayor", ["the bridge was safe"]),
        # the sentence in marks behind a paraphrase is the same speaker's
        (
            "The mayor said the old bridge was unsafe. “We cannot wait for another winter.”",
            "The mayor",
            ["the old bridge was unsafe", "“We cannot wait for another winter.”"],
        ),
        # subjects that the parser hangs elsewhere
        ("Residents are more likely to say the bridge is ugly.", "Residents", ["the bridge is ugly"]),
        (
            "WARSAW, Poland (AP) — Mayor Anna Kowalski said the bridge was safe.",
            "Mayor Anna Kowalski",
            ["the bridge was safe"],
        ),
        # before a colon: who is told does not speak, who is named last does
        (
            "Mayor Anna Kowalski delivered a message to Peter Baker: “We will rebuild the bridge.”",
            "Mayor Anna Kowalski",
            ["“We will rebuild the bridge.”"],
        ),
        (
            "The figures do not surprise engineer Anna Kowalski: “We have known this bridge for forty years.”",
            "engineer Anna Kowalski",
            ["“We have known this bridge for forty years.”"],
        ),
        # the cue's own subject is never content; one word in marks is a sentence behind the cue's
        (
            "“The question,” said Peter Baker, “is whether we want a bridge or a theatre.”",
            "Peter Baker",
            ["“The question,”", "“is whether we want a bridge or a theatre.”"],
        ),
        ("“I hear it's a mess,” Peter Baker said. “Sad.”", "Peter Baker", ["“I hear it's a mess,”", "“Sad.”"]),
        # marks that are defined, viewed, or come from a source that hides
        (
            "“Heroes, every one of them” is how Peter Baker described them.",
            "Peter Baker",
            ["“Heroes, every one of them”"],
        ),
        ("It was, in the mayor's view, “a con from the start.”", "the mayor", ["It was", "“a con from the start.”"]),
        (
            "In the words of one docker, who asked not to be named: “It's about respect.”",
            "one docker",
            ["“It's about respect.”"],
        ),
        (
            "‘I lost everything’: survivors of the flood tell of the night\n\nThe river rose on Monday.",
            "survivors",
            ["‘I lost everything’"],
        ),
        (
            "Staff wrote to the mayor, complaining in a letter of “chronic neglect.”",
            "Staff",
            ["“chronic neglect.”"],
        ),
        # who gives a promise makes it; a gerund is reported as an infinitive is
        ("The mayor made a promise that the bridge would be rebuilt.", "The mayor", ["the bridge would be rebuilt"]),
        ("The mayor suggested closing the bridge.", "The mayor", ["closing the bridge"]),
        # what is called for or asked, in clauses that the parser takes for adverbial ones
        (
            "The mayor is calling for the council to take a stronger role.",
            "The mayor",
            ["the council to take a stronger role"],
        ),
        (
            "The reporter asked the mayor if she would ever close the bridge.",
            "The reporter",
            ["if she would ever close the bridge"],
        ),
        # phrases that the parser hangs on the verb belong to what is said; times and circumstances do not
        (
            "The mayor rejected a second challenge to the plan.",
            "The mayor",
            ["a second challenge to the plan"],
        ),
        (
            "The mayor praised the courage of the engineers as she left the hall.",
            "The mayor",
            ["the courage of the engineers"],
        ),
        # a promise is what it binds to
        ("The council knew of his promise to rebuild the bridge.", "his", ["to rebuild the bridge"]),
        # a figure is compared by the writer
        (
            "Forty percent of residents said they would walk, compared with thirty in March.",
            "Forty percent of residents",
            ["they would walk"],
        ),
        # a source answers for both halves of a sentence, but for no more than its brackets
        (
            "The bridge will close in May, and the ferry will sail again, according to the council.",
            "the council",
            ["The bridge will close in May, and the ferry will sail again"],
        ),
        (
            "It cost a fortune (the sum was closer to 40 million, according to the council).",
            "the council",
            ["the sum was closer to 40 million"],
        ),
        (
            "But, according to the council, the bridge will close in May.",
            "the council",
            ["the bridge will close in May"],
        ),
        # a cue that the tagger takes for a noun, one in the passive, one without a comma before it
        (
            "“The bridge is the pride of our town, and it must not fall,” the paper read.",
            "the paper",
            ["“The bridge is the pride of our town, and it must not fall,”"],
        ),
        (
            "“The bridge is the pride of our town, and it must not fall,” Peter Baker is quoted as saying.",
            "Peter Baker",
            ["“The bridge is the pride of our town, and it must not fall,”"],
        ),
        (
            "“The bridge is our pride. It must not fall. -A” Baker tweeted, with a picture of the river.",
            "Baker",
            ["“The bridge is our pride. It must not fall. -A”"],
        ),
        # a clause whose subject is a relative pronoun begins behind its cue, and the pronoun is not who speaks
        ("They drew up a rule that some say targets ferries.", "some", ["targets ferries"]),
        (
            "The bridge, which a critic once called “the only reason to cross the river,” will close.",
            "a critic",
            ["“the only reason to cross the river,”"],
        ),
        # who speaks is told without the clause behind a comma
        (
            "“It will fall,” said an engineer of the council, who asked not to be named.",
            "an engineer of the council",
            ["“It will fall,”"],
        ),
        # the first quote goes on behind its cue and a joining word
        (
            "“I love the bridge,” Peter Baker said, but “when it rains, I take the ferry.”",
            "Peter Baker",
            ["“I love the bridge,”", "“when it rains, I take the ferry.”"],
        ),
        # doubled apostrophes inside or outside of what two rules find are one quote
        (
            "''The bridge hasn't done well,'' Peter Baker pointed out.",
            "Peter Baker",
            ["''The bridge hasn't done well,''"],
        ),
        # signs of typing: no blank before the mark, a closing mark that opens
        ("The mayor said,“Look at this bridge.”", "The mayor", ["“Look at this bridge.”"]),
        ("The mayor said:“It is safe.”She left.", "The mayor", ["“It is safe.”"]),
        (
            "” … if the mayor can cross the bridge, then surely the council can,” Baker said.",
            "Baker",
            ["” … if the mayor can cross the bridge, then surely the council can,”"],
        ),
    ],
)
def test_the_content_and_its_speaker_are_cut_where_a_reader_cuts(
    annotator: Annotator, text: str, speaker: str, content: list[str]
) -> None:
    """Parsers attach generously; the quote ends where the writer takes the word."""
    [quote] = quotes_of(annotator, text)
    assert quote.speaker.mention is not None
    assert (quote.speaker.mention.exact, spans_of(quote)) == (speaker, content)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        (
            "The mayor, who had called the plan “a folly,” said the bridge was safe.",
            ("who", "the plan “a folly,”"),
            ("The mayor", "the bridge was safe"),
        ),
        (
            "Even as Baker claimed that “the cracks are old,” one of the engineers said they were growing.",
            ("Baker", "“the cracks are old,”"),
            ("one of the engineers", "they were growing"),
        ),
    ],
)
def test_marks_between_two_cues_belong_to_one(
    annotator: Annotator, text: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    """A cue behind marks that reports a clause of its own leaves the marks to the cue before them."""
    found = [
        (quote.speaker.mention.exact if quote.speaker.mention else "", quote.text)
        for quote in quotes_of(annotator, text)
    ]
    assert found == [first, second]


@pytest.mark.parametrize(
    "text",
    [
        "In his book, “The Long Bridge,” Baker walks along the river.",  # set apart by a comma
        "Baker is set to publish “The Long Bridge” in May.",  # what is done to works
        "Interview: ‘We were tired’\n\nThe singer sat on the bridge in the rain.",  # a kind of text does not speak
        "A woman who crossed the bridge did not want to give her name.",  # how the paper came to it
    ],
)
def test_what_only_looks_like_speech_is_no_quote(annotator: Annotator, text: str) -> None:
    """Titles behind a comma, kinds of texts, and sources that hide say nothing."""
    assert quotes_of(annotator, text) == ()


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Asked about the cracks in the bridge, the engineer shrugged.", "the cracks in the bridge"),
        ("The engineer laughed when asked whether the bridge was safe.", "whether the bridge was safe"),
        ("Asked why the bridge was closed, the engineer shrugged.", "why the bridge was closed"),
    ],
)
def test_who_asks_is_not_the_one_who_is_asked(annotator: Annotator, text: str, content: str) -> None:
    """'Asked why it closed, she …' tells what was asked, not by whom."""
    [quote] = quotes_of(annotator, text)
    assert (quote.text, quote.speaker.mention) == (content, None)


def test_a_pronoun_alone_is_no_quote(annotator: Annotator) -> None:
    """'She denied it' tells no reader what was said."""
    assert quotes_of(annotator, "The mayor denied it. Peter Baker disputed this.") == ()


def test_quotes_below_the_threshold_are_not_published() -> None:
    """The setting keeps what is surer and drops the rest."""
    strict = Annotator(AnnotateOptions(min_confidence=0.9))
    text = "“We will rebuild the bridge,” the mayor said. She cited costs."
    assert [quote.provenance.rule for quote in quotes_of(strict, text)] == ["after-marks"]


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        # The parser hangs the clause on the statement, the hearing, the day.
        (
            "The ministry said in a written statement that it was surprised by the vote.",
            "The ministry",
            "it was surprised by the vote",
        ),
        (
            "Sara Lindqvist told the paper in an interview on Sunday that the dam would hold.",
            "Sara Lindqvist",
            "the dam would hold",
        ),
        # The time of the cue is no part of what is said.
        (
            "The union said on Tuesday its members had voted to walk out.",
            "The union",
            "its members had voted to walk out",
        ),
        ("The company said Monday it had fired the manager.", "The company", "it had fired the manager"),
        ("She said next week would be harder.", None, "next week would be harder"),
        # A headline with two subjects, the first of which the parser takes for an object.
        (
            "Council says Kowalska, Lindgren have not excluded a meeting",
            "Council",
            "Kowalska, Lindgren have not excluded a meeting",
        ),
        ("He said Tuesday's game was lost.", None, "Tuesday's game was lost"),
    ],
)
def test_what_stands_between_cue_and_clause_is_left_out(
    annotator: Annotator, text: str, speaker: str | None, content: str
) -> None:
    """Where and when something was said belongs to the reporter; a day that is the subject belongs to the words."""
    [quote] = quotes_of(annotator, text)
    assert quote.text == content
    assert quote.speaker.name == speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The town's mayor, Peter Kilbride, insisted that lessons had been learned.", "Peter Kilbride"),
        ("“It failed,” said its leader, Tom Ashdown, who had asked for an inquiry.", "Tom Ashdown"),
        ("His attorney, former prosecutor Dana Weiss, said the case was closed.", "Dana Weiss"),
        ("The company, Larnmouth Port Holdings, said it would appeal.", "Larnmouth Port Holdings"),
        ("The mayor of Ashby, Lena Okafor, said on Monday that the bridge would reopen in May.", "Lena Okafor"),
        ("The owner of the Red Lion pub, Maria Holt, 54, said she would close.", "Maria Holt"),
        ("A spokeswoman for the council, Ina Frost, said the road was shut.", "Ina Frost"),
        ("Two of the workers, Bill Oates and Jim Lane, said they would stay.", "Two of the workers"),
        ("The president's brother, a friend of Anna Lee, said it was over.", "The president's brother"),
    ],
)
def test_the_name_beside_a_noun_says_who_speaks(annotator: Annotator, text: str, speaker: str) -> None:
    """'The mayor, X, said': X speaks, and nobody else who is named in the phrase."""
    quote = quotes_of(annotator, text)[0]
    assert quote.speaker.name == speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The Harbour Agency rejected the claim: it said the siren had worked.", "Harbour Agency"),
        (
            "According to the Chamber of Trade, firms will close. “We are tired,” it wrote in a letter.",
            "Chamber of Trade",
        ),
        ("The council said the road was safe. Anna Lee waited. It said it would stay open.", "The council"),
        ("Anna Lee said no. It said the road would stay shut.", None),  # a person is no 'it'
    ],
)
def test_it_is_the_organisation_that_spoke_before(annotator: Annotator, text: str, speaker: str | None) -> None:
    """'It said' goes on with the last speaker that is no person."""
    quote = quotes_of(annotator, text)[-1]
    assert quote.speaker.mention is not None
    assert quote.speaker.mention.exact.lower() == "it"
    assert quote.speaker.name == speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        # a participle goes on with the main clause, whatever clause stands nearer
        ("The minister wrote the council knew of the leak, adding, “They shut their eyes, and so did we.”", "minister"),
        # the recogniser's name behind the paper that the parser took
        ("The film shows old footage of Peter Baker asking, “Why should I pay for a bridge?”", "Peter Baker"),
        # a comma between a subject and its cue
        ("After the count, Mayor Tom Hale, said, “We are going to open the road before the snow comes.”", "Tom Hale"),
    ],
)
def test_the_ranker_finds_who_speaks_where_the_parse_is_lost(annotator: Annotator, text: str, speaker: str) -> None:
    """The best candidate speaks, not the one that the cue hangs on."""
    quote = quotes_of(annotator, text)[-1]
    assert quote.speaker.mention is not None
    assert speaker in quote.speaker.mention.exact


def test_the_shipped_weights_are_those_of_the_passages() -> None:
    """Whoever fits the ranker anew gets the table that is shipped."""
    tells = list(reasons())
    weights = fitted(list(examples(list(read_passages()))), tells)
    assert [speaker_weights()[tell] for tell in tells] == pytest.approx(list(weights), abs=0.02)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The mayor's office said the trip was off.", SpeakerKind.ORGANIZATION),
        ("The meteorological service said the storm would pass.", SpeakerKind.ORGANIZATION),
        ("The country's supreme court said the law was void.", SpeakerKind.ORGANIZATION),
        ("The local police said the man was safe.", SpeakerKind.ORGANIZATION),
        ("The night nurse said the ward was full.", SpeakerKind.PERSON),
        ("A police report said the man was safe.", SpeakerKind.DOCUMENT),
    ],
)
def test_a_speaker_without_a_name_has_the_kind_of_its_noun(annotator: Annotator, text: str, kind: SpeakerKind) -> None:
    """An office is a body, a nurse a person, a report a document."""
    assert quotes_of(annotator, text)[0].speaker.kind is kind


def test_a_source_never_breaks_off_within_brackets(annotator: Annotator) -> None:
    """'Doctors Without Borders (MSF) said': the name, with both brackets or none."""
    for text in (
        "Doctors Without Borders (MSF) said on Monday 40 of its clinics had closed.",
        "Sen. Anna Lee (Larnmouth) said the road was shut.",
    ):
        mention = quotes_of(annotator, text)[0].speaker.mention
        assert mention is not None
        assert mention.exact.count("(") == mention.exact.count(")"), mention.exact


def test_a_source_ends_before_the_participle_behind_its_comma(annotator: Annotator) -> None:
    """'The results of the trial, published on Wednesday,' are named without their date."""
    [quote] = quotes_of(
        annotator,
        "The results of the largest trial of its kind, published on Wednesday, suggest that the drug is safe.",
    )
    assert quote.speaker.mention is not None
    assert quote.speaker.mention.exact == "The results of the largest trial of its kind"


def test_reasons_of_words_in_marks_are_those_a_reader_gives(annotator: Annotator) -> None:
    """Of 68 judged sentences, no quote is thrown out and at least 60 have the reason that a reader gives."""
    lines = (Path(__file__).parent / "not_quotes.tsv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    articles = annotator.annotate([CleanArticle(article_id="a", text=row["text"]) for row in rows])
    given = [[str(one.reason) for one in article.not_quotes] or ["quote"] for article in articles]
    right = [answer == [row["reason"]] for row, answer in zip(rows, given, strict=True)]
    assert all(ok for row, ok in zip(rows, right, strict=True) if row["reason"] == "quote")
    assert sum(right) >= 60
