"""Containers in which each thread stores under a key of its own, which nobody else takes away or stores over.

So a thread finds what it has just stored, whatever others do meanwhile: look for the same key and put a default there
where it is missing, make the table grow, copy it. What a thread finds otherwise is noted, and told when all are done.
"""

from __future__ import annotations

import collections
import copy
import traceback
import types
import weakref
from typing import Any, ClassVar

from harness.kernel.pairs import Subject, fresh_items, fresh_strings, step

OWN = ("a1", "b1", "a2", "b2")
"""The keys that threads store under."""
OTHERS = [f"y{number}" for number in range(12)]
"""More keys than there is room for: a table grows."""
LAST = "x!"
"""What stands behind all others, and nobody takes away."""
LOOKS = 20
"""What takes no time is done as often, beside what takes longer."""
CHANGED = (RuntimeError,)


class _Own(Subject):
    """What threads store into, and what one of them did not find."""

    sizes: ClassVar[tuple[int, ...]] = (1, 5)

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "; ".join(o[1])


def find(o: Any, v: str, found: Any) -> None:
    """Note what a thread found that is not what it has just stored there."""
    if found != v:
        o[1].append(f"{found!r} where this thread had stored {v!r}, and nobody else stores or deletes")


class _OwnKeys(_Own):
    """A mapping, with what all mappings are asked."""

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0][v] = v
        find(o, v, o[0].get(v))
        find(o, v, o[0][v])

    @step(writes=True)
    def store_again(o: Any, v: str) -> Any:
        o[0][v] = "x0"
        o[0][v] = v
        find(o, v, o[0].get(v))

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o[0].update({v: v})
        find(o, v, o[0].get(v))

    @step(writes=True)
    def store_and_pop(o: Any, v: str) -> Any:
        key = v + "!"
        o[0][key] = v
        find(o, v, o[0].pop(key, None))
        find(o, v, v if key not in o[0] else "it")

    @step(writes=True)
    def store_and_go_through(o: Any, v: str) -> Any:
        o[0][v] = v
        find(o, v, dict(o[0].copy()).get(v))

    @step(writes=True)
    def setdefault(o: Any, v: str) -> Any:
        for key in OWN:
            o[0].setdefault(key, "x0")

    @step()
    def get(o: Any, v: str) -> Any:
        return [o[0].get(key) for key in OWN]

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o[0].update(dict.fromkeys(OTHERS, "x0"))

    @step(writes=True)
    def churn(o: Any, v: str) -> Any:
        for key in OTHERS:
            o[0][key] = "x0"
            o[0].pop(key, None)

    @step(writes=True)
    def of_other_kinds(o: Any, v: str) -> Any:
        o[0][7] = "x0"

    @step()
    def copy(o: Any, v: str) -> Any:
        return len(o[0].copy()), len(list(o[0].items())), len(o[0]) > 0

    @step()
    def compare(o: Any, v: str) -> Any:
        return o[0] == {"x0": "x0"}, "a1" in o[0], len(repr(o[0])) > 0


class OwnKeys(_OwnKeys):
    """A dict."""

    said = "Thread safety for dict objects"

    def fresh(self, size: int) -> Any:
        return fresh_items(size), []

    @step(writes=True)
    def ior(o: Any, v: str) -> Any:
        held = o[0]
        held |= {v: v}
        find(o, v, held.get(v))


class OwnKeysAndDefaults(_OwnKeys):
    """A defaultdict: who looks for what is missing puts a default there, and over nothing."""

    may_raise = CHANGED

    def fresh(self, size: int) -> Any:
        return collections.defaultdict(lambda: "x0", fresh_items(size)), []

    @step(writes=True)
    def look_up(o: Any, v: str) -> Any:
        return [o[0][key] for key in OWN]

    @step(writes=True)
    def look_up_first(o: Any, v: str) -> Any:
        return o[0]["b1" if v[0] == "a" else "a1"]


