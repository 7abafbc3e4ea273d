"""The journal's JSON schema, from its definitions: ``python -m harness.record.schema > docs/journal.schema.json``."""

from __future__ import annotations

import ast
import inspect
import json
import sys
import types
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal, Union, get_args, get_origin, is_typeddict

from harness.kernel import event_types, journal_types
from harness.kernel.event_types import Stamp
from harness.kernel.events import SCHEMA
from harness.record import events
from harness.record.definitions import fields

Schema = dict[str, Any]
"""A JSON schema, or a part of one: what may be in it, its own standard says."""
PLAIN = {bool: "boolean", int: "integer", float: "number", str: "string", types.NoneType: "null"}


def schema() -> Schema:
    """Of a line of a journal. A number is checked by its kind alone."""
    made = _Maker()
    lines = [made.line(one) for one in get_args(events.Event)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ftstress:journal:{SCHEMA}",
        "title": f"A line of an ftstress journal.jsonl, schema {SCHEMA}",
        "description": "Made by `python -m harness.record.schema`. The journal's first event has the schema's number.",
        "oneOf": lines,
        "$defs": dict(sorted(made.definitions.items())),
    }


class _Maker:
    """Makes schemas of types, and keeps those of the definitions that they name."""

    def __init__(self) -> None:
        self.definitions: Schema = {}
        classes = _classes()
        self.told = {name: dict(_told(name, classes)) for name in classes}

    def line(self, event: Any) -> Schema:
        """Of an event in a journal, where what its trial's child said has its stamp."""
        stamp = fields(Stamp)
        stamped = all(name in fields(event) and fields(event)[name] == kept for name, kept in stamp.items())
        return self.of(event) | ({"required": sorted(stamp)} if stamped else {})

    def of(self, hint: Any) -> Schema:
        """Of whatever has this type."""
        origin, inner = get_origin(hint), get_args(hint)
        if is_typeddict(hint):
            if hint.__name__ not in self.definitions:
                self.definitions[hint.__name__] = {}  # it may hold itself
                self.definitions[hint.__name__] = self._definition(hint)
            return {"$ref": f"#/$defs/{hint.__name__}"}
        if origin in (types.UnionType, Union):
            found = [self.of(one) for one in inner]
            if all(list(one) == ["type"] for one in found):
                return {"type": [one["type"] for one in found]}
            return {"anyOf": found}
        if origin is Literal:
            return {"const": inner[0]} if len(inner) == 1 else {"enum": list(inner)}
        if origin is list:
            return {"type": "array", "items": self.of(inner[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(inner[1])}
        if origin is tuple:
            each = [self.of(one) for one in inner]
            return {"type": "array", "prefixItems": each, "items": False, "minItems": len(each)}
        return {"type": PLAIN[hint]}

    def _definition(self, definition: Any) -> Schema:
        told = self.told[definition.__name__]
        properties = {
            name: self.of(hint) | ({"description": told[name]} if name in told else {})
            for name, (hint, _) in fields(definition).items()
        }
        return {
            "description": inspect.cleandoc(definition.__doc__).replace("\n", " "),
            "type": "object",
            "properties": properties,
            "required": [name for name, (_, needed) in fields(definition).items() if needed],
            "additionalProperties": False,
        }


def _classes() -> dict[str, ast.ClassDef]:
    trees = [ast.parse(inspect.getsource(module)) for module in (event_types, journal_types, events)]
    return {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}


def _told(name: str, classes: dict[str, ast.ClassDef]) -> Iterator[tuple[str, str]]:
    """The fields of a class, its bases' too, beside which something is said, and what."""
    if name not in classes:
        return
    for base in classes[name].bases:
        yield from _told(ast.unparse(base), classes)
    body = classes[name].body
    for field, words in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(words, ast.Expr):
            yield (
                ast.unparse(field.target),
                inspect.cleandoc(ast.literal_eval(words.value)).replace("\n", " "),
            )


def text() -> str:
    """The file's content."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
