"""A page's bytes become text by what was declared, by the HTTP header, by being UTF-8, or by what fits."""

from __future__ import annotations

import pytest

from workers.clean.charset import decode_page

TEXT = "Malmö – “ja”, sade hon"


@pytest.mark.parametrize(
    ("charset", "declared", "content_type"),
    [
        pytest.param("cp1252", "windows-1252", None, id="the scraper said it"),
        pytest.param("cp1252", None, "text/html; charset=ISO-8859-1", id="the header's Latin-1 is Windows-1252"),
        pytest.param("utf-8", None, "text/html; charset=iso-8859-1", id="a careless header over UTF-8"),
        pytest.param("utf-16", None, 'text/html; charset="UTF-16"', id="a header that must be believed"),
        pytest.param("utf-8-sig", None, "text/html", id="a byte order mark"),
        pytest.param("utf-8", "no-such-charset", None, id="a charset nobody knows"),
        pytest.param("utf-8", None, "text/html; charset=no-such-charset", id="a header nobody knows"),
    ],
)
def test_a_page_is_read_in_its_charset(charset: str, declared: str | None, content_type: str | None) -> None:
    """No letter is lost, whoever named the charset, rightly or not."""
    assert decode_page(TEXT.encode(charset), declared, content_type=content_type).text == TEXT
