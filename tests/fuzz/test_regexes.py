"""Every regex of ours takes time in proportion to the text, whatever the text."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import schemas
import workers.annotate
import workers.clean
import workers.publish
from tests.fuzz.attacks import PIECES, pieces
from tests.fuzz.effort import EFFORT, effort

SHORT_CHARS, LONG_CHARS = 3_000, 12_000
# Four times the text: 4 times the time when linear, 16 times when quadratic. Below the floor, time cannot be told.
MOST_GROWTH, FLOOR_SECONDS = 9.0, 0.03
GIVE_UP_SECONDS = 3.0
# Regexes that are only ever given short texts, and what sees to it.
SHORT_TEXTS = {
    "workers.clean.authors._SEPARATOR": "clean_names leaves out values of more than 300 characters",
    "workers.clean.authors._DESK_TAIL": "likewise",
    "workers.clean.authors._TAIL": "a block's text, in which the tree has put white space together",
    "workers.clean.flat.credits._SEPARATOR": "lines of at most MAX_BYLINE_CHARS",
    "workers.clean.wire._DOC_ID": "read_doc_id leaves out lines of more than MAX_MARK_CHARS",
    "workers.clean.metadata._SITE_SEPARATOR": "a title that _one_line has put together",
}
ANCHORED = {"match", "fullmatch"}
MATCHED_IN_LOOPS = {"workers.clean.wire._HEADS", "workers.clean.dates.LABEL"}  # each only by its `match`


@dataclass(frozen=True)
class Found:
    """A regex of a module, whether it is only tried at the beginning of a text, and whether it must match it whole."""

    name: str
    pattern: re.Pattern[str]
    anchored: bool
    whole: bool = False


def _modules() -> Iterator[ModuleType]:
    for package in (schemas, workers.clean, workers.annotate):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("_kernel"):
                yield importlib.import_module(module.name)
    yield workers.publish


def _uses(module: ModuleType) -> dict[str, set[str]]:
    """Return, by name, which methods a module calls: `_LINE.finditer(…)` is `{"_LINE": {"finditer"}}`."""
    uses: dict[str, set[str]] = {}
    file = Path(module.__file__ or "")
    source = file.with_name(f"{file.name.split('.')[0]}.py")  # also of a compiled module
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses.setdefault(node.value.id, set()).add(node.attr)
    return uses


@cache
def regexes() -> dict[str, Found]:
    """Return every compiled regex that a module holds, by name, those in tuples, lists and dicts too."""
    found: dict[str, Found] = {}
    for module in _modules():
        uses = _uses(module)
        for name, value in vars(module).items():
            held = value.values() if isinstance(value, dict) else value if isinstance(value, tuple | list) else [value]
            here = [one for one in held if isinstance(one, re.Pattern) and isinstance(one.pattern, str)]
            anchored = bool(uses.get(name)) and uses[name] <= ANCHORED
            anchored = anchored or f"{module.__name__}.{name}" in MATCHED_IN_LOOPS
            for number, pattern in enumerate(here):
                full = f"{module.__name__}.{name}" + (f"[{number}]" if len(here) > 1 else "")
                found.setdefault(pattern.pattern, Found(full, pattern, anchored, "fullmatch" in uses.get(name, ())))
    return {one.name: one for one in found.values()}


def _seconds(found: Found, text: str) -> float:
    """Return the CPU seconds that a search through `text` takes, GIVE_UP_SECONDS at most."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, give_up)
    began = time.process_time()
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, GIVE_UP_SECONDS)
        if found.whole:
            found.pattern.fullmatch(text)
        if found.anchored:
            found.pattern.match(text)
        else:
            for _ in found.pattern.finditer(text):
                pass
    except TimeoutError:
        return GIVE_UP_SECONDS
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - began


