"""Parsing fetches nothing: no image, no style sheet, no entity, no DTD; no file of this machine is read for a page."""

# ruff: noqa: E501, ISC004  # markup reads better than broken up

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

# Runs in a process of its own: an audit hook cannot be taken off again.
PARSE = """
import json, sys
from schemas.raw import RawArticle
from workers.clean import clean

events = []
WATCHED = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen", "os.system", "os.exec"}
pages = json.load(sys.stdin)
clean(RawArticle(url="https://news.example/0", html=pages[0]))  # imports and tables are read now
secret = sys.argv[1]

def hook(name, arguments):
    if name in WATCHED or name.startswith("urllib.") or (name == "open" and secret in str(arguments[0])):
        events.append(name)

sys.addaudithook(hook)
texts = []
for number, page in enumerate(pages):
    outcome = clean(RawArticle(url=f"https://news.example/{number}", html=page))
    texts.append(outcome.model_dump_json())
json.dump({"events": events, "texts": texts}, sys.stdout)
"""
BODY = "<p>" + "The mayor said that the bridge will be closed for repairs until the end of the month. " * 12 + "</p>"


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A web server of this machine, and the paths that it was asked for."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"FETCHED")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", paths
    server.shutdown()


def pages(server: str, secret: Path) -> list[str]:
    """Return pages that ask their reader to fetch, each in another way."""
    entity = f'<!DOCTYPE html [<!ENTITY e SYSTEM "{server}/entity"><!ENTITY f SYSTEM "file://{secret}">]>'
    parameter = f'<!DOCTYPE html [<!ENTITY % p SYSTEM "{server}/parameter"> %p;]>'
    return [
        f"<html><body><article>{BODY}</article></body></html>",
        f"{entity}<html><body><article><p>&e; &f;</p>{BODY}</article></body></html>",
        f"{parameter}<html><body><article>{BODY}</article></body></html>",
        f'<?xml version="1.0"?><!DOCTYPE html SYSTEM "{server}/html.dtd"><html><body>{BODY}</body></html>',
        f'<?xml-stylesheet type="text/xsl" href="{server}/style.xsl"?><html><body>{BODY}</body></html>',
        f'<html xmlns:xi="http://www.w3.org/2001/XInclude"><body><xi:include href="{server}/include" parse="text"/>'
        f'<xi:include href="file://{secret}" parse="text"/>{BODY}</body></html>',
        f'<html><head><base href="{server}/"><link rel="stylesheet" href="{server}/a.css"><link rel="canonical" '
        f'href="{server}/canonical"><meta http-equiv="refresh" content="0;url={server}/refresh"></head><body><article>'
        f'<img src="{server}/image.png" srcset="{server}/large.png 2x"><iframe src="{server}/frame"></iframe>'
        f'<script src="{server}/script.js"></script><object data="{server}/object"></object><embed src="{server}/embed">'
        f'<video poster="{server}/poster" src="{server}/video"></video>{BODY}</article></body></html>',
        f'<html><head><script type="application/ld+json">{{"@context": "{server}/context", "@type": "NewsArticle", '
        f'"headline": "A headline of five words", "image": "{server}/ld.png"}}</script></head><body>{BODY}</body></html>',
        f'<html><body><svg><image xlink:href="{server}/svg.png"/><use href="{server}/use.svg#a"/></svg>{BODY}</body></html>',
    ]


def test_parsing_reaches_nothing(asked: tuple[str, list[str]], tmp_path: Path) -> None:
    """Neither Python nor libxml2 connects, looks a name up, starts a program, or opens the file that pages name."""
    server, paths = asked
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret-of-this-machine")
    done = subprocess.run(
        [sys.executable, "-c", PARSE, str(secret)],
        input=json.dumps(pages(server, secret)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert paths == []
    assert seen["events"] == []
    assert len(seen["texts"]) == len(pages(server, secret))
    for text in seen["texts"]:
        assert "bridge will be closed" in text, "the article itself was lost"
        assert "the-secret-of-this-machine" not in text
        assert "FETCHED" not in text


def test_the_watch_sees_a_fetch(asked: tuple[str, list[str]], tmp_path: Path) -> None:
    """The test above can fail: a parse that fetches is noticed by server and hook."""
    server, paths = asked
    fetching = PARSE.replace("texts = []", f"texts = []\nimport urllib.request; urllib.request.urlopen('{server}/x')")
    done = subprocess.run(
        [sys.executable, "-c", fetching, str(tmp_path)],
        input=json.dumps(pages(server, tmp_path)[:1]),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert paths == ["/x"]
    assert "socket.connect" in json.loads(done.stdout)["events"]
