"""Weak references and what is built upon them, while what they refer to dies, and while the collector runs."""

from __future__ import annotations

import copy
import gc
import weakref
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Subject, arm, fresh_strings, nosy, refuse, step

PYTHON = (
    "weakref: written in Python; its notes on threads say no more than that a reference may be dead at once"
)


class Thing:
    """What can be referred to weakly. Equal to another of the same name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def method(self) -> str:
        return self.name

    def __call__(self) -> str:
        return self.name


class Home:
    """What keeps things alive, and what refers to them weakly."""

    def __init__(self, size: int) -> None:
        self.things: list[Any] = [Thing(name) for name in fresh_strings(size)]
        self.told: list[str] = []
        self.weak: Any = None


def alive(thing: Any) -> Any:
    """A thing's name; None where it is dead."""
    return None if thing is None else thing.name


class _Dying(Subject):
    """Things that die, or are seen to by the collector."""

    most = PROCESS

    def left(self, o: Any) -> Any:
        return len(o.told)

    @step(writes=True)
    def drop(o: Any, v: str) -> Any:
        o.things.clear()

    @step(writes=True)
    def drop_in_cycle(o: Any, v: str) -> Any:
        for thing in list(o.things):
            thing.itself = thing
        o.things.clear()

    @step()
    def collect(o: Any, v: str) -> Any:
        return gc.collect(0) >= 0


class Ref(_Dying):
    """A weak reference to an object, without and with a callback."""

    def fresh(self, size: int) -> Any:
        o = Home(1)
        o.weak = weakref.ref(o.things[0]), weakref.ref(o.things[0], lambda ref: o.told.append("a"))
        return o

    @step()
    def call(o: Any, v: str) -> Any:
        return [alive(ref.__call__()) for ref in o.weak], alive(o.weak[0]())

    @step(writes=True)
    def another(o: Any, v: str) -> Any:
        return [weakref.ref(thing)() is thing for thing in list(o.things)]

    @step(writes=True)
    def another_with_callback(o: Any, v: str) -> Any:
        return [weakref.ref(thing, lambda ref: o.told.append(v))() is thing for thing in list(o.things)]

    @step()
    def callback(o: Any, v: str) -> Any:
        return o.weak[0].__callback__ is None, o.weak[1].__callback__ is None

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o.weak[0]) == hash(o.weak[1])

    @step()
    def eq(o: Any, v: str) -> Any:
        return o.weak[0] == o.weak[1], o.weak[0] != o.weak[0]

    @step()
    def order(o: Any, v: str) -> Any:
        first, second = o.weak
        return first.__lt__(second), first.__le__(second), first.__gt__(second), first.__ge__(second)

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o.weak[0])) > 0

    @step()
    def count(o: Any, v: str) -> Any:
        return [weakref.getweakrefcount(thing) > 0 for thing in list(o.things)]

    @step()
    def refs(o: Any, v: str) -> Any:
        return [len(weakref.getweakrefs(thing)) > 0 for thing in list(o.things)]

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o.weak[0]) is o.weak[0]

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        for thing in list(o.things):
            o.weak[0].__init__(thing)


class RefNosy(Ref):
    """A weak reference whose callback makes new ones, to an object whose equality is Python code that drops it."""

    def fresh(self, size: int) -> Any:
        o = Home(0)
        elements = nosy(o, size, (lambda o: o.things.clear(), refuse, lambda o: gc.collect(0)))
        o.things += elements

        def told(ref: Any) -> None:
            o.told.append("a")
            again = [weakref.ref(thing, told) for thing in o.things]
            again.clear()

        o.weak = weakref.ref(o.things[0], told), weakref.ref(o.things[-1])
        arm(elements)
        return o


