"""Whether a change of a contract breaks the other side: producers of what we accept, consumers of what we write.

Both questions are one: is every value of one schema a value of the other? A producer goes on sending values of the old
schema, so the new one must take them all. A consumer goes on expecting values of the old schema, so the new one must
write no others. On top of that, a field that is gone breaks both, though an open record would allow its absence.

Judged is JSON Schema 2020-12 as our models write it; `oneOf` is read as `anyOf`, and keywords that are not known here
count as a break where they differ, since nobody has looked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

Schema = Mapping[str, Any]
Types = ("null", "boolean", "integer", "number", "string", "array", "object")


class Side(StrEnum):
    """Who relies on a schema: those who write what we accept, or those who read what we write."""

    PRODUCERS = "producers"
    CONSUMERS = "consumers"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path` is dotted, `[]` stands for any item of a list; `kind` is for machines."""

    path: str
    kind: str
    message: str
    breaks: Side | None

    def below(self, name: str) -> Change:
        """Return the same change seen from outside of what it was found in: a record, a field."""
        return replace(self, path=f"{name}.{self.path}" if self.path else name)


# Keywords that assert nothing about a value.
_ANNOTATIONS = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly",
     "writeOnly", "x-aliases"}
)  # fmt: skip
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_SAME = ("pattern", "format", "multipleOf", "uniqueItems", "contentEncoding")  # narrower as soon as it is another
_STRUCTURE = frozenset(
    {"$ref", "type", "enum", "const", "anyOf", "oneOf", "allOf", "properties", "required", "additionalProperties",
     "items"}
)  # fmt: skip
_KNOWN = _ANNOTATIONS | _STRUCTURE | frozenset(_LOWER) | frozenset(_UPPER) | frozenset(_SAME)


def side_of(schema: Schema) -> Side:
    """Return who relies on a schema of ours: producers on that of the raw article, consumers on all others."""
    return Side.PRODUCERS if "raw-article" in str(schema.get("$id", "")) else Side.CONSUMERS


def compare(old: Schema, new: Schema, side: Side) -> list[Change]:
    """Return what changed from `old` to `new`, breaks first, each list in the order of the paths."""
    presence = list(_presence(old, new, side))
    gone = {change.path for change in presence if change.kind == "field-removed"}
    values = [c for c in _values(old, new, side) if not (c.kind == "required" and c.path in gone)]  # said already
    return sorted({*presence, *values}, key=lambda change: (change.breaks is None, change.path, change.kind))


def compare_topics(old: Schema, new: Schema) -> list[Change]:
    """Return what changed between two AsyncAPI documents: topics, and the headers of their messages."""
    before, after = _channels(old), _channels(new)
    changes = []
    for address, (name, headers) in before.items():
        side = Side.PRODUCERS if name == "raw" else Side.CONSUMERS
        if address not in after:
            changes.append(Change(address, "topic-removed", "the topic is gone", side))
        else:
            changes += [change.below(f"{address} headers") for change in compare(headers, after[address][1], side)]
    changes += [Change(address, "topic-added", "a new topic", None) for address in after.keys() - before.keys()]
    return sorted(changes, key=lambda change: (change.breaks is None, change.path, change.kind))


def _channels(document: Schema) -> dict[str, tuple[str, Schema]]:
    """Return the name of each topic's channel and the schema of its headers, by address."""
    found = {}
    for name, channel in document.get("channels", {}).items():
        headers: Schema = {}
        for message in channel.get("messages", {}).values():
            declared = _resolved(document, message["$ref"]) if "$ref" in message else message
            headers = declared.get("headers", {})
            headers = _resolved(document, headers["$ref"]) if "$ref" in headers else headers
        found[str(channel.get("address", name))] = (name, headers)
    return found


def _values(old: Schema, new: Schema, side: Side) -> Iterator[Change]:
    """Yield why a value of the narrower side's schema may be none of the other's."""
    if side is Side.PRODUCERS:
        yield from _Inclusion(old, new, side).explain(old, new, "")
    else:
        yield from _Inclusion(new, old, side).explain(new, old, "")


def _presence(old: Schema, new: Schema, side: Side) -> Iterator[Change]:
    """Yield fields and aliases that came or went, at every depth that both schemas have."""
    before, after = _fields(old), _fields(new)
    for path in before.keys() - after.keys():
        if _parent(path) in ("", *after):  # what is below a removed field went with it
            told = "is no longer read" if side is Side.PRODUCERS else "is no longer written"
            yield Change(path, "field-removed", told, side)
    for path in after.keys() - before.keys():
        if _parent(path) in ("", *before):
            told = "is read now" if side is Side.PRODUCERS else "is written now; readers ignore what they do not know"
            yield Change(path, "field-added", told, None)
    for path in before.keys() & after.keys():
        gone = before[path] - after[path]
        come = after[path] - before[path]
        if gone:
            yield Change(path, "alias-removed", f"no longer read under {_listed(gone)}", side)
        if come:
            yield Change(path, "alias-added", f"also read under {_listed(come)}", None)


