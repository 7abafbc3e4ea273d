"""Three faults of made-up objects that no single preemption shows: scenarios, by name."""

from __future__ import annotations

HEAD = """
class Cells:
    __slots__ = ("x", "y", "z", "busy")

class Refused(Oracle):
    "What an operation says of itself, whether it has gone wrong."
    name = "refused"
    @staticmethod
    def judge(wrong):
        return wrong

class Sample(Scenario):
    "An object of some cells, which two threads use as a protocol says that has a fault."
    oracle = Refused()
    def prepare(self, knobs):
        self.cells = Cells()
        self.cells.x = self.cells.y = self.cells.z = self.cells.busy = 0
        self.taken = Cells()
        self.taken.z = 0
        self.owners = [0, 0]
"""

ANSWERED_EARLY = (
    HEAD
    + """
    @operation(actor="asker", stores=1)
    def ask(self, n):
        "Asks, and finds an answer of which the other half is missing."
        self.cells.x = n
        first = self.cells.y
        return first == n and self.cells.z != n
    @operation(actor="answerer")
    def answer(self):
        asked = self.cells.x
        self.cells.y = asked
        self.cells.z = asked
        return False
"""
)
"""An answer is announced before all of it is there: it shows only to who has asked and looks while it is given."""

CHECKED_ONCE = (
    HEAD
    + """
    @operation(actor="writer", stores=1)
    def write(self, n):
        self.cells.busy = 1
        self.cells.x = n
        self.cells.y = n
        self.cells.z = n
        self.cells.busy = 0
        return False
    @operation(actor="reader")
    def read(self):
        "Reads two values that belong together, unless somebody writes, or has written meanwhile."
        busy = self.cells.busy
        before = self.cells.z
        x, y = self.cells.x, self.cells.y
        return not busy and x != y and self.cells.z == before
"""
)
"""Whether somebody writes is asked at the beginning alone: who begins behind that is not seen before it has ended."""

CANCELLED = (
    HEAD
    + """
    @operation(actor="owner", stores=1)
    def give_and_cancel(self, n):
        "Gives a task away, and takes it back where nobody has taken it."
        self.cells.x = n
        self.cells.y = n
        self.owners[0] = n * (self.taken.z != n)
        return False
    @operation(actor="worker")
    def take(self):
        task = self.cells.x
        won = task * (self.cells.y != task)
        self.taken.z = won
        self.owners[1] = won
        return False
    def quiescence(self):
        yield "both have it", self.owners[0] == self.owners[1] != 0, False
"""
)
"""A task is taken in two steps, and taken back in two: both may end up with it. What is taken is in another object: a
store that waits for the lock of the one that is being stored into would be a second preemption."""

FAULTS = {
    "answered early": ANSWERED_EARLY,
    "checked once": CHECKED_ONCE,
    "cancelled": CANCELLED,
}
