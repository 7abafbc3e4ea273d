"""A finding of a pair as one program of its own: a row of fresh objects, its threads, and what the judge asked."""

from __future__ import annotations

import ast

from harness.campaign.again import Again
from harness.kernel.levers import is_filled
from harness.kernel.pairs.race import LETTERS
from harness.kernel.pairs.subject import Step, Subject, find_subject, sequences, steps
from harness.record.result import Finding
from harness.repro.racing import Writer, shortest
from harness.repro.subject_parts import Parts

LINES = 30
"""What a script of a pair is set closely to fit into."""
LOOKED = """
for o in objects:
    with contextlib.suppress(BaseException):
        LEFT
"""


def pair_script(finding: Finding, again: Again, header: str, watched: bool, seconds: int) -> str:
    """The program's source; ``watched``: it looks in a child. Raises NotScriptable, or ScenarioError."""
    subject = find_subject(again.scenario.file, again.scenario.name)
    threads = sequences(steps(subject), finding.details.get("variant", again.pairs[0]))
    texts = (
        _Writer(finding, subject, threads, seconds, watched, looks).text(header, is_filled(again.knobs))
        for looks in (True, False)
    )
    return shortest(texts, LINES)


class _Writer(Writer[Step]):
    """Of a pair: all that it does, it does to one object."""

    lines = LINES
    letters = LETTERS

    def __init__(
        self,
        finding: Finding,
        subject: type[Subject],
        threads: list[list[Step]],
        seconds: int,
        watched: bool,
        looks: bool,
    ) -> None:
        self.subject = subject
        self.parts = Parts(subject)
        super().__init__(finding, threads, self.parts.bundle, seconds, watched, looks)

    def prepare(self) -> None:
        self.parts.method("fresh", size=self.finding.details.get("size", self.subject.sizes[0]))

    def operation(self, one: Step, short: bool) -> ast.expr:
        return self.parts.operation(one, short)

    def is_text(self, one: Step) -> bool:
        return one.text

    def look(self) -> str:
        return LOOKED if self.subject.left is not Subject.left else ""

    def definitions(self) -> list[ast.stmt]:
        return self.parts.definitions

    def there(self, word: str) -> str:
        if word == "WRONG":
            return self.parts.method("wrong")
        if word == "ONE":
            return ast.unparse(self.operation(steps(self.subject)[self.finding.details["alone"]], True))
        if word == "LEFT":
            return f"{self.parts.method('left')}(o)" if self.subject.left is not Subject.left else "o"
        return super().there(word)
