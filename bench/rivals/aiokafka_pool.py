"""A plain aiokafka consumer with a process pool and automatic commits."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.rivals import text


async def main() -> None:
    """Consume for ever."""
    loop = asyncio.get_running_loop()
    pool = ProcessPoolExecutor(text.CORES, initializer=text.load)
    consumer = AIOKafkaConsumer(
        f"{text.PREFIX}.raw", bootstrap_servers=text.BROKERS, group_id=text.GROUP, auto_offset_reset="earliest"
    )
    producer = AIOKafkaProducer(bootstrap_servers=text.BROKERS, compression_type="lz4", max_request_size=25_000_000)
    await consumer.start()
    await producer.start()
    while True:
        for records in (await consumer.getmany(timeout_ms=200, max_records=16 * text.CORES)).values():
            tasks = [loop.run_in_executor(pool, text.work, record.value) for record in records]
            for messages in await asyncio.gather(*tasks):
                for message in messages:
                    await producer.send(f"{text.PREFIX}.{message.topic}", message.value, message.key)


if __name__ == "__main__":
    asyncio.run(main())
