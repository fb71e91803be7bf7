"""Marks of the wire go into fields and out of the text."""

from datetime import UTC, datetime

import pytest

from schemas.clean import Dateline, RemovedReason
from workers.clean.wire import date_of_doc_id, is_credits, read_doc_id, read_head, read_tag_line, read_wire_marks


@pytest.mark.parametrize(
    ("text", "place", "agency", "rest"),
    [
        ("WASHINGTON (AP) — Aides said no.", "WASHINGTON", "AP", "Aides said no."),  # the American form
        ("KYIV, Ukraine (AP) — Trams stopped.", "KYIV, Ukraine", "AP", "Trams stopped."),  # with the country
        ("BEIJING, Oct. 25 (Xinhua) -- Exports rose.", "BEIJING", "Xinhua", "Exports rose."),  # with the day
        ("LIMA, 3 March (EFE).- Miners met.", "LIMA", "EFE", "Miners met."),  # the Spanish stroke
        ("OSLO, May 2, 2024 /PRNewswire/ -- Fjord AS grew.", "OSLO", "PR Newswire", "Fjord AS grew."),  # a release
        ("MOSCOW, October 25. /TASS/. Trade fell.", "MOSCOW", "TASS", "Trade fell."),  # the Russian form
        ("Pune [India], June 7 (ANI): Rain came.", "Pune", "ANI", "Rain came."),  # country in brackets
        ("(Reuters) - Oil fell.", None, "Reuters", "Oil fell."),  # no place
        ("(MENAFN) Talks went on.", None, "MENAFN", "Talks went on."),  # no dash
        ("(KXYZ) — A barn burned.", None, "KXYZ", "A barn burned."),  # a station in no list
        ("AFP — Voters queued.", None, "AFP", "Voters queued."),  # no brackets
        ("CHICAGO — Snow fell.", "CHICAGO", None, "Snow fell."),  # no agency
    ],
)  # fmt: skip
def test_a_head_is_read_and_cut(text: str, place: str | None, agency: str | None, rest: str) -> None:
    """Place and agency go to their fields, and the sentence begins with its own first word."""
    head = read_head(text)
    assert head is not None
    assert (head.place, head.agency, text[head.end :]) == (place, agency, rest)


@pytest.mark.parametrize(
    "text",
    [
        "Reuters reported on Monday that prices fell.",  # a name in a sentence
        "WATCH: The bridge comes down",  # a label
        "NATO — the alliance of 32 states — met.",  # a body known by its initials
        "Report: Two in five skip lunch",  # a word that is also an agency's name
        "The AP (Advanced Placement) exams begin.",  # an abbreviation that is also an agency's
        "She said (and meant) it.",  # brackets without a tag
    ],
)
def test_a_sentence_is_not_a_head(text: str) -> None:
    """Nothing is cut from a sentence that only looks like it begins with a mark."""
    assert read_head(text) is None


def test_tags_and_credits_at_the_foot_go_whole() -> None:
    """A line that is nothing but the agency's tag, its credits or its number is no part of the story."""
    story = read_wire_marks(
        ["LAGOS (Reuters) - The port reopened.", "Ships had waited for nine days.",
         "(Reporting by Ada Obi; Editing by Jo Lund)", "NORD20240309XZ5512873"]
    )  # fmt: skip
    assert story.paragraphs == ("The port reopened.", "Ships had waited for nine days.")
    assert story.agency == "Reuters"
    assert story.dateline == Dateline(place="LAGOS", agency="Reuters")
    assert story.published_at == datetime(2024, 3, 9, tzinfo=UTC)
    assert {item.reason for item in story.removed} == {RemovedReason.BYLINE, RemovedReason.DOC_ID}


def test_a_tag_in_the_middle_stays() -> None:
    """Only the head and the foot of a story carry marks; in between a short line is the writer's."""
    paragraphs = [
        "One is first.",
        "Two.",
        "Three.",
        "Four.",
        "AP",
        "Five.",
        "Six.",
        "Seven.",
        "Eight.",
        "Nine.",
        "Ten.",
    ]
    assert "AP" in read_wire_marks(paragraphs).paragraphs


@pytest.mark.parametrize(
    ("text", "agency"),
    [("—AFP", "AFP"), ("By Reuters", "Reuters"), ("(With inputs from PTI)", "PTI"), ("[dpa]", "dpa"),
     ("Source: Xinhua", "Xinhua"),
     ("Trend", None), ("Reuters building", None), ("RSS", None)],
)  # fmt: skip
def test_a_line_that_is_only_a_tag(text: str, agency: str | None) -> None:
    """The whole line must be the tag, and a tag that is also a word must stand in brackets."""
    assert read_tag_line(text) == agency


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NORD20240309XZ5512873", "NORD20240309XZ5512873"),
        ("AFP-20251025-0001", "AFP-20251025-0001"),
        ("Story ID: 88213", "88213"),
        ("20251025", None),  # a number alone may be anything
        ("+44 20 7946 0958", None),
        ("Article 5", None),
        ("COVID19", None),
    ],
)
def test_document_ids(text: str, found: str | None) -> None:
    """An id has letters and many digits, or a label that says so."""
    assert read_doc_id(text) == found


@pytest.mark.parametrize(
    ("doc_id", "day"),
    [
        ("ABC20240309X1", (2024, 3, 9)),  # year first
        ("ABC31122023000012", (2023, 12, 31)),  # day first
        ("ABC12312023000012", (2023, 12, 31)),  # no day is called 12.31: month first
        ("ABC00000000123", None),
        ("ABC123", None),
    ],
)
def test_the_day_in_an_id(doc_id: str, day: tuple[int, int, int] | None) -> None:
    """The digits begin with a day, or the id has none."""
    assert date_of_doc_id(doc_id) == (datetime(*day, tzinfo=UTC) if day else None)


def test_credits_name_people() -> None:
    """`Reporting by` before a name is a credit, before anything else a sentence."""
    assert is_credits("Reporting by Ada Obi in Lagos")
    assert not is_credits("Reporting by the tribunal shows that few came back.")


def test_marks_of_nothing() -> None:
    """No paragraphs, no marks."""
    assert read_wire_marks([]).paragraphs == ()
