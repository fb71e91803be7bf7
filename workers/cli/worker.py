"""`wiremill worker`: the stream processor."""

from __future__ import annotations

from typing import Annotated

import typer


def worker(
    stages: Annotated[
        str | None, typer.Option(help="`clean`, `annotate` or `clean,annotate`; default: WIREMILL_STAGES, else both.")
    ] = None,
) -> None:
    """Run a worker: read raw and clean articles, publish what is made of them, until SIGTERM or Ctrl-C.

    Exit status: 0 after a clean stop; 1 cannot start; 70 stalled or broken; 75 the grace period was too short;
    76 the circuit breaker: most articles died of our own errors.

    Example: `WIREMILL_BROKERS=kafka:9092 wiremill worker --stages annotate`
    """
    from workers import logs
    from workers.pool import Template
    from workers.settings import Settings, SettingsError

    try:
        settings = Settings.read(**({"stages": stages} if stages else {}))
    except SettingsError as error:
        typer.echo(f"wiremill: {error}", err=True)
        raise typer.Exit(1) from None
    logs.configure(settings.log_level, settings.log_format)
    try:
        settings.ssl_context()  # a file of certificates that cannot be read is the settings' fault, and said here
    except SettingsError as error:
        typer.echo(f"wiremill: {error}", err=True)
        raise typer.Exit(1) from None
    template = Template(settings.stage_options(), settings.child_memory_mb << 20)
    template.launch()  # it loads the model while Faust is imported: 0.6 s
    from workers.app import run

    run(settings, template)
