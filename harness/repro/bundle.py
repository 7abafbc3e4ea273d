"""What a script needs of the modules that its code comes from: classes, functions, constants, imports.

Only what is used, without docstrings and annotations, dependencies first.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import symtable
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any

from harness.repro import plain

OF_EACH = ("__file__", "__name__")
"""What each module has of its own, a script too."""


NOTHING: Mapping[str, str] = MappingProxyType({})
BINDING = (ast.arg, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.alias, ast.ExceptHandler)
"""What binds a name that no ``ast.Name`` says."""


class NotScriptable(Exception):
    """The finding cannot be written as a program of its own; the message is one sentence for the user."""


class Bundle:
    """Collects definitions. ``imports`` and ``definitions`` are lines and blocks of source, in order.

    ``unbound``: names that nothing binds are left as they are. A later version has them built in, or they are of the
    globals that a function is made with. ``taken``: these names are the script's own, and what else has one of them, or
    one that something else has already, is called otherwise; None: nothing is.
    """

    def __init__(self, unbound: bool = False, taken: Collection[str] | None = None) -> None:
        self.unbound = unbound
        self.taken = taken
        self.imports: dict[str, None] = {}
        self.definitions: list[ast.stmt] = []
        self._had: dict[str, Any] = {}

    def need(self, names: Iterable[str], namespace: Mapping[str, Any]) -> dict[str, str]:
        """Bring in what ``names`` mean in ``namespace``; what is called otherwise, and how.

        Raises NotScriptable where it has no source.
        """
        otherwise: dict[str, str] = {}
        for name in names:
            if name in OF_EACH:
                continue
            if name not in namespace:
                if self.unbound or hasattr(builtins, name):
                    continue
                raise NotScriptable(f"what {name} is cannot be told")
            thing = namespace[name]
            called = self._called(name, thing)
            if called != name:
                otherwise[name] = called
            if called in self._had or (called == name and vars(builtins).get(name, self) is thing):
                continue
            self._had[called] = thing
            self._bring(name, thing, namespace, called)
        return otherwise

    def _called(self, name: str, thing: Any) -> str:
        called = name
        while called in (self.taken or ()) or self._had.get(called, thing) is not thing:
            if self.taken is None:
                raise _two(name)
            called += "_"
        return called

    def _bring(self, name: str, thing: Any, namespace: Mapping[str, Any], called: str) -> None:
        if (attempt := _attempted(name, namespace)) is not None:
            if called != name:
                raise _two(name)
            for one in _bound(attempt):
                self._had[one] = namespace[one]
            self._define(strip(attempt), namespace)
            return
        if isinstance(thing, ModuleType):
            alias = "" if thing.__name__ == called else f" as {called}"
            self.imports[f"import {thing.__name__}{alias}"] = None
            return
        home = sys.modules.get(getattr(thing, "__module__", None) or "")
        if not hasattr(home, getattr(thing, "__name__", "")):
            home = None  # as ``types.FunctionType``, which says that it comes from ``builtins``
        if home is not None and not _is_ours(home) and inspect.isroutine(thing) | isinstance(thing, type):
            known = name if hasattr(home, name) else thing.__name__
            self.imports[_import_from(home, known, called)] = None
            return
        if home is not None and (isinstance(thing, type) or inspect.isfunction(thing)):
            # Looked for by name: inspect would take a class for what its __wrapped__ is.
            for node in _statements(ast.parse(inspect.getsource(home)).body):
                if getattr(node, "name", None) == thing.__name__:
                    otherwise = {thing.__name__: called} if called != name else NOTHING
                    self._define(strip(node), vars(home), otherwise)
                    return
        self._constant(name, namespace, called)

    def _constant(self, name: str, namespace: Mapping[str, Any], called: str) -> None:
        """Find the line that binds ``name`` at the top of its module, wherever it was imported from."""
        tree = ast.parse(inspect.getsource(sys.modules[namespace["__name__"]]))
        for node in _statements(tree.body):
            if isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names):
                home = sys.modules[node.module or ""]
                if _is_ours(home):
                    self._constant(name, vars(home), called)
                else:
                    self.imports[_import_from(home, name, called)] = None
                return
            found = _binding(node, name)
            if found is not None:
                self._define(strip(found), namespace, {name: called})
                for one in _statements(tree.body):
                    if one.lineno > node.lineno and _is_done_to(one, name):
                        self._define(one, namespace, {name: called})
                return
        raise NotScriptable(f"where {name} comes from cannot be told")

    def _define(
        self, tree: ast.stmt, namespace: Mapping[str, Any], otherwise: Mapping[str, str] = NOTHING
    ) -> None:
        tree = written_plainly(tree)
        rename(tree, {**otherwise, **self.need(free_names([tree]), namespace)})
        if ast.dump(tree) not in map(ast.dump, self.definitions):  # a, b = c binds both
            self.definitions.append(tree)


def rename(tree: ast.stmt | ast.expr, otherwise: Mapping[str, str]) -> None:
    """Call what stands at the top of a module otherwise, in its definition and wherever ``tree`` uses it.

    Raises NotScriptable where something else in it goes by such a name.
    """
    otherwise = {name: called for name, called in otherwise.items() if name != called}
    if not otherwise:
        return
    if getattr(tree, "name", None) in otherwise:
        assert isinstance(tree, (ast.FunctionDef, ast.ClassDef))
        tree.name = otherwise[tree.name]
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = otherwise.get(node.id, node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            node.names = [otherwise.get(name, name) for name in node.names]
        elif isinstance(node, BINDING):
            names = {getattr(node, field, None) for field in ("arg", "name", "asname")}
            for name in otherwise.keys() & names:
                raise _two(name)


def _two(name: str) -> NotScriptable:
    return NotScriptable(f"two different things are called {name}")


def _import_from(home: ModuleType, name: str, called: str) -> str:
    return f"from {home.__name__} import {name}" + (f" as {called}" if name != called else "")


def _attempted(name: str, namespace: Mapping[str, Any]) -> ast.stmt | None:
    """The ``try`` at the top of a module of ours that imports ``name``, or does without where that fails."""
    home = sys.modules.get(namespace.get("__name__", ""))
    if home is None or not _is_ours(home):
        return None
    source = inspect.getsource(home)
    if name not in _tried(source):
        return None
    return next(node for node in _attempts(source) if name in _bound(node))


@cache
def _tried(source: str) -> frozenset[str]:
    """What a module tries to import: most names are none of these, and parsing it takes long."""
    return frozenset(name for node in _attempts(source) for name in _bound(node))


def _attempts(source: str) -> list[ast.Try]:
    """Each ``try`` at the top of a module, without what is done where nothing fails."""
    attempts = [node for node in ast.parse(source).body if isinstance(node, ast.Try)]
    for node in attempts:
        node.orelse = []
    return attempts


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """What a module's body does, also where an import in it has been tried before."""
    for node in body:
        yield node
        if isinstance(node, ast.Try):
            yield from _statements(node.orelse)


