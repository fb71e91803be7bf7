"""A schema registry on the loopback interface that speaks the part of Confluent's REST API that its clients need.

Schemas, subjects and versions as the API has them: one id a schema whatever its subject, versions counted by subject,
errors as `{error_code, message}`, basic authentication.
"""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"


class Registry:
    """The registry. `fail_next`: HTTP statuses to answer with before it works; `frozen`: it takes no new schema."""

    def __init__(self, *, login: str | None = None) -> None:
        self.schemas: list[str] = []  # id = index + 1
        self.subjects: dict[str, list[int]] = {}
        self.fail_next: list[int] = []
        self.frozen = False
        self.requests: list[str] = []
        self._login = login
        self._lock = threading.Lock()
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(*registry._guarded(self.headers, lambda: registry._get(self.path), f"GET {self.path}"))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kind = self.headers["Content-Type"].partition(";")[0]
                self._reply(
                    *registry._guarded(self.headers, lambda: registry._post(self.path, kind, body), f"POST {self.path}")
                )

            def _reply(self, status: int, values: Any) -> None:
                body = json.dumps(values).encode()
                self.send_response(status)
                self.send_header("Content-Type", CONTENT_TYPE)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def schema_of(self, value: bytes) -> dict[str, Any]:
        """Return the schema that a framed value names."""
        assert value[:1] == b"\0"
        schema: dict[str, Any] = json.loads(self.schemas[int.from_bytes(value[1:5], "big") - 1])
        return schema

    def _guarded(self, headers: Any, work: Any, what: str) -> tuple[int, Any]:
        with self._lock:
            self.requests.append(what)
            if self.fail_next:
                status = self.fail_next.pop(0)
                return status, {"error_code": status, "message": "try again"}
            if self._login is not None:
                given = headers.get("Authorization", "").removeprefix("Basic ")
                if base64.b64decode(given).decode() != self._login:
                    return 401, {"error_code": 401, "message": "Unauthorized"}
            answer: tuple[int, Any] = work()
            return answer

    def _get(self, path: str) -> tuple[int, Any]:
        match [unquote(part) for part in path.strip("/").split("/")]:
            case ["subjects"]:
                return 200, sorted(self.subjects)
            case ["schemas", "ids", number] if number.isdigit() and 0 < int(number) <= len(self.schemas):
                return 200, {"schemaType": "JSON", "schema": self.schemas[int(number) - 1]}
            case ["schemas", "ids", _]:
                return 404, {"error_code": 40403, "message": "Schema not found"}
            case ["subjects", subject, "versions", "latest"] if subject in self.subjects:
                ids = self.subjects[subject]
                return 200, {"subject": subject, "version": len(ids), "id": ids[-1],
                             "schemaType": "JSON", "schema": self.schemas[ids[-1] - 1]}  # fmt: skip
        return 404, {"error_code": 40401, "message": "Subject not found."}

    def _post(self, path: str, kind: str, body: bytes) -> tuple[int, Any]:
        if kind not in (CONTENT_TYPE, "application/json"):
            return 415, {"error_code": 415, "message": "HTTP 415 Unsupported Media Type"}
        values = json.loads(body)
        if values.get("schemaType") != "JSON" or not isinstance(json.loads(values["schema"]), dict):
            return 422, {"error_code": 42201, "message": "Invalid schema"}
        schema = values["schema"]
        match [unquote(part) for part in path.strip("/").split("/")]:
            case ["subjects", subject, "versions"]:
                return self._register(subject, schema)
            case ["subjects", subject]:
                return self._look_up(subject, schema)
        return 404, {"error_code": 404, "message": "HTTP 404 Not Found"}

    def _register(self, subject: str, schema: str) -> tuple[int, Any]:
        known = schema in self.schemas and self.schemas.index(schema) + 1 in self.subjects.get(subject, [])
        if self.frozen and not known:
            return 409, {"error_code": 409, "message": f"Schema being registered is incompatible for subject {subject}"}
        if schema not in self.schemas:
            self.schemas.append(schema)
        number = self.schemas.index(schema) + 1
        if not known:
            self.subjects.setdefault(subject, []).append(number)
        return 200, {"id": number}

    def _look_up(self, subject: str, schema: str) -> tuple[int, Any]:
        if subject not in self.subjects:
            return 404, {"error_code": 40401, "message": f"Subject '{subject}' not found."}
        ids = self.subjects[subject]
        if schema not in self.schemas or self.schemas.index(schema) + 1 not in ids:
            return 404, {"error_code": 40403, "message": "Schema not found"}
        number = self.schemas.index(schema) + 1
        return 200, {"subject": subject, "version": ids.index(number) + 1, "id": number,
                     "schemaType": "JSON", "schema": schema}  # fmt: skip
