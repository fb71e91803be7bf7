"""Articles in files and on stdin: flat texts, pages, JSON lines and web archives, as the bytes a stage takes."""

from __future__ import annotations

import base64
import gzip
import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from schemas.ids import text_sha256
from workers.publish import Delivery

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord


class Form(StrEnum):
    """The forms of input that are understood."""

    TXT = "txt"
    HTML = "html"
    JSONL = "jsonl"
    JSON = "json"
    WARC = "warc"


SUFFIXES = {
    ".txt": Form.TXT, ".text": Form.TXT,
    ".html": Form.HTML, ".htm": Form.HTML, ".xhtml": Form.HTML,
    ".jsonl": Form.JSONL, ".ndjson": Form.JSONL, ".jsonlines": Form.JSONL, ".json": Form.JSON,
    ".warc": Form.WARC, ".arc": Form.WARC,
}  # fmt: skip

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Found:
    """One input, and where it stood: `place` is what an error names, `position` counts in its file (from 0)."""

    source: str
    position: int
    place: str
    value: bytes

    def delivery(self) -> Delivery:
        """Return this input as a stage takes it: the file stands for the topic, the position for the offset."""
        return Delivery(self.source, 0, self.position, None, self.value)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stretch of input that could not even be read, and why."""

    place: str
    why: str


class SourceError(ValueError):
    """An argument that names no input: no such file, a form nobody knows."""


class Inputs:
    """The articles of files, folders and stdin, in the order given.

    `total_bytes` is None where stdin takes part; `done_bytes` grows while iterating, for progress bars.
    """

    def __init__(self, names: Sequence[str], *, form: Form | None = None, as_clean: bool = False) -> None:
        """Raise SourceError for a name that cannot be read. `as_clean`: flat texts become clean articles as given."""
        self._as_clean = as_clean
        self._files = [found for name in names or [STDIN] for found in _expand(name, form)]
        sizes = [None if path is None else path.stat().st_size for path, _ in self._files]
        self.total_bytes = None if None in sizes else sum(size or 0 for size in sizes)
        self._before = 0
        self._current: IO[bytes] | None = None

    @property
    def reads_stdin(self) -> bool:
        """Whether stdin is among the inputs."""
        return any(path is None for path, _ in self._files)

    @property
    def forms(self) -> set[Form]:
        """The forms of the inputs."""
        return {form for _, form in self._files}

    @property
    def done_bytes(self) -> int:
        """How many bytes of the files were read, compressed ones counted as they lie on disk."""
        if self._current is None or self._current.closed or not self._current.seekable():
            return self._before
        return self._before + self._current.tell()

    def __iter__(self) -> Iterator[Found | Unreadable]:
        """Yield every input in order; what cannot be read is yielded as Unreadable, and reading goes on."""
        for path, form in self._files:
            name = STDIN if path is None else str(path)
            try:
                with _opened(path) as raw:
                    self._current = raw
                    yield from _read(name, form, raw, as_clean=self._as_clean)
            except (OSError, EOFError) as error:  # unreadable, or cut-short gzip
                yield Unreadable(name, f"{type(error).__name__}: {error}")
            if path is not None:
                self._before += path.stat().st_size if path.exists() else 0
            self._current = None


def _expand(name: str, form: Form | None) -> Iterator[tuple[Path | None, Form]]:
    """Yield the files `name` stands for: itself, or those under a folder whose suffix is known, sorted."""
    if name == STDIN:
        yield None, form or Form.JSONL
        return
    path = Path(name)
    if path.is_dir():
        found = [(p, known) for p in sorted(path.rglob("*")) if p.is_file() and (known := form or form_of(p))]
        if not found:
            raise SourceError(f"{name}: no .txt, .html, .jsonl or .warc.gz file in this folder")
        yield from found
        return
    if not path.exists():
        raise SourceError(f"{name}: no such file")
    known = form or form_of(path)
    if known is None:
        raise SourceError(f"{name}: cannot tell its form from its name; say --format {'|'.join(Form)}")
    yield path, known


def form_of(path: Path) -> Form | None:
    """Return the form a file's name promises, `.gz` set aside; None for a name that promises none."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return SUFFIXES.get(suffixes[-1]) if suffixes else None


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes]]:
    if path is None:
        yield sys.stdin.buffer
    else:
        with path.open("rb") as raw:
            yield raw


