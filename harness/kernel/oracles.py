"""Oracles: what the actors may observe. Each one says why it is sound.

An oracle's ``judge`` is written once and used twice: the loop compiler inlines it behind the operation whose
result it judges, and anything that runs an operation alone calls it. Its positional parameters are what the
operation returns; its keyword-only parameters are memory, made once per thread and round by ``memory``. It
returns True when a correct interpreter cannot have shown this. The last statement is its only ``return``.

An oracle may also have a static ``enter``, which is inlined in front of the operation: it takes memory and nothing
else, ends with its only ``return``, and the judge finds what it returned in its keyword-only parameter ``entered``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from harness.kernel.values import MortalValue, Value

Memory = dict[str, Any]
"""An oracle's memory of one thread's round, by the names under which its ``judge`` and ``enter`` take it."""


class Oracle:
    """Base of all oracles. ``judge`` must be a static method; see the module's docstring."""

    name = "oracle"
    observes = True
    """Whether what it judges counts as an observation; False where it only notes what was done."""
    enter: ClassVar[Any] = None
    """A static method, or None; see the module's docstring."""

    @staticmethod
    def judge(*seen: Any, **memory: Any) -> bool:
        raise TypeError("an oracle defines judge()")

    def memory(self) -> Memory:
        """Fresh memory for one thread and one round."""
        return {}

    def explain(self, *seen: Any) -> str:
        """One sentence on an observation that ``judge`` refused."""
        return f"saw {', '.join(map(repr, seen))}"


class Order(Oracle):
    """Two reads of one name: the second is never older.

    Sound with one writer per name: counts only go up, both reads are of the same name, and the second starts after
    the first has returned. A plain comparison for identity would be wrong: the writer may store in between.
    """

    name = "order"

    @staticmethod
    def judge(earlier: Value, later: Value) -> bool:
        return later is not earlier and (later.count < earlier.count or later.tag != earlier.tag)

    def explain(self, *seen: Any) -> str:
        return f"first read gave {seen[0]!r}, the read after it gave the older {seen[1]!r}"


class OwnWrite(Oracle):
    """The only writer of a name reads back what it has just stored. Sound with one writer per name."""

    name = "own write"

    @staticmethod
    def judge(stored: Any, found: Any) -> bool:
        return found is not stored

    def explain(self, *seen: Any) -> str:
        return f"the only writer stored {seen[0]!r} and read back {seen[1]!r}"


class PerWriterOrder(Oracle):
    """A reader never sees one writer's counts go down. Sound with any number of writers.

    Each writer's stores follow one another, and so do one reader's reads.
    """

    name = "per-writer order"

    @staticmethod
    def judge(value: Any, *, newest: dict[int, int]) -> bool:
        before = newest.get(value.writer, 0)
        newest[value.writer] = value.count
        went_back: bool = value.count < before
        return went_back

    def memory(self) -> Memory:
        return {"newest": {}}

    def explain(self, *seen: Any) -> str:
        return f"read {seen[0]!r} after something newer of the same writer"


class Deletion(Oracle):
    """What was deleted does not come back. Sound with one writer per name.

    The writer publishes the count it deleted after the delete has returned; a reader takes that number first, and
    may then find nothing or something newer.
    """

    name = "deletion"

    @staticmethod
    def judge(deleted: int, value: Any) -> bool:
        return value is not None and value.count <= deleted

    def explain(self, *seen: Any) -> str:
        return f"#{seen[0]} had been deleted, and {seen[1]!r} was read after that"


class Presence(Oracle):
    """A name that is there is found. Sound with one writer per name.

    The writer publishes a count once its store has returned and withdraws it before it deletes. A reader that takes
    the same count before and after its look-up looked while the name was there, because counts never repeat.
    """

    name = "presence"

    @staticmethod
    def judge(before: int, value: Any, after: int) -> bool:
        return before == after and before != 0 and (value is None or value.count < before)

    def explain(self, *seen: Any) -> str:
        return f"#{seen[0]} was there all the time, and the look-up gave {seen[1]!r}"


class Absence(Oracle):
    """What is not there is not found. Sound with one writer per name.

    The writer publishes a count once its delete has returned and withdraws it before it stores again. A reader that
    takes the same count before and after it asked, asked while the name was missing, because counts never repeat.
    """

    name = "absence"

    @staticmethod
    def judge(before: int, found: bool, after: int) -> bool:
        return found and before == after and before != 0

    def explain(self, *seen: Any) -> str:
        return f"#{seen[0]} had been deleted and nothing was stored since, and it was found"


class Lifetime(Oracle):
    """Every value read is alive, of its own type, and carries its own name's tag. Sound always.

    That each is finalized exactly once is asked at quiescence, from the ledger.
    """

    name = "lifetime"

    @staticmethod
    def judge(value: Any, name: str) -> bool:
        return type(value) is not MortalValue or not value.alive or value.tag != name

    def explain(self, *seen: Any) -> str:
        return f"the name {seen[1]!r} gave {seen[0]!r}, which is dead or belongs elsewhere"


class Permitted(Oracle):
    """What is read is one of the objects that were ever there, by identity. Sound always: nothing else was stored."""

    name = "permitted"

    @staticmethod
    def judge(value: Any, permitted: Any) -> bool:
        return all(value is not one for one in permitted)

    def explain(self, *seen: Any) -> str:
        return f"read {seen[0]!r}, which was never stored there; only {seen[1]!r} were"


class Finalizer(Oracle):
    """In ``__del__`` of a value just replaced, the new one is what every look-up finds (gh-118492).

    Plain identity is sound only where the finalizer runs on the only writer's own thread; elsewhere the finalizer
    may run beside the writer's next store, and only the order of two reads can be asked.
    """

    name = "finalizer"

    @staticmethod
    def judge(stored: Any, found: Any) -> bool:
        return found is not stored

    def explain(self, *seen: Any) -> str:
        return f"inside the finalizer __dict__ held {seen[0]!r} and the look-up gave {seen[1]!r}"
