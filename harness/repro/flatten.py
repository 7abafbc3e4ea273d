"""Takes a scenario apart into plain statements: its state becomes local variables, its methods the code in them.

``self`` goes, knobs become the numbers that they are, and the methods that a scenario calls on itself are written out
where they are called. What a script needs of the modules around it is ``harness.repro.bundle``'s business.
"""

from __future__ import annotations

import ast
import builtins
import copy
import inspect
import sys
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from harness.kernel import values
from harness.kernel.amplifiers import Knobs
from harness.kernel.scenario import Scenario
from harness.repro import plain
from harness.repro.bundle import NotScriptable, strip


class Flattened:
    """One scenario with its knobs set. Each method gives statements that share one set of local names."""

    def __init__(self, scenario: type[Scenario], knobs: Knobs, taken: Iterable[str] = ()) -> None:
        """``taken`` are names that its variables must leave alone."""
        self.scenario = scenario
        self.knobs = knobs
        self.namespaces: list[dict[str, Any]] = []
        """The globals of every function that was taken apart, the scenario's first."""
        self.constants: dict[str, ast.expr] = {}
        """State that is known beforehand, and need not be a variable."""
        self.bound = set(self._bound())
        self.known = {f"knobs.{name}" for name in vars(knobs)}
        self.locals = {*self._locals(), *taken}
        self.prepared = self.method("prepare")

    def names(self) -> list[str]:
        """The variables that hold the state, in the order in which they are bound."""
        order = dict.fromkeys(self.variable(name) for name in self._bound() if name not in self.constants)
        used = {node.id for part in self.prepared for node in ast.walk(part) if isinstance(node, ast.Name)}
        return [name for name in order if name in used]

    def variable(self, attribute: str) -> str:
        """The local variable for ``self.attribute``."""
        return attribute + "_" * (attribute in self.locals or hasattr(builtins, attribute))

    def method(self, name: str) -> list[ast.stmt]:
        """The body of a method that the scenario has, flattened."""
        return self._body(self.function(name), {})

    def of(self, function: Callable[..., Any]) -> list[ast.stmt]:
        """The body of a function of the scenario's, flattened."""
        return self._body(function, {})

    def comes_from(self, function: Callable[..., Any]) -> None:
        """Note where the names in a function's code are to be looked up."""
        if function.__globals__ not in self.namespaces:
            self.namespaces.append(function.__globals__)

    def namespace(self, name: str) -> dict[str, Any]:
        """The globals that have ``name``; ``plain`` takes what it adds from where the kernel has it."""
        return next((one for one in (*self.namespaces, vars(values)) if name in one), {})

    def function(self, name: str, after: type | None = None) -> Callable[..., Any]:
        """The scenario's method of that name, or the one behind ``after`` in its method resolution order."""
        order = list(self.scenario.__mro__)
        for cls in order[order.index(after) + 1 if after else 0 :]:
            if name in vars(cls):
                found: Callable[..., Any] = vars(cls)[name]
                return found
        raise NotScriptable(f"{self.scenario.__name__} has no method {name}")

    def called(self, node: ast.expr) -> Callable[..., Any] | None:
        """The scenario's own method that the expression calls on ``self``; None for any other."""
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_self(node.func)):
            return None
        name = node.func.attr
        found = next((vars(cls)[name] for cls in self.scenario.__mro__ if name in vars(cls)), None)
        return found if inspect.isfunction(found) else None

    def _bound(self) -> Iterator[str]:
        """Attributes that any ``prepare`` binds, or what it calls for that; the base's first."""
        for cls in reversed(self.scenario.__mro__):
            prepare = vars(cls).get("prepare")
            if prepare is not None and issubclass(cls, Scenario):
                yield from self._bound_by(prepare)

    def _bound_by(self, function: Callable[..., Any]) -> Iterator[str]:
        for node in ast.walk(definition(function)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node):
                yield node.attr
            elif isinstance(node, ast.Expr) and (called := self.called(node.value)):
                yield from self._bound_by(called)

    def is_bound_once(self, attribute: str) -> bool:
        """Whether all statements that store it, of all the scenario's methods, are the same plain one."""
        return len(self._stored[attribute]) == 1 and None not in self._stored[attribute]

    @cached_property
    def _stored(self) -> dict[str, set[str | None]]:
        """For each attribute what it is given; None where that is not a statement of its own."""
        given: dict[str, set[str | None]] = defaultdict(set)
        for cls in self.scenario.__mro__:
            functions = [one for one in vars(cls).values() if inspect.isfunction(one)]
            for function in functions if issubclass(cls, Scenario) and cls is not Scenario else ():
                nodes = list(ast.walk(definition(function)))
                plainly = {
                    id(one.targets[0]): ast.unparse(one) for one in nodes if isinstance(one, ast.Assign)
                }
                for one in nodes:
                    if isinstance(one, ast.Attribute) and not isinstance(one.ctx, ast.Load) and _is_self(one):
                        given[one.attr].add(plainly.get(id(one)))
        return given

    def _locals(self) -> Iterator[str]:
        """Names that the scenario's methods bind for themselves."""
        for cls in self.scenario.__mro__:
            for function in vars(cls).values():
                if inspect.isfunction(function) and issubclass(cls, Scenario) and cls is not Scenario:
                    code = function.__code__
                    yield from set(code.co_varnames + code.co_cellvars) - {"self", "knobs"}

    def _body(self, function: Callable[..., Any], parameters: dict[str, ast.expr]) -> list[ast.stmt]:
        if not inspect.isfunction(function):
            raise NotScriptable(f"{function!r} is no plain function")
        self.comes_from(function)
        tree = strip(definition(function))
        owner = _owner(self.scenario, function)
        return _Flatten(self, owner, parameters).block(tree.body)


