"""Elements whose finalizers change what they fall out of: each thread has its own, so one thread alone may show it."""

from __future__ import annotations

import collections
import functools
import heapq
import pickle
import queue
import types
import weakref
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, step, taken

Meddle = Callable[[Any], object]


class Dying:
    """An element that meddles with its home when it dies, in the next way there is."""

    def __init__(self, home: Any, meddle: Meddle) -> None:
        self.home, self.meddle = home, meddle

    def __del__(self) -> None:
        home, self.home = self.home, None
        try:
            self.meddle(home)
        except (SystemError, MemoryError):  # nothing may raise these: whoever hears of finalizers is told
            raise
        except Exception:  # noqa: BLE001  # what the home refuses by then
            pass
        self.taken = taken()

    def __lt__(self, other: object) -> bool:
        return id(self) < id(other)

    def __reduce__(self) -> Any:
        return str, ()


def _lists(home: list[Any]) -> None:
    home[:] = home[:1]


SEQUENCES: tuple[Meddle, ...] = (
    lambda home: home.clear(),
    lambda home: home.pop(),
    lambda home: home.extend([1] * 40),
    list,
    _lists,
)
MAPPINGS: tuple[Meddle, ...] = (
    lambda home: home.clear(),
    lambda home: home.popitem(),
    lambda home: home.update(dict.fromkeys(range(40))),
    list,
    lambda home: home.pop(1, None),
)
SETS: tuple[Meddle, ...] = (
    lambda home: home.clear(),
    lambda home: home.pop(),
    lambda home: home.update(range(40)),
    list,
    lambda home: home.discard(1),
)
TREES: tuple[Meddle, ...] = (
    lambda home: home.clear(),
    lambda home: home.remove(home[0]),
    lambda home: home.extend([ET.Element("x1") for _ in range(40)]),
    list,
    lambda home: home.set("x0", "x0"),
)
LENGTH = 6


class _Dying(Subject):
    """What no thread shares; ``size`` says in which way elements meddle."""

    most = PROCESS
    sizes = (0, 1, 2, 3, 4)

    def fresh(self, size: int) -> Any:
        return size

    def left(self, o: Any) -> Any:
        return None


def _sequence(home: Any, o: int) -> Any:
    home.extend(Dying(home, SEQUENCES[o]) for _ in range(LENGTH))
    return home


def _mapping(home: Any, o: int) -> Any:
    for number in range(LENGTH):
        home[number] = Dying(home, MAPPINGS[o])
    return home


class DyingInSequences(_Dying):
    """Elements of lists and deques."""

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        _sequence([], o).clear()

    @step(writes=True)
    def delete_slice(o: Any, v: str) -> Any:
        home = _sequence([], o)
        del home[1:4]

    @step(writes=True)
    def delete_steps(o: Any, v: str) -> Any:
        home = _sequence([], o)
        del home[::2]

    @step(writes=True)
    def store_slice(o: Any, v: str) -> Any:
        home = _sequence([], o)
        home[1:] = [v]

    @step(writes=True)
    def store_steps(o: Any, v: str) -> Any:
        home = _sequence([], o)
        home[::2] = [v] * 3

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        home = _sequence([], o)
        home[2] = v

    @step(writes=True)
    def remove(o: Any, v: str) -> Any:
        home = _sequence([], o)
        home.remove(home[3])

    @step(writes=True)
    def none_left(o: Any, v: str) -> Any:
        home = _sequence([], o)
        home *= 0

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        _sequence([], o).__init__([v])

    @step(writes=True)
    def sort(o: Any, v: str) -> Any:
        """By keys that die when it is over, and change the list."""
        home = [3, 1, 2]
        home.sort(key=lambda _: Dying(home, SEQUENCES[o]))

    @step(writes=True)
    def heap(o: Any, v: str) -> Any:
        home = _sequence([], o)
        heapq.heapify(home)
        heapq.heapreplace(home, Dying(home, SEQUENCES[o]))
        heapq.heappop(home)

    @step(writes=True)
    def deque_clear(o: Any, v: str) -> Any:
        _sequence(collections.deque(), o).clear()

    @step(writes=True)
    def deque_full(o: Any, v: str) -> Any:
        home = _sequence(collections.deque(maxlen=LENGTH), o)
        home.extend([v] * 3)
        home.extendleft([v] * 3)

    @step(writes=True)
    def deque_store(o: Any, v: str) -> Any:
        home = _sequence(collections.deque(), o)
        home[2] = v
        del home[3]

    @step(writes=True)
    def deque_init(o: Any, v: str) -> Any:
        _sequence(collections.deque(), o).__init__([v], 2)

    @step(writes=True)
    def simple_queue(o: Any, v: str) -> Any:
        home: Any = queue.SimpleQueue()
        for _ in range(LENGTH):
            home.put(Dying(home, queue.SimpleQueue.get_nowait))
        return home.get() is None


