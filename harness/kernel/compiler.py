"""Builds an actor's stride loop from the source of its operations and of their oracle's judge.

jcstress generates its loops for the same reason: a call per operation would cost more than the operation and
space the racing steps out. Names are resolved once, before the loop: what ``prepare`` bound to ``self``, and the
globals and builtins an operation uses, become local variables, as in a loop written by hand.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import marshal
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from harness.kernel.oracles import Memory, Oracle
from harness.kernel.recording import check_recording
from harness.kernel.rings import STRIDE, Every
from harness.kernel.scenario import Operation, Scenario, ScenarioError, operations

Loop = Callable[..., None]
"""``loop(self, me, limit, stride, pending, stop, finite_inside, endless_inside, tally, memory, moved, give_way,
trace)``."""

Operate = Callable[[int, int], Any]
"""``operate(n, me)``: one operation of one thread, on one state."""

PARAMETERS = ("self", "n", "me")
ENTERED = "entered"
"""The judge's parameter that holds what the oracle's ``enter`` returned."""

ENDLESS = """
def loop(
    self, me, limit, stride, pending, stop, finite_inside, endless_inside, tally, memory, moved, give_way, trace=None
):
    HOISTS
    while True in pending:
        STRIDE
        met = True in finite_inside
        missed = 0
        for n in range(tally[0] + 1, tally[0] + stride + 1):
            BODY
        tally[0] += stride
        if met and True in finite_inside:
            tally[1] += stride * OBSERVATIONS - missed
        moved[0] = True
"""

FINITE = """
def loop(
    self, me, limit, stride, pending, stop, finite_inside, endless_inside, tally, memory, moved, give_way, trace=None
):
    HOISTS
    while tally[0] < limit and not stop:
        STRIDE
        met = True in endless_inside or finite_inside.count(True) > 1
        missed = 0
        upto = min(tally[0] + stride, limit)
        for n in range(tally[0] + 1, upto + 1):
            BODY
        seen = (upto - tally[0]) * OBSERVATIONS - missed
        tally[0] = upto
        if met and (True in endless_inside or finite_inside.count(True) > 1):
            tally[1] += seen
        give_way()
"""

ALONE = """
def loop(
    self, me, limit, stride, pending, stop, finite_inside, endless_inside, tally, memory, moved, give_way, trace=None
):
    HOISTS
    while tally[0] < limit and not stop:
        STRIDE
        missed = 0
        upto = min(tally[0] + stride, limit)
        for n in range(tally[0] + 1, upto + 1):
            BODY
        tally[1] += (upto - tally[0]) * OBSERVATIONS - missed
        tally[0] = upto
"""
"""The loop of a scenario's only thread: every observation counts, because none is meant to meet another actor."""


class Violation(Exception):
    """An oracle refused what an operation saw: (operation, observation, number of the operation)."""


@dataclass(frozen=True)
class ActorLoop:
    """One actor's operations as a loop, and what the engine must know to run it."""

    run: Loop
    finite: bool
    """Whether it runs a bounded number of turns a round; otherwise it runs until the finite ones have finished."""
    observations: int
    """Judged observations a turn."""
    stores: int
    """Changes of a class a turn."""
    oracles: tuple[tuple[str, Oracle], ...]

    def memory(self) -> Memory:
        """What the judges remember in one round of one thread, under the names the loop uses."""
        return {
            prefix + name: value for prefix, oracle in self.oracles for name, value in oracle.memory().items()
        }


def is_finite(scenario: type[Scenario], actor: str) -> bool:
    """Whether the actor runs a bounded number of times a round: it stores, or nobody in the scenario does."""
    stores = {declared.actor for declared in operations(scenario) if declared.stores}
    return actor in stores or not stores


