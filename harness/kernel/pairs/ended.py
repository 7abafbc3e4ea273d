"""Threads for subjects: what is made, held or let go of in one that has ended."""

from __future__ import annotations

import _thread
from collections.abc import Callable
from typing import Any


def in_a_thread(call: Callable[[], Any]) -> None:
    """Do it in a thread that has ended when this comes back (3.13 and later).

    Raises SystemError and MemoryError that it raised there; what else it does is refused there, and nobody's.
    """
    raised: list[Exception] = []

    def work() -> None:
        try:
            call()
        except (SystemError, MemoryError) as error:
            raised.append(error)
        except Exception:  # noqa: BLE001  # as an operation that only the process is asked of may
            pass

    _thread.start_joinable_thread(work).join()  # type: ignore[attr-defined]
    if raised:
        raise raised[0]
