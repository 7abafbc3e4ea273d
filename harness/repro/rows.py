"""What a random program's script is written with: a row of fresh worlds, its threads, and what the judge asked."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from harness.kernel.pairs.race import DIGITS, IN_TURN
from harness.kernel.pairs.subject import Step, Subject, steps
from harness.record.result import Finding
from harness.repro import reported
from harness.repro.bundle import Bundle, NotScriptable, free_names, strip
from harness.repro.setting import fitted, together

OWN = ("fresh", "left", "wrong")
DID = """
def did(o, me, do, v):
    try:
        return v, do(o, v)
    except Exception as error:
        return v, type(error).__name__
"""
ORDERS = """
def shown(given, o):
    return repr((sorted(given), LEFT))
ORDERS = [shown([did(o, *step) for step in order], o) for order in itertools.permutations(STEPS)\
FILTER for o in [fresh()]]
"""
FILTER = " if sorted(order, key=lambda step: step[0]) == STEPS"
"""Where a thread has several operations: it does them in their order."""
ALONE = """
def alone():
    o = fresh()
    return repr((did(o, 0, CHECK, "a1"), LEFT))
BEFORE = alone()
"""
PLAY = """
def play(me):
    for i in range(200):
        if i % 3 == me:
            objects[i] = fresh()
        here[me][i], n = True, 0
        while not here[1 - me][i]:
            n = n + 1 if n < 500 else time.sleep(0) or n
        for _ in range((i % 9 - 4) * (2 * me - 1)):
            pass
        given[me][i] = [did(objects[i], *step) for step in STEPS if step[0] == me]
"""
"""Some objects are the racing threads' own, some are not: what a thread releases of another one's is freed later. Where
a thread has no core the other one gives way; who is ahead changes.
"""
LOOP = """
SEEN, deadline = "", time.monotonic() + SECONDS
while not SEEN and time.monotonic() < deadline:
    objects, here, given = [fresh() for _ in range(200)], [[False] * 200 for _ in ME], [[None] * 200 for _ in ME]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(play, ME))
"""
CHECK = """\
    SEEN = next((now for *all_, o in zip(*given, objects) if (now := shown(sum(all_, []), o)) not in ORDERSMORE), "")
"""
LOOKED = """\
    _ = [did(o, 0, lambda o, v: LEFT, "") for o in objects]
"""
"""What was freed too early may be noticed only by who looks at what is left."""
WRONG = """\
    SEEN = next(filter(None, map(wrong, objects)), "")
"""
BROKEN = """\
    SEEN = "" if alone() == BEFORE else alone()
"""
TOLD = """
print(f"seen: {SEEN}" if SEEN else "not seen")
sys.exit(bool(SEEN))
"""
CHILD = """
if "child" not in sys.argv:  # a crash is seen from outside
    try:
        status = subprocess.run([sys.executable, *sys.orig_argv[1:], "child"], timeout=LONGEST).returncode
    except subprocess.TimeoutExpired:
        status = "none: it hangs"
    print(f"seen: the child's exit status is {status}" if status not in (0, 1) else f"not seen: {status}")
    sys.exit({0: 0, 1: 2}.get(status, 1))
