"""Subjects with planted defects, and the same without."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from typing import Any, ClassVar

from harness.kernel.pairs import ATOMIC, PROCESS, Subject, fresh_strings, step

PRIORITY = os.getpriority(os.PRIO_PROCESS, 0) if hasattr(os, "getpriority") else 0


class Kept(Subject):
    """A list whose operations keep what they promise."""

    def fresh(self, size: int) -> list[str]:
        return fresh_strings(size)

    @step(ATOMIC, writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(v)

    @step(ATOMIC, writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop()


class TwoSteps(Subject):
    """Reads a count and stores it in two steps, and calls that atomic."""

    def fresh(self, size: int) -> list[int]:
        return [0]

    @step(ATOMIC, writes=True)
    def add(o: Any, v: str) -> Any:
        count = o[0]
        for _ in range(20):
            pass
        o[0] = count + 1


LONG = 3_000
"""Turns of a loop that take longer than a thread waits where it does not know how long the other one takes."""


class LateMoment(Subject):
    """Something is asked twice, late in a long operation: what comes in between gives what nobody put there."""

    def fresh(self, size: int) -> list[bool]:
        return [False]

    @step()
    def ask(o: Any, v: str) -> Any:
        for _ in range(LONG):
            pass
        before = o[0]
        for _ in range(LONG):
            pass
        return "in between" if o[0] != before else ""

    @step(writes=True)
    def set_(o: Any, v: str) -> Any:
        o[0] = True


class Strange(Subject):
    """Holds, for a moment, a value that nobody put there."""

    def fresh(self, size: int) -> list[str]:
        return fresh_strings(size)

    @step(writes=True)
    def put(o: Any, v: str) -> Any:
        o[0] = "half"
        o[0] = v

    @step()
    def get(o: Any, v: str) -> Any:
        return o[0]


class Refusing(Subject):
    """Where two come at once, one of them is refused, and what was there before may stay."""

    may_raise = (BufferError,)

    def fresh(self, size: int) -> list[str]:
        return ["old"]

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        if len(o) > 1:
            raise BufferError
        o.append(v)
        for _ in range(20):
            pass
        del o[0]


class Tiring(Subject):
    """Can be made some hundred times, and then no more."""

    made: ClassVar[list[int]] = []

    def fresh(self, size: int) -> list[str]:
        self.made.append(size)
        if len(self.made) > 200:
            raise RuntimeError("no more")
        return []

    @step(writes=True)
    def put(o: Any, v: str) -> Any:
        o.append(v)


class Inconsistent(Subject):
    """Its two halves disagree once two threads have changed it at once."""

    def fresh(self, size: int) -> list[list[str]]:
        return [[], []]

    def wrong(self, o: Any) -> str:
        return "" if o[0] == o[1] else "its halves disagree"

    @step(writes=True)
    def put(o: Any, v: str) -> Any:
        o[0].append(v)
        o[1].append(v)

    @step()
    def look(o: Any, v: str) -> Any:
        return len(o)


class Raising(Subject):
    """Raises where no order of its operations does."""

    def fresh(self, size: int) -> list[str]:
        return []

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def come_and_go(o: Any, v: str) -> Any:
        if o:
            raise RuntimeError("somebody is here")
        o.append(v)
        for _ in range(20):
            pass
        o.clear()


class Unasked(Subject):
    """A list of which nothing is asked but that the process goes on."""

    def fresh(self, size: int) -> Any:
        return fresh_strings(size)

    @step(PROCESS, writes=True)
    def put(o: Any, v: str) -> Any:
        o[0] = v


class Broken(Subject):
    """Raises in every order what no operation may."""

    def fresh(self, size: int) -> Any:
        return object()

    @step(PROCESS)
    def ask(o: Any, v: str) -> Any:
        raise SystemError("torn")


CHARMED = ["well"]


class Breaking(Subject):
    """One pair of its operations, in any order, breaks what the whole process shares."""

    def fresh(self, size: int) -> list[str]:
        return []

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def arm(o: Any, v: str) -> Any:
        o.append(v)
        if len(o) > 1:
            CHARMED[:] = ["broken"]

    @step(writes=True)
    def put(o: Any, v: str) -> Any:
        return None

    @step()
    def ask(o: Any, v: str) -> Any:
        return "x" + str(CHARMED.count("broken"))


class Infecting(Subject):
    """One pair shows something, and from then on all others do, too: nothing of that is theirs."""

    infected: ClassVar[list[str]] = []

    def fresh(self, size: int) -> list[str]:
        return []

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def spread(o: Any, v: str) -> Any:
        if "spread" in o:
            Infecting.infected.append(v)
            raise RuntimeError("somebody is here")
        o.append("spread")
        for _ in range(20):
            pass
        o.remove("spread")

    @step(writes=True)
    def one(o: Any, v: str) -> Any:
        return Infecting.caught(o)

    @step(writes=True)
    def other(o: Any, v: str) -> Any:
        return Infecting.caught(o)

    @staticmethod
    def caught(o: Any) -> None:
        if Infecting.infected and "caught" in o:
            raise RuntimeError("infected")
        o.append("caught")
        for _ in range(20):
            pass
        o.remove("caught")


class _SpoiltByOne(Subject):
    """One operation writes where it must not, and the process ends at another one."""

    spoilt: ClassVar[list[str]] = []

    def fresh(self, size: int) -> list[str]:
        return []

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def spoil(o: Any, v: str) -> Any:
        _SpoiltByOne.spoilt.append(v)


class NoticedLate(_SpoiltByOne):
    """One operation writes where it must not, and the process ends as with a debug allocator, whatever comes next."""

    @step(PROCESS, writes=True)
    def other(o: Any, v: str) -> Any:
        if _SpoiltByOne.spoilt:
            os.write(2, b"Fatal Python error: _PyMem_DebugRawFree: bad trailing pad byte\n")
            os._exit(9)

    @step(PROCESS, writes=True)
    def third(o: Any, v: str) -> Any:
        NoticedLate.other(o, v)


class DiesLate(_SpoiltByOne):
    """One operation spoils the process, which ends at another one, and says nothing."""

    @step(PROCESS, writes=True)
    def other(o: Any, v: str) -> Any:
        if _SpoiltByOne.spoilt:
            os._exit(9)


class Deadly(Subject):
    """Ends the process where two of its operations meet, whatever else it does well."""

    def fresh(self, size: int) -> list[str]:
        return []

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def harmless(o: Any, v: str) -> Any:
        return None

    @step(PROCESS, writes=True)
    def other(o: Any, v: str) -> Any:
        return None

    @step(PROCESS, writes=True)
    def ends(o: Any, v: str) -> Any:
        if o:
            os._exit(9)
        o.append(v)
        for _ in range(50):
            pass
        o.clear()


class Waiting(Subject):
    """One operation waits for ever where the other has been."""

    def fresh(self, size: int) -> list[str]:
        return []

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def stay(o: Any, v: str) -> Any:
        if o:
            while True:
                time.sleep(0.01)
        o.append(v)
        for _ in range(50):
            pass
        o.clear()


class Spinning(Subject):
    """One operation runs, where the other has been, until its thread's priority has been lowered, and says so."""

    def fresh(self, size: int) -> list[str]:
        return []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "it was told to stand back" if "lowered" in o else ""

    @step(writes=True)
    def stay(o: Any, v: str) -> Any:
        if o:
            while os.getpriority(os.PRIO_PROCESS, 0) == PRIORITY:
                pass
            o.append("lowered")
            return
        o.append(v)
        for _ in range(50):
            pass
        if "lowered" not in o:
            o.clear()


