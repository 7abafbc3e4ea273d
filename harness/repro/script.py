"""A finding as one program of its own: standard library only, the scenario written out, exit 1 where it shows."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from textwrap import wrap

from harness.campaign.again import Again
from harness.kernel.amplifiers import settings
from harness.kernel.compiler import is_finite
from harness.kernel.levers import amplifiers_of
from harness.kernel.loader import find_scenario
from harness.kernel.objects import VERSION_BUDGET
from harness.kernel.pairs.program import is_program
from harness.kernel.rounds import LENGTH_WITHOUT_STORES
from harness.kernel.scenario import (
    Operation,
    Scenario,
    actor_threads,
    operations,
    without,
)
from harness.record.result import Finding
from harness.repro import reported
from harness.repro.around import ASKED_FOR, FILLING, Around
from harness.repro.bundle import Bundle, NotScriptable, free_names
from harness.repro.defaults import without_defaults
from harness.repro.flatten import Flattened
from harness.repro.inline import at_once, dotted, views_in_place, without_idle_looks, without_needless_names
from harness.repro.judged import at_rest, judged, oracle_for, refused
from harness.repro.paired import pair_script
from harness.repro.programmed import program_script
from harness.repro.racing import HANGS_S
from harness.repro.setting import blocks as blocks_of
from harness.repro.setting import fitted, imports_of, indented
from harness.repro.spliced import without_single_calls
from harness.repro.tidy import (
    Texts,
    with_numbers,
    without_method,
    without_repeats,
    without_single_use,
    without_unread,
    without_unused,
    without_unused_methods,
)
from harness.repro.tuples import with_tuples

SECONDS = 60
"""A script looks for so long."""
WARM_ROUNDS, GROWN_MIB = 2, 32
"""A process that has had so many rounds, and then grows by so much, loses memory with each of them."""
LINES, MANY_LINES = 60, 40
"""What fits on a page, and what is read at a glance: a script that is longer is set more closely."""
WIDTH = 110
OWN_IMPORTS = ("gc", "os", "signal", "subprocess", "sys", "threading", "time")
OWN = ("SEEN", "done", "me", "n")
"""Names of the script's own, which a scenario's state must leave alone."""


@dataclass(frozen=True)
class Actor:
    """One actor as a function of the script."""

    name: str
    threads: int
    finite: bool
    parameters: tuple[str, ...]
    body: tuple[ast.stmt, ...]


def script(finding: Finding, again: Again, header: str, watched: bool = False, seconds: int = SECONDS) -> str:
    """The program's source; ``watched``: it looks in a child, because what it looks for may take it down as well.

    It looks for so many ``seconds``.

    Raises NotScriptable, or ScenarioError when the scenario cannot be loaded here.
    """
    if any(map(is_program, again.pairs)):
        return program_script(finding, again, header, watched, seconds)
    if again.scenario.pairs and not again.pairs:
        raise NotScriptable("it came in mixed rows, and nothing says which two operations raced there")
    if again.pairs:
        return pair_script(finding, again, header, watched, seconds)
    scenario = without(find_scenario(again.scenario.file, again.scenario.name), again.left_out)
    knobs = settings(amplifiers_of(scenario), again.knobs)
    flat = Flattened(scenario, knobs)
    counts = actor_threads(scenario, knobs, again.threads)
    around = Around(knobs, flat.names())
    writer = _Writer(finding, scenario, flat, around, counts, watched, seconds)
    body = writer.body()
    bundle = Bundle()
    names = [name for name in free_names(body) if name not in (*OWN, *writer.functions())]
    for name in names:
        if name not in (*OWN_IMPORTS, ASKED_FOR):
            bundle.need([name], flat.namespace(name) or around.namespace(name))
    definitions, body = with_numbers(bundle.definitions, body)
    without_unused_methods(definitions, body)
    if writer.dies:  # nothing is shown of what was read
        without_method(definitions, "__repr__")
    definitions, body = without_needless_names(definitions, [without_single_use(part) for part in body])
    definitions, body = without_defaults(definitions, body)
    definitions, body, more = with_tuples(definitions, body)
    definitions, body = without_single_calls(definitions, body)
    definitions, body = ([without_single_use(one) for one in part] for part in (definitions, body))
    modules = {*writer.imports(), *set(OWN_IMPORTS) & {*names, *free_names(definitions)}}
    whole, left = dotted([*definitions, *body], bundle.imports, modules)
    *defined, race = [Texts().visit(node) for node in whole]
    imports = [*left, *more, *(f"import {name}" for name in modules), *around.imports(names)]
    assert isinstance(race, ast.FunctionDef)
    race.body = without_idle_looks(race.body, [*defined, race])
    race.body = at_once(views_in_place(race.body))
    blocks = [f"{header}\n{imports_of(imports)}", *around.blocks, *blocks_of(defined)]
    main = writer.main()
    in_main = indented(race, defined, main)
    blocks += [in_main] if in_main else [*blocks_of([race]), main]
    return fitted("\n\n".join(blocks), LINES, MANY_LINES)


class _Writer:
    """Writes one finding's program, part by part."""

    def __init__(
        self,
        finding: Finding,
        scenario: type[Scenario],
        flat: Flattened,
        around: Around,
        counts: dict[str, int],
        watched: bool,
        seconds: int,
    ) -> None:
        self.finding = finding
        self.seconds = seconds
        self.scenario = scenario
        self.flat = flat
        self.around = around
        self.alone = sum(counts.values()) == 1 and around.flat is None
        self.where = finding.signature.split(" | ")[3]
        self.dies = finding.kind in ("crash", "hang")
        self.grows = (finding.kind, finding.oracle) == ("leak", "process")
        self.reported = finding.kind == "sanitizer"
        self.watched = not self.reported and (watched or self.dies)
        self.state = flat.names()
        stores = {
            actor: sum(one.stores for one in operations(scenario) if one.actor == actor) for actor in counts
        }
        spent = sum(stores[actor] * count for actor, count in counts.items())
        self.limit = VERSION_BUDGET // spent if spent else LENGTH_WITHOUT_STORES
        self.actors = [self._actor(name, count) for name, count in counts.items()]
        if around.flat:
            self.actors.append(self._bystander())

    def functions(self) -> list[str]:
        return [
            *(actor.name for actor in self.actors),
            "race",
            "unfinished",
            "found",
            "due",
            "what",
            "holder",
        ]

    def imports(self) -> list[str]:
        wanted = ["sys", "time"]
        if self.reported:
            wanted += reported.MODULES
        if self.watched or not self.alone:
            wanted.append("threading")
        if self.watched or self.around.blocks:
            wanted.append("subprocess")
        if self.watched:
            wanted.append("signal")
        if self.finding.kind == "leak":
            wanted.append("gc")
        if self.grows or FILLING in self.around.blocks:
            wanted.append("os")
        return wanted

    def body(self) -> list[ast.stmt]:
        """All functions: the actors, what is still owed, and one round."""
        parts = [_function(actor.name, actor.parameters, actor.body) for actor in self.actors]
        after: list[ast.stmt] = []
        if self.finding.kind == "leak" and not self.grows:
            owed = self.flat.method("unfinished")
            parameters = tuple(name for name in self.state if name in _names(owed))
            parts.append(_function("unfinished", parameters, tuple(owed)))
            call = f"unfinished({', '.join(parameters)})"
            after = ast.parse(f"gc.collect()\nif owed := {call}:\n    SEEN.append(owed)").body
        elif self.finding.oracle == "quiescence":
            after = at_rest(self.flat, self.where)
        elif self.where == "finalizer" and self.finding.kind == "violation":
            after = refused(self.flat)
        race = without_unused([*self.flat.prepared, *self.around.prepared, *self._started(), *after])
        parts.append(_function("race", (), tuple(race)))
        return parts

    def main(self) -> str:
        """Rounds until it shows, or the time is over."""
        if self.watched:
            seen, until, leaving = ("deadline =", "while", "") if self.dies else _SEEN_IN_CHILD
            return _WATCHED.format(
                seconds=self.seconds, hangs=HANGS_S, until=until, leaving=leaving, seen=seen
            )
        if self.reported:
            return reported.look(self.finding) + _ROUNDS.format(seconds=self.seconds)
        if self.grows:
            return _GROWS.format(seconds=self.seconds, warm=WARM_ROUNDS, most=GROWN_MIB) + _TOLD
        look = (
            f"SEEN, deadline = [], time.monotonic() + {self.seconds}\n"
            "while not SEEN and time.monotonic() < deadline:\n"
            "    race()\n"
        )
        return look + _TOLD

    def _actor(self, name: str, threads: int) -> Actor:
        mine = [one for one in operations(self.scenario) if one.actor == name]
        finite = is_finite(self.scenario, name)
        memory: list[ast.stmt] = []
        body: list[ast.stmt] = []
        for one in mine:
            remembered, done = self._operation(one)
            memory += remembered
            body += done
        body = without_repeats(body)
        counts = "n" in _names(body)
        loop = self._guarded(name, self._loop(body, finite, counts))
        used = _names(loop)
        parameters = [name for name in self.state if name in used]
        parameters += [] if finite else ["done"]
        parameters += ["me"] if "me" in used else []
        return Actor(name, threads, finite, tuple(parameters), (*memory, *self.around.first(), *loop))

    def _bystander(self) -> Actor:
        name = self.around.name
        loop = self._guarded(name, self._loop(self.around.body, False, False))
        used = _names(loop)
        parameters = [*(name for name in self.around.state if name in used), "done"]
        return Actor(name, 1, False, tuple(parameters), tuple(loop))

    def _guarded(self, name: str, loop: list[ast.stmt]) -> list[ast.stmt]:
        """The actor's loop; where the finding is what it raised, that is noted."""
        if self.finding.kind == "exception" and self.where == name:
            raised = self.finding.details["exception"]
            text = f"try:\n    pass\nexcept {raised} as error:\n    SEEN.append(f'{{type(error).__name__}}: {{error}}')"
            (guard,) = ast.parse(text).body
            assert isinstance(guard, ast.Try)
            guard.body = loop
            return [guard]
        return loop

    def _operation(self, one: Operation) -> tuple[list[ast.stmt], list[ast.stmt]]:
        body = self.flat.of(one.function)
        memory: list[ast.stmt] = []
        verdict: list[ast.stmt] = []
        last = body[-1] if body else None
        if isinstance(last, ast.Return):
            body = body[:-1]
            if last.value is not None and self._is_wanted(one):
                taken = {*self.state, *self.flat.locals, *OWN}
                memory, observed, verdict = judged(
                    self.flat, oracle_for(self.scenario, one), last.value, taken
                )
                body += observed
            elif last.value is not None and (read := _read(last.value)) is not None:
                body.append(ast.Expr(read))
        if not verdict:
            body = without_unread(body)
        if one.may_raise:
            allowed = ", ".join(kind.__name__ for kind in one.may_raise)
            (guard,) = ast.parse(f"try:\n    pass\nexcept ({allowed}):\n    pass").body
            assert isinstance(guard, ast.Try)
            guard.body, guard.orelse = body or [ast.Pass()], verdict
            return memory, [guard]
        return memory, body + verdict

    def _is_wanted(self, one: Operation) -> bool:
        return self.finding.kind == "violation" and self.where == one.name

    def _loop(self, body: list[ast.stmt], finite: bool, counts: bool) -> list[ast.stmt]:
        if finite:
            counter = "n" if counts else "_"
            (loop,) = ast.parse(f"for {counter} in range(1, {self.limit + 1}):\n    pass").body
        elif counts:
            (loop,) = ast.parse("n = 0\nwhile not done:\n    n += 1").body[1:]
            body = [*ast.parse("n += 1").body, *body]
        else:
            (loop,) = ast.parse("while not done:\n    pass").body
        assert isinstance(loop, (ast.For, ast.While))
        loop.body = body or [ast.Pass()]
        return [*ast.parse("n = 0").body, loop] if counts and not finite else [loop]

    def _started(self) -> list[ast.stmt]:
        if self.alone:
            (actor,) = self.actors
            return ast.parse(f"{actor.name}({', '.join(actor.parameters)})").body
        finite = [_threads(actor) for actor in self.actors if actor.finite]
        endless = [_threads(actor) for actor in self.actors if not actor.finite]
        first = next(actor for actor in self.actors if actor.finite)
        if endless and len(finite) == first.threads == 1:
            given = ["0" if name == "me" else name for name in first.parameters]
            call = f"{first.name}({', '.join(given)})"
            if len(endless) == 1 and not endless[0].startswith("*("):
                (beside,) = (actor for actor in self.actors if not actor.finite)
                return ast.parse(_BESIDE_ONE.format(endless=_threads(beside, "done := []"), call=call)).body
            return ast.parse(_HERE.format(endless=_joined(endless), call=call)).body
        lines = ["done = []"] if endless else []
        lines.append(f"finite = {_joined(finite)}")
        if endless:
            lines.append(f"endless = {_joined(endless)}")
        lines.append(f"for thread in {'endless + finite' if endless else 'finite'}:\n    thread.start()")
        lines.append("for thread in finite:\n    thread.join()")
        if endless:
            lines.append("done.append(True)\nfor thread in endless:\n    thread.join()")
        return ast.parse("\n".join(lines)).body