class DyingInMappings(_Dying):
    """Values of dicts, OrderedDicts and defaultdicts, and elements of sets."""

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        _mapping({}, o).clear()

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        _mapping({}, o)[2] = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del _mapping({}, o)[2]

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        home = _mapping({}, o)
        home.update(dict.fromkeys(range(LENGTH), v))
        home |= {1: v}

    @step(writes=True)
    def update_from_pairs(o: Any, v: str) -> Any:
        _mapping({}, o).update([(number, v) for number in range(LENGTH)])

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        home = _mapping({}, o)
        home.pop(1)
        home.popitem()

    @step(writes=True)
    def ordered_clear(o: Any, v: str) -> Any:
        _mapping(collections.OrderedDict(), o).clear()

    @step(writes=True)
    def ordered_store(o: Any, v: str) -> Any:
        home = _mapping(collections.OrderedDict(), o)
        home[2] = v
        del home[3]

    @step(writes=True)
    def ordered_move(o: Any, v: str) -> Any:
        home = _mapping(collections.OrderedDict(), o)
        home.popitem(last=False)
        home.move_to_end(4)
        home.pop(5)

    @step(writes=True)
    def ordered_update(o: Any, v: str) -> Any:
        _mapping(collections.OrderedDict(), o).update(dict.fromkeys(range(LENGTH), v))

    @step(writes=True)
    def default_clear(o: Any, v: str) -> Any:
        _mapping(collections.defaultdict(list), o).clear()

    @step(writes=True)
    def weak_values(o: Any, v: str) -> Any:
        home: Any = weakref.WeakValueDictionary()
        kept = [Dying(home, MAPPINGS[o]) for _ in range(LENGTH)]
        home.update(enumerate(kept))
        kept.clear()
        return len(home)

    @step(writes=True)
    def set_clear(o: Any, v: str) -> Any:
        _set(o).clear()

    @step(writes=True)
    def set_difference(o: Any, v: str) -> Any:
        home = _set(o)
        home -= set(list(home)[:3])

    @step(writes=True)
    def set_intersection(o: Any, v: str) -> Any:
        home = _set(o)
        home &= {1, 2}

    @step(writes=True)
    def set_symmetric_difference(o: Any, v: str) -> Any:
        home = _set(o)
        home ^= set(list(home)[:3])

    @step(writes=True)
    def set_init(o: Any, v: str) -> Any:
        _set(o).__init__([v])  # type: ignore[misc]

    @step(writes=True)
    def instance_dict(o: Any, v: str) -> Any:
        home: Any = types.SimpleNamespace()
        other = type("Fresh", (), {})()
        for one in (home, other):
            for number in range(4):
                setattr(one, f"x{number}", Dying(one.__dict__, MAPPINGS[o]))
            del one.x1
            one.x2 = v
            one.__dict__.clear()


def _set(o: int) -> set[Any]:
    home: set[Any] = set()
    home.update(Dying(home, SETS[o]) for _ in range(LENGTH))
    return home


