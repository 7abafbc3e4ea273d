"""A finding of a pair as one program of its own: a row of fresh objects, two threads, and what the judge asked."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from harness.campaign.again import Again
from harness.kernel.pairs.subject import Subject, find_subject, sequences, steps
from harness.record.result import Finding
from harness.repro.bundle import Bundle, NotScriptable, free_names, strip
from harness.repro.setting import fitted

LINES = 30
"""What a script of a pair is set closely to fit into."""
OWN = ("fresh", "left", "wrong")
TRIED = """
def tried(do, o, v):
    try:
        return do(o, v)
    except Exception as error:
        return type(error).__name__
"""
ONCE = """
def alone(first, then):
    o, given = fresh(), {}
    for me in first, then:
        given[me] = tried(STEPS[me], o, "ab"[me] + "1")
    return repr((given[0], given[1], LEFT))
ORDERS = alone(0, 1), alone(1, 0)
"""
SEVERAL = """
def alone(order):
    o, given = fresh(), ([], [])
    for me in order:
        given[me].append(tried(STEPS[me][len(given[me])], o, "ab"[me] + str(len(given[me]) + 1)))
    return repr((*given, LEFT))
ORDERS = {alone(order) for order in itertools.permutations([0] * len(STEPS[0]) + [1] * len(STEPS[1]))}
"""
DO_ONCE = 'tried(STEPS[me], o, "ab"[me] + "1")'
DO_SEVERAL = '[tried(do, o, "ab"[me] + str(n)) for n, do in enumerate(STEPS[me], 1)]'
RACE = """
def play(me):
    for i, o in enumerate(objects):
        here[me][i] = True
        while not here[1 - me][i]:
            pass
        given[me][i] = GIVEN
deadline, SEEN = time.monotonic() + SECONDS, ""
while not SEEN and time.monotonic() < deadline:
    objects = [fresh() for _ in range(200)]
    here, given = ([False] * 200, [False] * 200), ([None] * 200, [None] * 200)
    threads = [threading.Thread(target=play, args=(me,)) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""
CHECK = """\
    for i, o in enumerate(objects):
        now = repr((given[0][i], given[1][i], LEFT))
        if now not in ORDERSMORE:
            SEEN = now
"""
WRONG = """\
    SEEN = next(filter(None, map(wrong, objects)), "")
"""
TOLD = """\
print(f"seen: {SEEN}" if SEEN else "not seen")
sys.exit(1 if SEEN else 0)
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


def pair_script(finding: Finding, again: Again, header: str, watched: bool, seconds: int) -> str:
    """The program's source; ``watched``: it looks in a child. Raises NotScriptable, or ScenarioError."""
    subject = find_subject(again.scenario.file, again.scenario.name)
    variant = finding.details.get("variant", again.pairs[0])
    threads = sequences(steps(subject), variant)
    if len(threads) != 2:
        raise NotScriptable(f"{variant} is no pair")
    size = finding.details.get("size", subject.sizes[0])
    dies = finding.kind in ("crash", "hang")
    declared = {one.name: one.do for thread in threads for one in thread}
    asks = [name for name in ("left", "wrong") if getattr(subject, name) is not getattr(Subject, name)]
    asks = [] if dies else [name for name in asks if (name == "wrong") == (finding.oracle == "structure")]
    written: list[tuple[Callable[..., Any], ast.stmt]] = [
        (subject.fresh, _method(subject.fresh, "fresh", size))
    ]
    written += [(do, _parsed(do)) for do in declared.values()]
    written += [(getattr(subject, name), _method(getattr(subject, name), name)) for name in asks]
    bundle = Bundle()
    for one, function in written:  # a base may be of another module
        needed = [name for name in free_names([function]) if name not in OWN]
        bundle.need(needed, vars(inspect.getmodule(one)))
    functions = [function for _, function in written]
    left = "left(o)" if "left" in asks else "o"
    several = any(len(thread) > 1 for thread in threads)
    named = [", ".join(one.do.__name__ for one in thread) for thread in threads]
    told = ", ".join(f"({one},)" if several else one for one in named)
    parts = [TRIED, f"STEPS = {told}", _judged(finding, left, several)]
    modules = {"sys", "time", "threading", *({"subprocess"} if watched or dies else ())}
    modules |= {name for name in ("itertools", "re") if f"{name}." in "".join(parts)}
    plain = sorted(
        {*modules, *(one.removeprefix("import ") for one in bundle.imports if one.startswith("import "))}
    )
    imports = [f"import {', '.join(plain)}", *(one for one in bundle.imports if one.startswith("from "))]
    defined = [ast.unparse(ast.fix_missing_locations(one)) for one in [*bundle.definitions, *functions]]
    blocks = [header, *imports, *([CHILD.replace("LONGEST", str(seconds + 30))] if watched or dies else [])]
    text = "\n".join([*blocks, *defined, *parts, TOLD]).replace("SECONDS", str(seconds))
    return fitted("\n".join(line for line in text.split("\n") if line.strip()), LINES, LINES)


def _judged(finding: Finding, left: str, several: bool) -> str:
    """One row after the other, and what is asked of each object of it."""
    race = RACE.replace("GIVEN", DO_SEVERAL if several else DO_ONCE)
    if finding.kind in ("crash", "hang"):
        return race
    if finding.oracle == "structure":
        return race + WRONG
    more = {
        "outcomes": "",
        "permitted": " and not set(re.findall(r\"'(\\w+)'\", now)) <= set(re.findall(r\"'(\\w+)'\", repr(ORDERS)))",
        "process": f" and {finding.details.get('exception', '')!r} in now",
    }[finding.oracle]
    orders = SEVERAL if several else ONCE
    return (orders + race + CHECK).replace("LEFT", left).replace("ORDERSMORE", "ORDERS" + more)


def _method(method: Callable[..., Any], name: str, size: int | None = None) -> ast.stmt:
    """A method of the subject as a function without ``self``; ``fresh`` always makes the size that showed it."""
    function = _parsed(method)
    function.args.args = function.args.args[1:]
    if size is not None:
        function.args.defaults = [ast.Constant(size)]
        if not any(
            isinstance(node, ast.Name) and node.id == "size"
            for node in ast.walk(ast.Module(function.body, []))
        ):
            function.args.args, function.args.defaults = [], []
    function.name = name
    if "self" in _names(function):
        raise NotScriptable(f"{name} of the subject uses its other methods")
    return function


def _parsed(function: Callable[..., Any]) -> ast.FunctionDef:
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