def _read(name: str, form: Form, raw: IO[bytes], *, as_clean: bool) -> Iterator[Found | Unreadable]:
    if form is Form.WARC:
        yield from _read_warc(name, raw)
        return
    stream = _plain(raw)
    match form:
        case Form.JSONL:
            yield from _read_lines(name, stream)
        case Form.JSON:
            yield from _read_json(name, stream)
        case Form.TXT:
            yield Found(name, 0, name, _encode(_text_fields(name, stream.read(), as_clean=as_clean)))
        case Form.HTML:
            page = stream.read()
            yield Found(name, 0, name, _encode({"id": _id_of(name, page), **page_fields(page, None)}))


def _plain(raw: IO[bytes]) -> IO[bytes]:
    """Return `raw`, decompressed if it begins as gzip does; a file's name may promise either."""
    buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, raw))
    if buffered.peek(2)[:2] == b"\x1f\x8b":
        return cast(IO[bytes], gzip.GzipFile(fileobj=buffered))
    return buffered


def _read_lines(name: str, stream: IO[bytes]) -> Iterator[Found]:
    for number, line in enumerate(stream):
        value = line.strip()
        if value:
            yield Found(name, number, f"{name}:{number + 1}", value)


def _read_json(name: str, stream: IO[bytes]) -> Iterator[Found]:
    """Read one object, an array of them, or JSON lines under the wrong name: all three are called `.json`."""
    whole = stream.read()
    try:
        values = json.loads(whole)
    except (ValueError, RecursionError):
        yield from _read_lines(name, io.BytesIO(whole))
        return
    if isinstance(values, list):
        for number, value in enumerate(values):
            yield Found(name, number, f"{name}[{number}]", _encode(value))
    else:
        yield Found(name, 0, name, whole)


def _text_fields(name: str, content: bytes, *, as_clean: bool) -> dict[str, Any]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    return {"article_id" if as_clean else "id": _id_of(name, content), "text": text}


def _id_of(name: str, content: bytes) -> str:
    """Name an article after its file; what comes from stdin has no name, so its content is its name."""
    return text_sha256(content.decode("latin-1"))[:32] if name == STDIN else Path(name).name


def page_fields(page: bytes, charset: str | None) -> dict[str, str]:
    """Return a page as RawArticle carries it: `html` where it is surely UTF-8, else its bytes and their charset.

    A page that is valid UTF-8 and holds no escape sequence (ISO-2022) is UTF-8, whatever it declares, for all but
    pages of a few bytes.
    """
    if b"\x1b" not in page and (charset or "utf-8").lower().replace("_", "-") in ("utf-8", "utf8"):
        try:
            return {"html": page.decode("utf-8-sig")}
        except UnicodeDecodeError:
            pass
    fields = {"html_base64": base64.b64encode(page).decode()}
    return fields | {"encoding": charset} if charset else fields


def _read_warc(name: str, raw: IO[bytes]) -> Iterator[Found | Unreadable]:
    """Yield the pages of a web archive: responses of status 200 and type HTML, as CC-NEWS has them."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    records = ArchiveIterator(raw, arc2warc=True)
    position = -1
    while True:
        try:
            record = next(records, None)
            if record is None:
                return
            position += 1
            fields = _response_fields(record)
        except (ArchiveLoadFailed, OSError, EOFError, ValueError) as error:
            # a broken member: what follows it cannot be found, since members have no index here
            yield Unreadable(f"{name}#{position + 1}", f"{type(error).__name__}: {error}")
            return
        if fields is not None:
            yield Found(name, position, f"{name}#{position} {fields['url']}", _encode(fields))


def _response_fields(record: ArcWarcRecord) -> dict[str, Any] | None:
    if record.rec_type != "response" or record.http_headers is None:
        return None
    content_type = record.http_headers.get_header("Content-Type") or ""
    kind, _, parameters = content_type.partition(";")
    status = record.http_headers.get_statuscode()
    if kind.strip().lower() not in PAGE_TYPES or status != "200":
        return None
    page = record.content_stream().read()
    if record.raw_stream.limit and not record.raw_stream.read(1):  # warcio gives a page cut short as if it were whole
        raise EOFError("the archive ends within a page")
    fields: dict[str, Any] = {
        "url": record.rec_headers.get_header("WARC-Target-URI"),
        "fetched_at": record.rec_headers.get_header("WARC-Date"),
        "http_status": int(status),
        "content_type": content_type,
    }
    return fields | page_fields(page, _charset(parameters))


def _charset(parameters: str) -> str | None:
    """Return the charset of a Content-Type's parameters: `; charset="utf-8"`."""
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None


def _encode(fields: Any) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