def _bound(tree: ast.stmt) -> set[str]:
    """Names that an import or an assignment in ``tree`` binds."""
    nodes = list(ast.walk(tree))
    imported = {node.asname or node.name for node in nodes if isinstance(node, ast.alias)}
    return imported | {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _binding(node: ast.stmt, name: str) -> ast.stmt | None:
    """What of a statement at the top of a module binds ``name``, if it does: of ``a, b = 1, 2`` only the half."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node if node.name == name else None
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if name in [getattr(target, "id", None) for target in targets]:
        return node
    if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Tuple):
        several = [one for target in targets if isinstance(target, ast.Tuple) for one in target.elts]
        if name in [getattr(one, "id", None) for one in several]:
            return node
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
        for target in targets:
            if isinstance(target, ast.Tuple) and len(target.elts) == len(node.value.elts):
                for one, value in zip(target.elts, node.value.elts, strict=True):
                    if getattr(one, "id", None) == name and not isinstance(value, ast.Starred):
                        return ast.Assign([one], value, lineno=node.lineno)
    return None


def _is_done_to(node: ast.stmt, name: str) -> bool:
    """Whether a statement at the top of a module calls a method of ``name``, stores in it, or goes over what it has."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return _is_of(node.value.func, name)
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        each = [one for target in targets for one in getattr(target, "elts", [target])]
        return any(_is_of(one, name) for one in each) or (
            isinstance(node, ast.AugAssign) and getattr(node.target, "id", None) == name
        )
    return isinstance(node, ast.For) and getattr(node.iter, "id", None) == name


def _is_of(inner: ast.expr, name: str) -> bool:
    """Whether an expression is something of ``name``: ``name.x``, ``name[0].x`` and so on."""
    whole = inner
    while isinstance(inner, (ast.Attribute, ast.Subscript)):
        inner = inner.value
    return inner is not whole and getattr(inner, "id", None) == name


def free_names(body: list[ast.stmt]) -> list[str]:
    """Names that ``body``, as a module, takes from outside."""
    table = symtable.symtable(
        ast.unparse(ast.fix_missing_locations(ast.Module(body, []))), "<script>", "exec"
    )
    top = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()}
    found: dict[str, None] = {}

    def walk(inner: symtable.SymbolTable) -> None:
        for symbol in inner.get_symbols():
            outside = symbol.is_global() or (inner is table and not symbol.is_assigned())
            if symbol.is_referenced() and outside and symbol.get_name() not in top:
                found[symbol.get_name()] = None
        for child in inner.get_children():
            walk(child)

    walk(table)
    return list(found)


