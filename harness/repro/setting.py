"""How a script is set: what stands on one line, and whether its round is a function."""

from __future__ import annotations

import ast
import builtins
import copy
import symtable
from collections.abc import Iterable, Sequence
from textwrap import indent

from harness.repro.bundle import free_names


def blocks(body: list[ast.stmt]) -> list[str]:
    """Statements at the top of a program as texts, between which there is to be an empty line."""
    done: list[str] = []
    before: ast.stmt | None = None
    for node in body:
        text = written(node)
        if isinstance(node, ast.Assign) and isinstance(before, ast.Assign):
            done[-1] += f"\n{text}"
        else:
            done.append(text)
        before = node
    return done


def written(node: ast.stmt) -> str:
    """A statement's text: without empty lines, and without brackets around what is given, or said, as several."""
    done = _Open().visit(copy.deepcopy(node))
    return ast.unparse(ast.fix_missing_locations(done)).replace("\n\n", "\n")


class _Open(ast.NodeTransformer):
    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        node.value = self._open(node.value)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        node.value = self._open(node.value)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        node.value = node.value and self._open(node.value)
        return node

    def _open(self, value: ast.expr) -> ast.expr:
        if not isinstance(value, ast.Tuple) or len(value.elts) < 2:
            return value
        return ast.Name(", ".join(map(ast.unparse, value.elts)), ast.Load())  # it is written as it is


def imports_of(lines: Iterable[str]) -> str:
    """One line for plain imports, one for each module that names are taken from."""
    plain = sorted({line.removeprefix("import ") for line in lines if line.startswith("import ")})
    taken: dict[str, list[str]] = {}
    for line in sorted({one for one in lines if one.startswith("from ")}):
        module, _, name = line.partition(" import ")
        taken.setdefault(module, []).append(name)
    named = [f"{module} import {', '.join(names)}" for module, names in taken.items()]
    return "\n".join([f"import {', '.join(plain)}", *named])


def indented(round_: ast.stmt, others: Sequence[ast.stmt], main: str) -> str | None:
    """``main`` with the body of ``round_`` in place of the line that calls it; what was local to it is global then.

    None where something else goes by one of these names, or a function in it binds one: then it stays a function.
    """
    assert isinstance(round_, ast.FunctionDef)
    if any(isinstance(node, ast.Nonlocal) for node in ast.walk(round_)):
        return None
    module = ast.unparse(ast.fix_missing_locations(round_))
    (table,) = symtable.symtable(module, "<round>", "exec").get_children()
    assert isinstance(table, symtable.Function)
    taken = {*free_names([*others]), *dir(builtins), "SEEN", "deadline", "status"}
    taken |= {name for node in others for name in _bound_at_top(node)}
    if taken & set(table.get_locals()):
        return None
    call = next(line for line in main.splitlines() if line.strip() == f"{round_.name}()")
    body = "\n".join(map(written, round_.body))
    return main.replace(call, indent(body, call[: -len(call.lstrip())]))


def _bound_at_top(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    names = {one.asname or one.name for one in ast.walk(node) if isinstance(one, ast.alias)}
    return names | {
        one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }


def fitted(text: str, most: int, many: int) -> str:
    """The program in ``most`` lines where setting it more closely is enough.

    Above ``many`` lines, short loops stand on the line of their head; then short functions, too, and those are not
    kept apart. Above ``most`` there are no empty lines but the one below the imports; then none.
    """
    lines = text.rstrip("\n").split("\n")
    if len(lines) > many:
        lines = _with_short_blocks(lines, LOOPS)
    if len(lines) > many:
        lines = _without_gaps(_with_short_blocks(lines, (*LOOPS, *FUNCTIONS)))
    if len(lines) > most:
        lines = [
            line
            for number, line in enumerate(lines)
            if line or lines[number - 1].startswith(("import", "from"))
        ]
    if len(lines) > most:
        lines = [line for line in lines if line]
    return "\n".join(lines) + "\n"


def together(text: str, most: int) -> str:
    """The program with simple statements that follow one another on one line, where it has more than ``most``."""
    lines = text.rstrip("\n").split("\n")
    if len(lines) <= most:
        return text
    quoted = max((number for number, line in enumerate(lines) if line.endswith('"""')), default=-1)
    joined: list[str] = lines[: quoted + 1]
    for line in lines[quoted + 1 :]:
        before = joined[-1] if joined else ""
        both = f"{before}; {line.lstrip()}"
        same = _depth(before) == _depth(line) and _is_simple(before) and _is_simple(line)
        joined[-1:] = [both] if same and len(both) <= WIDTH else [*joined[-1:], line]
    return "\n".join(_with_short_blocks(joined, (*LOOPS, *FUNCTIONS))) + "\n"


def _is_simple(line: str) -> bool:
    """Whether a line is a whole statement that others may stand beside."""
    compound = (
        *LOOPS,
        *FUNCTIONS,
        "class ",
        "async ",
        "match ",
        "case ",
        "import ",
        "from ",
        "@",
        '"""',
        "#",
    )
    try:
        ast.parse(line.strip())
    except SyntaxError:
        return False
    return bool(line.strip()) and not line.lstrip().startswith(compound)


def _without_gaps(lines: list[str]) -> list[str]:
    """Without the empty lines around definitions of one line."""
    around = zip(["", *lines], lines, [*lines[1:], ""], strict=False)
    return [line for before, line, after in around if line or not (_is_short(before) or _is_short(after))]


def _is_short(line: str) -> bool:
    return line.startswith("def ") and not line.endswith(":")


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
            (head.lstrip().startswith(heads) or (FUNCTIONS[0] in heads and body.strip() == "pass"))
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