class ReleasedTooOften(Subject):
    """A list, one of whose operations releases a value once more than it took it."""

    def fresh(self, size: int) -> list[str]:
        return fresh_strings(size)

    @step(writes=True)
    def put(o: Any, v: str) -> Any:
        o[0] = v
        # Where the harness holds it three times, too: else it would be freed while it is used. The other thread,
        # stopped in ``first``, may have one more.
        if sys.getrefcount(v) > 5:
            ctypes.pythonapi.Py_DecRef(ctypes.py_object(v))

    @step()
    def first(o: Any, v: str) -> Any:
        return bool(o[0])


class MadeIsReleased(Subject):
    """A list, one of whose operations releases once too often what the other one has made and put there."""

    def fresh(self, size: int) -> list[Any]:
        return [None]

    @step(writes=True, makes=True)
    def put(o: Any, v: str) -> Any:
        o[0] = made = (v,)
        return made

    @step(writes=True)
    def release(o: Any, v: str) -> Any:
        found = o[0]
        # Where the harness holds it three times, too: else it would be freed while it is used.
        if found is not None and sys.getrefcount(found) > 5:
            ctypes.pythonapi.Py_DecRef(ctypes.py_object(found))


class MadeIsKept(Subject):
    """A list of what an operation makes and puts there: no result of a round, though the others have none like it."""

    def fresh(self, size: int) -> list[Any]:
        return [None]

    @step(ATOMIC, writes=True, makes=True)
    def put(o: Any, v: str) -> Any:
        o[0] = made = (v, object())
        return made

    @step(ATOMIC)
    def length(o: Any, v: str) -> Any:
        return len(o)

    def left(self, o: list[Any]) -> Any:
        return len(o)


