"""How a script races subjects: a row of fresh objects, its threads, and what the judge asked."""

from __future__ import annotations

import ast
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from textwrap import indent
from typing import ClassVar, Generic, TypeVar

from harness.kernel.pairs.judge import NEVER
from harness.kernel.pairs.race import DIGITS
from harness.record.result import Finding
from harness.repro import reported
from harness.repro.around import FILLING
from harness.repro.bundle import Bundle
from harness.repro.inline import dotted, without_needless_names
from harness.repro.setting import WIDTH, fitted, imports_of, together, written
from harness.repro.subject_parts import without_helpers
from harness.repro.tidy import with_numbers

Done = TypeVar("Done")
"""One operation of a thread, as the writer of its kind of finding knows it."""

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
"""Where nobody asks what an operation gave it is done four times at every other object, for narrow windows."""
LATE = "(i % 5 == me) * (i * 7919 % 2 ** (i % 13))"
"""What a thread sums up before it begins, at some objects: what is sensitive may come late in the other's operation."""
SUPPRESSED = """
with contextlib.suppress(BaseException):
    DO
"""
CHILD = """
if "child" not in sys.argv:  # a crash, or a hang, is seen from outside
    status = subprocess.run([sys.executable, *sys.orig_argv[1:], "child"]).returncode
    sys.exit(f"seen: the child's exit status is {status}" if status not in (0, 1) else status * 2)
"""
FILLS = """
os.environ["PYTHONMALLOC"] = "debug"  # the child's freed memory is filled
"""
HANGS_S = 10
"""What has not ended after so long hangs: a round of fresh state, or a row of objects, takes a fraction of a second."""
SEEN, SEEN_IN_CHILD = "sys.exit(f'seen: SAID')", "sys.exit(print(f'SAID') or 3)"
MODULES = (
    *("array", "concurrent.futures", "contextlib", "gc", "itertools", "operator", "os", "re", "signal"),
    *("subprocess", "sys", "time"),
)


TRIED = """
def did(o, TOLD):
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
    TRIED.replace("DONE", "return WHO, do(o, v)").replace("RAISED", "WHO, type(error).__name__"),
    """
def shown(o, *given):
    return repr((SORTED, LEFT))
ORDERS = {shown(o, *[did(o, *one) for one in order]) for order in ORDERED for o in [fresh()]}
""",
    "odd := {shown(o, EACH) for *each, o in zip(*given, objects)} - ORDERS",
)
PERMITTED = Question(
    """
def did(o, TOLD):
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
    TRIED.replace("DONE", "do(o, v)").replace("RAISED", "WHOSE if type(error).__name__ == 'ERROR' else None"),
    "ORDERS = {did(o, *one) for order in ORDERED for o in [fresh()] for one in order}",
    "odd := {ALL} - {None, *ORDERS}",
    "ERROR by {odd.pop()}",
)
IN_NO_ORDER = replace(RAISED, before="", odd="odd := {ALL} - {None}")
"""Where what was raised is wrong in whatever order."""
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
LEAKING = Question(
    before="""
def grown():
    objects.clear(), *map(list.clear, given), gc.collect()
    totals.append(sys.gettotalrefcount())
    last = totals[-41:]
    return (len(last) > 40 and all(map(operator.lt, last, last[1:]))) * (last[-1] - last[0])
totals = array.array("q")
""",
    odd="odd := grown()",
    said="{odd} references more after 40 rows, some after each",
)
"""A debug build says how many there are. What a race leaves behind for a while is not there after each of so many."""
STRUCTURE = Question(odd="odd := {WRONG(o) for o in objects} - {''}")
NOTHING = Question()


