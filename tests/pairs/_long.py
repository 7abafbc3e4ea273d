"""A subject a single round of which takes long."""

from __future__ import annotations

import time
from typing import Any

from harness.kernel.pairs import Subject, step

ROUND_S = 0.02


class LongOperations(Subject):
    """A list, and operations that take as long as a row of others."""

    def fresh(self, size: int) -> list[str]:
        return []

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        time.sleep(ROUND_S)
        o.append(v)

    @step()
    def first(o: Any, v: str) -> Any:
        time.sleep(ROUND_S)
        return o[:1]

    @step()
    def last(o: Any, v: str) -> Any:
        time.sleep(ROUND_S)
        return o[-1:]


class LongToMake(Subject):
    """A list that takes as long to make as a row of others to race."""

    def fresh(self, size: int) -> list[str]:
        time.sleep(ROUND_S)
        return []

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(v)
