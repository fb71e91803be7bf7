"""A real Prometheus scrapes a real worker: every query of dashboard and rules has an answer."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.articles import articles, poison
from tests.harness.brokers import Broker
from tests.harness.kafka import Input, as_input, create_topics, feed, until
from tests.harness.oracle import Oracle
from tests.harness.plugin import MakeWorker, installed
from tests.harness.processes import ROOT, Process, free_port, wait_for

pytestmark = [pytest.mark.system, pytest.mark.model]

LABEL_SETS = {
    "stage": {"clean", "annotate"},
    "fate": {"published", "rejected", "dead-lettered"},
    "topic": {"raw", "clean", "enriched", "quotes", "entities", "dead-letter", "ledger"},
    "state": {"idle", "busy", "missing"},
    "event": {"started", "recycled", "timeout", "crash", "memory", "unavailable"},
    "error": {"timeout", "connection", "refused"},
}


class Prometheus(Process):
    """Debian's Prometheus with our rules, scraping one port every second."""

    def __init__(self, folder: Path, target: int) -> None:
        self.port = free_port()
        config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["rule_files"] = [str(ROOT / "deploy/prometheus/rules.yml")]
        [scrape] = config["scrape_configs"]
        del scrape["dns_sd_configs"]
        scrape["static_configs"] = [{"targets": [f"127.0.0.1:{target}"]}]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        super().__init__(
            [
                installed("prometheus", "prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            log=folder / "prometheus.log",
        )

    def ask(self, path: str, **query: str) -> Any:
        """Return the `data` of a reply of its API; None while it does not answer. Fails if it refuses the query."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return json.load(reply)["data"]
        except urllib.error.HTTPError as error:
            if error.code == 503:  # it is starting
                return None
            raise AssertionError(f"{query}: {error.read().decode()}") from None
        except OSError:
            return None


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Any]:
    started: list[Prometheus] = []

    def start(target: int) -> Prometheus:
        one = Prometheus(tmp_path, target)
        started.append(one)
        one.start()
        wait_for(lambda: one.ask("status/buildinfo") is not None, 30, "Prometheus answers")
        return one

    yield start
    for one in started:
        one.kill()


async def test_every_panel_and_every_rule_has_an_answer(
    broker: Broker, prefix: str, make_worker: MakeWorker, prometheus: Any
) -> None:
    """With articles of all three fates and a child that died, no panel of the dashboard is empty."""
    await create_topics(broker.address, prefix)
    worker = make_worker(broker.address)
    await until(lambda: _ready(worker), 60, "the worker is ready")
    server = prometheus(worker.web_port)
    dashboard = json.loads((ROOT / "deploy/grafana/dashboards/wiremill.json").read_text())
    queries = {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in dashboard["panels"]
        for target in panel["targets"]
    }
    names = {"$job": ".*", "$__rate_interval": "60s", "$__range": "5m"}

    def answer(query: str) -> list[Any]:
        for name, value in names.items():
            query = query.replace(name, value)
        found: list[Any] = server.ask("query", query=query)["result"]
        return found

    async def scraped() -> bool:
        return bool(answer("news_worker_info"))

    await until(scraped, 30, "Prometheus has scraped the worker once")
    inputs = [*map(as_input, articles(20, seed=31)), as_input(poison("kill", 20, seed=31)), Input(b"{", b"broken")]
    inputs.append(as_input({"url": "https://site-0.example/short", "text": "Too short to be worth it."}))
    await feed(broker.address, f"{prefix}.raw", inputs, idempotent=broker.idempotent)
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(inputs), 90, worker)
    assert verdict.sound, verdict

    async def all_seen() -> bool:
        counted = answer('sum(news_articles_total{stage="clean"})')
        return bool(counted) and float(counted[0]["value"][1]) == len(inputs)

    await until(all_seen, 30, "Prometheus has scraped the last counts")

    def empty_panels() -> list[str]:
        return [title for title, query in queries.items() if not answer(query)]

    async def all_filled() -> bool:
        return not empty_panels()

    try:
        await until(all_filled, 20, "no panel is empty")
    except AssertionError:
        raise AssertionError(f"empty panels: {empty_panels()}") from None
    fates = answer('sum by (fate) (news_articles_total{stage="clean"})')
    assert {one["metric"]["fate"]: float(one["value"][1]) for one in fates} == {
        "published": 20,
        "rejected": 1,
        "dead-lettered": 2,
    }
    for one in answer('{__name__=~"news_.*"}'):
        for label, values in LABEL_SETS.items():
            assert one["metric"].get(label) in {None, *values}, one["metric"]

    rules = [rule for group in server.ask("rules")["groups"] for rule in group["rules"]]
    assert len(rules) == len(yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text())["groups"][0]["rules"])

    async def judged() -> bool:
        found = [rule for group in server.ask("rules")["groups"] for rule in group["rules"]]
        return all(rule["health"] == "ok" for rule in found)

    await until(judged, 30, "every rule was evaluated without an error")
    [target] = server.ask("targets")["activeTargets"]
    assert (target["health"], target["lastError"]) == ("up", "")


async def _ready(worker: Any) -> bool:
    return bool(worker.get("/readyz")[0] == 200)
