"""A finding of a pair as one program of its own: a row of fresh objects, its threads, and what the judge asked."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from itertools import chain
from textwrap import indent

from harness.campaign.again import Again
from harness.kernel.pairs.race import DIGITS, LETTERS
from harness.kernel.pairs.subject import Step, Subject, find_subject, sequences, steps
from harness.record.result import Finding
from harness.repro import reported
from harness.repro.inline import dotted, without_needless_names
from harness.repro.setting import WIDTH, fitted, imports_of, together, written
from harness.repro.subject_parts import Parts, without_helpers
from harness.repro.tidy import with_numbers

LONG, SHORT = 1000, 100
"""Objects in a row. In a long one threads run on side by side for a while, and objects are spread over the heap."""
SCARCE = {
    "mmap",
    "multiprocessing",
    "os",
    "select",
    "selectors",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
}
SCARCE |= {"_interpreters", "_socket", "asyncio", "io", "signal", "zoneinfo"}
"""Modules of objects that hold files, or take long to make."""
LINES = 30
"""What a script of a pair is set closely to fit into."""
PLAY = """
def play(me):
    for i in range(LENGTH):
        if i % 3 == me:
            objects[i] = fresh()
        given[me].append(n := 0)
        while REST <= i:
            n = n + 1 if n < 500 else time.sleep(0) or n
        DO
END = time.monotonic() + SECONDS
while time.monotonic() < END:
    objects, given = [fresh() for _ in range(LENGTH)], NOTHING
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(play, ME))
"""
"""Some objects are the racing threads' own, some are not: what a thread releases of another one's is freed later. Where
a thread has no core the other one gives way.
"""
TURNS = "1 + i % 2 * 3"
SUPPRESSED = f"""
for _ in range({TURNS}):
    with contextlib.suppress(BaseException):
        DO
"""
SEVERAL = f"""
for v, do in STEPS[me] * ({TURNS}):
    with contextlib.suppress(BaseException):
        do(objects[i], v)
"""
"""Where nobody asks what an operation gave it is done four times at every other object, for narrow windows."""
LOOKED = """
for o in objects:
    with contextlib.suppress(BaseException):
        LEFT
"""
"""What was freed too early may be noticed only by who looks at what is left."""
CHILD = """
if "child" not in sys.argv:  # a crash, or a hang, is seen from outside
    status = subprocess.run([sys.executable, *sys.orig_argv[1:], "child"]).returncode
    sys.exit(f"seen: the child's exit status is {status}" if status not in (0, 1) else status * 2)
signal.alarm(LONGEST)
"""
SEEN, SEEN_IN_CHILD = "sys.exit(f'seen: SAID')", "sys.exit(print(f'SAID') or 3)"
MODULES = ("concurrent.futures", "contextlib", "itertools", "os", "re", "signal", "subprocess", "sys", "time")


TRIED = """
def did(o, v, do):
    try:
        DONE
    except BaseException as error:
        return RAISED
"""


@dataclass(frozen=True)
class Question:
    """What a script asks of a row. Words in capitals stand for what the finding has there."""

    did: str = ""
    """What does one operation, and gives what is asked; empty: nobody asks."""
    before: str = ""
    """What must be known before anything is raced."""
    odd: str = ""
    """What should not be, once a row is done: false where nothing is."""
    said: str = "{odd.pop()}"


OUTCOMES = Question(
    TRIED.replace("DONE", "return v, do(o, v)").replace("RAISED", "v, type(error).__name__"),
    """
def shown(o, *given):
    return repr((sorted(given), LEFT))
ORDERS = {shown(o, *[did(o, *one) for one in order]) for order in ORDERED for o in [fresh()]}
""",
    "odd := {shown(o, EACH) for *each, o in zip(*given, objects)} - ORDERS",
)
PERMITTED = Question(
    """
def did(o, v, do):
    with contextlib.suppress(BaseException):
        return do(o, v)
""",
    r"""
def words(objects, *given):
    return {*re.findall(r"'(\w+)'", repr((given, [LEFT for o in objects])))}
