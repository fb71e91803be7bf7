"""The text functions that all programs share: a raw value in, the outgoing messages of both stages out."""

from __future__ import annotations

import os
from collections.abc import Sequence

from workers.options import AnnotateOptions, Stage, StageOptions
from workers.publish import Delivery, Outgoing
from workers.stages import Stages

BROKERS = os.environ.get("BROKERS", "127.0.0.1:9092")
PREFIX = os.environ.get("PREFIX", "news")
GROUP = os.environ.get("GROUP", "rival")
CORES = len(os.sched_getaffinity(0))

_stages: Stages | None = None


def load() -> Stages:
    """Return this process's stages, with the stock pipeline unless FAST=1; made once."""
    global _stages
    if _stages is None:
        _stages = Stages(StageOptions(annotate=AnnotateOptions(fast=os.environ.get("FAST") == "1")))
        _stages.warm_up()
    return _stages


def work(value: bytes) -> list[Outgoing]:
    """Clean and annotate one raw article."""
    stages = load()
    messages: list[Outgoing] = []
    for cleaned in stages.handle(Stage.CLEAN, [Delivery("raw", 0, 0, None, value)]):
        for message in cleaned.outputs:
            delivery = Delivery("clean", 0, 0, message.key, message.value, message.headers)
            for annotated in stages.handle(Stage.ANNOTATE, [delivery]):
                messages += annotated.outputs
    return messages


def work_all(values: Sequence[bytes]) -> list[list[Outgoing]]:
    """Do the same for several."""
    return [work(value) for value in values]
