"""How commands print for people: width, NO_COLOR and COLUMNS are honoured, markup is never interpreted."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any

from rich.console import Console

PIPE_WIDTH = 100


class NotShown(OSError):
    """Stdout cannot be written (a full disk); the message is one sentence for the user."""


class Terminal(Console):
    """A console that goes quiet when nobody reads it any more; rich itself would exit with status 1."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        drop_output()

    def print(self, *objects: Any, **options: Any) -> None:
        """Into a pipe or a file, without the blanks that rich fills lines up with."""
        try:
            if self.is_terminal:
                super().print(*objects, **options)
                return
            with self.capture() as captured:
                super().print(*objects, **options)
            write("".join(line.rstrip() + "\n" for line in captured.get().split("\n")[:-1]))
        except (BrokenPipeError, NotShown):
            raise
        except OSError as error:
            raise _not_shown(error) from error


def write(text: str) -> None:
    """Write to stdout, at once. Raises NotShown, or BrokenPipeError when nobody reads it any more."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _not_shown(error) from error


def _not_shown(error: OSError) -> NotShown:
    drop_output()
    return NotShown(f"cannot write to stdout: {error.strerror or error}")


def terminal() -> Terminal:
    """A console on stdout. Into a pipe or a file it is 100 columns wide unless COLUMNS says otherwise."""
    console = Terminal(file=sys.stdout, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPE_WIDTH
    return console


def drop_output() -> None:
    """Let what is still buffered for stdout go nowhere: Python's shutdown would try it again."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
