"""The verbs a person types. Each module is one verb or one family of verbs; heavy imports stay inside them."""

from __future__ import annotations

import typer

app = typer.Typer(name="wiremill", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _wiremill() -> None:
    """Raw news articles in on a Kafka topic; clean text, entities and attributed quotes out; no article lost."""


from workers.cli import worker as _worker  # noqa: E402, F401  # registers its verb
