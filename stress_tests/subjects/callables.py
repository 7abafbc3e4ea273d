"""What functools and operator make of functions, which threads call."""

from __future__ import annotations

import copy
import inspect
import operator
import pickle
import sys
import weakref
from functools import cache, cmp_to_key, lru_cache, partial, singledispatch
from types import FunctionType
from typing import Any

from harness.kernel.pairs import PROCESS, Attributes, Subject, arm, fresh_strings, nosy, refuse, step


def plain(first: Any = "x1", *rest: Any, third: Any = "x2", **named: Any) -> Any:
    """What is called."""
    return first, third


def another(first: Any = "x0", second: Any = None, *, third: Any = "x1") -> Any:
    """What has other code: its parameters and its variables are others."""
    return third, first, second


def listed(first: Any) -> Any:
    """What gives a new object each time."""
    return [first]


def positional(first: Any) -> Any:
    """What takes one argument and has no default."""
    return first


def own(found: Any, v: Any) -> Any:
    """What is made of this thread's own arguments: nobody else may change what is found."""
    assert found == v, f"{found!r} is found of this thread's {v!r}"
    return found


class Partial(Attributes):
    """A functools.partial of a Python function."""

    def fresh(self, size: int) -> Any:
        first, third = fresh_strings(2)
        return partial(plain, first, third=third)

    def left(self, o: Any) -> Any:
        return [o.args, o.keywords, dict(vars(o))]

    @step()
    def call(o: Any, v: str) -> Any:
        return o()

    @step()
    def call_with_keyword(o: Any, v: str) -> Any:
        return o(third=v)

    @step()
    def call_with_more(o: Any, v: str) -> Any:
        return o(v, fourth=v)

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.func is not None, o.args, dict(o.keywords)

    @step(writes=True)
    def change_keywords(o: Any, v: str) -> Any:
        o.keywords["third"] = v

    @step(writes=True)
    def add_keyword(o: Any, v: str) -> Any:
        o.keywords[v] = v

    @step(writes=True)
    def clear_keywords(o: Any, v: str) -> Any:
        o.keywords.clear()

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.__setstate__((plain, (v,), {"third": v}, {}))

    @step(writes=True)
    def setstate_of_another(o: Any, v: str) -> Any:
        o.__setstate__((another, (v, v), {}, None))

    @step()
    def nested(o: Any, v: str) -> Any:
        return partial(o, v).args

    @step(writes=True)
    def store_attribute(o: Any, v: str) -> Any:
        o.mark = v

    @step(writes=True)
    def delete_attribute(o: Any, v: str) -> Any:
        del o.mark

    @step()
    def attribute(o: Any, v: str) -> Any:
        return getattr(o, "mark", None)

    @step(text=True)
    def text(o: Any, v: str) -> Any:
        return repr(o).startswith("functools.partial(")

    @step()
    def reduce(o: Any, v: str) -> Any:
        return o.__reduce__()[2][1:3]

    @step(may_raise=(RuntimeError,))
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o).args, copy.deepcopy(o).args

    @step(may_raise=(RuntimeError,))
    def pickle_(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o)).args

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, hash(o) == hash(o)

    @step(PROCESS)
    def signature(o: Any, v: str) -> Any:
        return len(inspect.signature(o).parameters) >= 0

    if sys.version_info >= (3, 14):  # 3.13 has it, and warns of it

        @step()
        def bind(o: Any, v: str) -> Any:
            return o.__get__(v, str)()

    @step()
    def generic(o: Any, v: str) -> Any:
        return type(o)[int] is not None

    left_out = {
        "__new__": "other subjects' fresh objects come from it",
        "__vectorcalloffset__": "a number of C's",
    }


class PartialNosy(Partial):
    """A partial whose arguments change it, or raise, when they are compared or their text is made."""

    sizes = (2, 3, 4)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        meddles = (
            lambda o: o.__setstate__((plain, ("x0",), {}, {})),
            lambda o: o.keywords.clear(),
            refuse,
            lambda o: o.keywords.update(m="m"),
        )
        first, second, *more = nosy(None, size, meddles)
        o = partial(plain, first, third=second, **{one.name: one for one in more})
        for one in (first, second, *more):
            one.home = o
        arm((first, second, *more))
        return o