class OwnKeysInOrder(_OwnKeys):
    """An OrderedDict."""

    may_raise = (RuntimeError, KeyError)

    def fresh(self, size: int) -> Any:
        return collections.OrderedDict(fresh_items(size)), []

    @step(writes=True)
    def move_to_end(o: Any, v: str) -> Any:
        o[0].move_to_end("x0")
        o[0].move_to_end("x0", last=False)


class OwnKeysOfInstance(_OwnKeys):
    """The dict of an instance, whose keys are its class's."""

    def fresh(self, size: int) -> Any:
        home = types.SimpleNamespace() if size == 1 else _Home()
        vars(home).update(fresh_items(size))
        return vars(home), [], home


class _Home:
    """Whose instances have dicts with common keys."""


def with_names(home: Any, size: int) -> Any:
    """With attributes that are named after what they hold."""
    for name in fresh_strings(size):
        setattr(home, name, name)
    return home


class _OwnNames(_Own):
    """What has attributes."""

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        setattr(o[0], v, v)
        find(o, v, getattr(o[0], v, None))

    @step(writes=True)
    def store_by_name(o: Any, v: str) -> Any:
        if v[0] == "a":
            o[0].a9 = v
            find(o, v, o[0].a9)
        else:
            o[0].b9 = v
            find(o, v, o[0].b9)


class OwnAttributes(_OwnNames):
    """An instance into which each thread stores attributes of its own."""

    def fresh(self, size: int) -> Any:
        return with_names(types.new_class("Fresh")(), size), []

    @step(writes=True)
    def store_by_dict(o: Any, v: str) -> Any:
        vars(o[0])[v] = v
        find(o, v, getattr(o[0], v, None))

    @step(writes=True)
    def store_and_delete(o: Any, v: str) -> Any:
        name = v + "_"
        setattr(o[0], name, v)
        find(o, v, getattr(o[0], name, None))
        delattr(o[0], name)
        find(o, v, getattr(o[0], name, v))

    @step(writes=True)
    def store_many(o: Any, v: str) -> Any:
        """More than the class's keys have room for."""
        names = [f"{v}_{number}" for number in range(32)]
        for name in names:
            setattr(o[0], name, v)
        for name in names:
            find(o, v, getattr(o[0], name, None))

    @step(writes=True)
    def dict_(o: Any, v: str) -> Any:
        return len(o[0].__dict__) >= 0, o[0].__dict__ is vars(o[0])

    @step(writes=True)
    def of_another_instance(o: Any, v: str) -> Any:
        another = type(o[0])()
        another.y1 = another.y2 = "x0"
        another.__dict__["y3"] = "x0"

    @step()
    def get(o: Any, v: str) -> Any:
        return getattr(o[0], "a1", None), getattr(o[0], "b1", None), hasattr(o[0], "y1")

    @step()
    def copy(o: Any, v: str) -> Any:
        return len(vars(o[0]).copy()), len(dir(o[0])) > 0


