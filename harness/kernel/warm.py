"""What scenarios share whose reads, calls and stores the interpreter has specialised.

An instruction that has run some fifty times on the same class carries the class's version and what was found: an
inline cache of its own, beside the type cache. Free-threaded builds do so from 3.14 on, each thread in a copy of the
code of its own, and hold on only to what is immortal or counted late (deferred): functions, classes, and what a class
read of 3.15 on has found before. Values that are plain objects are never specialised on.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from types import FunctionType
from typing import Any, ClassVar

from harness.kernel.amplifiers import Amplifier, readers
from harness.kernel.oracles import Order
from harness.kernel.scenario import Scenario
from harness.kernel.values import Value

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

calm = Amplifier(
    "calm",
    (20, 0),
    "microseconds between two stores: a read must go undisturbed some fifty times before it is specialised",
)


class Warm(Scenario):
    """Base of scenarios whose loops are specialised. They race with the GIL on too: threads take turns between two
    instructions."""

    oracle: ClassVar[Any] = Order()
    amplifiers: ClassVar[tuple[Amplifier, ...]] = (calm, readers)
    needs_parallelism = False
    minimum_version = (3, 14) if FREE_THREADED else (3, 11)


def counted(count: int) -> Any:
    """A class that carries ``count`` and a tag, as a ``Value`` does: a value that can be specialised on."""
    return type(f"x#{count}", (), {"count": count, "tag": "x"})


_MAKE_GETTER = compile("def get(thing): return value", "<getter>", "exec")


def getting(value: Value) -> Callable[[Any], Any]:
    """A getter that returns ``value``.

    It takes one parameter and is no function's inner one: the read of another one's property is not specialised.
    """
    names: dict[str, Any] = {"value": value}
    exec(_MAKE_GETTER, names)
    getter: Callable[[Any], Any] = names.pop("get")
    return getter


def copied(function: Callable[[Any], Any]) -> FunctionType:
    """A function that uses no globals, with instructions of its own, which have met nothing yet."""
    return FunctionType(function.__code__.replace(), {})


def answering(value: Value) -> Callable[..., Value]:
    """A function that returns ``value``, whatever it is called with."""

    def answer(thing: object = None, key: object = None) -> Value:
        return value

    return answer
