"""Keeps the quotes topic in a DuckDB table, and prints who said what this week.

    python who_said_what.py
    python who_said_what.py --days 30 --speaker Peskov
    duckdb quotes.duckdb "SELECT speaker, count(*) FROM quotes GROUP BY ALL ORDER BY 2 DESC"

Each run reads on from where the last one ended. Quotes and positions are committed to the database together, and quotes
are upserted by their id, so that neither a crash nor a replay puts one in twice. Needs aiokafka, cramjam (aiokafka's
lz4) and duckdb.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
from aiokafka import AIOKafkaConsumer

SCHEMA = """
CREATE TABLE IF NOT EXISTS quotes (
    quote_id VARCHAR PRIMARY KEY, article_id VARCHAR, speaker VARCHAR, role VARCHAR, kind VARCHAR, type VARCHAR,
    text VARCHAR, publisher VARCHAR, headline VARCHAR, url VARCHAR, confidence DOUBLE,
    published_at TIMESTAMPTZ, seen_at TIMESTAMPTZ
);
CREATE TABLE IF NOT EXISTS positions (topic VARCHAR, part INTEGER, next BIGINT, PRIMARY KEY (topic, part));
"""
WHO_SAID_WHAT = """
SELECT speaker, max(role) AS role, count(*) AS quotes, count(DISTINCT article_id) AS articles,
       arg_max(text, coalesce(published_at, seen_at)) AS last_words
FROM quotes
WHERE speaker IS NOT NULL AND coalesce(published_at, seen_at) >= ? AND speaker ILIKE ?
GROUP BY speaker ORDER BY quotes DESC, speaker LIMIT ?
"""
BATCH_SECONDS = 2.0  # how long one fetch waits


def row(quote: dict[str, Any], seen: datetime) -> list[Any]:
    """Return a quote as a row of the table."""
    speaker, publisher = quote["speaker"], quote.get("publisher") or {}
    return [
        quote["quote_id"], quote["article_id"], speaker.get("name"), speaker.get("role"), speaker.get("kind"),
        quote["type"], quote["text"], publisher.get("name") or publisher.get("domain"), quote.get("headline"),
        quote.get("url"), quote["confidence"], quote.get("published_at"), seen,
    ]  # fmt: skip


async def read_on(database: duckdb.DuckDBPyConnection, brokers: str, topic: str) -> int:
    """Read the topic from the kept positions to its present end; return how many records came."""
    database.execute(SCHEMA)
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=brokers, enable_auto_commit=False)  # no group: all partitions
    await consumer.start()
    try:
        parts = sorted(consumer.assignment())
        if not parts:
            raise SystemExit(f"no topic {topic} at {brokers}: `wiremill topics create` makes it")
        ends = await consumer.end_offsets(parts)
        begins = await consumer.beginning_offsets(parts)
        kept = database.execute("SELECT part, next FROM positions WHERE topic = ?", [topic]).fetchall()
        known = dict(kept)
        for part in parts:
            consumer.seek(part, max(begins[part], known.get(part.partition, 0)))
        came = 0
        while any([await consumer.position(part) < ends[part] for part in parts]):
            batches = await consumer.getmany(timeout_ms=int(BATCH_SECONDS * 1000))
            records = [record for batch in batches.values() for record in batch if record.value]
            rows = [row(json.loads(r.value), datetime.fromtimestamp(r.timestamp / 1000, UTC)) for r in records]
            positions = [[topic, part.partition, await consumer.position(part)] for part in batches]
            database.execute("BEGIN")
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                database.executemany(f"INSERT OR REPLACE INTO quotes VALUES ({marks})", rows)
            if positions:
                database.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?, ?)", positions)
            database.execute("COMMIT")
            came += len(rows)
        return came
    finally:
        await consumer.stop()


def main() -> None:
    """Read on, then print the table."""
    parser = argparse.ArgumentParser(description="Who said what this week, from Wiremill's quotes topic.")
    parser.add_argument("--database", default="quotes.duckdb")
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--speaker", default="", help="only speakers with this in their name")
    parser.add_argument("--limit", type=int, default=25)
    parser.add_argument("--brokers", default=os.environ.get("WIREMILL_BROKERS", "127.0.0.1:9092"))
    parser.add_argument("--prefix", default=os.environ.get("WIREMILL_TOPIC_PREFIX", "news"))
    args = parser.parse_args()
    with duckdb.connect(args.database) as database:
        came = asyncio.run(read_on(database, args.brokers, f"{args.prefix}.quotes"))
        print(f"{came} quotes read")
        since = datetime.now(UTC) - timedelta(days=args.days)
        found = database.execute(WHO_SAID_WHAT, [since, f"%{args.speaker}%", args.limit]).fetchall()
    for speaker, role, quotes, articles, last_words in found:
        head = f"{speaker}, {role}" if role else speaker
        print(f"{quotes:>4} quotes in {articles} articles  {head}\n     “{last_words.strip('“”')}”")


if __name__ == "__main__":
    main()
