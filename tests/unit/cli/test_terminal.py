"""What articles say cannot command the terminal of the person who reads them."""

from __future__ import annotations

import json

import pytest

from workers.cli.terminal import human_bytes, human_seconds, safe, safe_json, safe_line

HOSTILE = [
    pytest.param("\x1b[2J\x1b]0;owned\x07", id="clear the screen, set the title"),
    pytest.param("\x9b31m\x9d0;owned\x9c", id="the same as C1 controls"),
    pytest.param("\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\", id="a hidden link"),
    pytest.param("abc\u202egpj.exe\u2066", id="text that runs backwards"),
    pytest.param("a\rb\x08c\x7f", id="overwrite the line"),
    pytest.param("\ud83d", id="half a surrogate pair, which cannot be written"),
    pytest.param("\U000e0041\U000e0042", id="invisible tag characters"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_disarmed_and_offsets_stay(text: str) -> None:
    """Each dangerous character becomes one harmless one."""
    disarmed = safe(text)
    assert len(disarmed) == len(text)
    assert not set(disarmed) & set("\x1b\x9b\x9d\x07\x08\x7f\r\u202e\u2066\ud83d\U000e0041")
    disarmed.encode()


def test_harmless_text_is_left_as_it_is() -> None:
    """Line breaks, accents, emoji, Arabic and curly quotation marks."""
    text = "“Ünïcödé” —\n\tسلام 😀"
    assert safe(text) == text


@pytest.mark.parametrize("text", HOSTILE[:5])
def test_json_on_a_terminal_means_the_same_and_is_harmless(text: str) -> None:
    """The characters a terminal obeys become escapes."""
    line = json.dumps({"text": text + "é"}, ensure_ascii=False)
    shown = safe_json(line)
    assert json.loads(shown) == json.loads(line)
    assert not set(shown) & set("\x1b\x9b\x9d\x7f\u202e\u2066")
    assert "é" in shown


def test_a_line_stays_one_line() -> None:
    """Line breaks of any kind and runs of blanks become one blank."""
    assert safe_line(" a\r\n\u2028 b\tc ") == "a b c"
    assert safe_line(None) == ""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (12.4, "12 s"), (200, "3 min 20 s"), (3600, "1 h"), (18_120, "5 h 2 min"), (273_600, "3 d 4 h")],
)
def test_durations_read_as_people_say_them(seconds: float, said: str) -> None:
    """Two units at most."""
    assert human_seconds(seconds) == said


@pytest.mark.parametrize(("count", "said"), [(0, "0 B"), (999, "999 B"), (3_400, "3.4 kB"), (2.5e12, "2.5 TB")])
def test_sizes_read_as_people_say_them(count: float, said: str) -> None:
    """Decimal units."""
    assert human_bytes(count) == said