_BESIDE_ONE = """\
thread = {endless}
thread.start()
{call}
done.append(True)
thread.join()
"""
_HERE = """\
done = []
threads = {endless}
for thread in threads:
    thread.start()
{call}
done.append(True)
for thread in threads:
    thread.join()
"""
_GROWS = """\
def resident():
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
sizes, SEEN, deadline = [], [], time.monotonic() + {seconds}
while not SEEN and time.monotonic() < deadline:
    race()
    gc.collect()
    sizes.append(resident())
    if sizes[-1] - sizes[:{warm}][-1] > {most}:
        SEEN.append(f"after round {warm} it held {{sizes[{warm} - 1]}} MiB, after round {{len(sizes)}} {{sizes[-1]}}")
"""
_ROUNDS = """\
deadline = time.monotonic() + {seconds}
while time.monotonic() < deadline:
    race()
"""
_TOLD = 'print(f"seen: {SEEN[0]}" if SEEN else "not seen")\nsys.exit(1 if SEEN else 0)\n'
_WATCHED = """\
if "child" not in sys.argv:  # a crash is seen from outside
    status = subprocess.call([sys.executable, *sys.orig_argv[1:], "child"])
    print(f"seen: the child's exit status is {{status}}" if status not in (0, 1) else f"not seen: {{status}}")
    sys.exit({{0: 0, 1: 2}}.get(status, 1))
threading.excepthook = lambda args: None  # what else goes wrong in its threads is not what is looked for
{seen} time.monotonic() + {seconds}
{until} time.monotonic() < deadline:
    signal.alarm({hangs})  # kills a child that hangs
    race()
{leaving}"""
_SEEN_IN_CHILD = (
    "SEEN, deadline = [],",
    "while not SEEN and",
    "print(*SEEN[:1])\nsys.exit(3 if SEEN else 0)\n",
)


