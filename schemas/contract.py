"""The records as JSON Schema 2020-12: what a producer may send and what a consumer will get, in files of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from schemas.aliases import FIELD_ALIASES, SOURCE_DOMAIN_ALIASES, SOURCE_NAME_ALIASES
from schemas.clean import CleanArticle
from schemas.dead_letter import DeadLetter
from schemas.enriched import ArticleEntity, EnrichedArticle, Quote
from schemas.ledger import LedgerEntry
from schemas.raw import RawArticle
from schemas.record import Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = "v1"  # of the records; the same as in the `ce_type` header

RECORDS: Mapping[str, type[Record]] = {
    "raw-article": RawArticle,
    "clean-article": CleanArticle,
    "enriched-article": EnrichedArticle,
    "quote": Quote,
    "entity": ArticleEntity,
    "dead-letter": DeadLetter,
    "ledger-entry": LedgerEntry,
}


# What RawArticle reads besides the types it keeps: times as scrapers write them, one author, a number as id, and
# trafilatura's `source`, which is an address.
ACCEPTED_TOO: Mapping[str, list[dict[str, Any]]] = {
    "id": [{"type": "integer"}],
    "authors": [{"type": "string"}],
    "published_at": [{"type": "string", "description": "RFC 3339; RFC 2822 and `2025-10-25 14:03` are read too"}],
    "fetched_at": [{"type": "string"}],
    "source": [{"type": "string"}],
}


def json_schema(name: str) -> dict[str, Any]:
    """Return the schema of a record. Raises KeyError for a name that is not in RECORDS.

    For the raw article: what is accepted. For the others: what is written; a field with a default is always written
    now, but records of older versions may lack it, so it is not called required.
    """
    model = RECORDS[name]
    if model is RawArticle:
        schema = _with_aliases(model.model_json_schema(mode="validation"))
    else:
        schema = model.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:wiremill:{name}:{VERSION}"} | schema


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return `schema` as it stands in a file: indented, keys in the order of the fields, a line break at the end."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def file_name(name: str) -> str:
    """Return the name of the file that holds the schema of a record."""
    return f"{name}.schema.json"


def _with_aliases(schema: dict[str, Any]) -> dict[str, Any]:
    """Say what the model does by code: other names and types it takes, and what an article cannot do without."""
    for field, also in ACCEPTED_TOO.items():
        schema["properties"][field]["anyOf"] = [*also, *_alternatives(schema["properties"][field])]
    names = {field: [field, *FIELD_ALIASES.get(field, ())] for field in schema["properties"]}
    for field, accepted in names.items():
        if len(accepted) > 1:
            schema["properties"][field]["x-aliases"] = accepted[1:]
    schema["properties"]["source"]["x-aliases"] = [*SOURCE_NAME_ALIASES, *SOURCE_DOMAIN_ALIASES]
    content = [*names["html"], *names["html_base64"], *names["text"]]
    schema["allOf"] = [_any_of([*names["url"], *names["id"], "source"]), _any_of(content)]
    schema["additionalProperties"] = True
    return schema


def _alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Take the type out of `schema` and return it as alternatives."""
    if "anyOf" in schema:
        return list(schema.pop("anyOf"))
    moved: dict[str, Any] = {key: schema.pop(key) for key in ("type", "items", "format", "$ref") if key in schema}
    return [moved]


def _any_of(names: list[str]) -> dict[str, Any]:
    return {"anyOf": [{"required": [name]} for name in names]}