PASSED_ON = """
__abs__ __add__ __bytes__ __delitem__ __divmod__ __float__ __floordiv__ __getitem__ __iadd__ __ifloordiv__ __ilshift__
__imatmul__ __imod__ __imul__ __index__ __int__ __invert__ __ipow__ __irshift__ __itruediv__ __lshift__ __matmul__
__mod__ __mul__ __neg__ __next__ __pos__ __pow__ __radd__ __rdivmod__ __reversed__ __rfloordiv__ __rlshift__
__rmatmul__ __rmod__ __rmul__ __rpow__ __rrshift__ __rshift__ __rtruediv__ __setitem__ __truediv__
"""
REASON = "an operator of numbers or sequences: it is passed on like those that are driven"


class Members(set[str]):
    """A set that can be referred to weakly, and has a name."""

    name = "x0"


class CallableMembers(Members):
    """One that can be called."""

    def __call__(self) -> int:
        return len(self)


class Proxy(_Dying):
    """A proxy to a set, with the operators that a set has."""

    may_raise = (ReferenceError,)
    left_out: ClassVar[dict[str, str]] = dict.fromkeys(PASSED_ON.split(), REASON)

    def fresh(self, size: int) -> Any:
        o = Home(0)
        o.things.append(Members(fresh_strings(size)))
        o.weak = weakref.proxy(o.things[0])
        return o

    @step()
    def get(o: Any, v: str) -> Any:
        return o.weak.name, o.weak.copy()

    @step(writes=True)
    def set_(o: Any, v: str) -> Any:
        o.weak.name = v

    @step(writes=True)
    def del_(o: Any, v: str) -> Any:
        del o.weak.name

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o.weak.add(v)

    @step()
    def look(o: Any, v: str) -> Any:
        return len(o.weak), bool(o.weak), v in o.weak, sorted(o.weak)

    @step()
    def operators(o: Any, v: str) -> Any:
        return [sorted(one) for one in (o.weak & {v}, o.weak | {v}, o.weak - {v}, o.weak ^ {v})]

    @step()
    def reflected(o: Any, v: str) -> Any:
        return [sorted(one) for one in ({v} & o.weak, {v} | o.weak, {v} - o.weak, {v} ^ o.weak)]

    @step(writes=True)
    def in_place(o: Any, v: str) -> Any:
        proxy = o.weak
        proxy |= {v}
        proxy &= {v, "x0"}

    @step(writes=True)
    def in_place_too(o: Any, v: str) -> Any:
        proxy = o.weak
        proxy -= {v}
        proxy ^= {v}

    @step()
    def order(o: Any, v: str) -> Any:
        proxy = o.weak
        return proxy < {v}, proxy <= {v}, proxy > {v}, proxy >= {v}, proxy == {v}, proxy != {v}

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o.weak)

    @step()
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o.weak)) > 0, len(str(o.weak)) > 0

    @step()
    def class_(o: Any, v: str) -> Any:
        return isinstance(o.weak, Members), o.weak.__class__ is Members

    @step(writes=True)
    def another(o: Any, v: str) -> Any:
        return [weakref.proxy(thing).name for thing in list(o.things)]


class CallableProxy(Proxy):
    """A proxy to a set that can be called."""

    def fresh(self, size: int) -> Any:
        o = Home(0)
        o.things.append(CallableMembers(fresh_strings(size)))
        o.weak = weakref.proxy(o.things[0])
        return o

    @step()
    def call(o: Any, v: str) -> Any:
        return o.weak()


