"""Prints who said what, as it is published. Run it twice: each quote has an id, so the second time overwrites."""

import asyncio
import json
import os

from aiokafka import AIOKafkaConsumer

seen: dict[str, str] = {}  # stands for your table: quote_id is its primary key


async def main() -> None:
    """Read the topic from its beginning, and then what comes."""
    consumer = AIOKafkaConsumer(
        f"{os.environ.get('WIREMILL_TOPIC_PREFIX', 'news')}.quotes",
        bootstrap_servers=os.environ.get("WIREMILL_BROKERS", "127.0.0.1:9092"),
        group_id="my-quotes",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=25_000_000,
    )
    async with consumer:
        async for record in consumer:
            quote = json.loads(record.value)
            speaker = quote["speaker"]["name"] or "someone unknown"
            seen[quote["quote_id"]] = f"{speaker}: {quote['text']}"  # first upsert …
            print(seen[quote["quote_id"]], flush=True)
            await consumer.commit()  # … then commit: a crash in between repeats a quote and loses none


if __name__ == "__main__":
    asyncio.run(main())
