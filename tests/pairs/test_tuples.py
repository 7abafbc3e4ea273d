"""Whether a tuple that an iterator has given changes: what another thread does to it, played by the tuple itself."""

from __future__ import annotations

from collections.abc import Iterator

from harness.kernel.pairs import Tupled
from harness.kernel.pairs.subject import steps

LOOK = steps(Tupled)["look"].do


class Changing:
    """Has other elements from the time on that it is looked at so often."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def __iter__(self) -> Iterator[str]:
        self.looks -= 1
        return iter(["x0" if self.looks >= 0 else "x1"])


def test_a_tuple_that_changes_behind_the_first_look_or_the_last_is_told() -> None:
    assert LOOK(iter([Changing(1)]), "a1") == "changed"
    assert LOOK(iter([Changing(20)]), "a1") == "changed"


def test_one_that_stays_as_it_was_is_given() -> None:
    for looked_at in (enumerate(["x0"]), zip(["x0"], ["x1"], strict=True), iter({"x0": "x1"}.items())):
        assert type(LOOK(looked_at, "a1")) is tuple