GIVEN = [words([o], [did(o, *one) for one in order]) for order in ORDERED for o in [fresh()]]
KNOWN = words([fresh()], NAMES).union(*GIVEN)
""",
    "odd := words(objects, *given) - KNOWN",
)
RAISED = Question(
    TRIED.replace("DONE", "do(o, v)").replace("RAISED", "v if type(error).__name__ == 'ERROR' else None"),
    "ORDERS = {did(o, *one) for order in ORDERED for o in [fresh()] for one in order}",
    "odd := {ALL} - {None, *ORDERS}",
    "ERROR by {odd.pop()}",
)
ALONE = Question(
    OUTCOMES.did,
    """
def alone():
    o = fresh()
    return repr((did(o, "a1", ONE), LEFT))
BEFORE = alone()
""",
    "(now := alone()) != BEFORE",
    "{now}",
)
STRUCTURE = Question(odd="odd := {WRONG(o) for o in objects} - {''}")
NOTHING = Question()


def pair_script(finding: Finding, again: Again, header: str, watched: bool, seconds: int) -> str:
    """The program's source; ``watched``: it looks in a child. Raises NotScriptable, or ScenarioError."""
    subject = find_subject(again.scenario.file, again.scenario.name)
    threads = sequences(steps(subject), finding.details.get("variant", again.pairs[0]))
    texts = [
        _Writer(finding, subject, threads, seconds, watched, looks).text(header) for looks in (True, False)
    ]
    return next((text for text in texts if len(text.splitlines()) <= LINES), texts[-1])


