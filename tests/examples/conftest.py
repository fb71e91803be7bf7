"""What the examples' tests share: a topic to feed and read, a site to fetch from."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.harness.brokers import Broker

Answer = Callable[[str, dict[str, str]], tuple[int, dict[str, str], bytes]]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Start web servers on the loopback interface; each answers by a function of path and headers."""
    with ExitStack() as stack:

        def start(answer: Answer) -> str:
            class Site(http.server.BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    status, headers, body = answer(self.path, dict(self.headers))
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

                def log_message(self, *args: object) -> None:
                    pass

            server = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


@pytest.fixture
def idempotent_broker(broker: Broker) -> Broker:
    """The broker, where it has the idempotent producer that the examples insist on."""
    if not broker.idempotent:
        pytest.skip("the examples insist on an idempotent producer, which this broker does not have")
    return broker
