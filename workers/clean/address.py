"""Canonical URLs: one spelling for an address, so that one article has one id."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

# Query parameters that say where the reader came from, never which article it is.
TRACKING = re.compile(
    r"utm_\w+|ga_\w+|mc_[ce]id|mkt_tok|_hs\w+|hs(?:a|enc|mi)_?\w*|vero_\w+|oly_(?:anon|enc)_id|pk_\w+|mtm_\w+|at_\w+"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id|epik|s_cid|cmpid"
    r"|icid|ito|ncid|ocid|spm|srnd|taid|xtor|smid|smtyp|ref_src|ref_url|__twitter_impression",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """Return `url` in its one spelling; idempotent, never raises, a string that is no web address comes back stripped.

    Scheme and host lower case, default port, fragment, user and tracking parameters out, the other parameters sorted,
    dot-less host end, an empty path `/`. Kept as they are: the scheme, `www.`, a final slash, the path's case: two
    sites in a hundred serve different pages there.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".").lower()
    if scheme not in DEFAULT_PORTS or not host:
        return url
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port in (None, DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted(pair for pair in pairs if not TRACKING.fullmatch(pair[0])), errors="replace")
    return urlunsplit((scheme, netloc, _path(parts.path) or "/", query, ""))


def _path(path: str) -> str:
    """Return `path` with the escapes that RFC 3986 asks for and no others: `%7E` is `~`, `%2f` is `%2F`."""
    return quote(_ESCAPE.sub(_escape, path), safe="/:@!$&'()*+,;=-._~%", errors="replace")


def _escape(match: re.Match[str]) -> str:
    if not match[1]:
        return "%25"
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else f"%{match[1].upper()}"


def domain_of(url: str | None) -> str | None:
    """Return the host of `url` without `www.`, or None."""
    if not url:
        return None
    try:
        host = urlsplit(url.strip()).hostname
    except ValueError:
        return None
    return host.lower().rstrip(".").removeprefix("www.") if host else None


_FRONT_PATH = re.compile(r"^/?(?:index\.\w+|home/?|default\.aspx?|[a-z]{2}(?:[-_][a-z]{2})?/?)?$", re.IGNORECASE)


def is_front_page(url: str) -> bool:
    """Say whether `url` is that of a site's front page: no path, or `/home`, `/en`, `/index.html`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(_FRONT_PATH.match(parts.path)) and not parts.query
