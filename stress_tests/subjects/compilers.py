"""ast, compile, symtable, tokenize: sources and trees that threads share."""

from __future__ import annotations

import _tokenize  # type: ignore[import-not-found]
import ast
import copy
import io
import pickle
import symtable
import tokenize
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, step


def _types(names: list[str]) -> dict[str, Any]:
    """What a class of nodes says of the types of such fields: lists and what may be None, each an object of its own."""
    return {name: list[str] if number % 2 else str | None for number, name in enumerate(names)}


class AstModule(Subject):
    """A tree of a module of assignments, which threads walk, compile and change: nothing is said of its lists."""

    sizes = (3, 1)

    def fresh(self, size: int) -> Any:
        return ast.parse("\n".join(f"{one} = {one} + 1" for one in fresh_strings(size)))

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS)
    def compile_(o: Any, v: str) -> Any:
        return compile(o, v, "exec").co_names

    @step(PROCESS)
    def dump(o: Any, v: str) -> Any:
        return ast.dump(o)

    @step(PROCESS)
    def unparse(o: Any, v: str) -> Any:
        return ast.unparse(o)

    @step(PROCESS)
    def walk(o: Any, v: str) -> Any:
        return len(list(ast.walk(o)))

    @step(PROCESS)
    def visit(o: Any, v: str) -> Any:
        ast.NodeVisitor().visit(o)

    @step(PROCESS, writes=True)
    def transform(o: Any, v: str) -> Any:
        ast.NodeTransformer().visit(o)

    @step(PROCESS, writes=True)
    def fix_locations(o: Any, v: str) -> Any:
        ast.increment_lineno(ast.fix_missing_locations(o))

    @step(PROCESS)
    def deepcopy(o: Any, v: str) -> Any:
        return len(copy.deepcopy(o).body)

    @step(PROCESS)
    def dumps(o: Any, v: str) -> Any:
        return len(pickle.loads(pickle.dumps(o)).body)

    @step(PROCESS, writes=True)
    def append(o: Any, v: str) -> Any:
        o.body.append(ast.parse(v).body[0])

    @step(PROCESS, writes=True)
    def clear(o: Any, v: str) -> Any:
        o.body.clear()

    @step(PROCESS, writes=True)
    def pop(o: Any, v: str) -> Any:
        o.body.pop()

    @step(PROCESS, writes=True)
    def replace_body(o: Any, v: str) -> Any:
        o.body = ast.parse(f"{v} = 1\n{v} = 2").body

    @step(PROCESS, writes=True)
    def clear_targets(o: Any, v: str) -> Any:
        o.body[0].targets.clear()

    @step(PROCESS, writes=True, makes=True)
    def replace_value(o: Any, v: str) -> Any:
        o.body[0].value = made = ast.Constant(v, lineno=1, col_offset=0, end_lineno=1, end_col_offset=1)
        return made

    @step(PROCESS, writes=True)
    def delete_field(o: Any, v: str) -> Any:
        del o.body[0].value


class AstNode(Subject):
    """A node with fields and attributes."""

    left_out: ClassVar[dict[str, str]] = {
        "_attributes": "the class's",
        "__match_args__": "asked for by match",
        "__init__": "called once, by who makes it",
    }

    def fresh(self, size: int) -> Any:
        (name,) = fresh_strings(1)
        return ast.Name(name, ast.Load(), lineno=1, col_offset=0)

    def left(self, o: Any) -> Any:
        return getattr(o, "id", None), len(vars(o)) < 7

    @step()
    def fields(o: Any, v: str) -> Any:
        return len(list(ast.iter_fields(o))), len(o._fields)

    @step()
    def id(o: Any, v: str) -> Any:
        return o.id

    @step(writes=True)
    def id_store(o: Any, v: str) -> Any:
        o.id = v

    @step(writes=True)
    def id_delete(o: Any, v: str) -> Any:
        del o.id

    @step(writes=True)
    def another(o: Any, v: str) -> Any:
        setattr(o, v, v)

    @step(PROCESS)
    def vars_(o: Any, v: str) -> Any:
        return dict(vars(o))

    @step(PROCESS, writes=True, makes=True)
    def dict_store(o: Any, v: str) -> Any:
        o.__dict__ = made = {"id": v, "ctx": ast.Load()}
        return made

    @step(PROCESS)
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o), copy.deepcopy(o)

    @step(PROCESS)
    def dumps(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o))

    @step(PROCESS)
    def replace(o: Any, v: str) -> Any:
        return copy.replace(o, id=v).id  # type: ignore[attr-defined]

    @step(PROCESS)
    def repr_(o: Any, v: str) -> Any:
        return repr(o), ast.dump(o)

    @step(PROCESS)
    def match(o: Any, v: str) -> Any:
        match o:
            case ast.Name(name, ast.Load()):
                return name
        return None

    @step(PROCESS)
    def reduce(o: Any, v: str) -> Any:
        return len(o.__reduce_ex__(2))


