"""What a script takes of a subject: its methods as functions without ``self``, its operations, and what these need."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable
from typing import Any

from harness.kernel.pairs.subject import Step, Subject
from harness.repro import plain
from harness.repro.bundle import Bundle, NotScriptable, free_names, rename, strip

SCALARS = (str, bytes, int, float, type(None))
"""What a class attribute may be so that it is written where it is used."""

PLAIN = (ast.Name, ast.Attribute, ast.Tuple, ast.Constant, ast.expr_context)
"""So is what only names what is there."""

RESERVED = {
    *(
        "play",
        "did",
        "shown",
        "words",
        "alone",
        "fresh",
        "left",
        "wrong",
        "objects",
        "given",
        "odd",
        "now",
        "pool",
    ),
    *("status", "i", "n", "o", "STEPS", "ORDERS", "GIVEN", "KNOWN", "BEFORE", "END"),
}
"""What else goes by these names in a script."""
HELPERS = {
    "fresh_strings": "['x' + str(n) for n in range(SIZE)]",
    "fresh_items": "{'x' + str(n): 'x' + str(n) for n in range(SIZE)}",
}
"""Functions of the kernel in plain Python."""


class Parts:
    """Functions of one subject. ``definitions`` are the statements of a program, what others need first.

    Of several in one program, ``bundle`` is what they all need, and the names of each one's methods end with its
    ``suffix``.
    """

    def __init__(self, subject: type[Subject], bundle: Bundle | None = None, suffix: str = "") -> None:
        self.subject = subject
        self.bundle = bundle or Bundle(unbound=True, taken=RESERVED)
        self.suffix = suffix
        self.functions: list[ast.stmt] = []
        self._names: dict[str, object] = {}
        """What each name stands for."""

    @property
    def definitions(self) -> list[ast.stmt]:
        return [*self.bundle.definitions, *self.functions]

    def method(self, name: str, **given: int) -> str:
        """Bring in a method; the name that it has. ``given`` are parameters that are these constants."""
        return self._member(self.subject.__mro__, name, given)

    def operation(self, one: Step, short: bool) -> ast.expr:
        """Bring in an operation; what a script says where it uses it: its name, or, if ``short``, a ``lambda``."""
        owner = self._owner(one)
        return self.said(self._parsed(one.do, owner), one.do, short, owner)

    def tree(self, one: Step) -> ast.FunctionDef:
        """An operation as it was written; what it needs is brought in."""
        return self._parsed(one.do, self._owner(one))

    def said(self, tree: ast.FunctionDef, thing: object, short: bool, owner: type | None = None) -> ast.expr:
        """What a script says where it uses ``tree``, which is ``thing``: its name, or, if ``short``, a ``lambda``.

        Names of the module that ``owner``, or else the subject, stands in are something else's.
        """
        value = given_by(tree)
        if short and value is not None and not _waits(value):
            return ast.Lambda(tree.args, value)
        while (
            tree.name in RESERVED
            or tree.name in _globals(owner or self.subject)
            or self._names.get(tree.name, thing) is not thing
        ):
            tree.name += "_"
        if tree.name not in self._names:
            self._names[tree.name] = thing
            self.functions.append(tree)
        return ast.Name(tree.name, ast.Load())

    def _owner(self, one: Step) -> type:
        return next(cls for cls in self.subject.__mro__ if one.do in vars(cls).values())

    def _member(self, order: tuple[type, ...], name: str, given: dict[str, int]) -> str:
        owner = next((cls for cls in order if name in vars(cls)), None)
        if owner is None or owner is object:
            raise NotScriptable(f"{self.subject.__name__} has no {name}")
        thing = vars(owner)[name]
        called = name + self.suffix
        if self._names.get(called, thing) is not thing:
            called = f"{name}_of_{owner.__name__.strip('_')}{self.suffix}"
        if called in self._names:
            return called
        self._names[called] = thing
        plain = thing.__func__ if isinstance(thing, staticmethod) else thing
        if inspect.isfunction(plain) and plain.__name__ == name:
            tree = self._parsed(plain, owner, without_self=plain is thing, given=given)
            tree.name = called
            self.functions.append(tree)
        else:
            value = _Resolved(self, owner).visit(_assigned(owner, name))
            self._need(value, owner)
            self.functions.append(ast.Assign([ast.Name(called, ast.Store())], value, lineno=0))
        return called

    def _parsed(
        self,
        function: Callable[..., Any],
        owner: type,
        without_self: bool = False,
        given: dict[str, int] | None = None,
    ) -> ast.FunctionDef:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
        if not isinstance(tree, ast.FunctionDef):
            raise NotScriptable(f"{function.__qualname__} is no plain function")
        tree.decorator_list = []
        tree = strip(tree)
        if without_self:
            tree.args.args = tree.args.args[1:]
        _give(tree, given or {})
        resolved: ast.FunctionDef = _Resolved(self, owner).visit(tree)
        # A method may be called as a module that it takes something from: inside, that is the module.
        name, resolved.name = resolved.name, f"_{id(tree)}"
        self._need(resolved, owner)
        resolved.name = name
        return resolved

    def _need(self, tree: ast.stmt | ast.expr, owner: type) -> None:
        body: list[ast.stmt] = [tree if isinstance(tree, ast.stmt) else ast.Expr(tree)]
        needed = [name for name in free_names(body) if name not in self._names]
        rename(tree, self.bundle.need(needed, _globals(owner)))


class _Resolved(ast.NodeTransformer):
    """``self.x``, ``super().x`` and ``Class.x`` of a subject as what they are."""

    def __init__(self, parts: Parts, owner: type) -> None:
        self.parts = parts
        self.owner = owner

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        order = self._order(ast.unparse(node.value))
        if not order:
            return self.generic_visit(node)
        value = next((vars(cls)[node.attr] for cls in order if node.attr in vars(cls)), self)
        if isinstance(value, SCALARS):
            return ast.Constant(value)
        plain = value.__func__ if isinstance(value, staticmethod) else value
        if not inspect.isfunction(plain):
            said = _assigned(next(cls for cls in order if node.attr in vars(cls)), node.attr)
            if all(isinstance(one, PLAIN) for one in ast.walk(said)):
                return said
        return ast.Name(self.parts._member(order, node.attr, {}), node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """``Class.method(self, …)``: methods are written without ``self``."""
        first = ast.unparse(node.args[0]) if node.args else ""
        if (
            first == "self"
            and isinstance(node.func, ast.Attribute)
            and self._order(ast.unparse(node.func.value))
        ):
            node.args = node.args[1:]
        return self.generic_visit(node)

    def _order(self, text: str) -> tuple[type, ...]:
        """Where an attribute of what ``text`` says is looked for; nowhere: it is no subject."""
        mine = self.parts.subject.__mro__
        if text in ("self", "type(self)"):
            return mine
        if text == "super()":
            return mine[mine.index(self.owner) + 1 :]
        named = _globals(self.owner).get(text)
        return named.__mro__ if isinstance(named, type) and issubclass(named, Subject) else ()


def _globals(owner: type) -> dict[str, Any]:
    """Of the module that a class stands in; its functions may be another's."""
    return vars(sys.modules[owner.__module__])