def compile_actor(scenario: type[Scenario], actor: str, alone: bool, ring: Every = "off") -> ActorLoop:
    """The stride loop of one actor; ``alone`` when it is the scenario's only thread; ``ring``: what it notes.

    Raises ScenarioError, with file and line, when an operation is not of the form that the loop needs: it binds an
    attribute of ``self``, takes an unknown parameter, or returns from anywhere but its last line; and when a scenario
    that records histories could not decide them.
    """
    check_recording(
        scenario, [(declared, oracle_of(scenario, declared)) for declared in operations(scenario)]
    )
    parts = _Parts()
    parts.counts = ring == "operation"
    body: list[ast.stmt] = []
    mine = [declared for declared in operations(scenario) if declared.actor == actor]
    oracles: list[tuple[str, Oracle]] = []
    for index, declared in enumerate(mine):
        if ring == "operation":
            body += ast.parse(f"trace(n * 256 + {index})").body
        body += _inline_operation(scenario, declared, index, parts)
        oracle = oracle_of(scenario, declared)
        if oracle is not None:
            oracles.append((_judge_prefix(index), oracle))
    finite = is_finite(scenario, actor)
    template = ALONE if alone else FINITE if finite else ENDLESS
    observations = sum(oracle.observes for _, oracle in oracles)
    tree = ast.parse(template.replace("OBSERVATIONS", str(observations)))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    if not parts.counts:
        _drop_counter(function, parts.constant("repeat", repeat))
    strides = ast.parse(f"trace(tally[0] * 256 + {STRIDE})").body if ring == "stride" else []
    _fill(function, {"HOISTS": parts.hoists(), "STRIDE": strides, "BODY": body})
    ast.fix_missing_locations(tree)
    namespace: dict[str, Any] = dict(parts.constants)
    exec(compile(tree, parts.filename, "exec"), namespace)
    stores = sum(declared.stores for declared in mine)
    return ActorLoop(namespace["loop"], finite, observations, stores, tuple(oracles))


ALONE_ONCE = """
def bind(self):
    HOISTS
    def once(n, me):
        BODY
    return once
"""
"""One operation as a function that gives what it returns, with everything looked up beforehand as in a loop."""


def compile_operation(scenario: type[Scenario], declared: Operation) -> Callable[[Scenario], Operate]:
    """The operation by itself: bound to a state, it is called with ``n`` and ``me`` and gives what is to be judged.

    Nothing of the state's own attributes is looked up while it runs: whoever steps through it sees the operation and
    nothing else. Each call gives bytecode that has never run, so that none is specialised by what came before. Raises
    ScenarioError as ``compile_actor`` does.
    """
    # A class can be hashed: mypy looks at what its instances have.
    code, constants = _compiled_operation(scenario, declared)  # type: ignore[arg-type]
    namespace = dict(constants)
    exec(marshal.loads(code), namespace)
    bind: Callable[[Scenario], Operate] = namespace["bind"]
    return bind


@functools.cache
def _compiled_operation(scenario: type[Scenario], declared: Operation) -> tuple[bytes, dict[str, Any]]:
    """What ``bind`` is made of, as marshal keeps it, and its globals. Once: it takes milliseconds, and a sweep binds
    operations anew for each state.
    """
    compile_actor(scenario, declared.actor, alone=False)  # the checks; it must be one that a loop takes, too
    parts = _Parts()
    definition, parts.filename = _definition(declared.function)
    rename = _Rename(declared.function, "_", parts, declared.name)
    body = [rename.visit(statement) for statement in _without_docstring(definition.body)]
    tree = ast.parse(ALONE_ONCE)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    _fill(function, {"HOISTS": parts.hoists(), "BODY": body})
    ast.fix_missing_locations(tree)
    return marshal.dumps(compile(tree, parts.filename, "exec")), parts.constants


def _judge_prefix(index: int) -> str:
    return f"_{index}j_"


class _Parts:
    """What the operations of one loop share: hoisted names and the file that tracebacks point into."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self.attributes: dict[str, None] = {}
        self.memories: dict[str, None] = {}
        self.filename = "<ftstress>"
        self.counts = False

    def constant(self, name: str, value: object) -> str:
        """The local name that stands for ``value``; two different values of one name get two."""
        local = f"_g_{name}"
        while local in self.constants and self.constants[local] is not value:
            local += "_"
        self.constants[local] = value
        return "l" + local

    def attribute(self, name: str) -> str:
        self.attributes[name] = None
        return f"_s_{name}"

    def hoists(self) -> list[ast.stmt]:
        lines = [f"l{name} = {name}" for name in self.constants]
        lines += [f"_s_{name} = self.{name}" for name in self.attributes]
        lines += [f"{name} = memory[{name!r}]" for name in self.memories]
        return ast.parse("\n".join(lines)).body


def oracle_of(scenario: type[Scenario], declared: Operation) -> Oracle | None:
    """The oracle that judges an operation: its own, else the scenario's when the operation returns something."""
    if declared.oracle is not None:
        return declared.oracle
    return scenario.oracle if _returns_a_value(declared.function) else None


@functools.cache
def _returns_a_value(function: Callable[..., Any]) -> bool:
    last = _definition(function)[0].body[-1]
    return isinstance(last, ast.Return) and last.value is not None


