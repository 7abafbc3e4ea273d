"""In a script nothing has a name that need not have one: functions that only give something, constants, imports."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterable

from harness.repro import plain

WIDTH = 110


def without_needless_names(
    definitions: list[ast.stmt], body: list[ast.stmt]
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Functions made to be given back as ``lambda``; what only gives something, and what is used once, in its place."""
    definitions = _merged([_Lambda().visit(node) for node in definitions], body)
    while True:
        node = next((one for one in definitions if _is_needless(one, [*definitions, *body])), None)
        if node is None:
            return definitions, body
        put = _Put(node)
        definitions = [put.visit(one) for one in definitions if one is not node]
        body = [put.visit(one) for one in body]


def _merged(definitions: list[ast.stmt], body: list[ast.stmt]) -> list[ast.stmt]:
    """Without classes that are only the base of one other, which has what it takes from them itself."""
    while True:
        names = Counter(
            one.id for part in (*definitions, *body) for one in ast.walk(part) if isinstance(one, ast.Name)
        )
        classes = {one.name: one for one in definitions if isinstance(one, ast.ClassDef)}
        below = next(
            (
                one
                for one in classes.values()
                if len(one.bases) == 1
                and names[base := ast.unparse(one.bases[0])] == 1
                and base in classes
                and "super" not in {node.id for node in ast.walk(one) if isinstance(node, ast.Name)}
            ),
            None,
        )
        if below is None:
            return definitions
        above = classes[ast.unparse(below.bases[0])]
        own = {getattr(one, "name", None) for one in below.body}
        below.body = [*(one for one in above.body if getattr(one, "name", "") not in own), *below.body]
        below.bases = above.bases
        definitions = [one for one in definitions if one is not above]


def _is_needless(node: ast.stmt, everything: list[ast.stmt]) -> bool:
    name = _name(node)
    if name is None:
        return False
    uses = [
        one for part in everything for one in ast.walk(part) if isinstance(one, ast.Name) and one.id == name
    ]
    loads = [one for one in uses if isinstance(one.ctx, ast.Load)]
    if isinstance(node, ast.Assign):
        short = len(ast.unparse(node.value)) <= WIDTH // 2
        return len(uses) == 2 and len(loads) == 1 and short and _is_constant(node.value)
    assert isinstance(node, ast.FunctionDef)
    calls = [
        one
        for part in everything
        for one in ast.walk(part)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == name
    ]
    given = _gives(node)
    if given is None or len(calls) != len(loads) or len(uses) != len(loads):
        return False
    is_short = isinstance(given, (ast.Name, ast.Constant)) or len(calls) == 1
    return is_short and all(_fits(node, one) for one in calls)


def _name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.FunctionDef):
        return None if node.decorator_list else node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _is_constant(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) or (
        isinstance(value, ast.Tuple) and all(map(_is_constant, value.elts))
    )


def _gives(function: ast.FunctionDef) -> ast.expr | None:
    """What a function gives that does nothing else; None where it does, or takes what cannot be put in its place."""
    (last,) = function.body[-1:]
    arguments = function.args
    if len(function.body) > 1 or not isinstance(last, ast.Return) or last.value is None:
        return None
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults:
        return None
    waiting = (ast.Yield, ast.YieldFrom, ast.Await)
    inner = (ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.SetComp, *waiting)
    if any(isinstance(one, inner) for one in ast.walk(last.value)):
        return None
    return last.value


def _fits(function: ast.FunctionDef, call: ast.Call) -> bool:
    """Whether each argument is taken once, in their order, or nothing happens where it is taken."""
    names = [one.arg for one in function.args.args]
    if (
        call.keywords
        or len(call.args) != len(names)
        or any(isinstance(one, ast.Starred) for one in call.args)
    ):
        return False
    given = _gives(function)
    assert given is not None
    taken = [one.id for one in ast.walk(given) if isinstance(one, ast.Name) and one.id in names]
    simple = all(isinstance(one, (ast.Name, ast.Constant)) for one in call.args)
    in_order = taken == names and isinstance(given, ast.Name)
    return (simple or in_order) and len(ast.unparse(given)) <= WIDTH // 2


