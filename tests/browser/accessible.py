"""The checks of `accessible.js` as expressions that a page can be asked for."""

from __future__ import annotations

from pathlib import Path

_FUNCTIONS = Path(__file__).with_suffix(".js").read_text()


def _call(name: str) -> str:
    return f"(() => {{ {_FUNCTIONS}\nreturn {name}(); }})()"


CONTRAST = _call("contrast")
STRUCTURE = _call("structure")
OVERLAPS = _call("overlaps")
MOTION = _call("motion")