class WeakValues(_Dying):
    """A WeakValueDictionary of things by strings."""

    said = PYTHON
    sizes = (1, 5)

    def fresh(self, size: int) -> Any:
        o = Home(size)
        o.weak = weakref.WeakValueDictionary((thing.name, thing) for thing in o.things)
        return o

    @step()
    def item(o: Any, v: str) -> Any:
        return o.weak["x0"].name

    @step()
    def get(o: Any, v: str) -> Any:
        return alive(o.weak.get("x0")), "x0" in o.weak, len(o.weak) >= 0

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        thing = Thing(v)
        o.weak[v] = thing
        o.things.append(thing)

    @step(writes=True)
    def set_dying(o: Any, v: str) -> Any:
        o.weak["x0"] = Thing(v)

    @step(writes=True)
    def delitem(o: Any, v: str) -> Any:
        del o.weak["x0"]

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return alive(o.weak.pop("x0", None)), alive(o.weak.popitem()[1])

    @step(writes=True)
    def setdefault(o: Any, v: str) -> Any:
        return alive(o.weak.setdefault("x0", Thing(v)))

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o.weak.update({thing.name + v: thing for thing in list(o.things)})

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.weak.__init__()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.weak.clear()

    @step()
    def views(o: Any, v: str) -> Any:
        return sorted(o.weak), sorted(o.weak.keys()), len(list(o.weak.items())), len(list(o.weak.values()))

    @step()
    def refs(o: Any, v: str) -> Any:
        return [alive(ref()) for ref in o.weak.valuerefs()], [alive(ref()) for ref in o.weak.itervaluerefs()]

    @step()
    def copies(o: Any, v: str) -> Any:
        return len(o.weak.copy()), len(copy.copy(o.weak)), len(copy.deepcopy(o.weak)), list(reversed(o.weak))

    @step()
    def merged(o: Any, v: str) -> Any:
        return len(o.weak | {}), len({} | o.weak)

    @step(writes=True)
    def ior(o: Any, v: str) -> Any:
        weak = o.weak
        weak |= {thing.name: thing for thing in list(o.things)}

    @step()
    def eq(o: Any, v: str) -> Any:
        return o.weak == {}, len(repr(o.weak)) > 0, hash(o.weak)


class WeakKeys(_Dying):
    """A WeakKeyDictionary of strings by things."""

    said = PYTHON
    sizes = (1, 5)

    def fresh(self, size: int) -> Any:
        o = Home(size)
        o.weak = weakref.WeakKeyDictionary((thing, thing.name) for thing in o.things)
        return o

    @step()
    def get(o: Any, v: str) -> Any:
        return [(thing in o.weak, o.weak.get(thing)) for thing in list(o.things)]

    @step()
    def item(o: Any, v: str) -> Any:
        return [o.weak[thing] for thing in list(o.things)]

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        thing = Thing(v)
        o.weak[thing] = v
        o.things.append(thing)

    @step(writes=True)
    def set_dying(o: Any, v: str) -> Any:
        o.weak[Thing(v)] = v

    @step(writes=True)
    def delitem(o: Any, v: str) -> Any:
        del o.weak[o.things[0]]

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.weak.pop(o.things[0], None), alive(o.weak.popitem()[0])

    @step(writes=True)
    def setdefault(o: Any, v: str) -> Any:
        return o.weak.setdefault(Thing(v), v)

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o.weak.update(dict.fromkeys(list(o.things), v))

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.weak.__init__()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.weak.clear()

    @step()
    def views(o: Any, v: str) -> Any:
        return len(list(o.weak)), len(list(o.weak.keys())), len(list(o.weak.items())), sorted(o.weak.values())

    @step()
    def refs(o: Any, v: str) -> Any:
        return [alive(ref()) for ref in o.weak.keyrefs()], len(o.weak)

    @step()
    def copies(o: Any, v: str) -> Any:
        return len(o.weak.copy()), len(copy.copy(o.weak)), len(copy.deepcopy(o.weak)), list(reversed(o.weak))

    @step()
    def merged(o: Any, v: str) -> Any:
        return len(o.weak | {}), len({} | o.weak)

    @step(writes=True)
    def ior(o: Any, v: str) -> Any:
        weak = o.weak
        weak |= dict.fromkeys(list(o.things), v)

    @step()
    def eq(o: Any, v: str) -> Any:
        return o.weak == {}, len(repr(o.weak)) > 0, hash(o.weak)


