"""In a script no function stands for what one place alone runs: its statements stand there."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

from harness.repro import plain
from harness.repro.tidy import is_inert

SCOPES = (
    ast.FunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
REFUSED = (ast.Yield, ast.YieldFrom, ast.Nonlocal, ast.Global)


def without_single_calls(
    definitions: list[ast.stmt], body: list[ast.stmt]
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The definitions and the functions, the last of which is a round, without what only the round calls, and once.

    Only where the call is a statement of the round's own, or what is given a name, and no other name is taken by it.
    """
    *actors, race = body
    assert isinstance(race, ast.FunctionDef)
    for node in definitions:
        others = [one for one in definitions if one is not node]
        if isinstance(node, ast.FunctionDef) and (block := _spliced(node, [*others, *actors], race)):
            race.body = block
            return without_single_calls(others, body)
    return definitions, body


def _spliced(
    function: ast.FunctionDef, others: list[ast.stmt], race: ast.FunctionDef
) -> list[ast.stmt] | None:
    """The round's statements with those of the function; None where they cannot stand there."""
    calls = [(n, call) for n, node in enumerate(race.body) if (call := _call(node, function.name))]
    if (
        len(calls) != 1
        or [*_names([*others, race, function])].count(function.name) != 2
        or not _is_plain(function)
    ):
        return None
    ((place, call),) = calls
    given = {one.arg: value for one, value in zip(function.args.args, call.args, strict=False)}
    if call.keywords or len(call.args) != len(given) or len(given) != len(function.args.args):
        return None
    stored = Counter(_stored(race))
    if not all(
        isinstance(one, ast.Constant) or (isinstance(one, ast.Name) and stored[one.id] < 2)
        for one in given.values()
    ):
        return None
    *block, last = function.body
    statement = race.body[place]
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if isinstance(last, ast.Return):
        value = last.value or ast.Constant(None)
        same = target is not None and ast.unparse(target) == ast.unparse(value)
    else:
        value, same = ast.Constant(None), False
        block = function.body
    bound = _bound(function)
    own = bound - given.keys() - (set(_names([ast.Expr(value)])) if same else set())
    if given.keys() & {*_stored(function)} or own & {*_names([*others, race])}:
        return None
    block = [plain.replaced_in(one, given) for one in block]
    value = plain.replaced(value, given)
    if target is not None and not same:
        block.append(ast.Assign([target], value, lineno=0))
    elif target is None and not is_inert(value):
        block.append(ast.Expr(value))
    return [*race.body[:place], *block, *race.body[place + 1 :]]


def _call(node: ast.stmt, name: str) -> ast.Call | None:
    """The call of the function, if that is the statement, or all that it gives to one target."""
    if not isinstance(node, ast.Expr) and not (isinstance(node, ast.Assign) and len(node.targets) == 1):
        return None
    value = node.value
    is_it = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == name
    return value if is_it and isinstance(value, ast.Call) else None


def _is_plain(function: ast.FunctionDef) -> bool:
    """Whether it is a block of statements that ends where it returns."""
    arguments = function.args
    if (
        function.decorator_list
        or arguments.vararg
        or arguments.kwarg
        or arguments.kwonlyargs
        or arguments.defaults
    ):
        return False
    if any(isinstance(one, REFUSED) for one in ast.walk(function)):
        return False
    parameters = {one.arg for one in arguments.args}
    inner = [one for part in function.body for one in ast.walk(part) if isinstance(one, ast.arg)]
    returns = [one for part in function.body[:-1] for one in _of_its_own(part) if isinstance(one, ast.Return)]
    last = function.body[-1]
    if not isinstance(last, ast.Return):
        returns += [one for one in _of_its_own(last) if isinstance(one, ast.Return)]
    return not returns and not parameters & {one.arg for one in inner}


def _of_its_own(node: ast.AST) -> Iterator[ast.AST]:
    """A statement's parts, without those of functions in it."""
    yield node
    if not isinstance(node, SCOPES):
        for one in ast.iter_child_nodes(node):
            yield from _of_its_own(one)


def _bound(function: ast.FunctionDef) -> set[str]:
    """What is given a value in the function itself, but for its parameters."""
    found = set[str]()
    for part in function.body:
        for node in _of_its_own(part):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                found.add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found.add(node.name)
    return found


def _stored(node: ast.AST) -> Iterator[str]:
    """What is given a value anywhere in it."""
    return (
        one.id for one in ast.walk(node) if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
    )


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for part in nodes:
        for node in ast.walk(part):
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield node.name
