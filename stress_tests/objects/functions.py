"""Functions whose parts are replaced while they are called."""

from __future__ import annotations

from typing import Any

from harness.kernel import Knobs, PerWriterOrder, Scenario, Value, operation, readers


class DefaultsStored(Scenario):
    """A function called while its ``__defaults__`` are stored has the old ones or the new ones (gh-153297).

    Sound: one writer, so the counts of the defaults only go up.
    """

    oracle = PerWriterOrder()
    amplifiers = (readers,)

    def prepare(self, knobs: Knobs) -> None:
        self.function: Any = lambda x=Value(0): x

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.function.__defaults__ = (Value(n),)

    @operation(actor="reader")
    def call(self) -> Any:
        return self.function()


class KwdefaultsStored(Scenario):
    """A function called while its ``__kwdefaults__`` are stored has the old ones or the new ones (gh-153297).

    Sound: one writer, so the counts of the defaults only go up.
    """

    oracle = PerWriterOrder()
    amplifiers = (readers,)

    def prepare(self, knobs: Knobs) -> None:
        self.function: Any = lambda *, x=Value(0): x

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.function.__kwdefaults__ = {"x": Value(n)}

    @operation(actor="reader")
    def call(self) -> Any:
        return self.function()