"""
MODULES = ("concurrent.futures", "itertools", "os", "re", "subprocess", "sys", "time")


def closely_set(header: str, writer: Writer, watched: bool, lines: int) -> str:
    """The program that is written, in so many lines where it fits into them."""
    blocks = [*writer.functions(), *writer.race()]
    child = [CHILD.replace("LONGEST", str(writer.seconds + 30))] if watched or writer.dies else []
    if writer.finding.kind == "sanitizer":
        child = [reported.look(writer.finding)]
    used = _used([*blocks, *child], writer.modules)
    imports = [f"import {', '.join(sorted({*used, *writer.needed()}))}", *writer.others()]
    text = "\n".join([header, *imports, *child, *blocks])
    closely = fitted("\n".join(line for line in text.split("\n") if line.strip()), lines, lines)
    return together(closely, lines)


def _used(blocks: list[str], modules: tuple[str, ...]) -> list[str]:
    text = "\n".join(blocks)
    return [name for name in modules if f"{name}." in text]


class Writer:
    """Writes one finding's program, part by part."""

    modules: tuple[str, ...] = MODULES
    """Of which it imports those that it uses."""
    looks = True
    """Whether it looks at what is left, too, where the process dies."""

    def __init__(
        self, finding: Finding, subject: type[Subject], threads: list[list[Step]], seconds: int
    ) -> None:
        self.finding, self.subject, self.threads, self.seconds = finding, subject, threads, seconds
        # What is released too often is freed while it is used, where nobody holds it besides.
        self.dies = finding.kind in ("crash", "hang", "sanitizer") or finding.oracle == "lifetime"
        self.alone = finding.details.get("alone", "")
        self.done = {one.name: one for one in chain(*threads)}
        if self.alone:
            self.done[self.alone] = steps(subject)[self.alone]
        wanted = "wrong" if finding.oracle == "structure" else "left"
        self.asked = wanted if getattr(subject, wanted) is not getattr(Subject, wanted) else ""
        self.orders = ORDERS
        self.left = "left(o)" if self.asked == "left" else "o"
        self.bundle = Bundle()

    def functions(self) -> Iterator[str]:
        """How to make an object, its operations, what is asked of it, and all that these need."""
        size = self.finding.details.get("size", self.subject.sizes[0])
        written: list[tuple[Callable[..., Any], ast.stmt]] = [
            (self.subject.fresh, method(self.subject.fresh, "fresh", size))
        ]
        written += [(one.do, parsed(one.do)) for one in self.done.values()]
        if self.asked:
            asked = getattr(self.subject, self.asked)
            written.append((asked, method(asked, self.asked)))
        yield from self.with_needs(written)

    def with_needs(self, written: Sequence[tuple[Callable[..., Any], ast.stmt]]) -> Iterator[str]:
        """Functions, each with what it was written from, behind all that they need."""
        for one, function in written:  # a base may be of another module
            needed = [name for name in free_names([function]) if name not in OWN]
            self.bundle.need(needed, vars(inspect.getmodule(one)))
        for node in (*self.bundle.definitions, *(function for _, function in written)):
            yield ast.unparse(ast.fix_missing_locations(node))

    def needed(self) -> list[str]:
        return [one.removeprefix("import ") for one in self.bundle.imports if one.startswith("import ")]

    def others(self) -> list[str]:
        return [one for one in self.bundle.imports if one.startswith("from ")]

    def called(self, thread: int, number: int) -> str:
        """An operation as an expression: a function of the object and a string."""
        return self.threads[thread][number].do.__name__

    def race(self) -> Iterator[str]:
        """One row after the other, and what is asked of each object of it."""
        told = [
            f'({me}, {self.called(me, number)}, "{IN_TURN[me]}{DIGITS[number + 1]}")'
            for me, thread in enumerate(self.threads)
            for number in range(len(thread))
        ]
        yield f"STEPS = [{', '.join(told)}]"
        yield DID
        left, check = self.left, ""
        if self.alone:
            yield ALONE.replace("CHECK", self.done[self.alone].do.__name__).replace("LEFT", left)
            check = BROKEN
        elif self.finding.oracle == "structure":
            check = WRONG
        elif self.dies:
            check = LOOKED.replace("LEFT", left) if self.looks else ""
        else:
            several = any(len(thread) > 1 for thread in self.threads)
            yield self.orders.replace("LEFT", left).replace("FILTER", FILTER if several else "")
            check = CHECK.replace("MORE", self._more())
        others = "here[1 - me][i]" if len(self.threads) == 2 else "all(flags[i] for flags in here)"
        yield PLAY.replace("here[1 - me][i]", others)
        me = str(tuple(range(len(self.threads))))
        yield LOOP.replace("SECONDS", str(self.seconds)).replace("ME", me) + check
        yield TOLD

    def _more(self) -> str:
        """What must be so, too, where a round that no order gives may be right."""
        if self.finding.oracle == "process":
            return f" and {self.finding.details.get('exception', '')!r} in now"
        if self.finding.oracle == "permitted":
            return (
                " and not set(re.findall(r\"'(\\w+)'\", now)) <= set(re.findall(r\"'(\\w+)'\", repr(ORDERS)))"
            )
        return ""


def method(of: Callable[..., Any], name: str, size: int | None = None) -> ast.FunctionDef:
    """A method of the subject as a function without ``self``; ``fresh`` always makes the size that showed it."""
    function = parsed(of)
    function.args.args = function.args.args[1:]
    if size is not None:
        function.args.defaults = [ast.Constant(size)]
        if "size" not in _names(ast.Module(function.body, [])):
            function.args.args, function.args.defaults = [], []
    function.name = name
    if "self" in _names(function):
        raise NotScriptable(f"{name} of the subject uses its other methods")
    return function


def parsed(function: Callable[..., Any]) -> ast.FunctionDef:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    stripped: ast.FunctionDef = _Plainly().visit(strip(tree))
    return stripped


class _Plainly(ast.NodeTransformer):
    """``fresh_strings`` in plain Python."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "fresh_strings":
            return ast.parse(f"['x' + str(n) for n in range({ast.unparse(node.args[0])})]", mode="eval").body
        return node


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