class AstClass(Subject):
    """A class of nodes. What it says of their fields is stored, and changed in place, while nodes are made of it."""

    most = PROCESS
    may_raise = (AttributeError, TypeError, DeprecationWarning)

    def fresh(self, size: int) -> Any:
        names = fresh_strings(2)
        said = {"_fields": names, "_attributes": fresh_strings(1), "_field_types": _types(names)}
        return type("Sub", (ast.AST,), said)

    def left(self, o: Any) -> Any:
        return None

    @step()
    def make(o: Any, v: str) -> Any:
        return vars(o())

    @step()
    def make_of_one(o: Any, v: str) -> Any:
        return vars(o(v))

    @step()
    def make_by_name(o: Any, v: str) -> Any:
        return vars(o(x0=v, x1=v))

    @step()
    def dump(o: Any, v: str) -> Any:
        node = o(v, v)
        return repr(node), ast.dump(node), list(ast.iter_fields(node))

    @step()
    def copies(o: Any, v: str) -> Any:
        node = o(v, v)
        return copy.copy(node), copy.deepcopy(node), node.__reduce_ex__(2)

    @step()
    def replace(o: Any, v: str) -> Any:
        return copy.replace(o(v, v), x0=v)  # type: ignore[attr-defined]

    @step(writes=True)
    def store_types(o: Any, v: str) -> Any:
        o._field_types = _types(["x0", "x1"])

    @step(writes=True)
    def change_types(o: Any, v: str) -> Any:
        o._field_types.update(_types(["x0", "x1", v]))

    @step(writes=True, may_raise=(KeyError,))
    def delete_type(o: Any, v: str) -> Any:
        del o._field_types["x1"]

    @step(writes=True)
    def clear_types(o: Any, v: str) -> Any:
        o._field_types.clear()

    @step(writes=True)
    def store_fields(o: Any, v: str) -> Any:
        o._fields = [*fresh_strings(2), v]

    @step(writes=True)
    def add_field(o: Any, v: str) -> Any:
        o._fields.append(v)

    @step(writes=True, may_raise=(IndexError,))
    def drop_field(o: Any, v: str) -> Any:
        o._fields.pop()

    @step(writes=True)
    def replace_field(o: Any, v: str) -> Any:
        o._fields[:] = [v[0] + "0", v]

    @step(writes=True)
    def store_attributes(o: Any, v: str) -> Any:
        o._attributes = [v]

    @step(writes=True)
    def add_attribute(o: Any, v: str) -> Any:
        o._attributes.append(v)

    @step(writes=True)
    def delete_attributes(o: Any, v: str) -> Any:
        del o._attributes


class Source(Subject):
    """A source that threads parse and compile, each for itself."""

    def fresh(self, size: int) -> Any:
        lines = [
            f"def {one}({one}: int = 1):\n    return [{one} for _ in '{one}']" for one in fresh_strings(size)
        ]
        return "\n".join(lines)

    def left(self, o: Any) -> Any:
        return None

    @step()
    def compile_(o: Any, v: str) -> Any:
        return list(compile(o, v, "exec").co_names)

    @step()
    def compile_bytes(o: Any, v: str) -> Any:
        return list(compile(o.encode(), v, "exec", optimize=2).co_names)

    @step()
    def exec_(o: Any, v: str) -> Any:
        names: dict[str, Any] = {}
        exec(o, names)
        return names["x0"](v)

    @step()
    def eval_(o: Any, v: str) -> Any:
        return eval(f"{v!r} if True else None")

    @step()
    def parse(o: Any, v: str) -> Any:
        return [one.name for one in ast.parse(o).body]

    @step()
    def literal_eval(o: Any, v: str) -> Any:
        return ast.literal_eval(f"[{v!r}, {{{v!r}: ({v!r},)}}]")

    @step()
    def broken(o: Any, v: str) -> Any:
        return compile(o + "\n)", v, "exec")

    @step()
    def symtable_(o: Any, v: str) -> Any:
        return sorted(symtable.symtable(o, v, "exec").get_identifiers())

    @step()
    def tokenize_(o: Any, v: str) -> Any:
        return len(list(tokenize.generate_tokens(io.StringIO(o).readline)))


