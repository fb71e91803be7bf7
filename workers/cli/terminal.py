"""The terminal: where output goes, and how text from the web is kept from commanding it."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# What a terminal obeys or a reader is fooled by: C0 and C1 controls (ESC and CSI among them), DEL, bidirectional
# overrides and isolates (CVE-2021-42574), tag characters, lone surrogates (not encodable), line and page separators.
_FOOLING = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f{_FOOLING}\U000e0000-\U000e007f\ud800-\udfff]")
_UNSAFE_IN_JSON = re.compile(f"[{_FOOLING}]")


def safe(text: str) -> str:
    """Return `text` with every character a terminal would obey replaced by one other: offsets into it stay true."""
    return _UNSAFE.sub(lambda found: " " if found.group() in "\r\x0b\x0c\u2028\u2029" else "\ufffd", text)


def safe_line(text: str | None) -> str:
    """Return `text` safe and on one line, without runs of blanks; empty for None."""
    return " ".join(safe(text or "").split())


def safe_json(line: str) -> str:
    r"""Return a JSON text that means the same, with the characters a terminal obeys as \u escapes.

    JSON's own controls are escaped already; C1 controls and bidirectional overrides may stand raw inside strings.
    """
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", line)


def stdout() -> Console:
    """Return the console for results: what a person asked to see. Made anew, so that it follows redirection."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=False)


def stderr() -> Console:
    """Return the console for everything that is not a result: errors, progress, summaries."""
    from rich.console import Console

    return Console(file=sys.stderr, highlight=False, markup=False, emoji=False)


def tell(label: str, message: str, *, style: str = "") -> None:
    """Print `label: message` to stderr; the message may hold anything, it cannot command the terminal."""
    from rich.text import Text

    # soft_wrap: a line of a log stays one line when stderr is a file
    stderr().print(Text.assemble((f"{label}:", style), " ", safe(message)), soft_wrap=True)


def write_line(line: bytes) -> None:
    """Write one line of JSON to stdout; on a terminal without characters that it would obey."""
    if sys.stdout.isatty():
        sys.stdout.write(safe_json(line.decode("utf-8", "backslashreplace")) + "\n")
    else:
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:  # replaced by something that takes text only
            sys.stdout.write(line.decode("utf-8", "backslashreplace") + "\n")
        else:
            buffer.write(line + b"\n")


def human_bytes(count: float) -> str:
    """Return `count` as people say it: 512 B, 3.4 kB, 1.2 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def human_seconds(seconds: float) -> str:
    """Return a duration as people say it: 0.4 s, 12 s, 3 min 20 s, 5 h 2 min, 3 d 4 h."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, less, less_unit in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // less
            return f"{whole // size} {unit}" + (f" {rest} {less_unit}" if rest else "")
    return f"{whole} s"
