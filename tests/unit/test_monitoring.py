"""The alerts and the dashboard ask for what there is, and each alert says what to do."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from workers.metrics import LABELS, Metrics
from workers.settings import Settings

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"] for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboards/wiremill.json").read_text())
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def queries() -> Iterator[str]:
    """Yield every PromQL expression of rules and dashboard."""
    yield from (rule["expr"] for rule in RULES)
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def series() -> set[str]:
    """Return the names of all series of a worker."""
    return {
        re.sub(r"\{.*", "", line.split(" ")[0])
        for line in _exposition().splitlines()
        if line and not line.startswith("#")
    }


def _exposition() -> str:
    metrics = Metrics()
    metrics.show_pool(size=1, alive=1, busy=0)
    metrics.build.info({"version": "1", "stages": "clean", "model": "md"})
    return metrics.render().decode()


def test_every_metric_asked_for_exists() -> None:
    """A metric that was renamed would leave an alert that never fires and a panel that stays empty."""
    names = {name for query in queries() for name in re.findall(r"(?<![:\w])(?:news|process)_[a-z_]+(?!\w*:)", query)}
    assert len(names) > 10
    assert names <= series()
    recorded = {name for query in queries() for name in re.findall(r"\w+:\w+:\w+", query)}
    assert recorded <= RECORDED


def test_every_label_value_asked_for_exists() -> None:
    """`fate="dead_lettered"` would match nothing, and so alarm nobody."""
    matchers = [found for query in queries() for found in re.findall(r'(\w+)(?:=~|!=|!~|=)"([^"]*)"', query)]
    asked = [(label, value) for label, values in matchers if label in LABELS for value in values.split("|")]
    assert len(asked) > 5
    for label, value in asked:
        assert value in LABELS[label], f"{label}={value}"


def test_every_alert_has_its_paragraph_and_every_paragraph_its_alert() -> None:
    """The link of an alert leads to a heading of its name in the runbook."""
    headings = re.findall(r"^## (\S+)$", RUNBOOK, re.MULTILINE)
    assert headings == [alert["alert"] for alert in ALERTS]
    for alert in ALERTS:
        file, anchor = alert["annotations"]["runbook_url"].split("#")
        assert ROOT / file == ROOT / "docs/runbook.md"
        assert anchor in {heading.lower() for heading in headings}, alert["alert"]
        assert alert["labels"]["severity"] in {"warning", "critical"}
        assert alert["annotations"]["summary"]
        assert alert["annotations"]["description"]


def test_every_alert_is_tried() -> None:
    """The rules' own tests see each alert fire once and keep quiet once."""
    tests = yaml.safe_load((PROMETHEUS / "rules.test.yml").read_text())["tests"]
    seen = [(one["alertname"], bool(one["exp_alerts"])) for test in tests for one in test["alert_rule_test"]]
    assert {name for name, fires in seen if fires} == {alert["alert"] for alert in ALERTS}
    # Of the others a second series beside the one that fires stays quiet.
    assert {"WiremillDown", "WiremillNoProgress", "WiremillLagGrowing", "WiremillDeadLetterShare"} <= {
        name for name, fires in seen if not fires
    }


def test_every_setting_in_the_runbook_exists() -> None:
    """What it tells to change can be changed; exit statuses and links are checked elsewhere."""
    known = {f"WIREMILL_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"WIREMILL_[A-Z_]+[A-Z]", RUNBOOK)) <= known
    panels = {panel["title"] for panel in DASHBOARD["panels"]}
    assert {re.sub(r"\s+", " ", name) for name in re.findall(r"panel \*([^*]+)\*", RUNBOOK)} <= panels


def test_the_dashboard_asks_the_data_source_that_is_provisioned() -> None:
    """By its fixed id; and every panel says what it shows, in a place of its own."""
    provisioned = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())
    [source] = provisioned["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert "prometheus" in SERVICES
    places: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        assert panel["datasource"]["uid"] == source["uid"]
        assert panel["title"]
        assert panel["description"]
        at = panel["gridPos"]
        cells = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
        assert not cells & places, panel["title"]
        assert at["x"] + at["w"] <= 24
        places |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_compose_mounts_the_files_where_they_are_looked_for() -> None:
    """Paths of the containers and of the configuration agree."""
    grafana, prometheus, worker = SERVICES["grafana"], SERVICES["prometheus"], SERVICES["worker"]
    mounts = dict(volume.removesuffix(":ro").split(":") for volume in grafana["volumes"] + prometheus["volumes"])
    for source in mounts:
        assert not source.startswith("./") or (ROOT / source).is_dir(), source
    provider = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/wiremill.yml").read_text())
    assert provider["providers"][0]["options"]["path"] == mounts["./deploy/grafana/dashboards"]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (ROOT / "deploy/grafana/dashboards" / Path(home).name).exists()
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    [scrape] = config["scrape_configs"]
    assert scrape["dns_sd_configs"][0]["names"] == ["worker"]
    assert worker["ports"][0].endswith(f":{scrape['dns_sd_configs'][0]['port']}")
    assert f"--config.file={mounts['./deploy/prometheus']}/prometheus.yml" in prometheus["command"]
    assert scrape["job_name"] == "wiremill"
    assert any('job="wiremill"' in alert["expr"] for alert in ALERTS)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("check", "rules", "rules.yml"), id="the rules are PromQL"),
        pytest.param(("check", "config", "prometheus.yml"), id="the configuration is whole"),
        pytest.param(("test", "rules", "rules.test.yml"), id="the alerts fire and keep quiet"),
    ],
)
def test_promtool_agrees(promtool: Path, words: tuple[str, ...]) -> None:
    """Prometheus' own checks."""
    done = subprocess.run([promtool, *words], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
