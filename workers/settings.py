"""Every setting: its name, unit, default and reason. The only reader of the environment.

Each field is read from `WIREMILL_<NAME>`; secrets also from files of that name in `/run/secrets` (or the folder in
`WIREMILL_SECRETS_DIR`), which is where Docker and Kubernetes mount them.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from schemas.codec import shorten
from workers.options import AnnotateOptions, CleanOptions, Stage, StageOptions
from workers.publish import Topic

ENV_PREFIX = "WIREMILL_"
DEFAULT_SECRETS_DIR = "/run/secrets"
Names = Annotated[tuple[str, ...], NoDecode]


class SettingsError(ValueError):
    """A setting that cannot be used; the message names the variable, the value and what would do."""


class Settings(BaseSettings):
    """The settings of the worker and of the commands that talk to Kafka."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="ignore")

    # Kafka
    brokers: str = Field("127.0.0.1:9092", description="bootstrap servers, `host:port` separated by commas")
    topic_prefix: str = Field("news", description="what the names of all topics begin with, before the dot")
    group: str = Field("wiremill", description="consumer group; all workers of a deployment share it")
    instance_id: str | None = Field(
        None, description="static group membership, one name a replica: a restart within the session moves no partition"
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how to talk to the brokers"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field("PLAIN", description="SASL mechanism")
    sasl_username: str | None = Field(None, description="SASL user name")
    sasl_password: SecretStr | None = Field(None, description="SASL password; better from a secrets file")
    ssl_cafile: Path | None = Field(None, description="CA certificates, PEM; default: those of the system")
    ssl_certfile: Path | None = Field(None, description="client certificate, PEM")
    ssl_keyfile: Path | None = Field(None, description="key of the client certificate, PEM")
    partitions: int = Field(
        8, ge=1, le=10_000, description="partitions of topics we create: the most workers that can share a stage"
    )
    replication: int = Field(-1, ge=-1, description="replication factor of topics we create; -1: the broker's default")
    max_record_bytes: int = Field(
        24_000_000, ge=100_000, description="largest record we read or write; also max.message.bytes of our topics"
    )
    fetch_bytes: int = Field(
        4_000_000,
        ge=100_000,
        description="fetched per partition and request; a larger record still comes whole from Kafka ≥ 0.10.1 (KIP-74)",
    )
    session_seconds: float = Field(20, gt=0, description="a worker silent for so long loses its partitions")
    heartbeat_seconds: float = Field(3, gt=0, description="between heartbeats; at most a third of the session")
    rebalance_seconds: float = Field(
        120, gt=0, description="how long a rebalance waits for in-flight articles; more than the worst article takes"
    )
    send_seconds: float = Field(60, gt=0, description="one try to send, before it is counted as failed and repeated")
    commit_seconds: float = Field(1, gt=0, description="between commits of acknowledged offsets")
    idempotence: Literal["auto", "on", "off"] = Field(
        "auto", description="idempotent producer; auto: where the broker has it, with a warning where it has not"
    )
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = Field(
        "lz4",
        description="of what we produce; gzip is known to every client, but takes ten times the event loop's time",
    )

    # Schema registry
    schema_registry: str | None = Field(
        None, description="URL of a Confluent-compatible schema registry; set, what we publish is framed for it"
    )
    schema_registry_username: str | None = Field(None, description="user name at the schema registry, or API key")
    schema_registry_password: SecretStr | None = Field(None, description="its password; better from a secrets file")
    schema_registry_register: bool = Field(
        True, description="register our schemas there; off: they are there already, and are only looked up"
    )

    # The stages
    stages: Names = Field(("clean", "annotate"), description="what this worker does: `clean`, `annotate` or both")
    languages: Names = Field(("en",), description="languages to keep (BCP 47, comma-separated); `*`: any")
    min_words: int = Field(40, ge=0, description="clean texts with fewer words are rejected as too-short")
    max_html_bytes: int = Field(8_000_000, ge=10_000, description="longer pages are cut, with a warning")
    drop_duplicates: bool = Field(False, description="reject exact repeats of a text instead of marking them")
    line_memory: Literal["auto", "on", "off"] = Field(
        "auto",
        description="leave out lines of flat text that other pages of the source had; auto: in commands on files, not "
        "in a worker, whose replays must repeat their ids (docs/adr/0006)",
    )
    model: str = Field("md", description="`md`, `sm`, the name of an installed spaCy model, or a path")
    fast: bool = Field(True, description="the faster pipeline with identical output, where the model allows it")
    gazetteer: Path | None = Field(None, description="JSON lines of names of yours: name, aliases, label, uri")
    min_confidence: float = Field(0.0, ge=0, le=1, description="quotes below this confidence are not published")
    label_map: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict, description="`PER=PERSON,LOC=GPE`: labels of a model with another scheme"
    )

    # The pool
    pool_size: int = Field(0, ge=0, description="child processes; 0: one a core this process may use")
    task_seconds: float = Field(30, gt=0, description="a child that takes longer over an article is killed")
    child_memory_mb: int = Field(1_500, ge=100, description="private memory a child may use, in MiB")
    child_articles: int = Field(5_000, ge=1, description="articles after which a child is replaced by a fresh one")
    in_flight_bytes: int = Field(
        64_000_000, ge=100_000, description="of article bytes held per stage; then we stop reading"
    )
    in_flight_articles: int = Field(
        64, ge=1, description="articles held per stage and child; bounds how long a drain or rebalance takes"
    )

    # Running
    web_host: str = Field(
        "127.0.0.1", description="where /healthz, /readyz and /metrics listen; 0.0.0.0 in a container"
    )
    web_port: int = Field(6066, ge=0, le=65535, description="their port; 0, or taken: any free one, which is logged")
    grace_seconds: float = Field(25, gt=0, description="after SIGTERM, to finish what is in flight and commit")
    stall_seconds: float = Field(
        300, gt=0, description="with work waiting and nothing acknowledged for so long, the worker exits with status 70"
    )
    max_dead_letter_share: float = Field(
        0.5, gt=0, le=1, description="stop when this share of the last 200 inputs died of our errors; 1: never"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="how much to log")
    log_format: Literal["auto", "text", "json"] = Field("auto", description="auto: text on a terminal, JSON elsewhere")
    test_hooks: bool = Field(False, description="tests only: articles may ask the worker to hang, crash or eat memory")

    @field_validator("stages", "languages", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("label_map", mode="before")
    @classmethod
    def _split_pairs(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        return {theirs.strip(): ours.strip() for theirs, _, ours in pairs}

    @field_validator("schema_registry")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None or not value.strip():
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the address of a schema registry begins with http:// or https://")
        if parts.username or parts.password:
            raise ValueError("put user name and password into WIREMILL_SCHEMA_REGISTRY_USERNAME and …_PASSWORD")
        return value.rstrip("/")

    @field_validator("stages")
    @classmethod
    def _known_stages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or set(value) - {Stage.CLEAN, Stage.ANNOTATE}:
            raise ValueError("stages are `clean`, `annotate` or `clean,annotate`")
        return value

    @model_validator(mode="after")
    def _times_agree(self) -> Settings:
        if self.heartbeat_seconds * 3 > self.session_seconds:
            raise ValueError("heartbeat_seconds must be at most a third of session_seconds")
        if self.task_seconds * 3 > self.rebalance_seconds:
            raise ValueError("rebalance_seconds must be at least three times task_seconds: an article gets three tries")
        return self

    @classmethod
    def read(cls, **given: Any) -> Settings:
        """Return the settings of the environment, `given` ones first. Raises SettingsError, naming the variable."""
        secrets = Path(os.environ.get(f"{ENV_PREFIX}SECRETS_DIR", DEFAULT_SECRETS_DIR))
        try:
            return cls(_secrets_dir=secrets if secrets.is_dir() else None, **given)
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None

    def topic(self, topic: Topic) -> str:
        """Return the full name of a topic: `news.raw`."""
        return f"{self.topic_prefix}.{topic}"

    @property
    def children(self) -> int:
        """How many processes the pool has."""
        return (
            self.pool_size or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        )

    @property
    def stage_names(self) -> tuple[Stage, ...]:
        """The stages this worker runs."""
        return tuple(Stage(name) for name in self.stages)

    @property
    def wants_traces(self) -> bool:
        """Whether the standard OTEL_… variables of the environment name an exporter of traces, or its address."""
        if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
            return False
        if exporter := os.environ.get("OTEL_TRACES_EXPORTER"):
            return exporter != "none"
        return any(os.environ.get(f"OTEL_EXPORTER_OTLP_{name}") for name in ("ENDPOINT", "TRACES_ENDPOINT"))

    def stage_options(self, stages: tuple[Stage, ...] | None = None, *, repeatable: bool = True) -> StageOptions:
        """Return what the pool's children need to know.

        `repeatable` says whether the same input must always give the same output, whatever was seen before it.
        """
        return StageOptions(
            stages=stages or self.stage_names,
            clean=CleanOptions(
                languages=frozenset() if "*" in self.languages else frozenset(self.languages),
                min_words=self.min_words,
                max_html_bytes=self.max_html_bytes,
                drop_duplicates=self.drop_duplicates,
                line_memory=self.line_memory == "on" or (self.line_memory == "auto" and not repeatable),
            ),
            annotate=AnnotateOptions(
                model=self.model,
                fast=self.fast,
                gazetteer=self.gazetteer,
                min_confidence=self.min_confidence,
                label_map=tuple(self.label_map.items()),
            ),
            max_record_bytes=self.max_record_bytes,
            test_hooks=self.test_hooks,
            logs=(self.log_level, self.log_format) if repeatable else None,  # commands on files speak for themselves
        )

    def registry_ssl_context(self) -> ssl.SSLContext:
        """Return the TLS context for a schema registry: our certificates, whatever the brokers want."""
        return self._ssl_context()

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return the TLS context of the settings, None for a protocol without TLS. Raises SettingsError."""
        if "SSL" not in self.security_protocol.split("_"):
            return None
        return self._ssl_context()

    def _ssl_context(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self.ssl_cafile)
            if self.ssl_certfile:
                context.load_cert_chain(self.ssl_certfile, self.ssl_keyfile)
        except (OSError, ssl.SSLError) as error:
            files = {"cafile": self.ssl_cafile, "certfile": self.ssl_certfile, "keyfile": self.ssl_keyfile}
            named = ", ".join(f"{ENV_PREFIX}SSL_{name.upper()}={path}" for name, path in files.items() if path)
            raise SettingsError(f"the certificates cannot be loaded ({error}); look at {named}") from error
        return context

    def redacted(self) -> dict[str, Any]:
        """Return the settings as plain values, secrets hidden: what may be shown and logged."""
        return self.model_dump(mode="json")


def _explain(error: ValidationError) -> str:
    lines = []
    for found in error.errors(include_url=False, include_context=False):
        name = f"{ENV_PREFIX}{'_'.join(str(part) for part in found['loc'][:1]).upper()}" if found["loc"] else "settings"
        hidden = not found["loc"] or "password" in str(found["loc"]) or "@" in str(found["input"])  # user:password@host
        value = "" if hidden else f", not {shorten(found['input'])}"
        lines.append(f"{name}: {found['msg'].removeprefix('Value error, ')}{value}")
    return "; ".join(lines) + ". `wiremill settings` shows every setting and what it means."
