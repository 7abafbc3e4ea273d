"""dict: of strings, with several types of keys, with keys that run Python code, and beside a second one."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from harness.kernel.pairs import (
    PROCESS,
    Alike,
    DictCore,
    DictWhole,
    Subject,
    arm,
    dict_disagreement,
    fresh_items,
    fresh_strings,
    nosy,
    refuse,
    step,
)

MODULUS = sys.hash_info.modulus
"""Its multiples are hashed like 0."""


class Dict(DictWhole):
    """A dict of strings by strings; at the larger size the next key makes it grow."""

    @step()
    def read_back(o: Any, v: str) -> Any:
        """What its text says is a dict, too."""
        return dict.copy(eval(repr(o)))


class DictOfMixedKeys(DictCore):
    """A dict of strings whose keys are not all strings: its table is of another kind, and so are its look-ups."""

    def fresh(self, size: int) -> Any:
        first, last = fresh_strings(2)
        return {(): first} | fresh_items(size - 1) | {0.5: last}


class _Home:
    """Whose instances have dicts with common keys."""


class DictOfCommonKeys(DictWhole):
    """A copy of an instance's dict: its table of keys is the class's, and the values are its own."""

    def fresh(self, size: int) -> Any:
        home = _Home()
        vars(home).update(fresh_items(size))
        return vars(home).copy()


class DictOfOneHash(Subject):
    """A dict by numbers that are all hashed alike: each look-up goes past the others, and compares with them."""

    said = "Thread safety for dict objects"
    sizes: ClassVar[tuple[int, ...]] = (2, 5)

    def fresh(self, size: int) -> Any:
        return {number * MODULUS: "x" + str(number) for number in range(size)}

    def wrong(self, o: Any) -> str:
        return dict_disagreement(o)

    @step()
    def item(o: Any, v: str) -> Any:
        return o[MODULUS], o.get(7 * MODULUS, v), MODULUS in o

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o[MODULUS] = v

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[ord(v[0]) * MODULUS] = v

    @step(writes=True)
    def setdefault(o: Any, v: str) -> Any:
        return o.setdefault(9 * MODULUS, v)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop(MODULUS)

    @step(writes=True)
    def popitem(o: Any, v: str) -> Any:
        return o.popitem()[1]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.update({number * MODULUS: v for number in range(10, 16)})

    @step()
    def copy(o: Any, v: str) -> Any:
        return o.copy(), dict(o), o | {}, list(o.values())

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == {MODULUS: "x1", 0: "x0"}, {MODULUS: "x1"} == o


class DictNosyOfOneHash(DictOfOneHash):
    """A dict whose keys are hashed alike, and its first place has been left. The key that each look-up meets first
    looks into it, changes it, or raises.
    """

    sizes: ClassVar[tuple[int, ...]] = (3, 4, 5, 6, 7)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        o: dict[Any, Any] = {MODULUS * 50: "x0"}
        others = {MODULUS * 51: "m"}
        meddles = (list, refuse, lambda o: o.update(others), dict.clear, lambda o: o.pop(MODULUS * 51, 0))
        keys = [Alike(str(number), o, meddles[size % len(meddles)]) for number in range(size)]
        o.update((key, "x1") for key in keys)
        del o[MODULUS * 50]
        arm(keys[:1])
        return o

    def left(self, o: Any) -> Any:
        return [str(one) for one in list(o)]

    @step(writes=True)
    def insert_alike(o: Any, v: str) -> Any:
        key = Alike(v, o, lambda o: o.update({MODULUS * 52: v}))
        arm([key])
        o[key] = v


class DictNosy(DictWhole):
    """A dict whose keys look into it, change it, or raise, whenever they are hashed or compared."""

    sizes: ClassVar[tuple[int, ...]] = (3, 4, 5)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        o: dict[Any, Any] = {}
        keys = nosy(o, size, (list, refuse, lambda o: o.update(m="m"), dict.clear, lambda o: o.pop("x9", 0)))
        o.update((key, key) for key in keys)
        arm(keys)
        return o


class TwoDicts(Subject):
    """Two dicts, each of which is told to take from the other."""

    said = "Thread safety for dict objects"
    sizes: ClassVar[tuple[int, ...]] = (3, 5)

    def fresh(self, size: int) -> Any:
        return fresh_items(size), {"y" + str(number): "y" + str(number) for number in range(size)}

    def wrong(self, o: Any) -> str:
        return dict_disagreement(o[0]) or dict_disagreement(o[1])

    @step(writes=True, lock="holds")
    def update(o: Any, v: str) -> Any:
        o[0].update(o[1])

    @step(writes=True, lock="holds")
    def update_other(o: Any, v: str) -> Any:
        o[1].update(o[0])

    @step(writes=True, lock="holds", may_raise=(RuntimeError,))
    def update_by_items(o: Any, v: str) -> Any:
        o[0].update(o[1].items())

    @step(writes=True, lock="holds")
    def ior(o: Any, v: str) -> Any:
        first, second = o
        first |= second

    @step(lock="holds")
    def or_(o: Any, v: str) -> Any:
        return o[1] | o[0]

    @step(lock="holds")
    def eq(o: Any, v: str) -> Any:
        return o[0] == o[1], o[1] != o[0]

    @step(lock="holds")
    def eq_other_way(o: Any, v: str) -> Any:
        return o[1] == o[0], o[0] != o[1]

    @step(may_raise=(RuntimeError,))
    def eq_of_views(o: Any, v: str) -> Any:
        return o[0].items() == o[1].items(), o[1].keys() == o[0].keys()

    @step(writes=True, lock="holds")
    def ior_other(o: Any, v: str) -> Any:
        first, second = o
        second |= first

    @step(lock="holds")
    def fromkeys(o: Any, v: str) -> Any:
        return dict.fromkeys(o[1], v)

    @step(may_raise=(RuntimeError,))
    def keys_of_both_other_way(o: Any, v: str) -> Any:
        return o[1].keys() - o[0].keys(), o[1].items() ^ o[0].items(), o[1].keys().isdisjoint(o[0].keys())

    @step(may_raise=(RuntimeError,))
    def keys_of_both(o: Any, v: str) -> Any:
        return o[0].keys() | o[1].keys(), o[0].items() & o[1].items()

    @step(writes=True, lock="holds")
    def insert(o: Any, v: str) -> Any:
        o[1][v] = v

    @step(writes=True, lock="holds")
    def popitem(o: Any, v: str) -> Any:
        return o[1].popitem()

    @step(writes=True, lock="holds")
    def clear(o: Any, v: str) -> Any:
        o[1].clear()