class Writer(ABC, Generic[Done]):
    """Writes one finding's program. ``looks``: where the process dies, at what is left of each object, too."""

    lines: ClassVar[int]
    """What its script is set closely to fit into."""
    letters: ClassVar[str]
    """That the threads' values begin with."""
    modules: ClassVar[tuple[str, ...]] = MODULES
    """Those that it may name itself."""
    turns: ClassVar[str] = TURNS
    """How often operations that nobody asks about are done to an object; empty: once."""
    words: ClassVar[dict[str, str]] = {
        "TOLD": "v, do",
        "WHO": "v",
        "WHOSE": "v",
        "SORTED": "sorted(given)",
        "OWNER": "one[0][0]",
    }
    """What a step says beside its operation; who did it, and whose what it raised is; whose ``one`` of the steps is."""

    def __init__(
        self,
        finding: Finding,
        threads: Sequence[Sequence[Done]],
        bundle: Bundle,
        seconds: int,
        watched: bool,
        looks: bool,
    ) -> None:
        self.finding, self.threads, self.bundle, self.seconds = finding, threads, bundle, seconds
        # What is released too often is freed while it is used, where nobody holds it besides.
        self.dies = finding.kind in ("crash", "hang", "sanitizer") or finding.oracle == "lifetime"
        self.watched = watched or self.dies
        self.looks = looks and self.dies
        self.values = [
            [self.letters[me] + DIGITS[number] for number, _ in enumerate(thread, 1)]
            for me, thread in enumerate(threads)
        ]
        self.several = any(len(thread) > 1 for thread in threads)
        self.question = self.asked()

    def asked(self) -> Question:
        """What it asks of a row."""
        if self.finding.details.get("alone"):
            return ALONE
        if self.dies:
            return NOTHING
        if self.finding.kind == "leak":
            return LEAKING
        raised = IN_NO_ORDER if self.finding.details.get("exception") in NEVER else RAISED
        named = {"structure": STRUCTURE, "process": raised, "permitted": PERMITTED}
        return named.get(self.finding.oracle, OUTCOMES)

    @abstractmethod
    def prepare(self) -> None:
        """Bring in ``fresh``."""

    @abstractmethod
    def operation(self, one: Done, short: bool) -> ast.expr:
        """Bring in an operation; what is said where it is used: its name, or, if ``short``, a ``lambda``."""

    @abstractmethod
    def is_text(self, one: Done) -> bool:
        """Whether it gives what is made of what it sees, and no value itself."""

    @abstractmethod
    def look(self) -> str:
        """What looks at all that is left of a row: who looks may be the only one to notice what was freed too early.

        Empty where it would be looked at as it is.
        """

    @abstractmethod
    def definitions(self) -> list[ast.stmt]:
        """All that was brought in."""

    def text(self, header: str, fills: bool) -> str:
        """The program, set closely where it has to be; ``fills``: with freed memory filled."""
        definitions, body = with_numbers(*self._program())
        definitions, body = without_helpers(definitions, body)
        definitions, body = without_needless_names(definitions, body)
        filling = (FILLS if self.watched else FILLING) if fills else ""
        child = filling + CHILD if self.watched else filling
        if self.finding.kind == "sanitizer":
            child = reported.look(self.finding)
        said = "\n".join([child, *map(written, [*definitions, *body])])
        taken = {line.split()[1] for line in self.bundle.imports if line.startswith("from ")}
        modules = {*taken, *(name for name in self.modules if re.search(rf"\b{name}\.", said))}
        whole, left = dotted([*definitions, *body], self.bundle.imports, modules)
        modules -= {line.split()[1] for line in left if line.startswith("from ")} - set(self.modules)
        imports = imports_of([*left, *(f"import {name}" for name in modules)])
        text = "\n".join([header, imports, child, *map(_bare, map(written, whole))])
        closely = fitted("\n".join(filter(str.strip, text.split("\n"))), self.lines, self.lines)
        return together(closely, self.lines)

    def _program(self) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """What it needs, and the race with what is asked of each row of it."""
        self.prepare()
        asked = self.question
        steps = f"STEPS = {self._steps()},"
        blocks = [steps, self._filled(asked.did), self._filled(asked.before), self._play()]
        (*before, play, end, loop) = ast.parse("\n".join(blocks)).body
        assert isinstance(loop, ast.While)
        if self.watched:
            loop.body[:0] = ast.parse(f"signal.alarm({HANGS_S})").body
        told = (SEEN_IN_CHILD if self.watched else SEEN).replace("SAID", self._filled(asked.said))
        if asked.odd:
            loop.body += ast.parse(f"if {self._filled(asked.odd)}:\n    {told}").body
        if self.looks:
            loop.body += ast.parse(self._filled(self.look())).body
        return self.definitions(), [*before, end, play, loop]  # what is short beside what is short: one line

    def _steps(self) -> str:
        """What each thread does."""
        done = [*chain(*self.threads)]
        once = len({*done}) == len(done)
        for short in (once, False):
            told = []
            for me in range(len(self.threads)):
                each = [*self._told(me, short)]
                told.append(f"[{', '.join(each)}]" if self.several else each[0])
            text = ", ".join(told)
            if len(text) < WIDTH - len("STEPS = "):
                break
        return text

    def _told(self, me: int, short: bool) -> Iterator[str]:
        """The steps of a thread, each as it stands in a script."""
        named = bool(self.question.did or self.several or len(self.threads) > 2)
        for one, value in zip(self.threads[me], self.values[me], strict=True):
            do = ast.unparse(self.operation(one, short))
            if self.question is PERMITTED and self.is_text(one):
                do = f"lambda o, v: ({do})(o, v) and None"
            yield f"({self.told(me, value)}, {do})" if named else do

    def told(self, me: int, value: str) -> str:
        """What a step says before its operation."""
        return repr(value)

    def _play(self) -> str:
        many = len(self.threads)
        rest = "len(given[1 - me])" if many == 2 else "min(map(len, given))"
        return (
            PLAY.strip()
            .replace("REST", rest)
            .replace("        DO\n", indent(self._does(), " " * 8))
            .replace("NOTHING", f"({'[], ' * many})")
            .replace("ME", str((*range(many),)))
            .replace("SECONDS", str(self.seconds))
            .replace("LENGTH", str(self._length()))
        )

    def _length(self) -> int:
        """Of a row: where an object holds what a process has few of, or takes long to make, it is a short one."""
        imported = {line.split()[1].partition(".")[0] for line in self.bundle.imports}
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
            return f"n = sum(range({LATE}))\ngiven[me][i] = {each}\n"
        if self.several:
            steps = f"STEPS[me] * ({self.turns})" if self.turns else "STEPS[me]"
            return f"for v, do in {steps}:\n" + _suppressed("do(objects[i], v)", 1)
        if asked or len(self.threads) > 2:
            done = "STEPS[me][1](objects[i], STEPS[me][0])"
        else:
            done = "STEPS[me](objects[i], 'ab'[me] + '1')"
        return (
            f"for _ in range({self.turns}):\n{_suppressed(done, 1)}" if self.turns else _suppressed(done, 0)
        )

    def _filled(self, text: str) -> str:
        """A part of the question with what the finding has there."""
        return re.sub(r"\b[A-Z]{3,}\b", lambda found: self.there(found[0]), text)

    def there(self, word: str) -> str:
        """What stands in a question for a word in capitals."""
        if word == "ORDERED":
            return self._ordered()
        if word == "EACH":
            return "*sum(each, [])" if self.several else "*each"
        if word == "ALL":
            return "*sum(sum(given, []), [])" if self.several else "*sum(given, [])"
        if word == "NAMES":
            return ", ".join(repr(value) for thread in self.values for value in thread)
        if word == "ERROR":
            return self.finding.details.get("exception", "")
        return self.words.get(word, word)

    def _ordered(self) -> str:
        """All orders of what all threads do; each thread does its own in its order."""
        if not self.several:
            return "itertools.permutations(STEPS)"
        flat, owner = "sum(STEPS, [])", self.words["OWNER"]
        return f"itertools.permutations({flat}) if sorted(order, key=lambda one: {owner}) == {flat}"


def shortest(texts: Iterator[str], lines: int) -> str:
    """The first of a script's texts that has at most so many lines, or the last one."""
    text = ""
    for text in texts:
        if len(text.splitlines()) <= lines:
            break
    return text


def _suppressed(done: str, depth: int) -> str:
    return indent(SUPPRESSED.strip().replace("DO", done) + "\n", " " * 4 * depth)


def _bare(text: str) -> str:
    """Without the brackets around a named value where none are asked for."""
    text = re.sub(r"^( *if )\((\w+ := .*)\):$", r"\1\2:", text, flags=re.MULTILINE)
    text = re.sub(r"^( *if \w+ := )\((.*)\):$", r"\1\2:", text, flags=re.MULTILINE)
    return text.replace("((n := 0))", "(n := 0)")
