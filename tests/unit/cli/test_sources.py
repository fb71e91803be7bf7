"""Files, folders and pipes become the bytes a stage takes, in order, with a place that an error can name."""

from __future__ import annotations

import base64
import gzip
import io
import json
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from schemas.clean import CleanArticle
from schemas.codec import decode
from schemas.raw import RawArticle
from workers.cli.sources import Form, Found, Inputs, SourceError, Unreadable, page_fields

PAGE = "<html><body><p>Grüße – “hello”</p></body></html>"


def found(*names: str | Path, form: Form | None = None, as_clean: bool = False) -> list[Found]:
    items = list(Inputs([str(name) for name in names], form=form, as_clean=as_clean))
    assert all(isinstance(item, Found) for item in items), items
    return [item for item in items if isinstance(item, Found)]


def write_warc(path: Path, responses: list[tuple[str, str, str, bytes]]) -> None:
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, status, content_type, body in responses:
            headers = StatusAndHeaders(status, [("Content-Type", content_type)], protocol="HTTP/1.1")
            request = StatusAndHeaders("GET / HTTP/1.1", [("Host", "example.org")], is_http_request=True)
            writer.write_record(
                writer.create_warc_record(url, "request", payload=io.BytesIO(b""), http_headers=request)
            )
            writer.write_record(
                writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=headers)
            )


def test_a_flat_text_is_named_after_its_file(tmp_path: Path) -> None:
    """`story.txt` becomes a raw article whose id is `story.txt`."""
    path = tmp_path / "story.txt"
    path.write_text("“Yes,” she said.", encoding="utf-8")
    [one] = found(path)
    article = decode(one.value, RawArticle)
    assert (article.id, article.text) == ("story.txt", "“Yes,” she said.")