class _Flatten(ast.NodeTransformer):
    """Rewrites the body of one method; calls of other methods of the scenario's bring theirs along."""

    def __init__(self, of: Flattened, owner: type, parameters: dict[str, ast.expr]) -> None:
        self.of = of
        self.owner = owner
        self.parameters = parameters
        self.before: list[ast.stmt] = []
        """Statements that must come in front of the one being rewritten."""

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        done: list[ast.stmt] = []
        for statement in body:
            outer, self.before = self.before, []
            new = self._statement(statement)
            done += [*self.before, *new]
            self.before = outer
        return done

    def _statement(self, statement: ast.stmt) -> list[ast.stmt]:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            name = ast.unparse(call.func)
            if name == "prime":
                call.args = [self.visit(one) for one in call.args]
                for word in call.keywords:
                    word.value = self.visit(word.value)
                return _folded(plain.prime(call))
            if name.startswith("super()."):
                return self._behind(name.removeprefix("super()."))
            if function := self.of.called(call):
                return self.of._body(function, self._given(function, call))
        if (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.YieldFrom)
            and ast.unparse(statement.value.value).startswith("super().")
        ):
            return self._behind(ast.unparse(statement.value.value)[len("super().") :].partition("(")[0])
        if self._is_known(statement):
            return []
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(statement, field, None)
            if inner:
                setattr(statement, field, self.block(inner) or [ast.Pass()])
        for handler in getattr(statement, "handlers", ()):
            handler.body = self.block(handler.body) or [ast.Pass()]
        done = self._shallow(statement)
        if isinstance(done, ast.Assign) and _is_itself(done):
            return []  # what a method that was written out calls its result is what its caller does
        return _folded([done])

    def _shallow(self, statement: ast.stmt) -> ast.stmt:
        """Rewrites the statement's own expressions; its blocks have been."""
        blocks = {
            field: getattr(statement, field)
            for field in ("body", "orelse", "finalbody", "handlers")
            if isinstance(getattr(statement, field, None), list)
        }
        for field in blocks:
            setattr(statement, field, [])
        self.generic_visit(statement)
        for field, block in blocks.items():
            setattr(statement, field, block)
        return statement

    def _is_known(self, statement: ast.stmt) -> bool:
        """Whether the statement binds what is a constant of the trial; then it is noted, and not needed."""
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return False
        target, value = statement.targets[0], statement.value
        if not (isinstance(target, ast.Attribute) and _is_self(target)):
            return False
        made = ast.unparse(value)
        if made.startswith(("range(knobs.", "sharing(")) or made in self.of.known:
            (self.of.constants[target.attr],) = _expressions([self.visit(copy.deepcopy(value))])
            return True
        if self.of.is_bound_once(target.attr):
            (done,) = _expressions([self.visit(copy.deepcopy(value))])
            if isinstance(done, ast.Constant):
                self.of.constants[target.attr] = done
                return True
        if made.startswith("fresh_subclasses("):
            done = _expressions([self.visit(copy.deepcopy(value))])[0]
            if ast.unparse(done) == "[]":
                self.of.constants[target.attr] = done
                return True
        return False

    def _behind(self, name: str) -> list[ast.stmt]:
        if name.partition("(")[0] in vars(Scenario):
            behind = self.of.function(name.partition("(")[0], self.owner)
            return [] if _owner(self.of.scenario, behind) is Scenario else self.of._body(behind, {})
        raise NotScriptable(f"a script cannot say super().{name}")

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return copy.deepcopy(self.parameters.get(node.id, node))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "knobs":
            return ast.Constant(getattr(self.of.knobs, node.attr))
        if not _is_self(node):
            return self.generic_visit(node)
        if node.attr in self.of.constants:
            return copy.deepcopy(self.of.constants[node.attr])
        if node.attr in self.of.bound:
            return ast.Name(self.of.variable(node.attr), node.ctx)
        return self._class_attribute(node.attr)

    def _class_attribute(self, name: str) -> ast.expr:
        for cls in self.of.scenario.__mro__:
            if name in vars(cls):
                value = vars(cls)[name]
                if isinstance(value, (str, int, float, type(None))):
                    return ast.Constant(value)
                if inspect.isfunction(value):
                    return self._closure(value)
                self.of.namespaces.append(vars(sys.modules[cls.__module__]))
                made = _assigned(cls, name)
                if isinstance(value, staticmethod) and isinstance(made, ast.Call):
                    made = made.args[0]
                return self.visit(made)  # type: ignore[no-any-return]
        raise NotScriptable(f"a script cannot say self.{name}")

    def _closure(self, function: Callable[..., Any]) -> ast.expr:
        """A method that is handed on instead of called: a function of that name in front of the statement."""
        if len(definition(function).args.args) > 1:
            raise NotScriptable(f"a script cannot hand on {function.__qualname__}, which has parameters")
        name = function.__name__
        (closure,) = ast.parse(f"def {name}():\n    pass").body
        assert isinstance(closure, ast.FunctionDef)
        body = self.of._body(function, {}) or [ast.Pass()]
        state = {self.of.variable(attribute) for attribute in self.of.bound}
        stored = {
            node.id
            for part in body
            for node in ast.walk(part)
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        }
        closure.body = [*([ast.Nonlocal(sorted(stored & state))] if stored & state else []), *body]
        self.before.append(closure)
        return ast.Name(name, ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if function := self.of.called(node):
            return self._written_out(function, node)
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in plain.CALLS:
            return plain.CALLS[node.func.id](node) or node
        return node

    def _given(self, function: Callable[..., Any], call: ast.Call) -> dict[str, ast.expr]:
        """What a call gives for each parameter but ``self``."""
        names = [argument.arg for argument in definition(function).args.args][1:]
        given = dict(zip(names, call.args, strict=False))
        given |= {word.arg: word.value for word in call.keywords if word.arg}
        if len(given) != len(call.args) + len(call.keywords) or set(given) != set(names):
            raise NotScriptable(f"a script cannot say {ast.unparse(call)}")
        return {name: self.visit(value) for name, value in given.items()}

    def _written_out(self, function: Callable[..., Any], call: ast.Call) -> ast.expr:
        *prelude, last = self.of._body(function, self._given(function, call))
        if not isinstance(last, ast.Return) or last.value is None or any(_returns(part) for part in prelude):
            raise NotScriptable(f"{function.__qualname__} returns from more than its last line")
        self.before += prelude
        return last.value


def definition(function: Callable[..., Any]) -> ast.FunctionDef:
    """The function's syntax tree."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise NotScriptable(f"{function.__qualname__} is no plain function")
    return tree


def _owner(scenario: type, function: Callable[..., Any]) -> type:
    return next(cls for cls in scenario.__mro__ if vars(cls).get(function.__name__) is function)


def _assigned(cls: type, name: str) -> ast.expr:
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(tree, ast.ClassDef)
    for node in tree.body:
        if _binds(node, name):
            value: ast.expr = node.value  # type: ignore[attr-defined]
            return value
    raise NotScriptable(f"where {cls.__name__}.{name} comes from cannot be told")


def _binds(node: ast.stmt, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    is_binding = isinstance(node, ast.Assign) or (isinstance(node, ast.AnnAssign) and node.value is not None)
    return is_binding and [getattr(target, "id", None) for target in targets] == [name]


def _is_itself(node: ast.Assign) -> bool:
    """Whether variables are given what they have. An attribute that is stored once more is a store."""
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        names = [*target.elts, *value.elts]
    else:
        names = [target, value]
    return all(isinstance(name, ast.Name) for name in names) and ast.unparse(target) == ast.unparse(value)


def _is_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _returns(node: ast.AST) -> bool:
    """Whether the statement returns from the function that it stands in; those it defines may."""
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        return False
    return isinstance(node, ast.Return) or any(_returns(inner) for inner in ast.iter_child_nodes(node))


def _folded(body: list[ast.stmt]) -> list[ast.stmt]:
    module = ast.Module(body, [])
    plain.Fold().visit(module)
    return module.body


def _expressions(parts: list[ast.expr]) -> list[ast.expr]:
    return [plain.Fold().visit(part) for part in parts]
