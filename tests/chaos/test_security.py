"""Behind TLS, SASL and rights: the worker gets in with what it was given, says why when it does not, and waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.articles import articles
from tests.harness.kafka import TOPICS, Input, as_input, create_topics, feed, until
from tests.harness.oracle import Oracle
from tests.harness.plugin import MakeWorker, Note, broker_kind
from tests.harness.secure import PASSWORD, USER, SecureBroker

pytestmark = [pytest.mark.system, pytest.mark.chaos]

SETTLED_SECONDS = 120
OUTPUTS = [name for name in TOPICS if name != "raw"]


@pytest.fixture(scope="module")
def secure_broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureBroker]:
    if broker_kind(request) != "kafka":
        pytest.skip("the embedded brokers have neither TLS nor SASL nor rights")
    broker = SecureBroker(tmp_path_factory.mktemp("keys"))
    broker.start()
    broker.add_scram_user()
    yield broker
    broker.close()


def _way_in(broker: SecureBroker, how: str, secrets: Path) -> dict[str, object]:
    """Return the settings of a way in; the password is in a file, as Docker and Kubernetes mount it."""
    if how == "mutual TLS":
        return {
            "brokers": f"127.0.0.1:{broker.tls_port}",
            "security_protocol": "SSL",
            "ssl_cafile": broker.keys.ca,
            "ssl_certfile": broker.keys.client_certificate,
            "ssl_keyfile": broker.keys.client_key,
        }
    (secrets / "WIREMILL_SASL_PASSWORD").write_text(PASSWORD)
    return {
        "brokers": f"127.0.0.1:{broker.sasl_port}",
        "security_protocol": "SASL_SSL",
        "ssl_cafile": broker.keys.ca,
        "sasl_mechanism": how,
        "sasl_username": USER,
        "secrets_dir": secrets,
    }


@pytest.mark.parametrize("how", ["mutual TLS", "PLAIN", "SCRAM-SHA-512"])
async def test_a_worker_gets_in(
    secure_broker: SecureBroker, prefix: str, make_worker: MakeWorker, tmp_path: Path, figures: Note, how: str
) -> None:
    """With rights to read, write and share its group and no more, it does all its work, and prints no secret."""
    await create_topics(secure_broker.address, prefix)
    await secure_broker.allow(prefix, write=OUTPUTS)
    fed = await feed(secure_broker.address, f"{prefix}.raw", map(as_input, articles(15, seed=51)))
    worker = make_worker(**({"address": ""} | _way_in(secure_broker, how, tmp_path)), log_level="DEBUG")
    async with Oracle(secure_broker.address, prefix) as oracle:
        verdict, seconds = await oracle.wait(len(fed), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    assert len(verdict.articles) == len(fed)

    async def ready() -> bool:
        return worker.get("/readyz")[0] == 200

    await until(ready, 30, "readiness is green")
    await secure_broker.allow(prefix, write=[], read=TOPICS)  # of whoever audits; the worker does not need it
    private = secure_broker.keys.client_key.read_text().splitlines()[1]
    for words in (["settings"], ["settings", "--json"], ["doctor"], ["lag"], ["audit", "--to-end"]):
        status, output = worker.command(*words)
        if words[0] in {"lag", "audit"}:
            assert status == 0, output
        assert PASSWORD not in output, words
        assert private not in output, words
    pages = "".join(worker.get(path)[1] for path in ("/", "/api/status", "/readyz", "/healthz", "/metrics"))
    assert PASSWORD not in worker.tail(10_000_000) + pages
    assert private not in worker.tail(10_000_000) + pages
    figures(f"{how}: {verdict}; {seconds:.0f} s")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"sasl_password": "wrong-horse-battery"}, "does not let us in", id="a wrong password"),
        pytest.param({"ssl_cafile": None}, "certificate verify failed", id="an authority it does not know"),
        pytest.param({"security_protocol": "PLAINTEXT"}, "no broker answers", id="no TLS"),
        pytest.param({"ssl_cafile": "/nowhere/ca.pem"}, "WIREMILL_SSL_CAFILE", id="a file that is not there"),
    ],
)
async def test_a_worker_that_is_not_let_in_says_why(
    secure_broker: SecureBroker,
    make_worker: MakeWorker,
    tmp_path: Path,
    changed: dict[str, object],
    said: str,
) -> None:
    """It ends with status 1 and one line that names the cause, and not the password it tried."""
    settings = {"address": ""} | _way_in(secure_broker, "PLAIN", tmp_path) | changed
    if "sasl_password" in changed:
        (tmp_path / "WIREMILL_SASL_PASSWORD").unlink()
    worker = make_worker(**{name: value for name, value in settings.items() if value is not None})
    assert await asyncio.to_thread(worker.wait, 90) == 1, worker.tail()
    assert said in worker.tail(), worker.tail()
    assert "Traceback" not in worker.tail()
    assert PASSWORD not in worker.tail()
    assert "wrong-horse" not in worker.tail()


@pytest.mark.parametrize("topic", ["enriched", "dead-letter"])
async def test_a_topic_it_may_not_write_holds_the_input(
    secure_broker: SecureBroker, prefix: str, make_worker: MakeWorker, tmp_path: Path, figures: Note, topic: str
) -> None:
    """Not authorised: input waits, readiness is red, the log names the topic; with the right given, all goes on."""
    await create_topics(secure_broker.address, prefix)
    await secure_broker.allow(prefix, write=[name for name in OUTPUTS if name != topic])
    inputs = [*map(as_input, articles(12, seed=52)), Input(b"not JSON", b"bad")]
    fed = await feed(secure_broker.address, f"{prefix}.raw", inputs)
    worker = make_worker(**({"address": ""} | _way_in(secure_broker, "PLAIN", tmp_path)))

    async def red() -> bool:
        return worker.metric("news_send_retries_total") > 0 and worker.get("/readyz")[0] == 503

    await until(red, SETTLED_SECONDS, "readiness is red")
    await asyncio.sleep(5)
    assert worker.running, worker.tail()
    status, body = worker.get("/readyz")
    assert status == 503, body
    assert "ok" not in json.loads(body)["publishing"], body
    assert worker.get("/healthz")[0] == 200, "a restart would not help"
    assert f"'{topic}'" in worker.tail(), worker.tail()
    async with Oracle(secure_broker.address, prefix) as oracle:
        assert (await oracle.judge()).missing, "something was skipped"
        await secure_broker.allow(prefix, write=[topic], read=[])
        verdict, seconds = await oracle.wait(len(fed), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    assert verdict.fates == {"clean published": 12, "annotate published": 12, "clean dead-lettered": 1}
    figures(f"{topic}: {seconds:.0f} s after the right was given: {verdict}")