def _give(function: ast.FunctionDef, given: dict[str, int]) -> None:
    """Put constants in the place of parameters, where the function does not store them."""
    stored = {
        one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }
    for name, value in given.items():
        if name in stored:
            place = [one.arg for one in function.args.args].index(name)
            function.args.defaults = [ast.Constant(value)]
            assert place == len(function.args.args) - 1
            continue
        function.args.args = [one for one in function.args.args if one.arg != name]
        function.body = [_Given(name, value).visit(one) for one in function.body]


class _Given(ast.NodeTransformer):
    def __init__(self, name: str, value: int) -> None:
        self.name = name
        self.value = value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Constant(self.value) if node.id == self.name else node


def _assigned(owner: type, name: str) -> ast.expr:
    """What a class's body gives a name; of what is static, what it is."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    assert isinstance(tree, ast.ClassDef)
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if name in [getattr(one, "id", None) for one in targets]:
            value = getattr(node, "value", None)
            if isinstance(value, ast.Call) and ast.unparse(value.func) == "staticmethod":
                return value.args[0]
            if isinstance(value, ast.expr):
                return value
    raise NotScriptable(f"what {owner.__name__}.{name} is cannot be told")


def given_by(tree: ast.FunctionDef) -> ast.expr | None:
    """The expression that is all of a function; None where it is more."""
    (*before, last) = tree.body
    return last.value if not before and isinstance(last, (ast.Expr, ast.Return)) else None


def _waits(value: ast.expr) -> bool:
    """Whether an expression is none that a ``lambda`` can give."""
    refused = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr)
    return any(isinstance(one, refused) for one in ast.walk(value))


def without_helpers(
    definitions: list[ast.stmt], body: list[ast.stmt]
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """A program's definitions and its body with what the kernel's functions do in the place of their calls."""
    definitions, body = ([_Plainly().visit(node) for node in part] for part in (definitions, body))
    used = {one.id for node in (*definitions, *body) for one in ast.walk(node) if isinstance(one, ast.Name)}
    return [node for node in definitions if getattr(node, "name", "") not in {*HELPERS} - used], body


class _Plainly(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node if node.name in HELPERS else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in HELPERS:
            return plain.expression(HELPERS[node.func.id], SIZE=node.args[0])
        return node
