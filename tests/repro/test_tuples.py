"""A class becomes a tuple where that is all it is, and a field or a name goes where nothing is told by it."""

from __future__ import annotations

import ast

import pytest

from harness.repro.defaults import without_defaults
from harness.repro.inline import at_once, without_idle_looks, without_needless_names
from harness.repro.tuples import with_tuples

VALUE = """\
class Value:
    def __init__(self, count, tag='x', writer=0):
        self.count, self.tag, self.writer = (count, tag, writer)
    def __repr__(self):
        return f'{self.tag}#{self.count}' + (f' of {self.writer}' if self.writer else '')
"""
BARE = [
    ("use(Value(1))\nuse(it.count)", "use((1,))\nuse(it[0])"),
    ("use(Value(1))\nuse(it.count < 2 or it.tag != other.tag)", "use((1,))\nuse(it[0] < 2)"),
    ("use(Value(1), Value(2, 'y'))\nuse(it.tag)", "use((1, 'x'), (2, 'y'))\nuse(it[1])"),
]


def short(definitions: str, body: str) -> tuple[str, str]:
    """Both as they are in a script."""
    both = without_defaults(ast.parse(definitions).body, ast.parse(f"def f():\n{_in(body)}").body)
    one, other, _ = with_tuples(*both)
    (function,) = other
    assert isinstance(function, ast.FunctionDef)
    return ast.unparse(ast.Module(one, [])), ast.unparse(ast.Module(function.body, []))


def _in(body: str) -> str:
    return "\n".join(f"    {line}" for line in body.splitlines())


@pytest.mark.parametrize(("before", "after"), BARE)
def test_a_class_that_only_carries_what_it_is_given_is_a_tuple(before: str, after: str) -> None:
    assert short(VALUE, before) == ("", after)


def test_one_with_many_fields_or_a_class_below_it_is_a_named_tuple() -> None:
    made, _ = short(VALUE, "use(Value(1, 'y', 2))")
    assert made == "Value = namedtuple('Value', 'count tag writer', defaults=('x', 0))"
    below = "class Answer(Value):\n    def __call__(self):\n        return self.count\n"
    made, body = short(VALUE + below, "use(Answer(1).count)")
    assert made.startswith("Value = namedtuple('Value', 'count')\n") and body == "use(Answer(1).count)"


KEPT = [
    (VALUE, "it = Value(1)\nit.count = 2"),
    (VALUE, "it = Value(1)\nit.__class__ = Other"),
    (VALUE, "it = ref(Value(1))"),
    (VALUE + "    def __del__(self):\n        use(self)\n", "it = Value(1)"),
    (
        VALUE + "class More(Value):\n    def __init__(self, a):\n        super().__init__(a)\n",
        "use(More(1), Value(2))",
    ),
]


@pytest.mark.parametrize(("definitions", "body"), KEPT)
def test_what_a_tuple_cannot_do_stays_a_class(definitions: str, body: str) -> None:
    made, done = short(definitions, body)
    assert "class Value:" in made and done == body
    assert "writer" not in made and "#{self.count}" in made


def test_a_field_stays_where_it_cannot_be_told_who_gives_it() -> None:
    made, _ = short(VALUE + "    def __del__(self):\n        use(self)\n", "use(map(Value, many))")
    assert "writer=0" in made


NAMES = [
    ("def same(it):\n    return it", "use(same(f(1)))\nuse(same)", None),
    ("def same(it):\n    return it", "use(same(f(1)))\nuse(same(2))", "use(f(1))\nuse(2)"),
    ("NAMES = ('a', 'b')", "use(NAMES)", "use(('a', 'b'))"),
    ("NAMES = ('a', 'b')", "use(NAMES)\nuse(NAMES)", None),
    ("NAMES = ['a', 'b']", "use(NAMES)", None),
    ("def both(a, b):\n    return b + a", "use(both(f(), g()))", None),
    ("def both(a, b):\n    return b + a", "use(both(1, c))", "use(c + 1)"),
]


@pytest.mark.parametrize(("definitions", "body", "after"), NAMES)
def test_what_need_not_have_a_name_has_none(definitions: str, body: str, after: str | None) -> None:
    left, done = without_needless_names(ast.parse(definitions).body, ast.parse(body).body)
    assert ast.unparse(ast.Module(done, [])) == (body if after is None else after)
    assert bool(left) is (after is None)


def test_a_function_made_to_be_given_back_is_a_lambda() -> None:
    made = "def answering(value):\n    def answer(thing):\n        return value\n    return answer"
    (node,), _ = without_needless_names(ast.parse(made).body, ast.parse("use(answering, answering)").body)
    assert ast.unparse(node) == "def answering(value):\n    return lambda thing: value"


def test_a_class_that_is_only_the_base_of_one_is_in_that() -> None:
    made = "class A:\n    def f(self):\n        return 1\n    def g(self):\n        return 2\n"
    below = "class B(A):\n    def g(self):\n        return 3\n"
    (node,), _ = without_needless_names(ast.parse(made + below).body, ast.parse("use(B)").body)
    assert isinstance(node, ast.ClassDef) and not node.bases
    assert [getattr(one, "name", "") for one in node.body] == ["f", "g"] and "return 3" in ast.unparse(node)
    left, _ = without_needless_names(ast.parse(made + below).body, ast.parse("use(B, A)").body)
    assert len(left) == 2


def test_what_variables_begin_with_is_said_at_once() -> None:
    body = ast.parse("a = [0]\nb = f()\nc = 1\nd = 2\nd = a").body
    assert ast.unparse(ast.Module(at_once(body), [])) == "a, c = ([0], 1)\nb = f()\nd = 2\nd = a"


def test_a_look_ahead_of_a_name_that_is_nowhere_is_left_out() -> None:
    looks = "for looked_up in {} * 2:\n    getattr(looked_up, 'x', None)"
    few, many = looks.format("(base,)"), looks.format("(base, *siblings)")
    for text, said, stays in ((few, "use(y)", False), (few, "base.x", True), (many, "use(y)", True)):
        body = ast.parse(text).body
        assert bool(without_idle_looks(body, [*body, *ast.parse(said).body])) is stays
