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

    topic: str = Field(description="topic of the input")
    partition: int = Field(description="its partition")
    offset: int = Field(description="its offset")
    article_id: str | None = Field(default=None, description="id of the article, where one could be made")
    fate: Fate = Field(description="what became of it")
    reason: str | None = Field(default=None, description="why it was rejected or failed")
    stage: str = Field(description="the stage that handled it: clean or annotate")
    outputs: dict[str, int] = Field(default_factory=dict, description="records published, by topic")
    processed_at: Timestamp = Field(description="when")
    seconds: float = Field(ge=0, description="from delivery to confirmed outputs")

    @property
    def key(self) -> str:
        """The compaction key: `topic/partition/offset`."""
        return f"{self.topic}/{self.partition}/{self.offset}"