def _definition(function: Callable[..., Any]) -> tuple[ast.FunctionDef, str]:
    """The function's syntax tree with its line numbers, the caller's to change, and its file."""
    source, file = _source(function)
    definition = ast.parse(source).body[0]
    if not isinstance(definition, ast.FunctionDef):
        raise ScenarioError(f"{function.__qualname__} is not a plain function")
    return definition, file


@functools.cache
def _source(function: Callable[..., Any]) -> tuple[str, str]:
    """The function's source, moved down to the lines that it has in its file, and that file."""
    try:
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError) as error:
        raise ScenarioError(
            f"the source of {function.__qualname__} cannot be read: keep it in a file"
        ) from error
    moved = "\n" * (first - 1) + textwrap.dedent("".join(lines))
    return moved, inspect.getsourcefile(function) or "<ftstress>"


def _inline_operation(
    scenario: type[Scenario], declared: Operation, index: int, parts: _Parts
) -> list[ast.stmt]:
    definition, parts.filename = _definition(declared.function)
    where = f"{parts.filename}:{definition.lineno}: operation {declared.name}"
    parameters = [argument.arg for argument in definition.args.args]
    if parameters[:1] != ["self"] or not set(parameters) <= set(PARAMETERS):
        raise ScenarioError(f"{where} takes {', '.join(parameters)}: it may take self, n and me")
    parts.counts |= "n" in parameters
    body = _without_docstring(definition.body)
    for node in (node for statement in body for node in ast.walk(statement)):
        if isinstance(node, ast.Return) and node is not body[-1]:
            raise ScenarioError(f"{where} returns at line {node.lineno}: it may only return in its last line")
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            raise ScenarioError(f"{where} imports at line {node.lineno}: import at the top of the file")
        if isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal)):
            raise ScenarioError(
                f"{where} uses {type(node).__name__.lower()}, which a stride loop cannot hold"
            )
    rename = _Rename(declared.function, f"_{index}_", parts, where)
    last = body[-1]
    oracle = oracle_of(scenario, declared)
    entered: list[ast.stmt] = []
    judged: list[ast.stmt] = []
    if isinstance(last, ast.Return):
        body = body[:-1]
        if last.value is not None and oracle is not None:
            entered = _inline_enter(oracle, declared, index, parts, where)
            observed, judged = _inline_judge(oracle, last.value, declared, index, parts, where)
            body = [*body, *observed]
        elif last.value is not None:
            body = [*body, ast.copy_location(ast.Expr(last.value), last)]
    elif oracle is not None:
        raise ScenarioError(f"{where} is judged by the oracle {oracle.name}, but returns nothing")
    inlined = [rename.visit(statement) for statement in body]
    if not declared.may_raise:
        return entered + inlined + judged
    observes = oracle is not None and oracle.observes
    return [*entered, _guarded(inlined or [ast.Pass()], judged, observes, declared, parts, definition)]


def _guarded(
    body: list[ast.stmt],
    judged: list[ast.stmt],
    observes: bool,
    declared: Operation,
    parts: _Parts,
    definition: ast.FunctionDef,
) -> ast.stmt:
    # A try costs nothing until something is raised; the judge stays outside it, so that nothing hides a violation.
    allowed = parts.constant(f"may_raise_{declared.name}", declared.may_raise)
    handler = ast.ExceptHandler(
        type=ast.Name(allowed, ast.Load()),
        name=None,
        body=ast.parse("missed += 1" if observes else "pass").body,
    )
    guarded = ast.Try(body=body, handlers=[handler], orelse=judged, finalbody=[])
    return ast.copy_location(guarded, definition)


