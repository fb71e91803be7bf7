"""Flat pages with a label a line: the evaluation's, the same pages flattened in other ways, and stories in wrappers."""

from __future__ import annotations

import gzip
import json
import pickle
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTENT, CLUTTER, UNKNOWN = 1, 0, -1
_SPACE = re.compile(r"\s+")
WRAPPERS = Path(__file__).with_name("flat_wrappers.txt")


@dataclass(frozen=True, slots=True)
class FlatPage:
    """A flattened page. `labels` has one of CONTENT, CLUTTER, UNKNOWN for each line of `flat`."""

    page_id: str
    group: str  # bench, wcxb or wrapped
    site: str
    style: str
    flat: str
    labels: Sequence[int]
    gold: str
    title: str | None = None


def read_lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_pages(folder: Path, *, cache: Path | None = None) -> list[FlatPage]:
    """Return the pages of the evaluation folder, WCXB's in four styles as the benchmark's are; kept in `cache`."""
    if cache and cache.exists():
        kept: list[FlatPage] = pickle.loads(cache.read_bytes())
        return kept
    pages = [
        FlatPage(r["id"], "bench", r["group"], r["flat_style"], r["flat"], r["labels"], r["gold_body"])
        for r in read_lines_of(folder / "flat_bench_dev.jsonl.gz")
    ]
    flats = list(read_lines_of(folder / "flat_wcxb_dev.jsonl.gz"))
    html = {r["id"]: r for r in read_lines_of(folder / "wcxb_dev.jsonl.gz")}
    for r in flats:
        title = html[r["id"]].get("gold_title")
        pages.append(
            FlatPage(r["id"], "wcxb", r["group"], r["flat_style"], r["flat"], r["labels"], r["gold_body"], title)
        )
        if r["flat_style"] == "blocks":
            for style, flat in _flatten(html[r["id"]]["html"]).items():
                labels = project_labels(flat, r["flat"], r["labels"])
                if labels is not None:
                    pages.append(FlatPage(r["id"], "wcxb", r["group"], style, flat, labels, r["gold_body"], title))
    if cache:
        cache.write_bytes(pickle.dumps(pages))
    return pages


def _flatten(html: str) -> dict[str, str]:
    """Return a page as Inscriptis and as BeautifulSoup's `get_text` flatten it."""
    from bs4 import BeautifulSoup
    from inscriptis import get_text

    soup = BeautifulSoup(html, "lxml")
    for tag in soup(["script", "style", "noscript", "template", "head"]):
        tag.decompose()
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in soup.get_text("\n").split("\n"))
    return {"inscriptis": get_text(html), "bs4_nl": "\n".join(line for line in lines if line)}


def squeeze(flat: str, labels: Sequence[int]) -> tuple[str, list[int], set[int]]:
    """Return `flat` without its spaces, the label of each character left, and where lines end."""
    parts: list[str] = []
    spread: list[int] = []
    ends: set[int] = set()
    for label, line in zip(labels, flat.split("\n"), strict=True):
        bare = _SPACE.sub("", line)
        parts.append(bare)
        spread += [label] * len(bare)
        if bare:
            ends.add(len(spread))
    return "".join(parts), spread, ends


def locate(lines: Sequence[str], stream: str) -> list[tuple[int, int] | None]:
    """Return where each line stands in `stream` (no spaces), in order; None for a line that is not found nearby."""
    at = 0
    places: list[tuple[int, int] | None] = []
    for line in lines:
        bare = _SPACE.sub("", line)
        reach = 4_000 if len(bare) > 3 else 60
        found = stream.find(bare, at, at + len(bare) + reach) if bare else -1
        places.append((found, found + len(bare)) if found >= 0 else None)
        at = found + len(bare) if found >= 0 else at
    return places


def project_labels(flat: str, known: str, labels: Sequence[int]) -> list[int] | None:
    """Return labels for the lines of `flat` from those of the same page in another style; None if they do not fit."""
    stream, spread, _ = squeeze(known, labels)
    lines = [line.strip().lstrip("*+-•o").strip() if line.strip()[:2] in ("* ", "+ ", "o ", "- ") else line.strip()
             for line in flat.split("\n")]  # fmt: skip
    projected: list[int] = []
    for line, place in zip(lines, locate(lines, stream), strict=True):
        if place is None or not re.search(r"\w", line):
            projected.append(UNKNOWN)
        else:
            here = spread[place[0] : place[1]]
            projected.append(CONTENT if 2 * here.count(CONTENT) > len(here) else CLUTTER)
    worded = [label for label, line in zip(projected, lines, strict=True) if re.search(r"\w", line)]
    return projected if worded and worded.count(UNKNOWN) <= 0.3 * len(worded) else None


@dataclass(frozen=True, slots=True)
class Story:
    """An article for a wrapper: its words, and whose it is."""

    page_id: str
    site: str
    headline: str
    paragraphs: tuple[str, ...]


def stories_of(pages: Sequence[FlatPage]) -> list[Story]:
    """Return the articles of `pages`, one each, that have a title and at least four paragraphs of prose."""
    stories: dict[str, Story] = {}
    for page in pages:
        paragraphs = tuple(p.strip() for p in page.gold.split("\n") if p.strip())
        if page.title and 4 <= len(paragraphs) <= 60 and sum(len(p.split()) > 15 for p in paragraphs) >= 4:
            stories.setdefault(page.page_id, Story(page.page_id, page.site, page.title.strip(), paragraphs))
    return list(stories.values())