class HeldElsewhere(Subject):
    """A list whose strings are kept, interned, replaced and dropped: as often as they are taken."""

    def fresh(self, size: int) -> list[str]:
        return fresh_strings(size)

    @step(PROCESS, writes=True)
    def put_interned(o: Any, v: str) -> Any:
        o[:1] = [sys.intern(v + "in")]

    @step(PROCESS, writes=True)
    def swap(o: Any, v: str) -> Any:
        o[:] = [v, *o[1:]]

    @step(PROCESS, writes=True)
    def drop(o: Any, v: str) -> Any:
        o.clear()
        o.extend((v, v, v))

    @step(PROCESS)
    def copies(o: Any, v: str) -> Any:
        return list(o)


class ClearedForGood(Subject):
    """An object that one of its operations leaves in a state in which nobody can look at it, in every order."""

    def fresh(self, size: int) -> dict[str, str]:
        return {"value": "x0"}

    def left(self, o: Any) -> Any:
        return o["value"]

    def wrong(self, o: Any) -> str:
        return "" if o["value"] == "x0" else "it is another one"

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step()
    def get(o: Any, v: str) -> Any:
        return o.get("value")


class BrokenForGood(ClearedForGood):
    """The same, where to look raises what nothing may."""

    def wrong(self, o: Any) -> str:
        if "value" not in o:
            raise SystemError("a state that cannot be")
        return ""


class Leaking(Subject):
    """A list, one of whose operations takes a reference too many where it meets another one: nothing says so."""

    def fresh(self, size: int) -> list[int]:
        return [0]

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def come_and_go(o: Any, v: str) -> Any:
        o[0] += 1
        for _ in range(20):
            pass
        if o[0] > 1:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(v))
        o[0] -= 1

    @step(PROCESS)
    def look(o: Any, v: str) -> Any:
        return o[0]


class LeakingAlone(Subject):
    """A list, one of whose operations takes a reference too many, whoever is beside it: no race is to blame."""

    def fresh(self, size: int) -> list[str]:
        return fresh_strings(size)

    @step(writes=True)
    def put(o: Any, v: str) -> Any:
        o[0] = v
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(v))


class Pending(Subject):
    """Where two come at once, one leaves something behind that goes by itself, a little later."""

    later: ClassVar[list[tuple[float, Any]]] = []

    def fresh(self, size: int) -> list[int]:
        return [0]

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def come_and_go(o: Any, v: str) -> Any:
        now = time.monotonic()
        o[0] += 1
        for _ in range(20):
            pass
        if o[0] > 1:
            Pending.later.append((now + 0.1, [v]))
        o[0] -= 1
        while Pending.later and Pending.later[0][0] < now:
            try:
                Pending.later.pop(0)
            except IndexError:
                break