class SymbolTable(Subject):
    """A symbol table, which makes its symbols when they are asked for."""

    left_out: ClassVar[dict[str, str]] = {"is_nested": "a constant of its own"}

    def fresh(self, size: int) -> Any:
        source = "class x0:\n    def x1(self, x2):\n        global x3\n        return x2"
        return symtable.symtable(source, "x0", "exec").get_children()[0]

    def left(self, o: Any) -> Any:
        return o.get_name()

    @step()
    def lookup(o: Any, v: str) -> Any:
        return o.lookup("x1").get_name()

    @step()
    def lookup_missing(o: Any, v: str) -> Any:
        return o.lookup(v)

    @step()
    def symbols(o: Any, v: str) -> Any:
        return [one.get_name() for one in o.get_symbols()]

    @step()
    def identifiers(o: Any, v: str) -> Any:
        return len(list(o.get_identifiers()))

    @step()
    def children(o: Any, v: str) -> Any:
        return [
            one.get_name() for one in o.get_children() if one.get_name().startswith("x")
        ], o.has_children()

    @step()
    def function(o: Any, v: str) -> Any:
        method = next(one for one in o.get_children() if one.get_name() == "x1")
        return len(method.get_parameters()), len(method.get_locals()), len(method.get_globals())

    @step()
    def members(o: Any, v: str) -> Any:
        return o.get_type() == "class", o.get_lineno(), o.is_optimized(), o.get_id() != 0


def _counts(x0: Any) -> Any:
    x1 = [one for one in x0 if one]
    try:
        return lambda: x1
    except ValueError:
        return None


def _lines(size: int) -> list[str]:
    """Of a source with characters of two bytes, strings of two lines, and blocks."""
    return [
        line
        for one in fresh_strings(size)
        for line in (
            f"{one} = 'é' + {one}  # é\n",
            f'if """{one}\n',
            'é""" == 1:\n',
            f"    ({one},\n",
            "  2)\n",
        )
    ]


ERRORS = 3
"""In a row: what raises as often will not go on."""


def _rest(iterator: Any) -> list[Any]:
    """The tokens that are left, past errors too."""
    found: list[Any] = []
    errors = 0
    while errors < ERRORS:
        try:
            found.append(next(iterator))
        except StopIteration:
            break
        except SyntaxError:
            errors += 1
        else:
            errors = 0
    return found


def _tokens_of(lines: list[str]) -> Any:
    left = iter(lines)
    return _tokenize.TokenizerIter(lambda: next(left, ""), extra_tokens=True)


class TokenizerIterator(Subject):
    """The tokenizer's iterator in C, over lines that are read as they are needed, and what was taken from it: each
    token is one that a single thread gets. One may be missing, or come twice.
    """

    said = "Python support for free threading, Iterators"
    minimum_version = (3, 13)
    sizes = (3, 40)
    ends: ClassVar[list[str]] = []
    """The last lines."""

    def fresh(self, size: int) -> Any:
        return _tokens_of(_lines(size) + self.ends), [], size

    def left(self, o: Any) -> Any:
        return len(o[1]) >= 0

    def wrong(self, o: Any) -> str:
        iterator, taken, size = o
        strange = {*taken, *_rest(iterator)} - {*_rest(self.fresh(size)[0])}
        return f"tokens that no thread alone gets: {sorted(strange)[:3]}" if strange else ""

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        o[1].append(next(o[0]))

    @step(writes=True, may_raise=(StopIteration,))
    def some(o: Any, v: str) -> Any:
        for _ in range(6):
            o[1].append(next(o[0]))

    @step(writes=True)
    def drain(o: Any, v: str) -> Any:
        mine: list[Any] = []
        try:
            for token in o[0]:
                mine.append(token)
        finally:
            o[1].extend(mine)


class TokenizerIteratorBroken(TokenizerIterator):
    """The same, of a source that ends within a string."""

    sizes = (1, 3)
    may_raise = (SyntaxError,)
    ends: ClassVar[list[str]] = ["x0 = 'é\n"]


class TokenizerIteratorUnclosed(TokenizerIterator):
    """The same, of a source that ends within a bracket, and is asked for more."""

    sizes = (1, 3)
    may_raise = (SyntaxError,)
    ends: ClassVar[list[str]] = ["x0 = (f'é{x0}é',\n"]


class LineIterator(Subject):
    """What goes through a code object's lines, positions and branches."""

    said = "Python support for free threading, Iterators"

    def fresh(self, size: int) -> Any:
        code = _counts.__code__
        return code.co_lines(), code.co_positions(), getattr(code, "co_branches", code.co_lines)()

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True, may_raise=(StopIteration,))
    def next_line(o: Any, v: str) -> Any:
        return len(next(o[0]))

    @step(writes=True, may_raise=(StopIteration,))
    def next_position(o: Any, v: str) -> Any:
        return len(next(o[1]))

    @step(writes=True, may_raise=(StopIteration,))
    def next_branch(o: Any, v: str) -> Any:
        return len(next(o[2]))

    @step(writes=True)
    def drain(o: Any, v: str) -> Any:
        return [len(list(one)) < 999 for one in o]
