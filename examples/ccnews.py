"""Feeds Wiremill from web archives, as Common Crawl publishes them for news (CC-NEWS): a back-fill of months.

    python ccnews.py CC-NEWS-20250301000000-00001.warc.gz --rate 50
    python ccnews.py https://data.commoncrawl.org/crawl-data/CC-NEWS/2025/03/CC-NEWS-20250301000000-00001.warc.gz

Files and addresses, one after the other, at most `--rate` pages a second. How far each archive is confirmed by the
broker is kept in a small file (`--state`): whatever ends the run, the same command goes on from there, and at most the
pages of the last second come twice, under the same key. Needs aiokafka, cramjam (aiokafka's lz4) and warcio.

The list of a month's archives: https://data.commoncrawl.org/crawl-data/CC-NEWS/2025/03/warc.paths.gz
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import signal
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from aiokafka import AIOKafkaProducer
from warcio.archiveiterator import ArchiveIterator

PAGE_TYPES = ("text/html", "application/xhtml+xml")
MAX_RECORD_BYTES = 24_000_000  # what Wiremill's topics take
IN_FLIGHT = 200  # pages sent and not yet confirmed
SAVE_SECONDS = 1.0  # between two notes of how far we are


@dataclass
class State:
    """How far each archive is confirmed: the byte at which its first page begins that is not."""

    path: Path
    archives: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> State:
        """Read the state of an earlier run; a new one where there was none."""
        return cls(path, json.loads(path.read_text()) if path.exists() else {})

    def of(self, archive: str) -> dict[str, Any]:
        """Return an archive's entry: offset in bytes, pages confirmed, and whether it is done."""
        return self.archives.setdefault(archive, {"offset": 0, "pages": 0, "done": False})

    def save(self) -> None:
        """Write it so that a crash in the middle leaves the old one."""
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.write_text(json.dumps(self.archives, indent=1))
        fresh.replace(self.path)


@dataclass
class Progress:
    """What a person sees while it runs."""

    archives: int
    archive: int = 0
    pages: int = 0
    started: float = field(default_factory=time.monotonic)
    shown: float = 0.0

    def show(self, offset: int, size: int | None, *, last: bool = False) -> None:
        """Say where we are: in place on a terminal, a line every ten seconds elsewhere."""
        now = time.monotonic()
        on_terminal = sys.stderr.isatty()
        if not last and now - self.shown < (0.5 if on_terminal else 10):
            return
        self.shown = now
        share = f"{100 * offset / size:3.0f} %" if size else f"{offset / 1e6:,.0f} MB"
        rate = self.pages / max(now - self.started, 0.001)
        line = f"archive {self.archive}/{self.archives}  {share}  {self.pages:,} pages  {rate:,.1f}/s"
        end = "\n" if last or not on_terminal else ""
        print(f"\r\033[K{line}" if on_terminal else line, end=end, file=sys.stderr, flush=True)


def opened(archive: str, offset: int) -> tuple[IO[bytes], int | None]:
    """Open a file or an address at a byte; return it with the archive's whole size, None where it is unknown."""
    if "://" not in archive:
        stream = Path(archive).open("rb")  # noqa: SIM115  # the caller closes it
        stream.seek(offset)
        return stream, Path(archive).stat().st_size
    headers = {"User-Agent": "wiremill-example/1.0", "Range": f"bytes={offset}-"}
    reply = urllib.request.urlopen(urllib.request.Request(archive, headers=headers), timeout=60)
    length = reply.headers.get("Content-Length")
    if offset and reply.status != 206:
        raise OSError(f"{archive}: the server sends no parts of a file, so that nothing can be resumed")
    return reply, offset + int(length) if length else None


