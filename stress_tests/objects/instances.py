"""Instances whose parts are replaced while they are used."""

from __future__ import annotations

from typing import Any, ClassVar

from harness.kernel import Knobs, PerWriterOrder, Scenario, Value, fresh_class, operation, readers


class DictReplaced(Scenario):
    """An instance gives what its ``__dict__`` held or holds, while two threads replace that (gh-124470).

    Sound: what one writer has stored is seen in its order, whatever the other one stores.
    """

    oracle = PerWriterOrder()
    amplifiers = (readers,)
    threads: ClassVar[dict[str, int]] = {"writer": 2}

    def prepare(self, knobs: Knobs) -> None:
        self.thing = fresh_class()()
        self.thing.x = Value(0)

    @operation(actor="writer", stores=1)
    def replace(self, n: int, me: int) -> None:
        self.thing.__dict__ = {"x": Value(n, "x", me)}

    @operation(actor="reader")
    def read(self) -> Any:
        return self.thing.x
