"""What a script compares: the oracle's rule, written out where the harness would judge."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from harness.kernel.compiler import oracle_of
from harness.kernel.oracles import Oracle
from harness.kernel.scenario import Operation, Scenario
from harness.repro import plain
from harness.repro.bundle import NotScriptable, strip
from harness.repro.flatten import Flattened, definition

AT_REST = (
    "for holder in HOLDERS:\n"
    "    if (found := getattr(holder, NAME, None)) is not (due := EXPECTED):\n"
    "        SEEN.append(f'at rest {holder!r} gives {found!r} for {NAME!r}, where {due!r} is due')"
)
AGREES = "if (found := FOUND) is not (due := DUE):\n    SEEN.append(f'at rest {WHAT}: {found!r}, where {due!r} is due')"
ALL_AGREE = (
    "for what, found, due in MANY:\n"
    "    if found is not due:\n"
    "        SEEN.append(f'at rest {what}: {found!r}, where {due!r} is due')"
)


def oracle_for(scenario: type[Scenario], declared: Operation) -> Oracle:
    """The oracle that judges the operation. Raises NotScriptable for one that a comparison cannot replace."""
    oracle = oracle_of(scenario, declared)
    if oracle is None or oracle.enter is not None:
        raise NotScriptable(
            f"the oracle {oracle.name if oracle else 'none'} judges whole histories: no plain comparison says the same"
        )
    return oracle


def judged(
    flat: Flattened, oracle: Oracle, value: ast.expr, taken: Iterable[str]
) -> tuple[list[ast.stmt], list[ast.stmt], list[ast.stmt]]:
    """What the oracle remembers, set up; what is observed, given names; and the comparison of it.

    ``taken`` are names that mean something else here.
    """
    judge = type(oracle).judge
    tree = strip(definition(judge))
    flat.comes_from(judge)
    parameters = [argument.arg for argument in tree.args.args]
    elements = value.elts if isinstance(value, ast.Tuple) and len(parameters) > 1 else [value]
    if len(parameters) != len(elements):
        raise NotScriptable(f"the oracle {oracle.name} judges {len(parameters)} things, and there is one")
    names: dict[str, ast.expr] = {}
    given: list[tuple[str, ast.expr]] = []
    for name, element in zip(parameters, elements, strict=True):
        if isinstance(element, (ast.Constant, ast.Name)):
            names[name] = element
            continue
        local = name + "_" * (name in set(taken))
        names[name] = ast.Name(local, ast.Load())
        given.append((local, element))
    memory = [ast.parse(f"{name} = {start!r}").body[0] for name, start in oracle.memory().items()]
    *statements, verdict = tree.body
    wrong = plain.replaced(verdict.value, names)
    body = [plain.replaced_in(statement, names) for statement in statements]
    (refusal,) = plain.statements(
        "if WRONG:\n    return SEEN.append(SAID)", WRONG=wrong, SAID=said(oracle, names)
    )
    return memory, _assigned(given), [*body, refusal]


def said(oracle: Oracle, names: dict[str, ast.expr]) -> ast.expr:
    """The oracle's sentence on what it refused, as an f-string of the script."""
    explained = definition(type(oracle).explain).body[-1]
    values = list(names.values())
    if isinstance(explained, ast.Return) and isinstance(explained.value, ast.JoinedStr):
        text = ast.unparse(_Seen(values).visit(explained.value))
        if "seen" not in text:
            return ast.parse(text, mode="eval").body
    shown = ", ".join(f"{{{ast.unparse(value)}!r}}" for value in values)
    return ast.parse(f"f'saw {shown}'", mode="eval").body


class _Seen(ast.NodeTransformer):
    def __init__(self, values: list[ast.expr]) -> None:
        self.values = values

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if ast.unparse(node.value) == "seen" and isinstance(node.slice, ast.Constant):
            return self.values[int(str(node.slice.value))]
        return self.generic_visit(node)


def _assigned(given: list[tuple[str, ast.expr]]) -> list[ast.stmt]:
    if not given:
        return []
    targets = ", ".join(name for name, _ in given)
    values = ", ".join(ast.unparse(element) for _, element in given)
    return ast.parse(f"{targets} = {values}").body


def at_rest(flat: Flattened, where: str) -> list[ast.stmt]:
    """``quiescence`` as comparisons: what was found ``where``, and what may be the same in other words."""
    return _Yields(None, where).block(flat.method("quiescence"))


def refused(flat: Flattened) -> list[ast.stmt]:
    """What finalizers noted, told."""
    oracle = flat.scenario.oracle
    if oracle is None:
        raise NotScriptable("nothing says what the scenario's finalizers refuse")
    return _Yields(oracle, "").block(flat.method("refused"))


class _Yields(ast.NodeTransformer):
    """Each observation that a generator yields becomes a comparison, or, where it was refused already, is told."""

    def __init__(self, oracle: Oracle | None, where: str) -> None:
        self.oracle = oracle
        self.where = where

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        module = ast.Module(body, [])
        self.visit(module)
        return module.body

    def visit_For(self, node: ast.For) -> ast.For | None:
        self.generic_visit(node)
        return node if node.body else None  # nothing of what it yields was meant

    def visit_Return(self, node: ast.Return) -> None:
        return None

    def visit_Expr(self, node: ast.Expr) -> Any:
        if isinstance(node.value, ast.YieldFrom):
            return self._many(node.value.value)
        if isinstance(node.value, ast.Yield):
            return self._one(node.value.value)
        return node

    def _many(self, value: ast.expr) -> list[ast.stmt]:
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "agree":
            expected, name, *holders = value.args
            if isinstance(name, ast.Constant) and not self.where.startswith(f"{name.value!s} of "):
                return []
            many = plain.expression("HOLDERS * 3", HOLDERS=ast.Tuple(list(holders), ast.Load()))
            return plain.statements(AT_REST, HOLDERS=plain.folded(many), NAME=name, EXPECTED=expected)
        return [] if ast.unparse(value) == "()" else plain.statements(ALL_AGREE, MANY=value)

    def _one(self, value: ast.expr | None) -> list[ast.stmt]:
        if not isinstance(value, ast.Tuple):
            raise NotScriptable("what the scenario yields is no tuple")
        if self.oracle is None:
            what, found, due = value.elts
            if isinstance(what, ast.Constant) and what.value != self.where:
                return []
            return plain.statements(AGREES, WHAT=what, FOUND=found, DUE=due)
        seen = value.elts[1]
        parts = [plain.expression(f"SEEN_ONE[{number}]", SEEN_ONE=seen) for number in range(2)]
        told = said(self.oracle, dict(zip(("first", "second"), parts, strict=True)))
        return plain.statements("SEEN.append(SAID)", SAID=told)
