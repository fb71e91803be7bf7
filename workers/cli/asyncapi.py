"""The topics as an AsyncAPI 3 document: channels, keys, headers and records, for generators and catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.contract import VERSION, file_name
from workers.publish import CARRIES, Topic

# Each topic: its key, and what it is for.
CHANNELS: Mapping[Topic, tuple[str, str]] = {
    Topic.RAW: ("URL or id of the article", "Articles as scrapers found them; the input."),
    Topic.CLEAN: ("article_id", "The text of each article, without its page's clutter."),
    Topic.ENRICHED: ("article_id", "Each article with its entities and quotes."),
    Topic.QUOTES: ("article_id", "One record a quote, with what a reader needs of its article."),
    Topic.ENTITIES: ("article_id", "One record an entity of an article."),
    Topic.DEAD_LETTER: ("topic/partition/offset of the input", "Inputs that failed, whole."),
    Topic.LEDGER: ("topic/partition/offset of the input", "The fate of every input; compacted."),
}

_TEXT = {"type": "string"}
_CLOUD_EVENTS = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "content-type"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": _TEXT | {"description": "the same when an input is processed again"},
        "ce_source": _TEXT,
        "ce_type": _TEXT,
        "ce_time": _TEXT | {"format": "date-time"},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": _TEXT | {"description": "W3C trace context, passed through from the input"},
        "tracestate": _TEXT,
        "baggage": _TEXT,
    },
}
_MIRRORED = ("wm-stage", "wm-error-class", "wm-error-message", "wm-error-path", "wm-origin-topic",
             "wm-origin-partition", "wm-origin-offset", "wm-attempts", "wm-retryable", "wm-first-failed-at",
             "wm-worker-version")  # fmt: skip
_RAW_HEADERS = {
    "type": "object",
    "properties": {
        "content-type": _TEXT | {"description": "text/html or text/plain: the value is that, not JSON; key = URL"},
        "traceparent": _TEXT,
    },
}


def asyncapi_document(*, prefix: str = "news", host: str = "localhost:9092") -> dict[str, Any]:
    """Return the document; its payloads refer to the schema files that lie beside it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Wiremill",
            "version": VERSION.removeprefix("v"),
            "description": "Raw news articles in; clean text, entities and attributed quotes out; no article lost.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": {"host": host, "protocol": "kafka"}},
        "channels": {_id(topic): _channel(topic, prefix) for topic in CHANNELS},
        "operations": {_operation_id(topic): _operation(topic) for topic in CHANNELS},
        "components": {"messages": {_message_id(topic): _message(topic) for topic in CHANNELS}},
    }


def _channel(topic: Topic, prefix: str) -> dict[str, Any]:
    policy = ["compact"] if topic is Topic.LEDGER else ["delete"]
    message = _message_id(topic)
    return {
        "address": f"{prefix}.{topic}",
        "description": CHANNELS[topic][1],
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {"kafka": {"topicConfiguration": {"cleanup.policy": policy}, "bindingVersion": "0.5.0"}},
    }


def _operation(topic: Topic) -> dict[str, Any]:
    return {
        "action": "receive" if topic is Topic.RAW else "send",
        "channel": {"$ref": f"#/channels/{_id(topic)}"},
        "messages": [{"$ref": f"#/channels/{_id(topic)}/messages/{_message_id(topic)}"}],
    }


def _message(topic: Topic) -> dict[str, Any]:
    record, (key, summary) = CARRIES[topic], CHANNELS[topic]
    headers: dict[str, Any] = _RAW_HEADERS if topic is Topic.RAW else _CLOUD_EVENTS
    if topic is Topic.DEAD_LETTER:
        headers = headers | {"properties": headers["properties"] | dict.fromkeys(_MIRRORED, _TEXT)}
    return {
        "name": record,
        "summary": summary,
        "contentType": "application/json",
        "headers": headers,
        "payload": {"$ref": f"./{file_name(record)}"},
        "bindings": {"kafka": {"key": _TEXT | {"description": key}, "bindingVersion": "0.5.0"}},
    }


def _id(topic: Topic) -> str:
    return _camel(topic.value)


def _message_id(topic: Topic) -> str:
    return _camel(CARRIES[topic])


def _operation_id(topic: Topic) -> str:
    verb = "receive" if topic is Topic.RAW else "send"
    return verb + _id(topic)[0].upper() + _id(topic)[1:]


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)
