"""How far the making of a target is, on stderr: a bar a stage on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape as escape_markup
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from harness.builds.progress import Progress as Tell
from harness.builds.progress import Step

PLAIN_LINE_S = 15.0
"""Where stderr is no terminal, a line says how far it is this often."""


@contextmanager
def told(console: Console) -> Iterator[Tell]:
    """Show the steps of what is done meanwhile."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        yield _Bars(bars)


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._stages: dict[str, TaskID] = {}

    def __call__(self, step: Step) -> None:
        if not step.total:
            self._bars.console.print(escape_markup(step.text), soft_wrap=True)
            return
        if step.text not in self._stages:
            self._stages[step.text] = self._bars.add_task(step.text, total=step.total)
        self._bars.update(self._stages[step.text], completed=step.done)


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = 0.0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if step.total and 0 < step.done < step.total and now - self._last < PLAIN_LINE_S:
            return
        self._last = now
        how_far = f": {step.done} of {step.total}" if step.total else ""
        self._console.print(escape_markup(step.text) + how_far, soft_wrap=True)