class _Put(ast.NodeTransformer):
    """What a needless name means, in its place."""

    def __init__(self, node: ast.stmt) -> None:
        self.node = node
        self.name = _name(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(self.node, ast.Assign) and node.id == self.name:
            return copy.deepcopy(self.node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = self.node
        if not isinstance(function, ast.FunctionDef) or ast.unparse(node.func) != self.name:
            return node
        given = _gives(function)
        assert given is not None
        names = [one.arg for one in function.args.args]
        return plain.replaced(given, dict(zip(names, node.args, strict=True)))


class _Lambda(ast.NodeTransformer):
    """``def f(): return it`` and ``return f`` are ``return lambda: it``."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        if len(node.body) < 2:
            return node
        *rest, made, last = node.body
        if (
            isinstance(made, ast.FunctionDef)
            and not made.decorator_list
            and len(made.body) == 1
            and isinstance(made.body[0], ast.Return)
            and made.body[0].value is not None
            and isinstance(last, ast.Return)
            and isinstance(last.value, ast.Name)
            and last.value.id == made.name
            and Counter(one.id for one in ast.walk(node) if isinstance(one, ast.Name))[made.name] == 1
        ):
            node.body = [*rest, ast.Return(ast.Lambda(made.args, made.body[0].value))]
        return node


def at_once(body: list[ast.stmt]) -> list[ast.stmt]:
    """A block with what its variables begin with, if literal, in one statement: ``there, done = [0], []``."""
    stored = Counter(
        one.id
        for part in body
        for one in ast.walk(part)
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
    )
    together = [
        node
        for node in body
        if _is_literal(node) and all(stored[target.id] == 1 for target, _ in _pairs(node))
    ]
    if len(together) < 2:
        return body
    done = ast.Assign(
        [ast.Tuple([target for node in together for target, _ in _pairs(node)], ast.Store())],
        ast.Tuple([value for node in together for _, value in _pairs(node)], ast.Load()),
        lineno=0,
    )
    if len(ast.unparse(done)) > WIDTH:
        return body
    place = body.index(together[0])
    return [*body[:place], done, *(node for node in body[place:] if node not in together)]


def views_in_place(body: list[ast.stmt]) -> list[ast.stmt]:
    """A block without other names of what has one, and with ``vars(it)`` where it is taken, if that is once.

    It is the same view of the dict at any time.
    """
    stored = Counter(
        one.id
        for part in body
        for one in ast.walk(part)
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
    )
    for node in body:
        name = _name(node)
        if name is None or not isinstance(node, ast.Assign) or stored[name] > 1:
            continue
        uses = [
            one for part in body for one in ast.walk(part) if isinstance(one, ast.Name) and one.id == name
        ]
        is_alias = isinstance(node.value, ast.Name) and stored[node.value.id] == 1
        is_view = (
            isinstance(node.value, ast.Call)
            and ast.unparse(node.value.func) == "vars"
            and isinstance(node.value.args[0], ast.Name)
            and stored[node.value.args[0].id] == 1
            and len(uses) == 2
            and not _within_function(body, name)
        )
        if is_alias or is_view:
            put = _Put(node)
            return views_in_place([put.visit(one) for one in body if one is not node])
    return body


def without_idle_looks(body: list[ast.stmt], everything: list[ast.stmt]) -> list[ast.stmt]:
    """A block without look-ups ahead of a name that is nowhere else in the program; of many classes they stay.

    Those give each of them a version, so that it takes time to end all.
    """
    said: Counter[object] = Counter(
        getattr(one, "value", None) if isinstance(one, ast.Constant) else one.attr
        for part in everything
        for one in ast.walk(part)
        if isinstance(one, ast.Attribute) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
    )
    return [one for one in body if not _is_idle_look(one, said)]


def _is_idle_look(node: ast.stmt, said: Counter[object]) -> bool:
    if not isinstance(node, ast.For) or ast.unparse(node.target) != plain.PRIMED:
        return False
    (look,) = node.body
    if not isinstance(look, ast.Expr) or not isinstance(look.value, ast.Call):
        return False
    name = look.value.args[1]
    few = not any(isinstance(one, ast.Starred) for one in ast.walk(node.iter))
    return few and isinstance(name, ast.Constant) and said[name.value] == 1


def _within_function(body: list[ast.stmt], name: str) -> bool:
    inner = (ast.FunctionDef, ast.Lambda, ast.GeneratorExp, ast.ListComp, ast.For, ast.While)
    return any(
        isinstance(one, ast.Name) and one.id == name
        for part in body
        for scope in ast.walk(part)
        if isinstance(scope, inner)
        for one in ast.walk(scope)
    )


def _is_literal(node: ast.stmt) -> bool:
    parts = (ast.List, ast.Tuple, ast.Dict, ast.Constant, ast.expr_context, ast.UnaryOp, ast.unaryop)
    return bool(_pairs(node)) and all(
        isinstance(one, parts) for _, value in _pairs(node) for one in ast.walk(value)
    )


def _pairs(node: ast.stmt) -> list[tuple[ast.Name, ast.expr]]:
    """Each name and what it is given; none where that is not a simple assignment of names."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return []
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Name):
        return [(target, value)]
    if not (isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)):
        return []
    names = [one for one in target.elts if isinstance(one, ast.Name)]
    is_simple = len(names) == len(target.elts) == len(value.elts)
    return list(zip(names, value.elts, strict=True)) if is_simple else []


def dotted(
    body: list[ast.stmt], imports: Iterable[str], modules: Iterable[str]
) -> tuple[list[ast.stmt], list[str]]:
    """Names that are taken from modules which the program has anyhow are said with them: ``time.sleep``.

    The body with them, and the imports that are left.
    """
    own = {one.arg for part in body for one in ast.walk(part) if isinstance(one, ast.arg)} | {
        one.id
        for part in body
        for one in ast.walk(part)
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
    }
    homes: dict[str, str] = {}
    left: list[str] = []
    for line in imports:
        words = line.split()
        if len(words) == 4 and words[0] == "from" and words[1] in modules and words[3] not in own:
            homes[words[3]] = words[1]
        else:
            left.append(line)
    return [_Dotted(homes).visit(node) for node in body], left


class _Dotted(ast.NodeTransformer):
    def __init__(self, homes: dict[str, str]) -> None:
        self.homes = homes

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self.homes:
            return node
        return ast.Attribute(ast.Name(self.homes[node.id], ast.Load()), node.id, ast.Load())
