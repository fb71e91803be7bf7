"""Ends fuzzing tests by the clock, and says how many examples each tried."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.fuzz.effort import CLOCK, TimeIsUpError


def pytest_collection_finish(session: pytest.Session) -> None:
    functions = {getattr(item, "function", None) for item in session.items}
    CLOCK.plan([function.fuzz_share for function in functions if hasattr(function, "fuzz_share")])


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, object, object]:
    try:
        return (yield)
    except TimeIsUpError:
        return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CLOCK.examples:
        tried = ", ".join(f"{name} {count:,}" for name, count in CLOCK.examples.items())
        terminalreporter.write_line(f"examples: {tried}")
