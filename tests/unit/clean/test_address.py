"""One article, one address: what does not say which article it is goes out of its URL."""

from __future__ import annotations

import pytest

from workers.clean.address import canonical_url, domain_of


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        pytest.param("HTTPS://News.Example/Story", "https://news.example/Story", id="scheme and host, not the path"),
        pytest.param("https://news.example:443/a", "https://news.example/a", id="the default port"),
        pytest.param("https://news.example:8443/a", "https://news.example:8443/a", id="another port stays"),
        pytest.param("https://news.example", "https://news.example/", id="no path"),
        pytest.param("https://news.example./a", "https://news.example/a", id="the root's dot"),
        pytest.param("https://me:secret@news.example/a", "https://news.example/a", id="who asked"),
        pytest.param("https://news.example/a#comments", "https://news.example/a", id="the fragment"),
        pytest.param("https://news.example/a?utm_source=x&fbclid=y", "https://news.example/a", id="tracking"),
        pytest.param("https://news.example/?p=12&utm_id=3", "https://news.example/?p=12", id="what names the article"),
        pytest.param("https://news.example/?b=2&a=1", "https://news.example/?a=1&b=2", id="order of parameters"),
        pytest.param("https://news.example/%7eann/caf%c3%a9", "https://news.example/~ann/caf%C3%A9", id="escapes"),
        pytest.param("https://news.example/café", "https://news.example/caf%C3%A9", id="no escape where one is due"),
        pytest.param("https://news.example/a%2Fb", "https://news.example/a%2Fb", id="an escaped slash is no slash"),
        pytest.param("https://news.example/100%", "https://news.example/100%25", id="a lone per cent sign"),
        pytest.param(" https://news.example/a\n", "https://news.example/a", id="space around it"),
        pytest.param("https://www.news.example/a/", "https://www.news.example/a/", id="www and a final slash stay"),
        pytest.param("urn:uuid:1234", "urn:uuid:1234", id="no web address"),
        pytest.param("https://[half", "https://[half", id="no address at all"),
    ],
)
def test_an_address_has_one_spelling(url: str, canonical: str) -> None:
    """Two links to one article become the same string, and stay it."""
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


def test_a_domain_is_a_host_without_www() -> None:
    """`www.` names the same source."""
    assert domain_of("https://WWW.News.example:8080/a") == "news.example"
    assert domain_of("not an address") is None
    assert domain_of(None) is None
