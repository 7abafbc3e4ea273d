"""In a script no class stands where a tuple does: one that only carries what it was made of is a ``namedtuple``."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

WEAK = {"ref", "weakref", "WeakSet", "WeakValueDictionary", "WeakKeyDictionary"}
"""A tuple takes no weak references: where one of these names is used, nothing is changed."""
BARE_FIELDS = 2
OWN_METHODS = {"__init__", "__repr__"}


@dataclass(frozen=True)
class Record:
    """A class that keeps what it is given: the names of its fields, and the defaults of the last ones."""

    name: str
    fields: tuple[str, ...]
    defaults: tuple[ast.expr, ...]

    @property
    def default(self) -> dict[str, ast.expr]:
        return dict(zip(self.fields[len(self.fields) - len(self.defaults) :], self.defaults, strict=True))


def with_tuples(
    definitions: list[ast.stmt], body: list[ast.stmt]
) -> tuple[list[ast.stmt], list[ast.stmt], list[str]]:
    """The definitions and what uses them with such classes as tuples, and the imports that these need.

    One that is only made and read, and has no more than two fields, is a bare tuple.
    """
    if WEAK & {one.id for one in _all([*definitions, *body], ast.Name)}:
        return definitions, body, []
    imports: list[str] = []
    for node in list(definitions):
        record = _record(node)
        if record is None or not _may_be_tuple(record, definitions, body):
            continue
        place = definitions.index(node)
        others = definitions[:place] + definitions[place + 1 :]
        if _is_bare(record, others, body):
            bare = _Bare(record)
            definitions, body = ([bare.visit(one) for one in part] for part in (others, body))
        else:
            definitions[place] = _as_tuple(record)
            imports = ["from collections import namedtuple"]
    return definitions, body, imports


def _all(body: list[ast.stmt], kind: type[Node]) -> list[Node]:
    return [node for part in body for node in ast.walk(part) if isinstance(node, kind)]


def _record(node: ast.stmt) -> Record | None:
    if not isinstance(node, ast.ClassDef) or node.bases or node.keywords:
        return None
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
    init = next((one for one in methods if one.name == "__init__"), None)
    if (
        init is None
        or len(methods) < len(node.body)
        or {one.name for one in methods} - OWN_METHODS
        or init.args.kwonlyargs
    ):
        return None
    fields = [one.arg for one in init.args.args[1:]]
    stored: dict[str, str] = {}
    for statement in init.body:
        if not isinstance(statement, ast.Assign):
            return None
        target, value = statement.targets[0], statement.value
        targets = target.elts if isinstance(target, ast.Tuple) else [target]
        values = value.elts if isinstance(value, ast.Tuple) else [value]
        if len(targets) != len(values):
            return None
        stored |= dict(zip(map(ast.unparse, targets), map(ast.unparse, values), strict=True))
    is_plain = stored == {f"self.{name}": name for name in fields}
    return Record(node.name, tuple(fields), tuple(init.args.defaults)) if is_plain and fields else None


def _may_be_tuple(record: Record, definitions: list[ast.stmt], body: list[ast.stmt]) -> bool:
    """Whether nothing changes one that is made, and no class below it does what a tuple's cannot."""
    below = [one for one in _all(definitions, ast.ClassDef) if record.name in map(ast.unparse, one.bases)]
    for one in below:
        names = {method.name for method in one.body if isinstance(method, ast.FunctionDef)}
        if names & {"__init__", "__new__"} or len(one.bases) > 1:
            return False
    elsewhere = [one for one in definitions if getattr(one, "name", "") != record.name]
    changed = {
        one.attr for one in _all([*elsewhere, *body], ast.Attribute) if not isinstance(one.ctx, ast.Load)
    }
    return not changed & {*record.fields, "__class__"}


def _is_bare(record: Record, others: list[ast.stmt], body: list[ast.stmt]) -> bool:
    everything = [*others, *body]
    makers = {id(one.func) for one in _all(everything, ast.Call)}
    called = {id(one) for one in _all(everything, ast.Attribute) if id(one) in makers}
    names = [one for one in _all(everything, ast.Name) if one.id == record.name]
    read = [one for one in _all(everything, ast.Attribute) if one.attr in record.fields]
    return (
        len(record.fields) <= BARE_FIELDS
        and all(id(one) in makers for one in names)
        and not any(id(one) in called or ast.unparse(one.value) == "self" for one in read)
        and record.name
        not in {base for one in _all(others, ast.ClassDef) for base in map(ast.unparse, one.bases)}
    )


def _as_tuple(record: Record) -> ast.stmt:
    defaults = ", ".join(map(ast.unparse, record.defaults))
    with_defaults = f", defaults=({defaults},)" if defaults else ""
    made = f"{record.name} = namedtuple({record.name!r}, {' '.join(record.fields)!r}{with_defaults})"
    return ast.parse(made).body[0]


class _Bare(ast.NodeTransformer):
    """The class's calls become tuples, and its fields places in them."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr in self.record.fields:
            return ast.Subscript(node.value, ast.Constant(self.record.fields.index(node.attr)), node.ctx)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id != self.record.name:
            return node
        given = dict(zip(self.record.fields, node.args, strict=False))
        given |= {one.arg: one.value for one in node.keywords if one.arg}
        whole = self.record.default | given
        return ast.Tuple([whole[name] for name in self.record.fields], ast.Load())