class OwnClassAttributes(_OwnNames):
    """A class on which each thread stores attributes of its own, and finds them through a subclass and an instance,
    too. What others have stored it finds in the order in which it was stored.
    """

    def fresh(self, size: int) -> Any:
        home = with_names(type("Fresh", (), {}), size)
        below = type("Below", (home,), {})
        return home, [], below, below()

    @step(writes=True)
    def store_and_find(o: Any, v: str) -> Any:
        getattr(o[2], v, None), getattr(o[3], v, None)
        setattr(o[0], v, v)
        for home in o[3], o[2], o[0]:
            find(o, v, getattr(home, v, None))
        find(o, v, vars(o[0]).get(v))

    @step(writes=True)
    def store_after_looking(o: Any, v: str) -> Any:
        """By code that knows where it was not."""
        for number in range(LOOKS):
            name = v + str(number)
            find(o, v, getattr(o[3], name, v))
            setattr(o[0], name, v)
            find(o, v, getattr(o[3], name, None))

    @step(writes=True)
    def store_and_delete(o: Any, v: str) -> Any:
        name = v + "_"
        setattr(o[0], name, v)
        find(o, v, getattr(o[2], name, None))
        delattr(o[0], name)
        find(o, v, getattr(o[2], name, v))

    @step(writes=True)
    def store_below(o: Any, v: str) -> Any:
        """Over what its base has."""
        name = v + "below"
        setattr(o[0], name, "x0")
        setattr(o[2], name, v)
        find(o, v, getattr(o[3], name, None))
        find(o, "x0", getattr(o[0], name, None))

    @step(writes=True)
    def store_common(o: Any, v: str) -> Any:
        o[0].x0 = v

    @step(writes=True)
    def store_common_often(o: Any, v: str) -> Any:
        for number in range(LOOKS):
            o[0].x0 = v + str(number)

    @step()
    def dict_first(o: Any, v: str) -> Any:
        """What is in the dict already is what is found after that, or what is stored later."""
        for _ in range(LOOKS):
            there, found = vars(o[0])["x0"], o[0].x0
            if found == "x0" != there:
                o[1].append(f"'x0' where {there!r} was stored before that, and nobody stores 'x0' again")

    @step()
    def dict_first_from_below(o: Any, v: str) -> Any:
        for _ in range(LOOKS):
            there, found = vars(o[0])["x0"], o[3].x0
            if found == "x0" != there:
                o[1].append(f"'x0' where {there!r} was stored before that, and nobody stores 'x0' again")

    @step()
    def get(o: Any, v: str) -> Any:
        return getattr(o[0], "a1", None), getattr(o[2], "b1", None), getattr(o[3], "a9", None)

    @step()
    def get_often(o: Any, v: str) -> Any:
        return [hasattr(o[3], name) for name in OWN * LOOKS] and None

    @step(writes=True)
    def modify(o: Any, v: str) -> Any:
        o[0].__abstractmethods__ = frozenset()

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        for name in OTHERS:
            setattr(o[0], name, "x0")

    @step()
    def copy(o: Any, v: str) -> Any:
        return len(vars(o[0]).copy()) > 0, len(vars(o[2])) > 0, "x0" in vars(o[0])


class OwnNotes(_Own):
    """An exception to which each thread adds notes, and finds its own."""

    sizes: ClassVar[tuple[int, ...]] = (0, 1)

    def fresh(self, size: int) -> Any:
        o = ValueError(*fresh_strings(1))
        for one in fresh_strings(size):
            o.add_note(one)
        return o, []

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o[0].add_note(v)
        find(o, v, v if v in getattr(o[0], "__notes__", ()) else None)

    @step(writes=True)
    def add_several(o: Any, v: str) -> Any:
        for one in (v, v + "!", v + "?"):
            o[0].add_note(one)
            find(o, v, v if one in getattr(o[0], "__notes__", ()) else None)

    @step(writes=True)
    def mark(o: Any, v: str) -> Any:
        setattr(o[0], v, v)
        find(o, v, getattr(o[0], v, None))

    @step(writes=True)
    def mark_in_dict(o: Any, v: str) -> Any:
        o[0].__dict__[v] = v
        find(o, v, getattr(o[0], v, None))

    @step()
    def notes(o: Any, v: str) -> Any:
        return list(getattr(o[0], "__notes__", ()))

    @step()
    def dict_(o: Any, v: str) -> Any:
        return len(o[0].__dict__) < 9, len(vars(o[0]).copy()) < 9

    @step(may_raise=CHANGED)
    def copy(o: Any, v: str) -> Any:
        return copy.copy(o[0]).args, len(o[0].__reduce__())

    @step()
    def text(o: Any, v: str) -> Any:
        return len(traceback.format_exception_only(o[0])) > 0


class OwnNamesOfModule(_OwnNames):
    """A module into which each thread stores names of its own."""

    def fresh(self, size: int) -> Any:
        return with_names(types.ModuleType("x0"), size), []

    @step(writes=True)
    def exec_(o: Any, v: str) -> Any:
        exec(f"{v}e = {v!r}", vars(o[0]))
        find(o, v, getattr(o[0], v + "e", None))

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        vars(o[0]).update(dict.fromkeys(OTHERS, "x0"))

    @step(writes=True)
    def of_other_kinds(o: Any, v: str) -> Any:
        vars(o[0])[7] = "x0"

    @step()
    def get(o: Any, v: str) -> Any:
        return getattr(o[0], "a1", None), getattr(o[0], "b1", None)


