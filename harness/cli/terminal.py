"""How commands print for people: width, NO_COLOR and COLUMNS are honoured, markup is never interpreted."""

from __future__ import annotations

import os
import sys
from typing import Any

from rich.console import Console

from harness.cli.output import NotShown, drop_output, not_shown, write

PIPE_WIDTH = 100


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
            raise not_shown(error) from error


def terminal() -> Terminal:
    """A console on stdout. Into a pipe or a file it is 100 columns wide unless COLUMNS says otherwise."""
    console = Terminal(file=sys.stdout, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPE_WIDTH
    return console