def _threads(actor: Actor, done: str = "done") -> str:
    arguments = ", ".join(done if one == "done" else one for one in actor.parameters)
    arguments += "," if len(actor.parameters) == 1 else ""
    made = f"threading.Thread(target={actor.name}, args=({arguments}))"
    if actor.threads == 1 and "me" not in actor.parameters:
        return made
    return f"*({made} for {'me' if 'me' in actor.parameters else '_'} in range({actor.threads}))"


def _joined(threads: list[str]) -> str:
    if len(threads) == 1 and threads[0].startswith("*("):
        return f"[{threads[0][2:-1]}]"
    return f"[{', '.join(threads)}]"


def _read(value: ast.expr) -> ast.expr | None:
    """What an operation that nobody judges reads: without the parts that read nothing; None if none is left."""
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    read = [one for one in parts if not isinstance(one, (ast.Constant, ast.Name))]
    if not read:
        return None
    return read[0] if len(read) == 1 else ast.Tuple(read, ast.Load())


def _function(name: str, parameters: tuple[str, ...], body: tuple[ast.stmt, ...]) -> ast.stmt:
    (function,) = ast.parse(f"def {name}({', '.join(parameters)}):\n    pass").body
    assert isinstance(function, ast.FunctionDef)
    function.body = list(body) or [ast.Pass()]
    return function


def _names(body: list[ast.stmt]) -> set[str]:
    return {node.id for part in body for node in ast.walk(part) if isinstance(node, ast.Name)}


def docstring(paragraphs: list[str]) -> str:
    """The script's header."""
    wrapped = [
        "\n".join(wrap(part, WIDTH, break_long_words=False, break_on_hyphens=False)) for part in paragraphs
    ]
    text = "\n".join(wrapped).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{text}"""'


__all__ = ["SECONDS", "NotScriptable", "docstring", "script"]
