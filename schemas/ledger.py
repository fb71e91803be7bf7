"""`news.ledger`: one small record per input record: its fate. Compacted by `topic/partition/offset`."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from schemas.record import Record, Timestamp


class Fate(StrEnum):
    """What became of an input record. Every one has exactly one."""

    PUBLISHED = "published"
    REJECTED = "rejected"
    DEAD_LETTERED = "dead-lettered"


class LedgerEntry(Record):
    """The fate of the record at `topic`, `partition`, `offset`."""

    topic: str
    partition: int
    offset: int
    article_id: str | None = None
    fate: Fate
    reason: str | None = None
    stage: str
    outputs: dict[str, int] = Field(default_factory=dict, description="records published, by topic")
    processed_at: Timestamp
    seconds: float = Field(ge=0, description="from delivery to confirmed outputs")

    @property
    def key(self) -> str:
        """The compaction key: `topic/partition/offset`."""
        return f"{self.topic}/{self.partition}/{self.offset}"
