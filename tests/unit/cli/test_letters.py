"""A dead letter gives back the record that failed, byte for byte, or says why it cannot."""

from __future__ import annotations

import os

import pytest

from schemas.codec import decode
from schemas.dead_letter import DeadLetter, ErrorClass, Failure, PayloadEncoding
from workers.cli.letters import LetterError, carried, original, replayed
from workers.dead_letters import bury
from workers.publish import Delivery

FAILURE = Failure(error_class=ErrorClass.CRASH, message="gone")
HEADERS = (("traceparent", b"00-ab"), ("x-empty", b""), ("x-binary", b"\xff\x00"))


def letter_of(value: bytes | None, *, max_bytes: int = 1_000_000, key: bytes | None = b"\xff key") -> DeadLetter:
    delivery = Delivery("news.raw", 2, 17, key, value, HEADERS)
    [message] = bury("clean", delivery, FAILURE, attempts=3, max_bytes=max_bytes).outputs
    return decode(message.value, DeadLetter)


@pytest.mark.parametrize(
    ("value", "max_bytes", "encoding"),
    [
        pytest.param(b'{"a": 1}', 1_000_000, PayloadEncoding.BASE64, id="small"),
        pytest.param(b"\xff\xfe\x00", 1_000_000, PayloadEncoding.BASE64, id="no text at all"),
        pytest.param(b"", 1_000_000, PayloadEncoding.BASE64, id="empty"),
        pytest.param(None, 1_000_000, PayloadEncoding.BASE64, id="a tombstone"),
        pytest.param(b"a" * 200_000, 100_000, PayloadEncoding.GZIP_BASE64, id="fits only compressed"),
    ],
)
def test_what_was_buried_is_dug_out_again(value: bytes | None, max_bytes: int, encoding: PayloadEncoding) -> None:
    """Topic, key, value and headers as they were."""
    letter = letter_of(value, max_bytes=max_bytes)
    assert letter.value_encoding is encoding
    record = original(letter)
    assert (record.topic, record.key, record.value, record.headers) == ("news.raw", b"\xff key", value, HEADERS)


def test_a_letter_with_a_head_only_says_where_the_whole_is() -> None:
    """What fits neither plain nor compressed is still at its offset."""
    value = os.urandom(200_000)
    letter = letter_of(value, max_bytes=100_000)
    with pytest.raises(LetterError, match=r"news\.raw/2/17"):
        original(letter)
    head = carried(letter)
    assert head is not None
    assert value.startswith(head)


def test_a_record_without_key_has_none_again() -> None:
    """No key is not an empty key: it decides the partition."""
    assert original(letter_of(b"x", key=None)).key is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"value": "%%%"}, "value: not base64", id="no base64"),
        pytest.param({"value_encoding": "gzip+base64"}, "value: not gzip", id="no gzip"),
        pytest.param({"value_sha256": "0" * 64}, "hash", id="another content"),
        pytest.param({"value": None}, "missing", id="the value is gone"),
    ],
)
def test_a_damaged_letter_is_not_replayed(changes: dict[str, object], said: str) -> None:
    """Better no article than another one."""
    letter = DeadLetter.model_validate(letter_of(b"some value").model_dump(by_alias=True) | changes)
    with pytest.raises(LetterError, match=said):
        original(letter)


def test_a_replay_says_which_letter_it_is_from_and_how_often() -> None:
    """So that a record that fails for ever can be told from one that fails once."""
    record = original(letter_of(b"x"))
    once = replayed(record, "0/5")
    assert once[: len(HEADERS)] == HEADERS
    assert dict(once)["wm-replay-of"] == b"0/5"
    again = replayed(type(record)(record.topic, record.key, record.value, once), "0/9")
    assert [value for name, value in again if name.startswith("wm-")] == [b"0/9", b"2"]