class WeakSetOfThings(_Dying):
    """A WeakSet."""

    said = PYTHON
    sizes = (1, 5)

    def fresh(self, size: int) -> Any:
        o = Home(size)
        o.weak = weakref.WeakSet(o.things)
        return o

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        thing = Thing(v)
        o.weak.add(thing)
        o.things.append(thing)

    @step(writes=True)
    def add_dying(o: Any, v: str) -> Any:
        o.weak.add(Thing(v))

    @step(writes=True)
    def remove(o: Any, v: str) -> Any:
        o.weak.remove(o.things[0])

    @step(writes=True)
    def discard(o: Any, v: str) -> Any:
        o.weak.discard(o.things[-1])

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return alive(o.weak.pop())

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.weak.__init__()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.weak.clear()

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o.weak.update(list(o.things))

    @step(writes=True)
    def in_place(o: Any, v: str) -> Any:
        weak, things = o.weak, set(o.things[:1])
        weak |= things
        weak &= things
        weak -= things
        weak ^= things

    @step(writes=True)
    def updates(o: Any, v: str) -> Any:
        things = o.things[:1]
        o.weak.intersection_update(things)
        o.weak.difference_update(things)
        o.weak.symmetric_difference_update(things)

    @step()
    def loop(o: Any, v: str) -> Any:
        return sorted([thing.name for thing in o.weak]), len(o.weak)

    @step()
    def contains(o: Any, v: str) -> Any:
        return [thing in o.weak for thing in list(o.things)]

    @step()
    def operators(o: Any, v: str) -> Any:
        things = set(o.things[:1])
        return len(o.weak | things), len(o.weak & things), len(o.weak - things), len(o.weak ^ things)

    @step()
    def methods(o: Any, v: str) -> Any:
        weak, things = o.weak, o.things[:1]
        made = weak.union(things), weak.intersection(things), weak.difference(things), weak.copy()
        return [len(one) for one in (*made, weak.symmetric_difference(things))]

    @step()
    def order(o: Any, v: str) -> Any:
        weak, things = o.weak, set(o.things)
        asked = weak == things, weak < things, weak <= things, weak > things, weak >= things
        return asked, weak.issubset(things), weak.issuperset(things), weak.isdisjoint(things)

    @step()
    def copies(o: Any, v: str) -> Any:
        return len(copy.copy(o.weak)), len(copy.deepcopy(o.weak))

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o.weak)) > 0, hash(o.weak)


class Finalize(_Dying):
    """What weakref.finalize registered; it is told once."""

    said = PYTHON
    left_out: ClassVar[dict[str, str]] = {"__init__": "registers another one: fresh does"}

    def fresh(self, size: int) -> Any:
        o = Home(1)
        o.weak = weakref.finalize(o.things[0], o.told.append, "a")
        o.weak.atexit = False
        return o

    def wrong(self, o: Any) -> str:
        return "" if len(o.told) <= 1 else f"it was told {len(o.told)} times"

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return o.weak()

    @step(writes=True)
    def detach(o: Any, v: str) -> Any:
        return o.weak.detach() is None

    @step()
    def peek(o: Any, v: str) -> Any:
        return o.weak.peek() is None

    @step()
    def is_alive(o: Any, v: str) -> Any:
        return o.weak.alive

    @step(writes=True)
    def atexit(o: Any, v: str) -> Any:
        o.weak.atexit = False
        return o.weak.atexit

    @step()
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o.weak)) > 0


class Method(_Dying):
    """A WeakMethod: a weak reference to a bound method."""

    said = PYTHON
    left_out: ClassVar[dict[str, str]] = {"__init__": "does nothing to a reference that there is: see ref"}

    def fresh(self, size: int) -> Any:
        o = Home(1)
        o.weak = weakref.WeakMethod(o.things[0].method, lambda ref: o.told.append("a"))
        return o

    @step()
    def call(o: Any, v: str) -> Any:
        method = o.weak()
        return None if method is None else method()

    @step()
    def eq(o: Any, v: str) -> Any:
        return o.weak == o.weak, o.weak != o.weak, hash(o.weak) == hash(o.weak), len(repr(o.weak)) > 0

    @step()
    def order(o: Any, v: str) -> Any:
        return [asked(o.weak) for asked in (o.weak.__lt__, o.weak.__le__, o.weak.__gt__, o.weak.__ge__)]

    @step()
    def callback(o: Any, v: str) -> Any:
        return o.weak.__callback__ is None

    @step(writes=True)
    def another(o: Any, v: str) -> Any:
        return [weakref.WeakMethod(thing.method)() is None for thing in list(o.things)]
