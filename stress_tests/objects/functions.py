"""Functions whose parts are replaced while they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.kernel import Knobs, PerWriterOrder, Scenario, Value, operation, readers


class _Called(Scenario):
    """A call gives what the function holds: never something older than the call before it gave."""

    oracle = PerWriterOrder()
    amplifiers = (readers,)

    @operation(actor="reader")
    def call(self) -> Any:
        return self.function()

    def prepare(self, knobs: Knobs) -> None:
        self.function = self.made()

    def made(self) -> Callable[[], Any]:
        """A new function that gives its default."""
        raise NotImplementedError


class DefaultsStored(_Called):
    """A function called while its ``__defaults__`` are stored has the old ones or the new ones (gh-153297).

    Sound: one writer, so the counts of the defaults only go up.
    """

    def made(self) -> Callable[[], Any]:
        def answer(x: Any = Value(0)) -> Any:  # noqa: B008  # a default that may die
            return x

        return answer

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.function.__defaults__ = (Value(n),)


class KwdefaultsStored(_Called):
    """A function called while its ``__kwdefaults__`` are stored has the old ones or the new ones (gh-153297).

    Sound: one writer, so the counts of the defaults only go up.
    """

    def made(self) -> Callable[[], Any]:
        def answer(*, x: Any = Value(0)) -> Any:  # noqa: B008  # a default that may die
            return x

        return answer

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.function.__kwdefaults__ = {"x": Value(n)}
