"""Quix Streams: one process a core, as its documentation scales it."""

from __future__ import annotations

import multiprocessing
from typing import Any

from quixstreams import Application

from bench.rivals import text


def run() -> None:
    """Run one application."""
    text.load()
    app = Application(broker_address=text.BROKERS, consumer_group=text.GROUP, auto_offset_reset="earliest",
                      producer_extra_config={"message.max.bytes": 25_000_000}, loglevel="ERROR")  # fmt: skip
    names = [f"{text.PREFIX}.{name}" for name in ("enriched", "quotes", "entities", "dead-letter")]
    out = {name: app.topic(name, value_serializer="bytes", key_serializer="bytes") for name in names}
    frame = app.dataframe(app.topic(f"{text.PREFIX}.raw", value_deserializer="bytes"))
    producer = app.get_producer()

    def enrich(value: Any) -> None:
        for message in text.work(value):
            topic = out[f"{text.PREFIX}.{message.topic}"]
            producer.produce(topic.name, key=message.key, value=message.value)
        producer.poll(0)

    frame.update(enrich)
    app.run()


if __name__ == "__main__":
    processes = [multiprocessing.Process(target=run) for _ in range(text.CORES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
