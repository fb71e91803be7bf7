"""`wiremill`: the command line."""

from __future__ import annotations

import errno
import os
import sys

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
EXIT_WORLD = 3  # as workers.cli.exits has it: the broker, the model or a disk


def main() -> None:
    """Run the command line. A disk without room ends it with one line and status 3, not with a traceback."""
    from workers.cli import app

    try:
        app()
    except OSError as error:
        if error.errno not in FULL:
            raise
        sys.stderr.write(f"error: cannot write: {error.strerror}{f': {error.filename}' if error.filename else ''}\n")
        sys.stderr.flush()
        os._exit(EXIT_WORLD)  # at a usual end Python would try to write once more, and say so with a traceback


if __name__ == "__main__":
    main()
