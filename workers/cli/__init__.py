"""The verbs a person types. Each module is one verb or one family of verbs; heavy imports stay inside them."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.cli import (
    audit,
    demo,
    dlq,
    doctor,
    lag,
    offline,
    produce,
    reprocess,
    schema,
    settings,
    tail,
    topics,
    worker,
)
from workers.cli.exits import EXIT_CODES_HELP

app = typer.Typer(
    name="wiremill",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog=EXIT_CODES_HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from workers import __version__

        typer.echo(f"wiremill {__version__}")
        raise typer.Exit


@app.callback()
def _wiremill(
    version: Annotated[  # its callback acts
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Raw news articles in on a Kafka topic; clean text, entities and attributed quotes out; no article lost."""


TRY = "Try it"
OFFLINE = "Offline: files and pipes, no Kafka"
KAFKA = "Kafka: run, feed, watch, prove, repair"
CONTRACT = "Contract and settings"

app.command("demo", rich_help_panel=TRY)(demo.demo)
app.command("enrich", rich_help_panel=OFFLINE)(offline.enrich)
app.command("clean", rich_help_panel=OFFLINE)(offline.clean)
app.command("annotate", rich_help_panel=OFFLINE)(offline.annotate)
app.command("worker", rich_help_panel=KAFKA)(worker.worker)
app.add_typer(topics.app, name="topics", rich_help_panel=KAFKA)
app.command("produce", rich_help_panel=KAFKA)(produce.produce)
app.command("tail", rich_help_panel=KAFKA)(tail.tail)
app.command("lag", rich_help_panel=KAFKA)(lag.lag)
app.command("audit", rich_help_panel=KAFKA)(audit.audit)
app.add_typer(dlq.app, name="dlq", rich_help_panel=KAFKA)
app.command("reprocess", rich_help_panel=KAFKA)(reprocess.reprocess)
app.command("doctor", rich_help_panel=KAFKA)(doctor.doctor)
app.command("settings", rich_help_panel=CONTRACT)(settings.settings)
app.add_typer(schema.app, name="schema", rich_help_panel=CONTRACT)
