"""Bytes that are no record are refused with an error that names the field and shows the value, shortened."""

from __future__ import annotations

import re

import pytest

from schemas.codec import DecodeError, decode, encode
from schemas.raw import RawArticle


@pytest.mark.parametrize(
    ("payload", "path", "said"),
    [
        pytest.param(None, "", "no value", id="a tombstone"),
        pytest.param(b"", "", "not JSON", id="nothing at all"),
        pytest.param(b"\xff\xfe", "", "not UTF-8 at byte 0", id="not UTF-8"),
        pytest.param(b'{"url": "u", "text"', "", "not JSON", id="cut short"),
        pytest.param(b"[" * 1_000_000, "", "recursion limit", id="a million brackets"),
        pytest.param(b"[1]", "", "a JSON object was expected", id="an array"),
        pytest.param(b'{"url": "u", "text": 5}', "text", "valid string, not 5", id="a number for text"),
        pytest.param(b'{"url": "u", "url": "v", "text": "t"}', "url", "twice", id="a key twice"),
        pytest.param(b'{"url": "u", "text": "a\\ud800"}', "text", "U+D800", id="half a surrogate pair"),
        pytest.param(b'{"url": "u", "extra": {"a": ["\\udc00"]}}', "extra.a.0", "U+DC00", id="a nested half pair"),
        pytest.param(b'{"url": "u", "text": "t", "source": {"name": []}}', "source.name", "string", id="nested"),
        pytest.param(b'{"text": "t"}', "", "needs `url` or `id`", id="no name"),
        pytest.param(b'{"url": "u"}', "", "nothing to clean", id="no content"),
    ],
)
def test_a_bad_payload_is_refused_by_name(payload: bytes | None, path: str, said: str) -> None:
    """The error says which field, and what stood there."""
    with pytest.raises(DecodeError, match=re.escape(said)) as caught:
        decode(payload, RawArticle)
    assert caught.value.path == path


def test_an_article_is_not_spilt_into_an_error() -> None:
    """A long wrong value is shown by its head only."""
    with pytest.raises(DecodeError) as caught:
        decode(b'{"url": "u", "text": ["' + b"secret " * 10_000 + b'"]}', RawArticle)
    assert len(str(caught.value)) < 300


def test_what_was_encoded_decodes_to_the_same() -> None:
    """decode(encode(r)) == r, with unknown fields kept in `extra`."""
    article = decode('{"url": "u", "text": "“é”", "colour": "red"}'.encode(), RawArticle)
    assert article.extra == {"colour": "red"}
    assert decode(encode(article), RawArticle) == article