class OwnElements(_Own):
    """A set to which each thread adds elements of its own."""

    said = "Thread safety for set objects"
    sizes: ClassVar[tuple[int, ...]] = (1, 4)

    def fresh(self, size: int) -> Any:
        return set(fresh_strings(size)), []

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o[0].add(v)
        find(o, v, v if v in o[0] else None)

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o[0].update([v, v + "!"])
        find(o, v, v if {v, v + "!"} <= o[0] else None)

    @step(writes=True)
    def add_and_discard(o: Any, v: str) -> Any:
        one = v + "?"
        o[0].add(one)
        o[0].remove(one)
        find(o, v, v if one not in o[0] else one)

    @step(writes=True)
    def add_and_copy(o: Any, v: str) -> Any:
        o[0].add(v)
        find(o, v, v if v in o[0].copy() else None)

    @step(writes=True)
    def ior(o: Any, v: str) -> Any:
        held = o[0]
        held |= {v}
        find(o, v, v if v in held else None)

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o[0].update(OTHERS)

    @step(writes=True)
    def churn(o: Any, v: str) -> Any:
        for one in OTHERS:
            o[0].add(one)
            o[0].discard(one)

    @step(writes=True)
    def difference_update(o: Any, v: str) -> Any:
        o[0].difference_update(OTHERS)
        o[0].difference_update({"y1": 1})

    @step()
    def contains(o: Any, v: str) -> Any:
        return "a1" in o[0], "b1" in o[0], o[0].isdisjoint(OTHERS)

    @step()
    def copy(o: Any, v: str) -> Any:
        return len(o[0].copy()) > 0, len(frozenset(o[0])) > 0, o[0] <= {"x0"}


class OwnItems(_Own):
    """A list to which each thread appends items of its own."""

    said = "Thread safety for list objects"
    sizes: ClassVar[tuple[int, ...]] = (3, 8)

    def fresh(self, size: int) -> Any:
        return fresh_strings(size), []

    def wrong(self, o: Any) -> str:
        strange = [one for one in OWN if o[0].count(one) not in (0, o[0].count(one + "!"))]
        return "; ".join([*o[1], *(f"{one!r} is lost, or there twice" for one in strange)])

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[0].append(v)
        o[0].append(v + "!")

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o[0].extend([v, v + "!"])

    @step(writes=True)
    def iadd(o: Any, v: str) -> Any:
        held = o[0]
        held += [v + "!", v]

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[0].insert(1, v)
        o[0].insert(0, v + "!")

    @step(writes=True)
    def slice_(o: Any, v: str) -> Any:
        o[0][1:1] = [v, v + "!"]

    @step(writes=True)
    def reverse(o: Any, v: str) -> Any:
        o[0].reverse()

    @step(writes=True)
    def append_others(o: Any, v: str) -> Any:
        for one in OTHERS:
            o[0].append(one)

    @step()
    def copy(o: Any, v: str) -> Any:
        return len(o[0].copy()) > 0, len(list(o[0])) > 0, len(o[0][:]) > 0

    @step(writes=True)
    def sort_copy(o: Any, v: str) -> Any:
        return len(sorted(o[0])) > 0


