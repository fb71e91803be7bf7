"""What people ask for in options: moments, positions, speakers; and the sums behind `lag`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import typer

from workers.cli.lag import PartitionLag, by_topic
from workers.cli.tail import Wanted
from workers.cli.when import moment

NOW = datetime(2025, 10, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("90s", NOW - timedelta(seconds=90), id="seconds ago"),
        pytest.param("2h", NOW - timedelta(hours=2), id="hours ago"),
        pytest.param("3 d", NOW - timedelta(days=3), id="with a blank"),
        pytest.param("2025-10-24", datetime(2025, 10, 24, tzinfo=UTC), id="a day: its midnight, UTC"),
        pytest.param("2025-10-24T10:00:00+02:00", datetime(2025, 10, 24, 8, tzinfo=UTC), id="with a zone"),
    ],
)
def test_a_moment_is_read_as_people_type_it(text: str, meant: datetime) -> None:
    """How long ago, or when."""
    assert moment(text, option="--since", now=NOW) == meant


@pytest.mark.parametrize("text", ["yesterday", "", "2h3m", "2025-13-01", "-5m"])
def test_what_is_no_moment_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the option's name and what would do."""
    with pytest.raises(typer.Exit) as ended:
        moment(text, option="--since")
    assert ended.value.exit_code == 2
    said = capsys.readouterr().err
    assert "--since" in said
    assert "2h" in said


ENRICHED = {
    "article_id": "a", "url": "u",
    "quotes": [{"quote_id": "q", "speaker": {"name": "Dmitry Peskov"}}, {"quote_id": "r", "speaker": {"name": None}}],
    "entities": [{"entity_id": "e", "label": "ORG", "name": "World Health Organization", "aliases": ["WHO"]}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "is_wanted"),
    [
        pytest.param(Wanted(), True, id="anything"),
        pytest.param(Wanted(speaker="peskov"), True, id="the surname, whatever its case"),
        pytest.param(Wanted(speaker="Dmitry Peskov"), True, id="the whole name"),
        pytest.param(Wanted(speaker="Pesko"), False, id="part of a word is another name"),
        pytest.param(Wanted(speaker="WHO"), False, id="mentioned, but does not speak"),
        pytest.param(Wanted(entity="who"), True, id="an alias"),
        pytest.param(Wanted(entity="Peskov"), False, id="not among the entities"),
        pytest.param(Wanted(article="u"), True, id="the article's URL"),
        pytest.param(Wanted(article="b"), False, id="another article"),
        pytest.param(Wanted(article="a", speaker="Lavrov"), False, id="all conditions must hold"),
    ],
)
def test_tail_shows_what_was_asked_for(wanted: Wanted, *, is_wanted: bool) -> None:
    """In an enriched article, and the same in a quote of its own."""
    assert wanted.matches(ENRICHED) is is_wanted


def test_tail_finds_a_speaker_in_a_quote_record() -> None:
    """The quotes topic carries one quote a record."""
    assert Wanted(speaker="Peskov").matches({"quote_id": "q", "speaker": {"name": "Dmitry Peskov"}})
    assert not Wanted(speaker="Peskov").matches({"quote_id": "q", "speaker": {"name": "Sergey Lavrov"}})


@pytest.mark.parametrize(
    ("begin", "end", "committed", "waiting"),
    [
        pytest.param(0, 10, 4, 6, id="behind"),
        pytest.param(0, 10, None, 10, id="never committed: all of it"),
        pytest.param(7, 10, 4, 3, id="retention deleted what was not read"),
        pytest.param(0, 10, 12, 0, id="the topic was made anew"),
    ],
)
def test_lag_counts_what_can_still_be_read(begin: int, end: int, committed: int | None, waiting: int) -> None:
    """From the commit or the oldest record, whichever is later."""
    assert PartitionLag("t", 0, begin, end, committed).lag == waiting


def test_the_time_to_drain_follows_from_two_looks() -> None:
    """100 wait, 30 a second are done and 10 a second come in: five seconds."""
    before = [PartitionLag("t", 0, 0, 180, 20), PartitionLag("t", 1, 0, 0, None)]
    now = [PartitionLag("t", 0, 0, 200, 80), PartitionLag("t", 1, 0, 0, None)]
    [topic] = by_topic(now, before, seconds=2)
    assert (topic.lag, topic.produced_per_second, topic.handled_per_second) == (120, 10, 30)
    assert topic.drain_seconds == 6


def test_a_lag_that_grows_is_never_drained() -> None:
    """No number is better than a wrong one."""
    [topic] = by_topic([PartitionLag("t", 0, 0, 200, 20)], [PartitionLag("t", 0, 0, 100, 10)], seconds=1)
    assert topic.drain_seconds is None
