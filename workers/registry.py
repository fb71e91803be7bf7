"""Our schemas in a Confluent-compatible schema registry, and the frames that name them before each value.

The registry's REST API (`POST /subjects/SUBJECT/versions` registers, `POST /subjects/SUBJECT` looks up), subjects by
its TopicNameStrategy: `<topic>-value`. A schema gets an id there; a value on a topic is framed by a zero byte and that
id, in four bytes. Readers of ours take framed and unframed values alike, so a topic may hold both.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from schemas.codec import frame, shorten
from schemas.contract import json_schema
from workers.broker import BrokerError
from workers.publish import CARRIES, Topic
from workers.settings import Settings

if TYPE_CHECKING:
    import aiohttp

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
HEADERS = {"Content-Type": CONTENT_TYPE, "Accept": CONTENT_TYPE}
TRY_SECONDS = 10.0
TRIES = 4
WAIT_SECONDS = 0.5  # before the second try; doubled for each further one
BUSY = frozenset({429, 500, 502, 503, 504})  # worth another try


class RegistryError(BrokerError):
    """The schema registry cannot be reached or refuses; the message says what to do next. `status`: its HTTP status."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


async def schema_frames(settings: Settings, topics: Sequence[Topic]) -> Mapping[Topic, bytes]:
    """Return what goes before the values of each topic; empty without a registry. Raises RegistryError."""
    if settings.schema_registry is None:
        return {}
    import aiohttp

    secure = settings.schema_registry.startswith("https:")
    connector = aiohttp.TCPConnector(ssl=settings.registry_ssl_context()) if secure else None
    timeout = aiohttp.ClientTimeout(total=TRY_SECONDS)
    async with aiohttp.ClientSession(headers=_login(settings), connector=connector, timeout=timeout) as session:
        return {topic: frame(await _schema_id(session, settings, topic)) for topic in topics}


def _login(settings: Settings) -> dict[str, str]:
    name, password = settings.schema_registry_username, settings.schema_registry_password
    if name is None:
        return {}
    pair = f"{name}:{'' if password is None else password.get_secret_value()}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def subject(settings: Settings, topic: Topic) -> str:
    """Return under which name the registry keeps the schema of a topic's values."""
    return f"{settings.topic(topic)}-value"


async def _schema_id(session: aiohttp.ClientSession, settings: Settings, topic: Topic) -> int:
    name = subject(settings, topic)
    path = f"/subjects/{quote(name, safe='')}" + ("/versions" if settings.schema_registry_register else "")
    schema = json.dumps(json_schema(CARRIES[topic]), separators=(",", ":"))
    status, answer = await _post(session, f"{settings.schema_registry}{path}", {"schemaType": "JSON", "schema": schema})
    found = answer.get("id")
    if status == 200 and isinstance(found, int) and 0 <= found < 1 << 32:
        return found
    said = f"{status} {answer.get('message') or shorten(answer)}"
    raise RegistryError(f"the schema registry at {settings.schema_registry}, {name}: {said}. {_advice(status)}", status)


async def _post(session: aiohttp.ClientSession, url: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return status and answer, after more tries where the registry is away or busy. Raises RegistryError."""
    import aiohttp

    trouble = ""
    for number in range(TRIES):
        if number:
            await asyncio.sleep(WAIT_SECONDS * 2 ** (number - 1))
        try:
            async with session.post(url, json=body, headers=HEADERS) as reply:
                if reply.status not in BUSY:
                    return reply.status, _answer(await reply.read())
                trouble = f"status {reply.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            trouble = str(error) or type(error).__name__
    raise RegistryError(f"no schema registry answers at {url} ({trouble}). WIREMILL_SCHEMA_REGISTRY says where it is.")


def _answer(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except ValueError:
        return {"message": f"not JSON: {shorten(body)}"}
    return values if isinstance(values, dict) else {"message": f"not a JSON object: {shorten(values)}"}


def _advice(status: int) -> str:
    match status:
        case 401 | 403:
            return "Look at WIREMILL_SCHEMA_REGISTRY_USERNAME and its password."
        case 404:
            return "Register the schemas first, or let us: WIREMILL_SCHEMA_REGISTRY_REGISTER=true."
        case 409:
            return (
                "`wiremill schema check` says what a change breaks; docs/schema-registry.md, which mode to set there."
            )
    return "docs/schema-registry.md says what is asked of it."