class _Writer:
    """Writes one finding's program. ``looks``: where the process dies, at what is left of each object, too."""

    def __init__(
        self,
        finding: Finding,
        subject: type[Subject],
        threads: list[list[Step]],
        seconds: int,
        watched: bool,
        looks: bool,
    ) -> None:
        self.finding, self.subject, self.threads, self.seconds = finding, subject, threads, seconds
        # What is released too often is freed while it is used, where nobody holds it besides.
        self.dies = finding.kind in ("crash", "hang", "sanitizer") or finding.oracle == "lifetime"
        self.watched = watched or self.dies
        self.looks = looks and self.dies
        self.values = [
            [LETTERS[me] + DIGITS[number] for number, _ in enumerate(thread, 1)]
            for me, thread in enumerate(threads)
        ]
        self.several = any(len(thread) > 1 for thread in threads)
        self.parts = Parts(subject)
        self.question = self._question()

    def text(self, header: str) -> str:
        """The program, set closely where it has to be."""
        definitions, body = with_numbers(*self._program())
        definitions = without_helpers(definitions)
        definitions, body = without_needless_names(definitions, body)
        child = CHILD.replace("LONGEST", str(self.seconds + 30)) if self.watched else ""
        if self.finding.kind == "sanitizer":
            child = reported.look(self.finding)
        said = "\n".join([child, *map(written, [*definitions, *body])])
        taken = {line.split()[1] for line in self.parts.bundle.imports if line.startswith("from ")}
        modules = {*taken, *(name for name in MODULES if re.search(rf"\b{name}\.", said))}
        whole, left = dotted([*definitions, *body], self.parts.bundle.imports, modules)
        modules -= {line.split()[1] for line in left if line.startswith("from ")} - set(MODULES)
        imports = imports_of([*left, *(f"import {name}" for name in modules)])
        text = "\n".join([header, imports, child, *map(_bare, map(written, whole))])
        return together(fitted("\n".join(filter(str.strip, text.split("\n"))), LINES, LINES), LINES)

    def _question(self) -> Question:
        if self.finding.details.get("alone"):
            return ALONE
        if self.dies:
            return NOTHING
        named = {"structure": STRUCTURE, "process": RAISED, "permitted": PERMITTED}
        return named.get(self.finding.oracle, OUTCOMES)

    def _program(self) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """What it needs, and the race with what is asked of each row of it."""
        size = self.finding.details.get("size", self.subject.sizes[0])
        self.parts.method("fresh", size=size)
        asked = self.question
        steps_ = f"STEPS = {self._steps()}"
        blocks = [steps_, self._filled(asked.did), self._filled(asked.before), self._play()]
        (*before, play, end, loop) = ast.parse("\n".join(blocks)).body
        assert isinstance(loop, ast.While)
        told = (SEEN_IN_CHILD if self.watched else SEEN).replace("SAID", self._filled(asked.said))
        if asked.odd:
            loop.body += ast.parse(f"if {self._filled(asked.odd)}:\n    {told}").body
        if self.looks and self.subject.left is not Subject.left:
            loop.body += ast.parse(self._filled(LOOKED)).body
        return self.parts.definitions, [*before, play, end, loop]

    def _steps(self) -> str:
        """What each thread does."""
        names = [[one.name for one in thread] for thread in self.threads]
        once = len({*chain(*names)}) == len([*chain(*names)])
        for short in (once, False):
            told = []
            for thread, values in zip(self.threads, self.values, strict=True):
                each = [self._step(one, value, short) for one, value in zip(thread, values, strict=True)]
                told.append(f"[{', '.join(each)}]" if self.several else each[0])
            text = ", ".join(told)
            if len(text) < WIDTH - len("STEPS = "):
                break
        return text

    def _step(self, one: Step, value: str, short: bool) -> str:
        do = ast.unparse(self.parts.operation(one, short))
        if self.question is PERMITTED and one.text:  # it is made of what it sees, and no value itself
            do = f"lambda o, v: ({do})(o, v) and None"
        return f"({value!r}, {do})" if self.question.did or self.several or len(self.threads) > 2 else do

    def _play(self) -> str:
        many = len(self.threads)
        numbers = ", ".join(map(str, range(many)))
        rest = "len(given[1 - me])" if many == 2 else "min(map(len, given))"
        return (
            PLAY.strip()
            .replace("REST", rest)
            .replace("        DO\n", indent(self._does(), " " * 8))
            .replace("NOTHING", f"({', '.join(['[]'] * many)})")
            .replace("ME", f"({numbers})")
            .replace("SECONDS", str(self.seconds))
            .replace("LENGTH", str(self._length()))
        )

    def _length(self) -> int:
        """Of a row: where an object holds what a process has few of, or takes long to make, it is a short one."""
        imported = {line.split()[1].partition(".")[0] for line in self.parts.bundle.imports}
        return SHORT if imported & SCARCE else LONG

    def _does(self) -> str:
        """What a thread does with each object."""
        asked = bool(self.question.did)
        if asked and self.question is not ALONE:
            each = (
                "[did(objects[i], *one) for one in STEPS[me]]"
                if self.several
                else "did(objects[i], *STEPS[me])"
            )
            return f"given[me][i] = {each}\n"
        if self.several:
            return SEVERAL.strip() + "\n"
        if asked or len(self.threads) > 2:
            return SUPPRESSED.strip().replace("DO", "STEPS[me][1](objects[i], STEPS[me][0])") + "\n"
        return SUPPRESSED.strip().replace("DO", "STEPS[me](objects[i], 'ab'[me] + '1')") + "\n"

    def _filled(self, text: str) -> str:
        """A part of the question with what the finding has there."""
        return re.sub(r"\b[A-Z]{3,}\b", lambda found: self._there(found[0]), text)

    def _there(self, word: str) -> str:
        details = self.finding.details
        if word == "ORDERED":
            return self._ordered()
        if word == "EACH":
            return "*sum(each, [])" if self.several else "*each"
        if word == "ALL":
            return "*sum(sum(given, []), [])" if self.several else "*sum(given, [])"
        if word == "NAMES":
            return ", ".join(repr(value) for thread in self.values for value in thread)
        if word == "ERROR":
            return details.get("exception", "")
        if word == "WRONG":
            return self.parts.method("wrong")
        if word == "ONE":
            return ast.unparse(self.parts.operation(steps(self.subject)[details["alone"]], True))
        if word == "LEFT":
            return f"{self.parts.method('left')}(o)" if self.subject.left is not Subject.left else "o"
        return word

    def _ordered(self) -> str:
        """All orders of what all threads do; each thread does its own in its order."""
        if not self.several:
            return "itertools.permutations(STEPS)"
        flat = "sum(STEPS, [])"
        return f"itertools.permutations({flat}) if sorted(order, key=lambda one: one[0][0]) == {flat}"


def _bare(text: str) -> str:
    """Without the brackets around a named value where none are asked for."""
    text = re.sub(r"^( *if )\((\w+ := .*)\):$", r"\1\2:", text, flags=re.MULTILINE)
    text = re.sub(r"^( *if \w+ := )\((.*)\):$", r"\1\2:", text, flags=re.MULTILINE)
    return text.replace("((n := 0))", "(n := 0)")
