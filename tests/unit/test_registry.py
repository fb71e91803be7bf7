"""The frames of a schema registry: what goes before a value, and how its id is had."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from schemas.clean import CleanArticle
from schemas.codec import DecodeError, decode, encode, frame, unframed
from schemas.contract import json_schema
from tests.harness.processes import free_port
from tests.harness.registry import Registry
from workers import registry as ours
from workers.cli import app
from workers.publish import CARRIES, Delivery, Topic
from workers.registry import RegistryError, schema_frames
from workers.settings import Settings, SettingsError
from workers.stages import decode_raw

OUTPUTS = [topic for topic in Topic if topic is not Topic.RAW]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A running registry, and no waiting between tries."""
    monkeypatch.setattr(ours, "WAIT_SECONDS", 0.0)
    with Registry() as running:
        yield running


def test_a_framed_value_is_read_as_an_unframed_one() -> None:
    """A zero byte and the id in four bytes, big-endian, then the JSON."""
    article = CleanArticle(article_id="a", text="x")
    assert frame(258) == b"\0\0\0\x01\x02"
    assert decode(frame(258) + encode(article), CleanArticle) == decode(encode(article), CleanArticle)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"{}", id="no frame"),
        pytest.param(b"\0\0\0", id="too short"),
        pytest.param(b"\0" * 9, id="zero bytes that frame nothing"),
        pytest.param(b"\0\0\0\0\x01plain text", id="not JSON behind it"),
    ],
)
def test_what_is_no_frame_is_left_alone(value: bytes) -> None:
    """A dead letter's error speaks of the bytes as they came."""
    assert unframed(value) == value


def test_a_broken_value_in_a_frame_is_still_refused() -> None:
    """With the error of the JSON behind the frame."""
    with pytest.raises(DecodeError, match="not JSON"):
        decode(frame(1) + b'{"article_id": ', CleanArticle)


def test_a_framed_raw_article_is_read_whatever_its_header_says() -> None:
    """A producer with a registry's serializer may still declare text/html."""
    value = frame(7) + json.dumps({"url": "https://a.example", "text": "x"}).encode()
    for headers in ((), (("content-type", b"text/html"),)):
        assert decode_raw(Delivery("news.raw", 0, 0, b"k", value, headers)).url == "https://a.example"


async def test_without_a_registry_nothing_is_framed() -> None:
    """The default."""
    assert await schema_frames(Settings(), OUTPUTS) == {}


async def test_schemas_are_registered_once_and_found_again(registry: Registry) -> None:
    """Under `<topic>-value`; the second worker gets the same ids; the schema behind an id is the record's."""
    settings = Settings(schema_registry=registry.url, topic_prefix="press")
    first = await schema_frames(settings, OUTPUTS)
    assert await schema_frames(settings, OUTPUTS) == first
    assert sorted(registry.subjects) == sorted(f"press.{topic}-value" for topic in OUTPUTS)
    assert all(len(versions) == 1 for versions in registry.subjects.values())
    for topic, before in first.items():
        assert registry.schema_of(before) == json_schema(CARRIES[topic])


async def test_lookup_alone_registers_nothing(registry: Registry) -> None:
    """Where schemas are deployed by others, what is missing is named; what is there is found."""
    settings = Settings(schema_registry=registry.url, schema_registry_register=False)
    with pytest.raises(RegistryError, match=r"news\.clean-value: 404 .* not found.*Register the schemas first"):
        await schema_frames(settings, OUTPUTS)
    assert not registry.subjects
    registered = await schema_frames(Settings(schema_registry=registry.url), OUTPUTS)
    assert await schema_frames(settings, OUTPUTS) == registered


async def test_a_busy_registry_is_asked_again(registry: Registry) -> None:
    """A rolling restart of the registry is not the end of a worker's start."""
    registry.fail_next = [503, 429]
    assert await schema_frames(Settings(schema_registry=registry.url), OUTPUTS[:1])
    assert len(registry.requests) == 3


async def test_a_registry_that_is_away_is_named(registry: Registry) -> None:
    """With the setting that says where it is."""
    settings = Settings(schema_registry=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(RegistryError, match="WIREMILL_SCHEMA_REGISTRY says where it is"):
        await schema_frames(settings, OUTPUTS)


async def test_an_incompatible_schema_is_explained(registry: Registry) -> None:
    """The registry's own words, and which command tells more."""
    registry.frozen = True
    with pytest.raises(RegistryError, match=r"409 Schema being registered is incompatible.*wiremill schema check"):
        await schema_frames(Settings(schema_registry=registry.url), OUTPUTS)


async def test_a_registry_wants_a_login() -> None:
    """Basic authentication; a wrong password names the setting and does not show itself."""
    with Registry(login="ann:secret") as registry:
        known = Settings(
            schema_registry=registry.url, schema_registry_username="ann", schema_registry_password="secret"
        )
        assert await schema_frames(known, OUTPUTS[:1])
        wrong = Settings(
            schema_registry=registry.url, schema_registry_username="ann", schema_registry_password="hidden"
        )
        with pytest.raises(RegistryError, match="WIREMILL_SCHEMA_REGISTRY_USERNAME") as error:
            await schema_frames(wrong, OUTPUTS[:1])
        assert "hidden" not in str(error.value)


@pytest.mark.parametrize("address", ["registry:8081", "ftp://registry", "http://", "http://ann:secret@registry:8081"])
def test_an_address_that_is_none_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is one with a password in it, which would be shown with the settings."""
    monkeypatch.setenv("WIREMILL_SCHEMA_REGISTRY", address)
    with pytest.raises(SettingsError, match="WIREMILL_SCHEMA_REGISTRY") as error:
        Settings.read()
    assert "secret" not in str(error.value)


def test_settings_hide_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """`wiremill settings --json` goes into tickets."""
    monkeypatch.setenv("WIREMILL_SCHEMA_REGISTRY_PASSWORD", "s3cret")
    shown = CliRunner().invoke(app, ["settings", "--json"])
    assert shown.exit_code == 0
    assert "s3cret" not in shown.stdout
