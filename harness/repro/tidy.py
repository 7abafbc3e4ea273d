"""Takes out of a script what nothing in it uses, so that what is left is the finding."""

from __future__ import annotations

import ast
from collections.abc import Sequence

SIDE_EFFECTS = ("type(", "[")
"""What a state's variable holds and must stay although nobody reads it: a class is held weakly by its base."""


def without_unused(body: list[ast.stmt], keep: Sequence[str] = ()) -> list[ast.stmt]:
    """A function's body without assignments of names that are never read; classes and lists of them stay."""
    while True:
        read = {
            node.id
            for part in body
            for node in ast.walk(part)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        kept = [one for one in body if not _is_unused(one, read | set(keep))]
        if len(kept) == len(body):
            return body
        body = kept


def _is_unused(node: ast.stmt, read: set[str]) -> bool:
    if (
        not isinstance(node, ast.Assign)
        or len(node.targets) != 1
        or not isinstance(node.targets[0], ast.Name)
    ):
        return False
    value = ast.unparse(node.value)
    return node.targets[0].id not in read and (
        value == "[]" or not (value.startswith(SIDE_EFFECTS) or _makes_class(node.value))
    )


def _makes_class(value: ast.expr) -> bool:
    """Whether it is a metaclass that is called, with a name, bases and contents."""
    return isinstance(value, ast.Call) and len(value.args) == 3 and isinstance(value.args[1], ast.Tuple)


def with_numbers(definitions: list[ast.stmt], body: list[ast.stmt]) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Names of single numbers become the numbers, and names of single words the words."""
    numbers = {
        node.targets[0].id: node.value
        for node in definitions
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and (isinstance(node.value.value, (int, float)) or _is_word(node.value.value))
    }

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return numbers.get(node.id, node)

    left = [
        node
        for node in definitions
        if not (isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) in numbers)
    ]
    return [Put().visit(node) for node in left], [Put().visit(node) for node in body]


def _is_word(value: object) -> bool:
    """Whether it is a string of which there is one wherever a program has it: those like identifiers are interned."""
    return isinstance(value, str) and value.isascii() and value.isidentifier()


def without_unused_methods(definitions: list[ast.stmt], body: list[ast.stmt]) -> None:
    """Take out methods that nothing calls. Those with a name that the interpreter itself calls stay."""
    while True:
        used = {
            node.attr
            for part in (*definitions, *body)
            for node in ast.walk(part)
            if isinstance(node, ast.Attribute)
        }
        before = len(ast.dump(ast.Module(definitions, [])))
        for part in definitions:
            for node in ast.walk(part):
                if isinstance(node, ast.ClassDef):
                    node.body = [
                        one
                        for one in node.body
                        if not isinstance(one, ast.FunctionDef)
                        or one.name.startswith("__")
                        or one.name in used
                    ] or [ast.Pass()]
        if len(ast.dump(ast.Module(definitions, []))) == before:
            return


def without_method(definitions: list[ast.stmt], name: str) -> None:
    """Take the method out of all classes."""
    for part in definitions:
        for node in ast.walk(part):
            if isinstance(node, ast.ClassDef):
                node.body = [one for one in node.body if getattr(one, "name", None) != name] or [ast.Pass()]


def without_repeats(body: list[ast.stmt]) -> list[ast.stmt]:
    """A block without assignments of what their names have already: one operation after another picks the same one."""
    kept: list[ast.stmt] = []
    for node in body:
        again = ast.dump(node)
        since = next((n for n in reversed(range(len(kept))) if ast.dump(kept[n]) == again), None)
        if since is None or not _is_plain(node) or _bound(kept[since + 1 :]) & _names(node):
            kept.append(node)
    return kept


def _is_plain(node: ast.stmt) -> bool:
    """Whether the statement gives a name something that is there, and calls nothing for it."""
    return isinstance(node, ast.Assign) and not any(
        isinstance(part, (ast.Call, ast.Attribute, ast.NamedExpr)) for part in ast.walk(node)
    )


def _names(node: ast.stmt) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _bound(body: list[ast.stmt]) -> set[str]:
    parts = [part for node in body for part in ast.walk(node) if isinstance(part, ast.Name)]
    return {part.id for part in parts if not isinstance(part.ctx, ast.Load)}


class Texts(ast.NodeTransformer):
    """Constants inside f-strings become text."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        self.generic_visit(node)
        values: list[ast.expr] = []
        for value in node.values:
            if isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.Constant):
                shown = value.value.value
                value = ast.Constant(repr(shown) if value.conversion == ord("r") else str(shown))
            last = values[-1] if values else None
            if isinstance(value, ast.Constant) and isinstance(last, ast.Constant):
                values[-1] = ast.Constant(str(last.value) + str(value.value))
            else:
                values.append(value)
        return ast.JoinedStr(values)


def fitted(text: str, most: int) -> str:
    """The program in ``most`` lines where setting it more closely is enough: short blocks on the line of their head,
    then short functions too, then no empty lines but the one below the imports, then none.
    """
    lines = text.rstrip("\n").split("\n")
    for heads in (LOOPS, (*LOOPS, *FUNCTIONS)):
        if len(lines) > most:
            lines = _with_short_blocks(lines, heads)
    if len(lines) > most:
        lines = [
            line
            for number, line in enumerate(lines)
            if line or lines[number - 1].startswith(("import", "from"))
        ]
    if len(lines) > most:
        lines = [line for line in lines if line]
    return "\n".join(lines) + "\n"


WIDTH = 110
"""Of a line that is put together from two."""
LOOPS = ("for ", "while ", "if ")
FUNCTIONS = ("def ", "try:", "except ", "except:", "else:", "elif ", "finally:", "with ")


def _with_short_blocks(lines: list[str], heads: tuple[str, ...]) -> list[str]:
    joined: list[str] = []
    number = 0
    while number < len(lines):
        head, body, *rest = [*lines[number : number + 3], "", ""][:3]
        together = f"{head} {body.strip()}"
        is_short = (
            head.lstrip().startswith(heads)
            and head.endswith(":")
            and not body.endswith((":", '"""'))
            and not body.lstrip().startswith((*heads, "@"))
            and _depth(body) > _depth(head)
            and _depth(rest[0]) <= _depth(head)
            and len(together) <= WIDTH
        )
        joined.append(together if is_short else head)
        number += 2 if is_short else 1
    return joined


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