def pages(stream: IO[bytes], offset: int) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Yield for each record of an archive the byte after it, and the page as Wiremill reads it: None where it has none.

    Each record is a gzip member of its own, so reading may begin at any of them.
    """
    base = offset if not stream.seekable() else 0
    records = ArchiveIterator(stream, arc2warc=True)
    for record in records:
        article = None
        kind = (record.http_headers.get_header("Content-Type") or "") if record.http_headers else ""
        if (
            record.rec_type == "response"
            and record.http_headers
            and record.http_headers.get_statuscode() == "200"
            and kind.partition(";")[0].strip().lower() in PAGE_TYPES
        ):
            article = {
                "url": record.rec_headers.get_header("WARC-Target-URI"),
                "fetched_at": record.rec_headers.get_header("WARC-Date"),
                "http_status": 200,
                "content_type": kind,
                "html_base64": base64.b64encode(record.content_stream().read()).decode(),
            }
        yield base + records.get_record_offset() + records.get_record_length(), article


async def feed(archive: str, state: State, progress: Progress, producer: AIOKafkaProducer, args: Any) -> None:
    """Send the pages of one archive, from where it was left."""
    entry = state.of(archive)
    stream, size = await asyncio.to_thread(opened, archive, entry["offset"])
    waiting: deque[tuple[int, asyncio.Future[Any] | None]] = deque()
    turn = saved = time.monotonic()
    with closing(stream):
        found = pages(stream, entry["offset"])
        while not args.stop.is_set():
            item = await asyncio.to_thread(next, found, None)  # reading may wait for the network
            if item is None:
                break
            after, article = item
            future = None
            if article is not None:
                turn = max(time.monotonic(), turn + (1 / args.rate if args.rate else 0))
                await asyncio.sleep(turn - time.monotonic())
                value = json.dumps(article).encode()
                if len(value) <= MAX_RECORD_BYTES:
                    future = await producer.send(args.topic, value=value, key=article["url"].encode())
            waiting.append((after, future))
            while waiting and (waiting[0][1] is None or waiting[0][1].done() or len(waiting) > IN_FLIGHT):
                await confirm(waiting, entry, progress)
            if time.monotonic() - saved > SAVE_SECONDS:
                saved = time.monotonic()
                state.save()
            progress.show(entry["offset"], size)
        await producer.flush()
        while waiting:
            await confirm(waiting, entry, progress)
    entry["done"] = not args.stop.is_set()
    state.save()


async def confirm(waiting: deque[Any], entry: dict[str, Any], progress: Progress) -> None:
    """Wait for the oldest page; what the broker refused ends the run before anything behind it counts as done."""
    after, future = waiting.popleft()
    if future is not None:
        await future
        entry["pages"] += 1
        progress.pages += 1
    entry["offset"] = after


async def main() -> int:
    """Feed all archives; Ctrl-C and SIGTERM keep what is confirmed."""
    parser = argparse.ArgumentParser(description="Feed Wiremill from web archives (CC-NEWS), resumable.")
    parser.add_argument("archives", nargs="+", help=".warc.gz files or addresses")
    parser.add_argument("--rate", type=float, default=0, help="at most so many pages a second; 0: as fast as it goes")
    parser.add_argument("--state", type=Path, default=Path("ccnews-state.json"), help="where it is kept how far we are")
    parser.add_argument("--brokers", default=os.environ.get("WIREMILL_BROKERS", "127.0.0.1:9092"))
    parser.add_argument("--prefix", default=os.environ.get("WIREMILL_TOPIC_PREFIX", "news"))
    args = parser.parse_args()
    args.topic = f"{args.prefix}.raw"
    state = State.load(args.state)
    progress = Progress(len(args.archives))
    producer = AIOKafkaProducer(
        bootstrap_servers=args.brokers,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_request_size=MAX_RECORD_BYTES + 1_000_000,
        linger_ms=20,
    )
    await producer.start()
    args.stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, args.stop.set)
    try:
        for number, archive in enumerate(args.archives, 1):
            progress.archive = number
            if not state.of(archive)["done"]:
                await feed(archive, state, progress, producer, args)
            if args.stop.is_set():
                print("\nstopped; the same command goes on from here", file=sys.stderr)
                return 130
        progress.show(1, 1, last=True)
    finally:
        state.save()
        await producer.stop()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