class DyingInObjects(_Dying):
    """What other objects hold: children of trees, memos, caches, arguments, attributes of exceptions and functions."""

    @step(writes=True)
    def tree_clear(o: Any, v: str) -> Any:
        _tree(o).clear()

    @step(writes=True)
    def tree_delete(o: Any, v: str) -> Any:
        del _tree(o)[1:4]

    @step(writes=True)
    def tree_delete_steps(o: Any, v: str) -> Any:
        del _tree(o)[::2]

    @step(writes=True)
    def tree_store(o: Any, v: str) -> Any:
        home = _tree(o)
        home[1] = ET.Element(v)
        home[2:5] = [ET.Element(v)]

    @step(writes=True)
    def tree_remove(o: Any, v: str) -> Any:
        home = _tree(o)
        home.remove(home[2])

    @step(writes=True)
    def tree_members(o: Any, v: str) -> Any:
        home = _tree(o)
        for name in ("text", "tail", "tag"):
            setattr(home, name, Dying(home, TREES[o]))
            setattr(home, name, v)
        home.attrib = {v: Dying(home, TREES[o])}  # type: ignore[dict-item]
        home.attrib = {}

    @step(writes=True)
    def memo(o: Any, v: str) -> Any:
        """The memo alone holds what was pickled."""
        pickler = pickle.Pickler(_Nothing())
        meddle: Meddle = (
            lambda home: home.clear_memo(),
            lambda home: home.dump([v]),
            lambda home: setattr(home, "memo", {}),
            lambda home: home.memo.copy(),
            lambda home: home.__init__(_Nothing()),
        )[o]
        for _ in range(LENGTH):
            pickler.dump([Dying(pickler, meddle)])
        pickler.clear_memo()

    @step(writes=True)
    def cache(o: Any, v: str) -> Any:
        @functools.lru_cache(3)
        def cached(number: int) -> Any:
            return Dying(cached, (_cache_clear, _cache_info, _calls, _calls, _cache_clear)[o])

        for number in range(LENGTH):
            cached(number)
        cached.cache_clear()

    @step(writes=True)
    def partial(o: Any, v: str) -> Any:
        home: Any = functools.partial(str)
        meddle: Meddle = (
            lambda home: home.__setstate__((str, (), {}, {})),
            repr,
            lambda home: home.__reduce__(),
            lambda home: home.__dict__.clear(),
            lambda home: home(),
        )[o]
        home.__setstate__(
            (str, (Dying(home, meddle),), {"errors": Dying(home, meddle)}, {v: Dying(home, meddle)})
        )
        home.__setstate__((str, (), {}, None))

    @step(writes=True)
    def exception(o: Any, v: str) -> Any:
        home = OSError(1, v, v)
        meddle: Meddle = (
            lambda home: home.__init__(2, "m"),
            lambda home: setattr(home, "args", ()),
            str,
            repr,
            lambda home: home.__setstate__({"args": ("m",)}),
        )[o]
        for name in ("errno", "strerror", "filename", "filename2"):
            setattr(home, name, Dying(home, meddle))
        home.args = (Dying(home, meddle), Dying(home, meddle))
        home.args = ()
        for name in ("errno", "strerror", "filename"):
            setattr(home, name, v)
        home.__init__(1, v)  # type: ignore[misc]

    @step(writes=True)
    def function(o: Any, v: str) -> Any:
        def home(first: Any = None, *, second: Any = None) -> Any:
            return first, second

        meddle: Meddle = (
            lambda home: setattr(home, "__defaults__", None),
            lambda home: setattr(home, "__kwdefaults__", {"second": 1}),
            lambda home: home(),
            lambda home: home.__dict__.clear(),
            lambda home: setattr(home, "__code__", home.__code__),
        )[o]
        made: Any = home
        made.__defaults__ = (Dying(made, meddle),)
        made.__kwdefaults__ = {"second": Dying(made, meddle)}
        made.__annotations__ = {"first": Dying(made, meddle)}
        made.mark = Dying(made, meddle)
        made.__defaults__ = (v,)
        made.__kwdefaults__ = {}
        made.__annotations__ = {}
        made.mark = v
        return made(v, second=v)

    @step(writes=True)
    def generator(o: Any, v: str) -> Any:
        """What a frame holds meddles with its generator when that is closed."""
        meddle: Meddle = (
            lambda home: home.close(),
            lambda home: home.send(None),
            lambda home: home.throw(KeyError),
            lambda home: home.gi_frame.clear(),
            lambda home: home.gi_frame.f_locals.copy(),
        )[o]
        made = _holds([])
        next(made)
        made.send(Dying(made, meddle))
        made.close()


def _tree(o: int) -> ET.Element:
    home = ET.Element("x0")
    for _ in range(LENGTH):
        home.append(_DyingElement(home, TREES[o]))
    return home


class _DyingElement(ET.Element):
    """A child that meddles with its tree when it dies."""

    def __init__(self, home: Any, meddle: Meddle) -> None:
        super().__init__("x1")
        self.dying = Dying(home, meddle)


def _holds(held: Any) -> Any:
    held = yield held
    while True:
        yield held


class _Nothing:
    """What takes what is written, and keeps none of it."""

    def write(self, data: Any) -> int:
        return len(data)


def _cache_clear(cached: Any) -> None:
    cached.cache_clear()


def _cache_info(cached: Any) -> None:
    cached.cache_info()


def _calls(cached: Any) -> None:
    cached(99)
