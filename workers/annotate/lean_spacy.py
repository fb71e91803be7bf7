"""spaCy without its command line, by being imported before it.

`spacy/__init__.py` imports its whole command line (httpx, requests, rich, typer, a project manager) for one function,
`spacy.info`: 370 modules, a quarter of what importing this room takes, each time a worker starts (docs/performance.md).
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

COMMAND = "spacy.cli.info"


def _info(*arguments: Any, **options: Any) -> Any:
    """What `spacy.info` is then: the command, imported when somebody asks for it."""
    from spacy.cli.info import info

    return info(*arguments, **options)


def _import_spacy() -> None:
    """Import spaCy with a stand-in for that command, which is taken away again."""
    stand_in = ModuleType(COMMAND)
    stand_in.info = _info  # type: ignore[attr-defined]
    sys.modules[COMMAND] = stand_in
    try:
        import spacy  # noqa: F401
    finally:
        del sys.modules[COMMAND]


if "spacy" not in sys.modules:
    _import_spacy()