FIELDS = {"NamedTuple", "TypedDict", "dataclass"}
"""What makes annotations in a class's body its fields."""


OURS = ("step(", "operation(")
"""Decorators of ours, which only the harness reads."""
REGISTERS = ".register"
"""A decorator that reads annotations."""


class _Strip(ast.NodeTransformer):
    """Without docstrings, annotations and decorators of ours. A field keeps an annotation, of any type."""

    has_fields = False

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        decorators = [(one, ast.unparse(one)) for one in node.decorator_list]
        is_registered = any(said.endswith(REGISTERS) for _, said in decorators)
        for argument in [
            *node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs,
            *filter(None, (node.args.vararg, node.args.kwarg)),
        ]:  # fmt: skip
            argument.annotation = argument.annotation if is_registered else None
        node.decorator_list = [one for one, said in decorators if not said.startswith(OURS)]
        self.generic_visit(node)
        node.body = _without_docstring(node.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        outside, self.has_fields = self.has_fields, _has_fields(node)
        self.generic_visit(node)
        self.has_fields = outside
        # Slots save the memory of many values, and a script has few.
        slots = [
            one
            for one in node.body
            if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "__slots__"
        ]
        node.body = _without_docstring([one for one in node.body if one not in slots])
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if self.has_fields:
            node.annotation = ast.Name("object", ast.Load())
            return node
        return ast.Assign([node.target], node.value, lineno=node.lineno) if node.value is not None else None


def _has_fields(node: ast.ClassDef) -> bool:
    said = (one.func if isinstance(one, ast.Call) else one for one in (*node.bases, *node.decorator_list))
    return not FIELDS.isdisjoint(ast.unparse(one).rpartition(".")[2] for one in said)


def strip(tree: Any) -> Any:
    """``tree`` without what only people and type checkers read."""
    return _Strip().visit(tree)


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    kept = [
        node for node in body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    return kept or [ast.Pass()]


class _Plainly(ast.NodeTransformer):
    """The kernel's helpers in plain Python, inside classes and functions that are taken over whole."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "prime":
            return plain.prime(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in plain.CALLS:
            return plain.CALLS[node.func.id](node) or node
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.body = _at_once(_as_one(node.body))
        return node


def _as_one(body: list[ast.stmt]) -> list[ast.stmt]:
    """``self.a = a`` and ``self.b = b`` on one line."""
    done: list[ast.stmt] = []
    for node in body:
        before = done[-1] if done else None
        if _keeps(node) and before is not None and _keeps(before):
            assert isinstance(node, ast.Assign) and isinstance(before, ast.Assign)
            targets, values = _parts(before.targets[0]), _parts(before.value)
            before.targets = [ast.Tuple([*targets, node.targets[0]], ast.Store())]
            before.value = ast.Tuple([*values, node.value], ast.Load())
        else:
            done.append(node)
    return done


def _at_once(body: list[ast.stmt]) -> list[ast.stmt]:
    """``it = made()`` and ``return it`` on one line, where nothing else in the function says ``it``."""
    if len(body) < 2:
        return body
    *rest, made, last = body
    if (
        not isinstance(made, ast.Assign)
        or not isinstance(made.targets[0], ast.Name)
        or len(made.targets) > 1
        or not isinstance(last, ast.Return)
        or not isinstance(last.value, ast.Name)
        or last.value.id != made.targets[0].id
    ):
        return body
    it = last.value.id
    said = [node for part in body for node in ast.walk(part) if isinstance(node, ast.Name) and node.id == it]
    declared = [
        node
        for part in rest
        for node in ast.walk(part)
        if isinstance(node, (ast.Global, ast.Nonlocal)) and it in node.names
    ]
    return body if len(said) > 2 or declared else [*rest, ast.Return(made.value)]


def _keeps(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return False
    targets, values = _parts(node.targets[0]), _parts(node.value)
    return all(isinstance(one, ast.Attribute) for one in targets) and all(
        isinstance(one, (ast.Name, ast.Constant, ast.Attribute)) for one in values
    )


def _parts(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def written_plainly(tree: ast.stmt) -> ast.stmt:
    done: ast.stmt = _Plainly().visit(tree)
    return done


def _is_ours(module: ModuleType) -> bool:
    name = module.__name__
    return name.startswith(("harness.", "ftstress_scenarios."))
