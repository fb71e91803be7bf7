"""The Faust agent of those who have read on: `take` and a process pool."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import faust

from bench.rivals import text

app = faust.App(
    text.GROUP, broker=f"kafka://{text.BROKERS}", value_serializer="raw", store="memory://", web_enabled=False,
    topic_disable_leader=True, consumer_auto_offset_reset="earliest", producer_max_request_size=25_000_000,
    autodiscover=False,
)  # fmt: skip
raw = app.topic(f"{text.PREFIX}.raw", value_type=bytes, value_serializer="raw")
pool = ProcessPoolExecutor(text.CORES, initializer=text.load)


@app.agent(raw)
async def enrich(stream: Any) -> None:
    """Enrich batches of articles."""
    loop = asyncio.get_running_loop()
    async for values in stream.take(16 * text.CORES, within=0.1):
        shares = [values[core :: text.CORES] for core in range(text.CORES)]
        futures = [loop.run_in_executor(pool, text.work_all, share) for share in shares if share]
        for results in await asyncio.gather(*futures):
            for messages in results:
                for message in messages:
                    await app.send(f"{text.PREFIX}.{message.topic}", key=message.key, value=message.value)


if __name__ == "__main__":
    faust.Worker(app, loglevel="WARN", quiet=True).execute_from_commandline()
