"""What all tests may use."""

import pytest
from hypothesis import settings

from workers.compiled import State, state

pytest_plugins = ("tests.harness.plugin",)

settings.register_profile("untimed", deadline=None)  # how long an example takes tells who else uses the machine
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Do not test code that is not the code that one reads."""
    if state() is State.STALE:
        pytest.exit(
            "a module of workers/compiled.txt was changed since it was compiled: run `make setup`, "
            "or once `WIREMILL_COMPILE=no make setup`, to edit without compiling each time",
            returncode=pytest.ExitCode.USAGE_ERROR,
        )