def grows_too_fast(found: Found, before: str, pump: str, after: str) -> str | None:
    """Return what was measured if the time for a pumped text is not in proportion to its length."""
    long = min(_seconds(found, before + pump * (LONG_CHARS // len(pump)) + after) for _ in range(1))
    if long < FLOOR_SECONDS:
        return None
    short = min(_seconds(found, before + pump * (SHORT_CHARS // len(pump)) + after) for _ in range(3))
    long = min(long, _seconds(found, before + pump * (LONG_CHARS // len(pump)) + after))
    if long < FLOOR_SECONDS or long < MOST_GROWTH * short:
        return None
    return f"{found.name}: {short:.3f} s, then {long:.3f} s for four times {pump!r} between {before!r} and {after!r}"


NAMES = [name for name in regexes() if re.sub(r"\[\d+\]$", "", name) not in SHORT_TEXTS]


def test_the_regexes_are_found() -> None:
    """The collection is not empty, and every exception names a regex that is there."""
    assert len(NAMES) > 60
    assert set(SHORT_TEXTS) <= {re.sub(r"\[\d+\]$", "", name) for name in regexes()}


def test_a_quadratic_regex_is_noticed() -> None:
    """The measure can fail: white space before an end that does not come."""
    assert grows_too_fast(Found("bad", re.compile(r"\s+$"), anchored=False), "", " ", "x")
    assert grows_too_fast(Found("good", re.compile(r"(?<!\s)\s+$"), anchored=False), "", " ", "x") is None


@pytest.mark.parametrize("name", NAMES)
def test_a_regex_is_linear_in_what_rules_look_for(name: str) -> None:
    """Each known piece, repeated, alone and between others."""
    surroundings = (("", ""), ("x", "!"), ("“", "\n"))
    for number, pump in enumerate(PIECES):
        for before, after in surroundings if EFFORT == "hours" else surroundings[number % 3 :][:1]:
            assert (trouble := grows_too_fast(regexes()[name], before, pump, after)) is None, trouble


@effort(share=2, cost=0.5)
@given(name=st.sampled_from(NAMES), before=pieces, pump=pieces.filter(bool), after=pieces)
@example(name=NAMES[0], before="", pump=" ", after="x")
def test_a_regex_is_linear_in_anything(name: str, before: str, pump: str, after: str) -> None:
    """Found by fuzzing: any piece between any two."""
    assert (trouble := grows_too_fast(regexes()[name], before, pump, after)) is None, trouble


@cache
def _generated() -> list[str]:
    """Return the regexes that hypothesis can make matches for: not those that look around or possess."""
    able = []
    for name in NAMES:
        try:
            st.from_regex(regexes()[name].pattern).validate()
        except (InvalidArgument, NotImplementedError, AssertionError, KeyError, re.error):
            continue
        able.append(name)
    assert len(able) > len(NAMES) / 2
    return able


@pytest.mark.parametrize(
    ("name", "before", "pump", "after"),
    [
        ("workers.clean.charset._HEADER_CHARSET", "charset=", "\x85", " "),
        ("workers.clean.authors._SURNAME_FIRST", "0,", "\x85", ","),
        ("workers.clean.json_ld._COMMENT", "-->", "\x85", "\u200b"),
        ("workers.clean.flat.removed._NAME_LIKE", "", "a", "1,,,,"),
        ("workers.clean.wire._HEADS[0]", "A. ", " ", " "),
        ("workers.clean.wire._HEADS[3]", "(AP)", " ", "x"),
    ],
)
def test_what_fuzzing_found_stays_mended(name: str, before: str, pump: str, after: str) -> None:
    """Each was a regex that took the square of its text."""
    assert (trouble := grows_too_fast(regexes()[name], before, pump, after)) is None, trouble


@effort(share=2, cost=0.5)
@given(st.data())
def test_a_regex_is_linear_in_what_it_looks_for(data: st.DataObject) -> None:
    """Found by fuzzing: a part of what the regex itself matches is what slows it most."""
    name = data.draw(st.sampled_from(_generated()))
    match = data.draw(st.from_regex(regexes()[name].pattern))
    start = data.draw(st.integers(0, max(0, len(match) - 1)))
    pump = match[start : start + data.draw(st.integers(1, 12))] or " "
    after = data.draw(pieces)
    assert (trouble := grows_too_fast(regexes()[name], match[:start], pump, after)) is None, trouble
