"""Threads for subjects: what is made, held or let go of in one that has ended."""

from __future__ import annotations

import _thread
from collections.abc import Callable
from typing import Any


def in_a_thread(call: Callable[[], Any]) -> bool:
    """Do it in a thread that has ended when this comes back, and say whether it raised nothing (3.13 and later).

    Raises SystemError and MemoryError that it raised there: nothing may.
    """
    raised: list[Exception] = []

    def work() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001  # whether that is wrong is for who asked to say
            raised.append(error)

    _thread.start_joinable_thread(work).join()  # type: ignore[attr-defined]
    if raised and isinstance(raised[0], (SystemError, MemoryError)):
        raise raised[0]
    return not raised
