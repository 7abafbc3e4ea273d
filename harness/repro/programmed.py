"""A finding of a random program as one program of its own: the same world, and the same operations on it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from harness.campaign.again import Again
from harness.kernel.pairs.judge import NEVER
from harness.kernel.pairs.program import Operation, parse
from harness.kernel.pairs.subject import Subject, steps
from harness.kernel.pairs.world import HELPERS, World, got, made, source
from harness.kernel.pairs.world import MODULES as WORLDS
from harness.record.result import Finding
from harness.repro.bundle import NotScriptable
from harness.repro.rows import MODULES, Writer, closely_set, method, parsed

LINES = 40
"""What a script of a program is set closely to fit into."""
LOOK = '[did(o, 0, look, "")[1] for look in LOOKS]'
"""What is left of each object; of one that is gone, what its place says."""
WRONG = """
def wrong(o):
    there = [(check, did(o, 0, look, "")[1]) for look, check in zip(LOOKS, CHECKS)]
    return next(filter(None, [check(one) for check, one in there if type(one) is not str]), "")
"""
NONE = """
def shown(given, o):
    return repr((sorted(given), LEFT))
ORDERS = []
"""
"""Where what was raised is wrong in whatever order."""


def program_script(finding: Finding, again: Again, header: str, watched: bool, seconds: int) -> str:
    """The program's source; ``watched``: it looks in a child. Raises NotScriptable, or ScenarioError."""
    if "alone" in finding.details:
        raise NotScriptable("what it broke is seen by operations that it has not")
    world = World(parse(again.pairs[0]), again.scenario.file)
    texts = [
        closely_set(header, _Writer(finding, world, seconds, looks), watched, LINES)
        for looks in (True, False)
    ]
    return next((text for text in texts if len(text.splitlines()) <= LINES), texts[-1])


class _Writer(Writer):
    """Writes one finding's program, part by part."""

    modules = tuple(dict.fromkeys((*MODULES, *WORLDS)))

    def __init__(self, finding: Finding, world: World, seconds: int, looks: bool) -> None:
        self.world, self.program = world, world.program
        threads = [[world.declared[str(one)] for one in thread] for thread in self.program.threads]
        super().__init__(finding, World, threads, seconds)
        self.left = LOOK
        self.looks = looks or not self.dies
        if finding.details.get("exception") in NEVER:
            self.orders = NONE

    def functions(self) -> Iterator[str]:
        """How to make each object and what is done to it, with all that these need; then the world."""
        done = [one for thread in self.program.threads for one in dict.fromkeys(thread)]
        written: list[tuple[Callable[..., Any], ast.stmt]] = []
        for number, subject in enumerate(self.world.found):
            make = method(subject.fresh, f"fresh_{number}", self.world.size_of(number))
            written.append((subject.fresh, make))
            declared = steps(type(subject))
            for name in dict.fromkeys(one.name for one in done if one.member == number and not one.own):
                function = parsed(declared[name].do)
                function.name = f"{name}_{number}"
                written.append((declared[name].do, function))
            if self.looks and self._is_asked(subject):
                asked = getattr(subject, self.asked)
                written.append((asked, method(asked, f"{self.asked}_{number}")))
        yield from self.with_needs(written)
        world = [made(self.program), *(source(self.program, one, _name(one)) for one in done if one.own)]
        yield from (text for name, text in HELPERS.items() if f"{name}(" in "\n".join(world))
        yield from dict.fromkeys(world)
        if self.looks:
            yield f"LOOKS = [{', '.join(self._looks())}]"
        if self.asked == "wrong":
            several = enumerate(self.world.found)
            checks = [f"wrong_{number}" if self._is_asked(one) else "bool" for number, one in several]
            yield f"CHECKS = [{', '.join(checks)}]"
            yield WRONG

    def called(self, thread: int, number: int) -> str:
        operation = self.program.threads[thread][number]
        if operation.own:
            return _name(operation)
        return f"lambda o, v: {source(self.program, operation, '_').partition('return ')[2]}"

    def _looks(self) -> Iterator[str]:
        for number, subject in enumerate(self.world.found):
            it = got(self.program, number)
            left = self.asked == "left" and self._is_asked(subject)
            yield f"lambda o, v: {f'left_{number}({it})' if left else it}"

    def _is_asked(self, subject: Subject) -> bool:
        return getattr(type(subject), self.asked) is not getattr(Subject, self.asked)


def _name(operation: Operation) -> str:
    """What the world's own operation is called in a script."""
    parts = ("of", operation.member, operation.name, operation.other)
    return "_".join(str(one) for one in parts if one is not None)