def _parent(path: str) -> str:
    """Return the path of the field that holds another: `spans` of `spans[].start`."""
    return path.rpartition(".")[0].removesuffix("[]")


def _fields(root: Schema) -> dict[str, frozenset[str]]:
    """Return each field's path and its aliases."""
    found: dict[str, frozenset[str]] = {}

    def walk(node: Schema, path: str, above: tuple[str, ...]) -> None:
        for branch in _branches(root, node):
            for name, child in branch.get("properties", {}).items():
                here = f"{path}.{name}" if path else name
                found[here] = frozenset(child.get("x-aliases", ())) | found.get(here, frozenset())
                ref = str(child.get("$ref", here))
                if ref not in above:
                    walk(child, here, (*above, ref))
            if isinstance(items := branch.get("items"), Mapping):
                ref = str(items.get("$ref", ""))
                if not ref or ref not in above:
                    walk(items, f"{path}[]", (*above, ref))

    walk(root, "", ())
    return found


class _Inclusion:
    """Looks for values of `inner` that are none of `outer`."""

    def __init__(self, inner: Schema, outer: Schema, side: Side) -> None:
        self._inner_root = inner
        self._outer_root = outer
        self._side = side
        self._under_way: set[tuple[str, str]] = set()

    def explain(self, inner: Schema | bool, outer: Schema | bool, path: str) -> list[Change]:
        """Return why not every value of `inner` is one of `outer`; empty if it is."""
        if outer is True or outer == {} or inner is False:
            return []
        if outer is False:
            return [self._found(path, "type", "nothing", "a value")]
        inner = {} if inner is True else inner
        assert isinstance(inner, Mapping)
        assert isinstance(outer, Mapping)
        refs = (str(inner.get("$ref")), str(outer.get("$ref")))
        if refs in self._under_way:
            return []  # a record within itself: decided where it was first met
        if "None" not in refs:
            self._under_way.add(refs)
        try:
            return self._explain(inner, outer, path)
        finally:
            self._under_way.discard(refs)

    def _explain(self, inner: Schema, outer: Schema, path: str) -> list[Change]:
        found: list[Change] = []
        outer_branches = _branches(self._outer_root, outer)
        for branch in _branches(self._inner_root, inner):
            kind = branch.get("type")
            fitting = [one for one in outer_branches if _type_fits(kind, one.get("type"))]
            if not fitting:
                allowed = sorted({str(one.get("type")) for one in outer_branches})
                found.append(self._found(path, "type", " or ".join(allowed), str(kind or "any type")))
                continue
            reasons = min([self._branch(branch, one, path) for one in fitting], key=len)
            found += reasons
        for part in outer.get("allOf", ()):
            reasons = min([self.explain(held, part, path) for held in (inner, *inner.get("allOf", ()))], key=len)
            names = _any_required(part)
            if reasons and names:
                told = "is required now" if self._side is Side.PRODUCERS else "is no longer sure to be there"
                reasons = [Change(path, "required", f"one of {_listed(names)} {told}", self._side)]
            found += reasons
        return found

    def _branch(self, inner: Schema, outer: Schema, path: str) -> list[Change]:
        found = [*self._enumerated(inner, outer, path), *self._bounds(inner, outer, path)]
        found += self._object(inner, outer, path)
        if "items" in outer and inner.get("type") == "array":
            found += self.explain(inner.get("items", True), outer["items"], f"{path}[]")
        for keyword in sorted((inner.keys() | outer.keys()) - _KNOWN):
            if inner.get(keyword) != outer.get(keyword):
                told = f"`{keyword}` differs, which is not judged here: look at it"
                found.append(Change(path, "unknown-keyword", told, self._side))
        return found

    def _enumerated(self, inner: Schema, outer: Schema, path: str) -> Iterator[Change]:
        allowed, given = _listed_values(outer), _listed_values(inner)
        if allowed is None:
            return
        if given is None:
            yield self._found(path, "enum", f"one of {_listed(allowed)}", "any value")
        elif others := sorted(given - allowed):
            told = f"{_listed(others)} is no longer accepted" if self._side is Side.PRODUCERS else (
                f"{_listed(others)} may be written now")  # fmt: skip
            yield Change(path, "enum", told, self._side)

    def _bounds(self, inner: Schema, outer: Schema, path: str) -> Iterator[Change]:
        for keyword in _LOWER:
            if outer.get(keyword, -math.inf) > inner.get(keyword, -math.inf):
                yield self._moved(path, keyword, inner, outer)
        for keyword in _UPPER:
            if outer.get(keyword, math.inf) < inner.get(keyword, math.inf):
                yield self._moved(path, keyword, inner, outer)
        for keyword in _SAME:
            if keyword in outer and outer[keyword] != inner.get(keyword):
                yield self._moved(path, keyword, inner, outer)

    def _object(self, inner: Schema, outer: Schema, path: str) -> Iterator[Change]:
        for name in sorted(set(outer.get("required", ())) - set(inner.get("required", ()))):
            told = "is required now" if self._side is Side.PRODUCERS else "may be missing now"
            yield Change(f"{path}.{name}" if path else name, "required", told, self._side)
        inner_fields, outer_fields = inner.get("properties", {}), outer.get("properties", {})
        for name in inner_fields:
            if name in outer_fields:
                yield from self.explain(inner_fields[name], outer_fields[name], f"{path}.{name}" if path else name)
            elif outer.get("additionalProperties") is False:
                told = "is refused now" if self._side is Side.PRODUCERS else "is written into a record that was closed"
                yield Change(f"{path}.{name}" if path else name, "additionalProperties", told, self._side)
        rest, allowed = inner.get("additionalProperties", True), outer.get("additionalProperties", True)
        if rest is not False and allowed is False:
            told = "further fields are refused now" if self._side is Side.PRODUCERS else "further fields may come now"
            yield Change(path, "additionalProperties", told, self._side)
        elif isinstance(rest, Mapping) or isinstance(allowed, Mapping):
            yield from self.explain(rest, allowed, f"{path}.*" if path else "*")

    def _found(self, path: str, kind: str, outer: str, inner: str) -> Change:
        """Say it from the side's view: what the other side may send or must expect."""
        if self._side is Side.PRODUCERS:
            return Change(path, kind, f"only {outer} is accepted now; {inner} was", self._side)
        return Change(path, kind, f"may be {inner} now; it was {outer}", self._side)

    def _moved(self, path: str, keyword: str, inner: Schema, outer: Schema) -> Change:
        old, new = (inner, outer) if self._side is Side.PRODUCERS else (outer, inner)
        told = f"{keyword} is {new.get(keyword, 'none')} now; it was {old.get(keyword, 'none')}"
        return Change(path, keyword, told, self._side)