def read_wrappers() -> dict[str, list[str]]:
    """Return the wrappers of `flat_wrappers.txt` by name, as lists of lines."""
    wrappers: dict[str, list[str]] = {}
    for line in WRAPPERS.read_text("utf-8").splitlines():
        if line.startswith("=== "):
            wrappers[line[4:]] = lines = []
        elif wrappers and not line.startswith("#"):
            lines.append(line)
    return wrappers


_SITES = ("The Harbour Post", "Northern Ledger", "Daily Meridian", "Cityline", "The Valley Courier", "Global Brief",
          "Policy Monitor", "Eastern Observer", "The Public Record", "Trade Wind News", "Metro Report",
          "Lakeside 9")  # fmt: skip
_AGENCIES = (
    "NORDPRESS",
    "Reuters",
    "AP",
    "AFP",
    "GLOBEWIRE",
    "TASS",
    "PANWIRE",
    "Xinhua",
    "EASTNEWS",
    "dpa",
    "UPI",
    "KLM Wire",
)
_PLACES = ("Brussels", "Nairobi", "Lima", "Oslo", "Manila", "Chicago", "Ankara", "Delhi", "Kyiv", "Cairo")
_AUTHORS = ("Dana Whitlock", "Samuel Iver", "R. P. Nandy", "Lucía Berg", "Tom Adeyemi", "Ines Kowal")
_SECTIONS = ("Home", "World", "Politics", "Business", "Economy", "Sport", "Culture", "Science", "Health", "Opinion",
             "Travel",
             "Technology", "Lifestyle", "Europe", "Asia", "Africa", "Americas", "Video", "Photos", "Podcasts", "Law",
             "Energy", "Environment", "Education", "Weather", "Puzzles", "Food", "Motoring", "Property",
             "Obituaries")  # fmt: skip
_HEADS = ("{place} ({agency}) — ", "({agency}) ", "({agency}) — ", "{PLACE}, {day} ({agency}) -- ", "{PLACE} — ",
          "{agency} — ",
          "{PLACE}. {day}. /{agency}/. ")  # fmt: skip


def wrap(story: Story, wrapper: str, lines: Sequence[str], others: Sequence[Story], rng: random.Random) -> FlatPage:
    """Return `story` in a wrapper, with names, dates, other headlines and line breaks drawn by `rng`."""
    day = f"{rng.choice(('Jan', 'March', 'Apr.', 'June', 'Sept', 'October', 'Dec.'))} {rng.randint(1, 28)}"
    year, month, date = rng.randint(2014, 2026), rng.randint(1, 12), rng.randint(1, 28)
    place = rng.choice(_PLACES)
    values = {
        "headline": story.headline, "site": rng.choice(_SITES), "agency": rng.choice(_AGENCIES), "place": place,
        "PLACE": place.upper(), "day": day, "author": rng.choice(_AUTHORS),
        "date": rng.choice((f"{day}, {year}", f"{date:02}/{month:02}/{year}", f"{year}-{month:02}-{date:02}")),
        "id": rng.choice((f"{rng.choice('ABCXYZ')}NW{year}{month:02}{date:02}{rng.randint(10**5, 10**9)}",
                          f"DOC{date:02}{month:02}{year}{rng.randint(10**6, 10**12)}ID{rng.randint(10**5, 10**10)}",
                          f"{rng.randint(100, 999)}-{rng.randint(10**6, 10**8)}-{year}")),
    }  # fmt: skip
    paragraphs = list(story.paragraphs)
    if rng.random() < 0.5:
        paragraphs[0] = rng.choice(_HEADS).format_map(values) + paragraphs[0]
    drop = rng.choice((0.0, 0.15, 0.35))
    flat: list[str] = []
    labels: list[int] = []
    blank_inside, blank_outside = rng.choice(((1, 1), (1, 0), (0, 0), (1, 2), (2, 1)))

    def put(text: str, label: int) -> None:
        blanks = blank_inside if label == CONTENT else rng.choice((blank_outside, blank_outside, 1, 0))
        for line in [*[""] * blanks, text]:
            flat.append(line)
            labels.append(label if line else UNKNOWN)

    for line in lines:
        if line == "{body}":
            for paragraph in paragraphs:
                put(paragraph, CONTENT)
        elif line != "{headline}" and rng.random() < drop:
            continue
        elif counted := re.search(r"\{(related|teasers|names) (\d+)\}", line):
            for text in _several(counted[1], int(counted[2]), others, rng):
                put(text.join(part.format_map(values) for part in line.split(counted[0])), CLUTTER)
        elif line:
            put(line.format_map(values), CLUTTER)
    return FlatPage(
        f"{story.page_id}-{wrapper}", "wrapped", story.site, wrapper, "\n".join(flat), labels,
        "\n\n".join(paragraphs), story.headline,
    )  # fmt: skip


def _several(kind: str, count: int, others: Sequence[Story], rng: random.Random) -> list[str]:
    if kind == "names":
        return rng.sample(_SECTIONS, count)
    chosen = rng.sample(list(others), min(count, len(others)))
    if kind == "related":
        return [story.headline for story in chosen]
    glue = rng.choice((" ", "\n"))
    return [part for s in chosen for part in (s.headline + glue + s.paragraphs[0][:180]).split("\n")]


def wrapped_pages(
    stories: Sequence[Story], wrappers: Mapping[str, list[str]], others: Sequence[Story], *, each: int, seed: int
) -> list[FlatPage]:
    """Return each story in `each` of the wrappers, drawn at random."""
    rng = random.Random(seed)
    names = sorted(wrappers)
    return [
        wrap(story, name, wrappers[name], others, rng)
        for story in stories
        for name in rng.sample(names, min(each, len(names)))
    ]
