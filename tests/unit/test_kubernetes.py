"""The manifests of deploy/kubernetes say what the settings, the image and the worker's pages say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from workers.app import create_app
from workers.cli import app as command_line
from workers.settings import ENV_PREFIX, Settings

FOLDER = Path(__file__).parents[2] / "deploy/kubernetes"
MANIFESTS: list[dict[str, Any]] = [
    document for file in sorted(FOLDER.glob("*.yaml")) for document in yaml.safe_load_all(file.read_text())
]


def manifest(kind: str) -> dict[str, Any]:
    [found] = [one for one in MANIFESTS if one["kind"] == kind]
    return found


SETTINGS: dict[str, str] = manifest("ConfigMap")["data"]
DEPLOYMENT = manifest("Deployment")["spec"]
PODS = {kind: manifest(kind)["spec"]["template"]["spec"] for kind in ("Deployment", "Job")}
[WORKER] = PODS["Deployment"]["containers"]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings as a container reads them."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    return Settings.read()


def mebibytes(quantity: str) -> int:
    factors = {"Mi": 1, "Gi": 1024}
    return int(quantity[:-2]) * factors[quantity[-2:]]


def test_every_setting_exists_and_is_taken(settings: Settings) -> None:
    """No variable is misspelt, and none has a value that the worker refuses."""
    known = {f"{ENV_PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert set(SETTINGS) <= known
    assert settings.brokers == SETTINGS["WIREMILL_BROKERS"]
    assert settings.children == int(SETTINGS["WIREMILL_POOL_SIZE"])
    assert all(isinstance(value, str) for value in SETTINGS.values())  # Kubernetes takes nothing else


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_the_probes_ask_pages_that_the_worker_has(probe: str, settings: Settings) -> None:
    """Liveness asks for progress, readiness for partitions."""
    routes = {str(route.resource.canonical) for route in create_app(settings).web.web_app.router.routes()}  # type: ignore[attr-defined]
    asked = WORKER[probe]["httpGet"]
    assert asked["path"] in routes
    assert asked["path"] == ("/readyz" if probe == "readinessProbe" else "/healthz")
    assert asked["port"] in {port["name"] for port in WORKER["ports"]}


def test_one_port_everywhere(settings: Settings) -> None:
    """The worker listens where the container, the service and the annotations for Prometheus say."""
    [port] = WORKER["ports"]
    [service] = manifest("Service")["spec"]["ports"]
    annotations = DEPLOYMENT["template"]["metadata"]["annotations"]
    assert settings.web_host == "0.0.0.0"
    assert port["containerPort"] == service["port"] == settings.web_port == int(annotations["prometheus.io/port"])
    assert service["targetPort"] == port["name"]
    assert annotations["prometheus.io/path"] == "/metrics"


def test_everything_selects_the_workers() -> None:
    """Service, budget and spread find the pods by the label that they bear."""
    labels = DEPLOYMENT["template"]["metadata"]["labels"]
    [spread] = PODS["Deployment"]["topologySpreadConstraints"]
    selectors = [DEPLOYMENT["selector"], manifest("PodDisruptionBudget")["spec"]["selector"], spread["labelSelector"]]
    assert all(selector["matchLabels"] == labels for selector in selectors)
    assert manifest("Service")["spec"]["selector"] == labels
    assert manifest("Job")["spec"]["template"]["metadata"]["labels"] != labels


def test_a_rollout_finds_partitions_for_each_worker(settings: Settings) -> None:
    """A worker without partitions is not ready, and a rollout would wait for it."""
    assert DEPLOYMENT["replicas"] + DEPLOYMENT["strategy"]["rollingUpdate"]["maxSurge"] <= settings.partitions


def test_a_worker_has_the_time_and_the_memory_it_may_take(settings: Settings) -> None:
    """It ends by itself before it is killed, and its children reach their caps before the container reaches its own."""
    assert PODS["Deployment"]["terminationGracePeriodSeconds"] > settings.grace_seconds
    limit = mebibytes(WORKER["resources"]["limits"]["memory"])
    assert limit > settings.children * settings.child_memory_mb + 500  # the worker itself, and the template
    assert int(WORKER["resources"]["requests"]["cpu"]) == settings.children


@pytest.mark.parametrize("kind", list(PODS))
def test_a_pod_can_do_little(kind: str) -> None:
    """No root, no writing but in /tmp, no capabilities, no way to Kubernetes' own interface."""
    pod = PODS[kind]
    [container] = pod["containers"]
    security = container["securityContext"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert security["readOnlyRootFilesystem"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")} == {"/tmp"}
    assert {volume["name"] for volume in pod["volumes"]} == {mount["name"] for mount in container["volumeMounts"]}
    assert container["resources"]["requests"]["memory"]


@pytest.mark.parametrize("kind", list(PODS))
def test_a_pod_runs_a_command_that_there_is(kind: str) -> None:
    """Of one image, whose entry point is `wiremill`."""
    [container] = PODS[kind]["containers"]
    assert container["image"] == WORKER["image"]
    assert CliRunner().invoke(command_line, [*container["args"], "--help"]).exit_code == 0
    assert container["envFrom"] == [{"configMapRef": {"name": manifest("ConfigMap")["metadata"]["name"]}}]


def test_secrets_are_read_where_they_are_mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of the secret, named as its setting in lower case, becomes a file that the settings read."""
    [mounted] = [mount for mount in WORKER["volumeMounts"] if mount["name"] == "secrets"]
    assert mounted["mountPath"] == "/run/secrets"
    (tmp_path / "wiremill_sasl_password").write_text("hidden")
    monkeypatch.setenv("WIREMILL_SECRETS_DIR", str(tmp_path))
    password = Settings.read().sasl_password
    assert password is not None
    assert password.get_secret_value() == "hidden"