def _any_required(schema: Schema) -> set[str]:
    """Return the names of which `schema` asks for at least one, if that is all it asks for."""
    alternatives = schema.get("anyOf", ())
    plain = schema.keys() == {"anyOf"} and all(one.keys() == {"required"} for one in alternatives)
    return {name for one in alternatives for name in one["required"]} if plain else set()


def _branches(root: Schema, schema: Schema) -> list[dict[str, Any]]:
    """Return the alternatives of a schema, each of one type, with references and `anyOf` resolved."""
    own = {key: value for key, value in schema.items() if key not in _ANNOTATIONS}
    ref = own.pop("$ref", None)
    if ref is not None:
        return [{**branch, **own} for branch in _branches(root, _resolved(root, ref))]
    alternatives = [*own.pop("anyOf", ()), *own.pop("oneOf", ())]
    own.pop("allOf", None)
    if alternatives:
        return [{**own, **branch} for one in alternatives for branch in _branches(root, one)]
    kinds = own.get("type")
    return [{**own, "type": kind} for kind in kinds] if isinstance(kinds, list) else [own]


def _resolved(root: Schema, ref: str) -> Schema:
    """Return what a reference within `root` names. Raises ValueError for one that leads elsewhere or nowhere."""
    node: Any = root
    for part in ref.removeprefix("#/").split("/"):
        node = node.get(part) if isinstance(node, Mapping) and ref.startswith("#/") else None
    if not isinstance(node, Mapping):
        raise ValueError(f"the reference {ref!r} leads nowhere in this schema")
    return node


def _type_fits(inner: Any, outer: Any) -> bool:
    return outer is None or inner == outer or (inner, outer) == ("integer", "number")


def _listed_values(schema: Schema) -> set[str] | None:
    """Return the values of `enum` or `const` as JSON, None where any value will do."""
    if "const" in schema:
        return {json.dumps(schema["const"])}
    return {json.dumps(value) for value in schema["enum"]} if "enum" in schema else None


def _listed(names: Any) -> str:
    return ", ".join(sorted(str(name) for name in names))