class SingleDispatch(Subject):
    """A singledispatch function: its registry, and its cache of what was dispatched."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return singledispatch(FunctionType(positional.__code__, {}, "positional"))

    def left(self, o: Any) -> Any:
        return len(o.registry)

    @step()
    def call(o: Any, v: str) -> Any:
        return o(v)

    @step()
    def call_of_int(o: Any, v: str) -> Any:
        return o(1)

    @step()
    def dispatch(o: Any, v: str) -> Any:
        return o.dispatch(bool) is not None

    @step(writes=True)
    def register(o: Any, v: str) -> Any:
        o.register(int, positional)

    @step(writes=True)
    def register_str(o: Any, v: str) -> Any:
        o.register(str)(positional)

    @step(writes=True)
    def register_own(o: Any, v: str) -> Any:
        o.register(type(v, (), {}), positional)

    @step()
    def registry(o: Any, v: str) -> Any:
        return len(list(o.registry))


class LruCache(Subject):
    """A function with an lru_cache of two entries, each a list that nobody else keeps alive."""

    said = "functools: the underlying data structure will remain coherent during concurrent updates"

    def fresh(self, size: int) -> Any:
        o = lru_cache(maxsize=2)(FunctionType(listed.__code__, {}, "listed"))
        for key in (*fresh_strings(2), *fresh_strings(1)):
            o(key)
        return o

    def left(self, o: Any) -> Any:
        return o.cache_info().currsize

    def wrong(self, o: Any) -> str:
        info = o.cache_info()
        if not 0 <= info.currsize <= 2:
            return f"the cache of two entries holds {info.currsize}"
        for argument in ("x0", "x1", "a1", "b1", "x7", "x8", "x7", "x8"):
            if o(argument) != [argument]:
                return f"what is cached for {argument} is another's"
        again = o.cache_info()
        if again.currsize != 2:
            return f"after as many calls as fill it the cache of two entries holds {again.currsize}"
        return "" if again.hits >= info.hits + 2 else "what was just called is not found in the cache"

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return o(v)

    @step(writes=True)
    def call_cached(o: Any, v: str) -> Any:
        return o(fresh_strings(1)[0])

    @step(writes=True)
    def call_oldest(o: Any, v: str) -> Any:
        return o(fresh_strings(2)[1])

    @step(writes=True)
    def call_by_keyword(o: Any, v: str) -> Any:
        return o(first=v)

    @step(writes=True)
    def call_many(o: Any, v: str) -> Any:
        return [o(argument) for argument in (*fresh_strings(3), v, *fresh_strings(1))]

    @step(writes=True)
    def call_unhashable(o: Any, v: str) -> Any:
        return o([])

    @step(writes=True)
    def cache_clear(o: Any, v: str) -> Any:
        o.cache_clear()

    @step()
    def cache_info(o: Any, v: str) -> Any:
        return 0 <= o.cache_info().currsize <= 2

    @step()
    def cache_parameters(o: Any, v: str) -> Any:
        return o.cache_parameters()["maxsize"]

    @step()
    def wrapped(o: Any, v: str) -> Any:
        return o.__wrapped__(v), o.__name__, o.__doc__ is None

    @step(writes=True)
    def store_attribute(o: Any, v: str) -> Any:
        o.mark = v

    @step()
    def bind(o: Any, v: str) -> Any:
        return o.__get__(v, str)() == [v]

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) is o

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o)

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o

    left_out = {"__reduce__": "gives the name that it is found by"}


class UnboundedCache(Subject):
    """A function with a cache that has no limit, of lists that nobody else keeps alive."""

    said = LruCache.said

    def fresh(self, size: int) -> Any:
        return cache(FunctionType(listed.__code__, {}, "listed"))

    def left(self, o: Any) -> Any:
        return o.cache_info().currsize

    def wrong(self, o: Any) -> str:
        for argument in ("x0", "x1", "a1", "b1"):
            if o(argument) != [argument] or o(argument) != [argument]:
                return f"what is cached for {argument} is another's"
        return ""

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return o(v)

    @step(writes=True)
    def call_same(o: Any, v: str) -> Any:
        return o(fresh_strings(1)[0])

    @step(writes=True)
    def call_many(o: Any, v: str) -> Any:
        return [o(number) for number in range(8)]

    @step(writes=True)
    def cache_clear(o: Any, v: str) -> Any:
        o.cache_clear()

    @step()
    def cache_info(o: Any, v: str) -> Any:
        return o.cache_info().currsize >= 0


class LruCacheNosy(Subject):
    """A function with an lru_cache whose keys clear and call the cache while they are compared."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        o = lru_cache(maxsize=2)(FunctionType(positional.__code__, {}, "positional"))
        o(_Key(0, o)), o(_Key(1, o))
        return o

    def left(self, o: Any) -> Any:
        return o.cache_info().currsize

    @step(writes=True)
    def call_that_clears(o: Any, v: str) -> Any:
        o(_Key(0, o, "clear"))

    @step(writes=True)
    def call_that_calls(o: Any, v: str) -> Any:
        o(_Key(1, o, "call"))

    @step(writes=True)
    def call_that_raises(o: Any, v: str) -> Any:
        o(_Key(0, o, "raise"))

    @step(writes=True)
    def call_new(o: Any, v: str) -> Any:
        o(_Key(2, o, "call"))

    @step(writes=True)
    def cache_clear(o: Any, v: str) -> Any:
        o.cache_clear()

    @step()
    def cache_info(o: Any, v: str) -> Any:
        return o.cache_info().hits


