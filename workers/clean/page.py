"""HTML: the article's paragraphs, what was left out of them, and what the page says about the article."""

from __future__ import annotations

import html as entities
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
import trafilatura
from numpy.typing import NDArray

from schemas.clean import Removed
from workers.clean.admit import asks_to_pay
from workers.clean.block_features import featurise
from workers.clean.blocks import HEAD_CHARS, Block, BlockReader
from workers.clean.folding import WORDS
from workers.clean.json_ld import text_of
from workers.clean.metadata import Head, Metadata, read_head, read_metadata
from workers.clean.removed import is_plain_clutter, reason_of, tally
from workers.clean.sections import with_sections
from workers.clean.tree import EmptyPageError, parse_page
from workers.clean.trees import Forest
from workers.clean.wording import Worded, Wording

METHOD, VERSION = "html:blocks", "3"
ARTEFACT = "html_blocks.npz"  # made by `python -m bench.train_html`; docs/model-card-html.md has data and licence
MAX_BLOCKS = 20_000  # the longest page of 802 has 2,300
LOW_CONFIDENCE = 0.94  # mean probability of the kept text, below which a second extractor is asked: one page in five
VOTE = 2.4  # log-odds between a block that the second extractor has whole and one it has not; .6 to 2.4 did the same
SHORT_CHARS = 600  # of kept text, below which a second extractor is asked
SHINGLE = 4  # words
# Pages on which trafilatura takes minutes are longer: 200,000 links, 300,000 unclosed paragraphs.
MAX_SECOND_CHARS = 2_000_000
MAX_SECOND_ELEMENTS = 20_000  # block-level; the longest real page of 802 has fewer
STUMP_CHARS = 200  # of kept text, below which the second extractor's is taken for it
MAX_ASK_CHARS = 300  # of the line that asks readers to subscribe
REPEATED_CHARS = 30  # a kept block as long that stands in the page twice is kept once; shorter ones may be refrains

# It logs every page that lxml cannot read as an error of its own; here that is an outcome, and has its warning.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_WORD = re.compile(r"\w+")
_MARKUP = re.compile(r"<(?:br|/p|/div|/li|/h\d)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,2000}>")


@dataclass(frozen=True, slots=True)
class Page:
    """The article in a page. `paragraphs` are without the headline; `confidence` is the mean of their characters."""

    paragraphs: tuple[str, ...] = ()
    metadata: Metadata = field(default_factory=Metadata)
    method: str = METHOD
    removed: tuple[Removed, ...] = ()
    warnings: tuple[str, ...] = ()
    confidence: float | None = None
    asks_to_pay: bool = False  # a line outside the article asks readers to subscribe or sign in to go on


@dataclass(frozen=True, slots=True)
class BlockModel:
    """Which blocks are the article: weights of words, the forest, and the probability from which a block is kept."""

    wording: Wording
    forest: Forest
    threshold: float
    version: str

    def probability(self, blocks: Sequence[Block], title: str | None) -> NDArray[np.float32]:
        """Return the probability of each block that it is the article's. `title` is that of the page."""
        columns = self.wording.columns(Worded.of(blocks))
        return self.forest.probability(with_sections(featurise(blocks, title), columns))


@cache
def load_model() -> BlockModel:
    """Return the model that came with this version; it is read once a process."""
    with as_file(files(__package__) / ARTEFACT) as path, np.load(path, allow_pickle=False) as arrays:
        forest, wording = Forest.from_arrays(arrays), Wording.from_arrays(arrays)
        return BlockModel(wording, forest, float(arrays["threshold"]), str(arrays["version"]))


def main_text(html: str, *, url: str | None = None, max_chars: int = 8_000_000, latest: datetime | None = None) -> Page:
    """Return the article of a page and what the page says about it. Touches no network.

    `latest` bounds the dates that are believed (default: the present and two days).
    """
    try:
        tree = parse_page(html, max_chars=max_chars)
    except EmptyPageError as error:
        return Page(warnings=(str(error),))
    warnings = list(tree.warnings)
    head = read_head(tree.root, url)
    reader = BlockReader(max_blocks=MAX_BLOCKS)
    blocks = reader.read(tree.root)
    if len(blocks) > MAX_BLOCKS:
        warnings.append(f"html: only the first {MAX_BLOCKS} blocks of text are read")
        blocks = blocks[:MAX_BLOCKS]
    odds = load_model().probability(blocks, head.title)
    kept = _above(odds)
    confidence, method = _confidence(blocks, kept, odds), METHOD
    second: tuple[str, ...] = ()
    unsure = confidence < LOW_CONFIDENCE or _chars(blocks, kept) < SHORT_CHARS
    if unsure and len(html) <= MAX_SECOND_CHARS and len(reader.places) <= MAX_SECOND_ELEMENTS:
        second = _trafilatura(html[:max_chars], url)
        odds = _with_vote(blocks, odds, second)
        kept, method = _above(odds), f"{METHOD}+trafilatura-{trafilatura.__version__}"
    latest = latest or datetime.now(UTC) + timedelta(days=2)
    metadata = read_metadata(tree.root, head, blocks, kept, url=url, latest=latest)
    kept = [index for index in kept if not is_plain_clutter(blocks[index])]
    kept = without_repeats(blocks, kept, metadata.title)
    texts = tuple(paragraph for index in kept for paragraph in _paragraphs(blocks[index]))
    if replaced := _clearly_more(texts, head, metadata, second):
        texts, method = replaced
        confidence, kept = min(confidence, 0.5), []
    kept_set = set(kept)
    left_out = [block for index, block in enumerate(blocks) if index not in kept_set]
    asking = blocks if sum(map(len, texts)) < SHORT_CHARS else left_out  # a stub may hold the line that asks
    return Page(
        paragraphs=texts,
        metadata=metadata,
        method=method,
        removed=tally((reason_of(block), len(block.text)) for block in left_out),
        warnings=tuple(warnings),
        confidence=round(confidence, 3),
        asks_to_pay=asks_to_pay("\n".join([block.text for block in asking if len(block.text) <= MAX_ASK_CHARS])),
    )


