"""Pages with their article told apart, block by block: what the HTML path is trained and measured on."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from workers.clean.block_features import featurise
from workers.clean.blocks import Block, BlockReader
from workers.clean.tree import EmptyPageError, parse_page
from workers.clean.wording import Worded

MAX_CHARS = 8_000_000
SHINGLE = 4  # tokens
NEWS_WEIGHT = 3.0  # of a benchmark page: there are 91, of news alone, beside 711 of all kinds
_TOKEN = re.compile(r"\w+")
# Registries under which sites of different owners stand side by side.
_SECOND_LEVEL = frozenset(
    ("co", "com", "org", "net", "gov", "ac", "edu", "github", "blogspot", "wordpress", "substack", "medium")
)


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """One page: its features, which of its blocks are the article (1) or not (0), and how many tokens each has."""

    page_id: str
    collection: str
    site: str
    texts: tuple[str, ...]
    features: NDArray[np.float32]  # without those of the words, whose weights are learnt
    worded: Worded
    labels: NDArray[np.float32]
    tokens: NDArray[np.int64]
    gold: str


def block_weights(page: LabelledPage, power: float) -> NDArray[np.float32]:
    """Return what each block counts in training: every page the same, a block by a power of its words."""
    weights = (np.minimum(page.tokens, 200) + 3.0) ** power
    return np.asarray(weights * 50 / weights.sum() * (NEWS_WEIGHT if page.collection == "bench" else 1.0), np.float32)


def read_pages(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def site_of(url: str) -> str:
    """Return the domain that was registered, near enough to keep one site on one side of a split."""
    parts = (urlsplit(url).hostname or "").lower().split(".")
    keep = 3 if len(parts) > 2 and parts[-2] in _SECOND_LEVEL else 2
    return ".".join(parts[-keep:])


def fold_of(site: str, folds: int) -> int:
    """Return the fold of a site, the same in every run."""
    return int(hashlib.md5(site.encode()).hexdigest(), 16) % folds


def label_page(record: dict[str, Any], collection: str) -> LabelledPage | None:
    """Return the page with its blocks labelled by its gold text, or None where there is nothing to read."""
    try:
        tree = parse_page(record["html"], max_chars=MAX_CHARS)
    except EmptyPageError:
        return None
    title = tree.root.find(".//title")
    heading = " ".join("".join(title.itertext()).split()) if title is not None else None
    blocks = BlockReader().read(tree.root)
    if not blocks:
        return None
    labels, tokens = _labels(blocks, record["gold_body"])
    return LabelledPage(
        page_id=record["id"],
        collection=collection,
        site=site_of(record["url"]),
        texts=tuple(block.text for block in blocks),
        features=featurise(blocks, heading),
        worded=Worded.of(blocks),
        labels=labels,
        tokens=tokens,
        gold=record["gold_body"],
    )


def tokenise(text: str) -> list[str]:
    """Return the words of `text` in lower case."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).replace("\xad", "").replace("\u200b", "").lower())


def _labels(blocks: Sequence[Block], gold: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Call a block the article's where the gold text covers half of it; a repeated one only in its best place."""
    words = [tokenise(block.text) for block in blocks]
    counts = np.array([len(tokens) for tokens in words], np.int64)
    covered = _covered([token for tokens in words for token in tokens], tokenise(gold))
    ends = np.cumsum(counts)
    labels = np.array(
        [n > 0 and covered[end - n : end].mean() >= 0.5 for n, end in zip(counts, ends, strict=True)], np.float32
    )
    around = np.convolve(labels * np.minimum(counts, 30), np.ones(11), "same") if len(labels) > 11 else labels
    copies: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, tokens in enumerate(words):
        if labels[index]:
            copies[tuple(tokens)].append(index)
    whole = f" {' '.join(tokenise(gold))} "
    for tokens_of, places in copies.items():
        if len(places) > 1:
            wanted = max(1, whole.count(f" {' '.join(tokens_of)} "))
            for index in sorted(places, key=lambda place: -around[place])[wanted:]:
                labels[index] = 0
    return labels, counts


def _covered(tokens: Sequence[str], gold: Sequence[str]) -> NDArray[np.float32]:
    """Return which of `tokens` lie in a shingle that `gold` has as well."""
    size = min(SHINGLE, max(1, len(tokens)), max(1, len(gold)))
    known = {tuple(gold[i : i + size]) for i in range(len(gold) - size + 1)}
    flags = np.zeros(len(tokens), np.float32)
    for start in range(len(tokens) - size + 1):
        if tuple(tokens[start : start + size]) in known:
            flags[start : start + size] = 1
    return flags
