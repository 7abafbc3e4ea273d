"""Run by a target: the public methods and slots of built-in types that no operation of a subject drives, as JSON.

What an operation drives is read from its source: names after a dot, and the slots that operators, statements and calls
of built-in functions go through.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from harness.kernel.pairs.subject import PROCESS, Subject, load_subjects, steps

OF_MODULES = {"builtins", "collections", "itertools", "array", "types", "_weakrefset", "weakref"}
ANYWAY = {
    "__new__",
    "__class_getitem__",
    "__getattribute__",
    "__doc__",
    "__module__",
    "__dict__",
    "__weakref__",
}
"""What makes an object, is of its class alone, or is gone through by whatever is done to it."""
ANYWAY |= {
    "__annotate_func__",
    "__annotations_cache__",
    "__slots__",
    "__abstractmethods__",
    "__subclasshook__",
    "__firstlineno__",
    "__static_attributes__",
}
BINARY = {
    "Add": "add",
    "Sub": "sub",
    "Mult": "mul",
    "Mod": "mod",
    "BitOr": "or",
    "BitAnd": "and",
    "BitXor": "xor",
}
COMPARED = {"Eq": "eq", "NotEq": "ne", "Lt": "lt", "LtE": "le", "Gt": "gt", "GtE": "ge", "In": "contains"}
ITERATE = {"list", "tuple", "set", "sorted", "islice", "zip", "map", "dict", "driven"}
CALLED = {
    "memoryview": "buffer",
    **{name: name for name in ("len", "repr", "str", "hash", "bool", "iter", "next")},
}
CALLED |= {
    "reversed": "reversed",
    "length_hint": "length_hint",
    "anext": "anext",
    "aiter": "aiter",
    "setattr": "setattr",
}
COPIED = {"copy", "pickle"}
BY_COPIES = {"copy", "deepcopy", "reduce", "reduce_ex", "setstate", "getnewargs", "replace", "getstate"}


def slots(node: ast.AST) -> set[str]:
    """The slots that one node of an operation's source may go through, without their underscores."""
    match node:
        case ast.Subscript(ctx=ast.Load()):
            return {"getitem"}
        case ast.Subscript(ctx=ast.Store()):
            return {"setitem"}
        case ast.Subscript() | ast.Attribute(ctx=ast.Del()):
            return {"delitem", "delattr"}
        case ast.Attribute(ctx=ast.Store()):
            return {"setattr"}
        case ast.BinOp(op=op):
            name = BINARY.get(type(op).__name__, "")
            return {name, "r" + name}
        case ast.AugAssign(op=op):
            return {"i" + BINARY.get(type(op).__name__, "")}
        case ast.UnaryOp():
            return {"neg", "pos"}
        case ast.Compare(ops=ops):
            return {COMPARED[type(op).__name__] for op in ops if type(op).__name__ in COMPARED}
        case ast.For() | ast.comprehension() | ast.Starred() | ast.YieldFrom():
            return {"iter", "next"}
        case ast.With():
            return {"enter", "exit"}
        case ast.Call(func=ast.Name(id=name)):
            return (
                {"iter", "await"}
                if name in ITERATE
                else {CALLED.get(name, ""), "call" if name == "o" else ""}
            )
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)):
            return BY_COPIES if module in COPIED else {"call" if name == "weak" else ""}
    return set()


def driven(subject: type[Subject]) -> set[str]:
    """All names that the subject's operations go through."""
    names = set(subject.left_out)
    for one in steps(subject).values():
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(one.do)))):
            names |= {f"__{name}__" for name in slots(node)}
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
    return names


def kinds(o: Any) -> set[type]:
    """The types that are driven in what ``fresh`` gave: of the object, of a pair's members, of what is weak in it."""
    o = getattr(o, "weak", o)
    return {type(one) for one in o} if type(o) is tuple else {type(o)}


def public(kind: type) -> set[str]:
    """What a type has beyond ``object``, but for what starts with one underscore."""
    own = {name for cls in kind.__mro__ if cls is not object for name in vars(cls)}
    return {name for name in own if name[0] != "_" or name[:2] == "__" == name[-2:]} - ANYWAY


def main(files: list[str]) -> dict[str, list[str]]:
    missing: dict[type, set[str]] = {}
    for file in files:
        for subject in load_subjects(file).values():
            if sys.version_info[:2] < subject.minimum_version:
                continue
            o = subject().fresh(subject.sizes[-1])
            for kind in kinds(o):
                if kind.__module__ in OF_MODULES:
                    missing[kind] = missing.get(kind, public(kind)) - driven(subject)
            if subject.most != PROCESS:
                subject().left(o)  # it ends what would say that it was never awaited
    return {kind.__name__: sorted(names) for kind, names in missing.items()}


print(json.dumps(main(sys.argv[1:])))