def test_a_text_of_an_old_windows_is_read_all_the_same(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are read as Windows-1252, where curly quotation marks live."""
    path = tmp_path / "old.txt"
    path.write_bytes("“Yes,” she said.".encode("cp1252"))
    [one] = found(path)
    assert decode(one.value, RawArticle).text == "“Yes,” she said."


def test_a_flat_text_for_annotate_is_a_clean_article_as_given(tmp_path: Path) -> None:
    """The annotator gets exactly the file's text."""
    path = tmp_path / "a.txt"
    path.write_text(" two  blanks \n", encoding="utf-8")
    [one] = found(path, as_clean=True)
    article = decode(one.value, CleanArticle)
    assert (article.article_id, article.text) == ("a.txt", " two  blanks \n")


@pytest.mark.parametrize(
    ("page", "charset", "expected"),
    [
        pytest.param(PAGE.encode(), None, {"html": PAGE}, id="UTF-8, undeclared"),
        pytest.param(b"\xef\xbb\xbf" + PAGE.encode(), "UTF-8", {"html": PAGE}, id="with a byte order mark"),
        pytest.param(
            PAGE.encode("cp1252"), "windows-1252",
            {"html_base64": base64.b64encode(PAGE.encode("cp1252")).decode(), "encoding": "windows-1252"},
            id="declared otherwise: bytes and charset are kept",
        ),
        pytest.param(
            PAGE.encode("cp1252"), None, {"html_base64": base64.b64encode(PAGE.encode("cp1252")).decode()},
            id="not UTF-8 and undeclared: the cleaner finds out",
        ),
        pytest.param(
            b"\x1b$B", None, {"html_base64": base64.b64encode(b"\x1b$B").decode()},
            id="ISO-2022 is valid UTF-8 by accident",
        ),
    ],
)  # fmt: skip
def test_a_page_is_carried_without_loss(page: bytes, charset: str | None, expected: dict[str, str]) -> None:
    """As text where it is surely UTF-8, else as bytes."""
    assert page_fields(page, charset) == expected


def test_lines_keep_their_numbers_and_bytes(tmp_path: Path) -> None:
    """Blank lines are skipped, broken ones passed on: the stage names what is wrong with them."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1", "text": "a"}\n\n{broken\r\n{"id": "2", "text": "b"}')
    items = found(path)
    assert [item.place for item in items] == [f"{path}:1", f"{path}:3", f"{path}:4"]
    assert items[1].value == b"{broken"


def test_compressed_files_are_read_as_what_they_hold(tmp_path: Path) -> None:
    """`.jsonl.gz` is JSON lines, and a file that is gzip without saying so is read too."""
    named, unnamed = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl"
    for path in (named, unnamed):
        path.write_bytes(gzip.compress(b'{"id": "1", "text": "a"}\n'))
    assert [item.value for item in found(named, unnamed)] == [b'{"id": "1", "text": "a"}'] * 2


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        pytest.param('{"id": "1", "text": "a"}', ["1"], id="one object, as trafilatura writes"),
        pytest.param('[{"id": "1", "text": "a"}, {"id": "2", "text": "b"}]', ["1", "2"], id="an array"),
        pytest.param('{"id": "1", "text": "a"}\n{"id": "2", "text": "b"}\n', ["1", "2"], id="lines under a wrong name"),
    ],
)
def test_a_json_file_may_be_any_of_three_things(tmp_path: Path, content: str, ids: list[str]) -> None:
    """People call all three `.json`."""
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    assert [decode(item.value, RawArticle).id for item in found(path)] == ids


def test_a_web_archive_yields_its_pages(tmp_path: Path) -> None:
    """Responses of status 200 that are HTML, with URL, time and type; not requests, images or redirects."""
    path = tmp_path / "crawl.warc.gz"
    write_warc(
        path,
        [
            ("https://example.org/1", "200 OK", "text/html; charset=utf-8", PAGE.encode()),
            ("https://example.org/logo.png", "200 OK", "image/png", b"\x89PNG"),
            ("https://example.org/old", "301 Moved Permanently", "text/html", b"<p>moved"),
            ("https://example.org/2", "200 OK", 'text/html; charset="windows-1252"', PAGE.encode("cp1252")),
        ],
    )
    first, second = (decode(item.value, RawArticle) for item in found(path))
    assert (first.url, first.html, first.http_status) == ("https://example.org/1", PAGE, 200)
    assert first.fetched_at is not None
    assert (second.url, second.encoding) == ("https://example.org/2", "windows-1252")
    assert base64.b64decode(second.html_base64 or "") == PAGE.encode("cp1252")


def test_an_archive_cut_short_yields_what_came_before(tmp_path: Path) -> None:
    """A download that broke off: its whole pages are read, the rest is named."""
    path = tmp_path / "cut.warc.gz"
    body = b"".join(f"<p>{number} {number * 7919}</p>".encode() for number in range(20_000))
    write_warc(path, [(f"https://example.org/{n}", "200 OK", "text/html", body) for n in range(2)])
    path.write_bytes(path.read_bytes()[:-20_000])
    *pages, broken = Inputs([str(path)])
    assert [isinstance(page, Found) for page in pages] == [True]
    assert isinstance(broken, Unreadable)
    assert str(path) in broken.place


def test_a_text_compressed_and_cut_short_is_named(tmp_path: Path) -> None:
    """The files after it are still read."""
    cut, whole = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl"
    cut.write_bytes(gzip.compress(b'{"id": "1", "text": "a"}\n')[:-6])
    whole.write_bytes(b'{"id": "2", "text": "b"}\n')
    items = list(Inputs([str(cut), str(whole)]))
    assert any(isinstance(item, Unreadable) and item.place == str(cut) for item in items)
    assert isinstance(items[-1], Found)
    assert items[-1].value == b'{"id": "2", "text": "b"}'


def test_a_folder_is_read_in_order_and_bytes_are_counted(tmp_path: Path) -> None:
    """Files of known forms, sorted; others in the folder are left alone."""
    for name in ("b.txt", "a.html", "notes.docx"):
        (tmp_path / name).write_text("x" * 10, encoding="utf-8")
    inputs = Inputs([str(tmp_path)])
    assert [Path(item.source).name for item in inputs if isinstance(item, Found)] == ["a.html", "b.txt"]
    assert (inputs.total_bytes, inputs.done_bytes) == (20, 20)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("gone.txt", "no such file", id="missing"),
        pytest.param("story.docx", "cannot tell its form", id="unknown"),
        pytest.param("empty", "no .txt, .html", id="a folder without articles"),
    ],
)
def test_an_argument_that_names_no_input_is_refused(tmp_path: Path, name: str, said: str) -> None:
    """Before anything is read."""
    (tmp_path / "story.docx").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=said):
        Inputs([str(tmp_path / name)])


def test_the_position_stands_for_the_offset(tmp_path: Path) -> None:
    """Dead letters and ledger entries of the offline commands name file and position."""
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "1", "text": "a"}) + "\n", encoding="utf-8")
    [one] = found(path)
    assert one.delivery().origin == f"{path}/0/0"