class ComparisonKey(Attributes):
    """A key that a comparison function makes, and another: what is compared is stored anew meanwhile."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        made = cmp_to_key(_compared)
        return made(fresh_strings(1)), made(fresh_strings(2))

    def left(self, o: Any) -> Any:
        return None

    @step()
    def order(o: Any, v: str) -> Any:
        return o[0] < o[1], o[0] >= o[1], o[0] == o[1]

    @step()
    def object_(o: Any, v: str) -> Any:
        return list(o[0].obj)

    @step(writes=True, makes=True)
    def store(o: Any, v: str) -> Any:
        o[0].obj = [v]
        o[1].obj = made = [v, v]
        return made

    @step()
    def sort(o: Any, v: str) -> Any:
        return len(sorted([o[1], o[0]]))

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o[0])


def _compared(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


class _Key:
    """An argument that does something with the cache while it is compared."""

    __slots__ = ("does", "number", "of")

    def __init__(self, number: int, of: Any, does: str = "") -> None:
        self.number = number
        self.of = of
        self.does = does

    def __hash__(self) -> int:
        return self.number

    def __eq__(self, other: object) -> bool:
        does, self.does = self.does, ""
        if does == "clear":
            self.of.cache_clear()
        elif does == "call":
            self.of(_Key(3, self.of))
        elif does == "raise":
            raise ValueError("a comparison raises")
        return isinstance(other, _Key) and self.number == other.number


CALLERS = {
    "__new__": "other subjects' fresh objects come from it",
    "__text_signature__": "a constant",
    "__vectorcalloffset__": "a number of C's",
}


class ItemGetter(Attributes):
    """An operator.itemgetter, called by many."""

    def fresh(self, size: int) -> Any:
        return operator.itemgetter(1, 0)

    left_out = CALLERS

    def left(self, o: Any) -> Any:
        return None

    @step()
    def call(o: Any, v: str) -> Any:
        return own(o((v, "x0")), ("x0", v))

    @step()
    def call_one(o: Any, v: str) -> Any:
        return own(operator.itemgetter(1)(("x0", v)), v), own(operator.itemgetter(v)({v: v}), v)

    @step()
    def call_wrong(o: Any, v: str) -> Any:
        return o(())

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o)

    @step()
    def reduce(o: Any, v: str) -> Any:
        return len(o.__reduce__())

    @step()
    def copy_(o: Any, v: str) -> Any:
        return own(copy.copy(o)(("x0", v)), (v, "x0")), own(pickle.loads(pickle.dumps(o))((v, v)), (v, v))

    @step()
    def sort(o: Any, v: str) -> Any:
        return own(sorted([("y", v), ("x0", v), (v, "x0")], key=o)[0], (v, "x0"))


class AttrGetter(Subject):
    """An operator.attrgetter, called by many."""

    def fresh(self, size: int) -> Any:
        return operator.attrgetter("real", "real.imag")

    left_out = CALLERS

    def left(self, o: Any) -> Any:
        return None

    @step()
    def call(o: Any, v: str) -> Any:
        return own(o(7), (7, 0))

    @step()
    def call_own(o: Any, v: str) -> Any:
        """What has the attributes is this thread's own."""
        own(operator.attrgetter("real")(_Named(v)), v)
        return own(operator.attrgetter("real", "more.real")(_Named(v)), (v, v))

    @step()
    def call_wrong(o: Any, v: str) -> Any:
        return o(v)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o)

    @step()
    def copy_(o: Any, v: str) -> Any:
        own(pickle.loads(pickle.dumps(o))(7), (7, 0))
        return own(copy.copy(o)(7), (7, 0)), len(o.__reduce__())


class _Named:
    """What has a name, and leads to itself."""

    def __init__(self, name: str) -> None:
        self.real = name

    @property
    def more(self) -> Any:
        return self


class MethodCaller(Attributes):
    """An operator.methodcaller: what it calls with is made ready by its first call."""

    def fresh(self, size: int) -> Any:
        return operator.methodcaller("split", sep="0", maxsplit=1)

    left_out = CALLERS

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        """No value has a 0 in it: it is all before the first one."""
        return own(o(v + "00"), [v, "0"])[0]

    @step()
    def call_own(o: Any, v: str) -> Any:
        mine = operator.methodcaller("replace", "?", "!")
        own(operator.methodcaller("__str__")(v), v)
        return own(mine(v), v), own(mine(v), v)

    @step()
    def call_many(o: Any, v: str) -> Any:
        """With more arguments than there is room for on the stack, and keywords."""
        return own(operator.methodcaller("take", *fresh_strings(9), more=v, third=v)(_Taking()), (9, v, v))[1]

    @step(writes=True)
    def call_wrong(o: Any, v: str) -> Any:
        return o(7)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o == o, hash(o) == hash(o)

    @step()
    def copy_(o: Any, v: str) -> Any:
        own(pickle.loads(pickle.dumps(o))(v + "00"), [v, "0"])
        return own(copy.copy(o)(v + "00"), [v, "0"])[0], len(o.__reduce__())


class _Taking:
    """What counts what it is called with."""

    def take(self, *rest: Any, third: Any, more: Any) -> Any:
        return len(rest), third, more