def _above(odds: NDArray[np.float32]) -> list[int]:
    """Return the indices of the blocks that are the article."""
    return [int(index) for index in np.flatnonzero(odds >= load_model().threshold)]


def _chars(blocks: Sequence[Block], kept: Sequence[int]) -> int:
    return sum(len(blocks[index].text) for index in kept)


def without_repeats(blocks: Sequence[Block], kept: Sequence[int], headline: str | None) -> list[int]:
    """Return `kept` without the headline and without blocks whose words were kept before."""
    seen: set[str] = set()
    left: list[int] = []
    plain_headline = _plain(headline or "")
    for index, words in zip(kept, _words_of(blocks, kept), strict=True):
        plain = " ".join(words)
        if not plain or plain == plain_headline or (len(plain) >= REPEATED_CHARS and plain in seen):
            continue
        seen.add(plain)
        left.append(index)
    return left


def _words_of(blocks: Sequence[Block], kept: Sequence[int]) -> list[Sequence[str]]:
    """Return all words of the `kept` blocks; those of short ones were read with the blocks."""
    long = [index for index in kept if len(blocks[index].text) > HEAD_CHARS]
    read = dict(zip(long, WORDS.words_of_each([blocks[index].text.replace("\n", " ") for index in long]), strict=True))
    return [read.get(index, blocks[index].words) for index in kept]


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _paragraphs(block: Block) -> list[str]:
    return [line for line in block.text.split("\n") if line] if block.lines > 4 else [block.text.replace("\n", " ")]


def _confidence(blocks: Sequence[Block], kept: Sequence[int], odds: NDArray[np.float32]) -> float:
    chars = np.array([len(blocks[index].text) for index in kept], np.float32)
    return float((odds[list(kept)] * chars).sum() / chars.sum()) if len(kept) else 0.0


# --- a second opinion ------------------------------------------------------------------------------------------------


def _with_vote(blocks: Sequence[Block], odds: NDArray[np.float32], second: Sequence[str]) -> NDArray[np.float32]:
    """Return the probabilities moved towards what the second extractor kept, by the share of each block it has."""
    [words] = WORDS.words_of_each([" ".join(second)])
    known = set(_shingles(words))
    if not known:
        return odds
    votes = np.zeros(len(blocks), np.float32)
    for index, own in enumerate(_words_of(blocks, range(len(blocks)))):
        count = len(own) - SHINGLE + 1
        if count > 0:
            votes[index] = sum(map(known.__contains__, _shingles(own))) / count - 0.5
    log_odds = np.log((odds + 1e-4) / (1 - odds + 1e-4)) + VOTE * votes
    return np.asarray(1 / (1 + np.exp(-log_odds)), np.float32)


def _shingles(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Return each run of `SHINGLE` words."""
    return zip(*(words[start:] for start in range(SHINGLE)), strict=False)


def _clearly_more(
    texts: Sequence[str], head: Head, metadata: Metadata, second: Sequence[str]
) -> tuple[tuple[str, ...], str] | None:
    """Return the article as the page's JSON or the second extractor has it, where they have clearly more; else None.

    Pages whose body is drawn by a script carry it in their JSON; and no classifier is right on every template.
    """
    ours = sum(map(len, texts))
    body = _json_body(head, metadata)
    if sum(map(len, body)) > max(1.5 * ours, SHORT_CHARS / 2):
        return body, "html:json-ld"
    if ours < STUMP_CHARS and sum(map(len, second)) > max(3 * ours, SHORT_CHARS / 2):
        headline = _plain(metadata.title or "")
        lines = tuple(line for line in second if _plain(line) != headline)
        return lines, f"html:trafilatura-{trafilatura.__version__}"
    return None


def _json_body(head: Head, metadata: Metadata) -> tuple[str, ...]:
    """Return the paragraphs of `articleBody`, or of the updates of a live blog."""
    texts = [metadata.body] if metadata.body else []
    for node in head.linked.articles()[:1]:
        updates = node.get("liveBlogUpdate")
        for update in updates if isinstance(updates, list) else []:
            if isinstance(update, dict):
                texts += [text for key in ("headline", "articleBody") if (text := text_of(update, key))]
    lines = []
    for text in texts:
        plain = entities.unescape(_TAG.sub("", _MARKUP.sub("\n", entities.unescape(text))))
        lines += [line.strip() for line in plain.split("\n") if line.strip()]
    return tuple(lines)


def _trafilatura(html: str, url: str | None) -> tuple[str, ...]:
    document: Any = trafilatura.bare_extraction(html, url=url, fast=True, include_comments=False)
    text = document.text if document is not None and not isinstance(document, dict) else ""
    return tuple(line.lstrip("- ") for line in (text or "").split("\n") if line.strip())