class OwnItemsAtBothEnds(_Own):
    """A deque to which each thread adds items of its own, and looks for them while others add theirs before them."""

    said = "collections.deque: appends from either side are thread-safe"
    sizes: ClassVar[tuple[int, ...]] = (3, 64)

    def fresh(self, size: int) -> Any:
        return collections.deque([*fresh_strings(size), LAST]), []

    def wrong(self, o: Any) -> str:
        gone = [f"{name!r} is gone" for name in (*fresh_strings(3), LAST) if name not in o[0]]
        return "; ".join([*o[1], *gone])

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[0].append(v)
        find(o, v, v if v in o[0] else None)

    @step(writes=True)
    def append_and_index(o: Any, v: str) -> Any:
        o[0].append(v)
        return all(o[0].index(v) >= 0 for _ in range(LOOKS))

    @step(writes=True)
    def append_and_count(o: Any, v: str) -> Any:
        o[0].append(v)
        found = all(o[0].count(v) for _ in range(LOOKS))
        find(o, v, v if found else None)

    @step(writes=True)
    def append_and_remove(o: Any, v: str) -> Any:
        one = v + "?"
        o[0].append(one)
        o[0].remove(one)

    @step(writes=True)
    def appendleft(o: Any, v: str) -> Any:
        o[0].appendleft(v)
        return o[0].index(v) >= 0

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[0].insert(1, v)
        return o[0].index(v) >= 0

    @step(writes=True)
    def churn(o: Any, v: str) -> Any:
        for one in OTHERS:
            o[0].appendleft(one)
            o[0].remove(one)

    @step(writes=True)
    def grow_before(o: Any, v: str) -> Any:
        for one in OTHERS:
            o[0].appendleft(one)

    @step(writes=True)
    def rotate(o: Any, v: str) -> Any:
        o[0].rotate(1)

    @step(writes=True)
    def reverse(o: Any, v: str) -> Any:
        o[0].reverse()

    @step()
    def index(o: Any, v: str) -> Any:
        """Nobody takes it away."""
        return all(o[0].index(LAST) >= 0 for _ in range(LOOKS)), o[0].index("x0") >= 0

    @step()
    def contains(o: Any, v: str) -> Any:
        find(o, LAST, LAST if all(LAST in o[0] for _ in range(LOOKS)) else None)

    @step()
    def count(o: Any, v: str) -> Any:
        return len(o[0]) > 0, all(o[0].count(LAST) for _ in range(LOOKS))


class OwnBytes(_Own):
    """A bytearray that threads add to, and look in for what is there all the time. 3.13's has no lock."""

    said = "Thread safety for bytearray objects"
    minimum_version = (3, 14)
    sizes: ClassVar[tuple[int, ...]] = (3, 64)

    def fresh(self, size: int) -> Any:
        return bytearray(b"x" * size), []

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[0].append(ord(v[0]))
        find(o, v, v if o[0].find(ord(v[0])) >= 0 else None)

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o[0].extend(v.encode())
        find(o, v, v if v[:1].encode() in o[0] else None)

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[0].insert(0, ord(v[0]))
        return o[0].index(ord(v[0])) >= 0

    @step(writes=True)
    def grow_before(o: Any, v: str) -> Any:
        o[0][:0] = v.encode() * 40

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        held = o[0]
        held += v.encode() * 40

    @step(writes=True)
    def reverse(o: Any, v: str) -> Any:
        o[0].reverse()

    @step()
    def index(o: Any, v: str) -> Any:
        return all(o[0].index(b"x") >= 0 and o[0].rindex(b"xx") >= 0 for _ in range(LOOKS))

    @step()
    def contains(o: Any, v: str) -> Any:
        find(o, "x", "x" if ord("x") in o[0] else None)
        find(o, "xx", "xx" if o[0].count(b"xx") else None)


class _Value:
    """What can be weakly referenced, and is named."""

    def __init__(self, name: str) -> None:
        self.name = name


class OwnWeakValues(_Own):
    """A WeakValueDictionary into which each thread puts values that it keeps alive."""

    may_raise = CHANGED

    def fresh(self, size: int) -> Any:
        held = [_Value(name) for name in fresh_strings(size)]
        return weakref.WeakValueDictionary((one.name, one) for one in held), [], held

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        mine = _Value(v)
        o[0][v] = mine
        find(o, v, getattr(o[0].get(v), "name", None))

    @step(writes=True)
    def churn(o: Any, v: str) -> Any:
        for one in OTHERS:
            o[0][one] = _Value(one)

    @step()
    def get(o: Any, v: str) -> Any:
        return getattr(o[0].get("x0"), "name", None), "a1" in o[0]

    @step()
    def copy(o: Any, v: str) -> Any:
        return len(o[0].copy()) > 0, len(list(o[0].items())) >= 0
