"""Events leave on a pipe of their own, one JSON object a line, so that stdout stays the target's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.kernel.event_types import KernelEvent, TrialEvent

SCHEMA = 1
"""The number of the events' definitions (``event_types``), in each journal's first event. Another one: what was written
before cannot be read any more, or would be read wrongly. What is added to an event leaves it as it is."""

Emit = Callable[["KernelEvent"], None]
EmitOfTrial = Callable[["TrialEvent"], None]


def pipe_writer(descriptor: int) -> Callable[[Mapping[str, object]], None]:
    """An ``emit`` that writes whole lines to ``descriptor``. Call it from one thread only."""

    def emit(event: Mapping[str, object]) -> None:
        line = json.dumps(event, separators=(",", ":"), default=describe).encode() + b"\n"
        while line:
            line = line[os.write(descriptor, line) :]

    return emit


def describe(thing: object, limit: int = 300) -> str:
    """``repr`` for evidence: bounded, and never raising, whatever the object has become."""
    try:
        text = repr(thing)
    except Exception as error:  # noqa: BLE001  # a half-dead object is exactly what may be described here
        text = f"<{type(thing).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def describe_error(error: BaseException | None) -> str:
    """``str(error)``, bounded, and never raising."""
    try:
        return str(error)[:300]
    except Exception:  # noqa: BLE001  # the exception may be half dead, too
        return "(its text cannot be had)"
