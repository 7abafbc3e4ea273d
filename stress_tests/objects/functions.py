"""Functions whose parts are replaced while they are called."""

from __future__ import annotations

from typing import Any

from harness.kernel import Knobs, PerWriterOrder, Scenario, Value, operation, readers


class _Called(Scenario):
    """A call gives what the function holds: never something older than the call before it gave."""

    oracle = PerWriterOrder()
    amplifiers = (readers,)
    function: Any

    @operation(actor="reader")
    def call(self) -> Any:
        return self.function()


class DefaultsStored(_Called):
    """A function called while its ``__defaults__`` are stored has the old ones or the new ones (gh-153297).

    Sound: one writer, so the counts of the defaults only go up.
    """

    def prepare(self, knobs: Knobs) -> None:
        self.function = lambda x=Value(0): x

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.function.__defaults__ = (Value(n),)


class KwdefaultsStored(_Called):
    """A function called while its ``__kwdefaults__`` are stored has the old ones or the new ones (gh-153297).

    Sound: one writer, so the counts of the defaults only go up.
    """

    def prepare(self, knobs: Knobs) -> None:
        self.function = lambda *, x=Value(0): x

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.function.__kwdefaults__ = {"x": Value(n)}
