"""The Faust agent of the tutorials: `nlp(text)` in the loop, sends not waited for."""

from __future__ import annotations

from typing import Any

import faust

from bench.rivals import text

app = faust.App(
    text.GROUP, broker=f"kafka://{text.BROKERS}", value_serializer="raw", store="memory://", web_enabled=False,
    topic_disable_leader=True, consumer_auto_offset_reset="earliest", producer_max_request_size=25_000_000,
    autodiscover=False,
)  # fmt: skip
raw = app.topic(f"{text.PREFIX}.raw", value_type=bytes, value_serializer="raw")


@app.agent(raw)
async def enrich(stream: Any) -> None:
    """Enrich each article."""
    async for value in stream:
        for message in text.work(value):
            await app.send(f"{text.PREFIX}.{message.topic}", key=message.key, value=message.value)


if __name__ == "__main__":
    text.load()
    faust.Worker(app, loglevel="WARN", quiet=True).execute_from_commandline()
