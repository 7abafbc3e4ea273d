"""What commands write to stdout as it is, and what happens where that cannot be written."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


class NotShown(OSError):
    """Stdout cannot be written (a full disk); the message is one sentence for the user."""


def write(text: str) -> None:
    """Write to stdout, at once. Raises NotShown, or BrokenPipeError when nobody reads it any more."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise not_shown(error) from error


def not_shown(error: OSError) -> NotShown:
    """What to raise where stdout raised ``error``; nothing more is written to it."""
    drop_output()
    return NotShown(f"cannot write to stdout: {error.strerror or error}")


def drop_output() -> None:
    """Let what is still buffered for stdout go nowhere: Python's shutdown would try it again."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