def _inline_enter(
    oracle: Oracle, declared: Operation, index: int, parts: _Parts, where: str
) -> list[ast.stmt]:
    """The statements that an oracle wants in front of the operation; none where it has no ``enter``."""
    enter = type(oracle).enter
    if enter is None:
        return []
    operation, _ = _definition(declared.function)
    definition, _ = _definition(enter)
    prefix = _judge_prefix(index)
    rename = _Rename(enter, prefix, parts, where)
    _remember(definition, prefix, parts)
    statements = _without_docstring(definition.body)
    last = statements[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        raise ScenarioError(f"enter of the oracle {oracle.name} must end with its only return")
    inlined = [rename.visit(statement) for statement in statements[:-1]]
    inlined.append(ast.Assign([ast.Name(prefix + ENTERED, ast.Store())], rename.visit(last.value)))
    for node in (node for statement in inlined for node in ast.walk(statement)):
        ast.copy_location(node, operation.body[0])
    return inlined


def _remember(definition: ast.FunctionDef, prefix: str, parts: _Parts) -> None:
    """Keyword-only parameters are memory, all but what ``enter`` returned."""
    for argument in definition.args.kwonlyargs:
        if argument.arg != ENTERED:
            parts.memories[prefix + argument.arg] = None


def _inline_judge(
    oracle: Oracle, value: ast.expr, declared: Operation, index: int, parts: _Parts, where: str
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The statements that name what was observed, and those that judge it."""
    judge = type(oracle).judge
    definition, _ = _definition(judge)
    seen = [argument.arg for argument in definition.args.args]
    elements = value.elts if isinstance(value, ast.Tuple) and len(seen) > 1 else [value]
    if len(elements) != len(seen):
        raise ScenarioError(
            f"{where} must return {', '.join(seen)}: that is what the oracle {oracle.name} judges"
        )
    prefix = _judge_prefix(index)
    observed: list[ast.stmt] = [
        ast.copy_location(ast.Assign([ast.Name(prefix + name, ast.Store())], element), element)
        for name, element in zip(seen, elements, strict=True)
    ]
    rename = _Rename(judge, prefix, parts, where)
    _remember(definition, prefix, parts)
    statements = _without_docstring(definition.body)
    verdict = statements[-1]
    if not isinstance(verdict, ast.Return) or verdict.value is None:
        raise ScenarioError(f"the judge of the oracle {oracle.name} must end with its only return")
    judged = [rename.visit(statement) for statement in statements[:-1]]
    names = ", ".join(prefix + name for name in seen)
    number = "n" if parts.counts else "0"
    violation = parts.constant("Violation", Violation)
    refusal = ast.parse(f"if WRONG:\n    raise {violation}({declared.name!r}, ({names},), {number})").body[0]
    assert isinstance(refusal, ast.If)
    refusal.test = rename.visit(verdict.value)
    judged.append(refusal)
    for node in (node for statement in judged for node in ast.walk(statement) if hasattr(node, "lineno")):
        ast.copy_location(node, value)  # a traceback out of the judge points to what it judged
    return observed, judged


class _Rename(ast.NodeTransformer):
    """Keeps the operations of one loop apart, and turns what can be looked up beforehand into local names."""

    def __init__(self, function: Callable[..., Any], prefix: str, parts: _Parts, where: str) -> None:
        code = function.__code__
        self.own = set(code.co_varnames + code.co_cellvars) - set(PARAMETERS)
        self.prefix = prefix
        self.parts = parts
        self.where = where
        closed = inspect.getclosurevars(function).nonlocals if code.co_freevars else {}
        self.outer = {**vars(builtins), **function.__globals__, **closed}
        self.reachable = set(code.co_names) | set(code.co_freevars) | _nested_names(code)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.own:
            return ast.copy_location(ast.Name(self.prefix + node.id, node.ctx), node)
        if isinstance(node.ctx, ast.Load) and node.id not in PARAMETERS and node.id in self.reachable:
            if node.id not in self.outer:
                raise ScenarioError(f"{self.where} uses the name {node.id}, which its module does not define")
            return ast.copy_location(
                ast.Name(self.parts.constant(node.id, self.outer[node.id]), node.ctx), node
            )
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        if node.arg in self.own:
            node.arg = self.prefix + node.arg
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        if node.name is not None:
            node.name = self.prefix + node.name
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.prefix + node.name
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self.prefix + node.name
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            if not isinstance(node.ctx, ast.Load):
                raise ScenarioError(
                    f"{self.where} binds self.{node.attr}: state is bound in prepare(); change an object that it holds"
                )
            return ast.copy_location(ast.Name(self.parts.attribute(node.attr), ast.Load()), node)
        return self.generic_visit(node)


def _nested_names(code: Any) -> set[str]:
    names: set[str] = set()
    for constant in code.co_consts:
        if inspect.iscode(constant):
            names |= set(constant.co_names) | _nested_names(constant)
    return names


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(ast.Constant(str())), _, *_]:
            return body[1:]
    return body


def _drop_counter(function: ast.FunctionDef, repeat_name: str) -> None:
    """Where no operation uses ``n``, count with an iterator that makes no number a turn."""
    for node in ast.walk(function):
        if isinstance(node, ast.For):
            span = "stride" if "upto" not in ast.unparse(node.iter) else "upto - tally[0]"
            node.iter = ast.parse(f"{repeat_name}(None, {span})", mode="eval").body


def _fill(function: ast.FunctionDef, parts: dict[str, list[ast.stmt]]) -> None:
    for node in ast.walk(function):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                replacement
                for statement in body
                for replacement in (
                    parts.get(statement.value.id, [statement])
                    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Name)
                    else [statement]
                )
            ]
