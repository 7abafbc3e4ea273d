"""A campaign as it happens: moving lines on a terminal, a plain one every 15 s elsewhere, findings."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from harness.record.events import Event
from harness.report.escape import escape
from harness.report.meter import Meter, Reading
from harness.report.numbers import counted, duration, short

PLAIN_LINE_S = 15.0
REFRESH_PER_S = 4


@contextmanager
def shown(console: Console, budget_s: float, past: Iterable[Event] = ()) -> Iterator[Meter]:
    """Show what the yielded meter hears, until the block ends. The meter is the campaign's listener.

    What cannot be shown (a closed pipe, a terminal that has gone) is not; the campaign goes on.
    ``past`` is what a resumed campaign had recorded.
    """
    meter = Meter()
    meter.catch_up(past)
    with _moving(console, meter, budget_s) if console.is_terminal else _plain(console, meter, budget_s):
        yield meter


@contextmanager
def _moving(console: Console, meter: Meter, budget_s: float) -> Iterator[None]:
    def told(line: str) -> None:
        with suppress(OSError):
            console.print(Text(line), style="bold")

    meter.tell = told
    live = Live(
        console=console,
        get_renderable=lambda: moving_lines(meter.reading(), budget_s, console.width),
        refresh_per_second=REFRESH_PER_S,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with live:
        yield


def moving_lines(now: Reading, budget_s: float, width: int) -> RenderableType:
    """Two lines: how much of the budget is spent, and what has come of it."""
    bar = Table.grid(padding=(0, 1), expand=True)
    bar.add_column(ratio=1)
    bar.add_column(no_wrap=True, justify="right")
    left_s = max(0.0, budget_s - now.elapsed_s)
    bar.add_row(ProgressBar(total=budget_s, completed=now.elapsed_s), f"{duration(round(left_s))} left")
    totals = now.totals
    numbers = Text(
        f"{short(totals.rounds)} {now.unit}s · {short(now.samples_per_s)} samples/s"
        f" · {counted(totals.findings, 'finding')}",
        no_wrap=True,
    )
    room = width - numbers.cell_len - len(" · ")
    if now.racing and room > 12:
        numbers.append(" · ").append(_racing(now.racing, room), style="dim")
    numbers.truncate(width, overflow="ellipsis")
    return Group(bar, numbers)


def _racing(names: tuple[str, ...], room: int) -> str:
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    name = escape(names[0]).rpartition(".")[2]
    return name[: room - len(more)] + more


@contextmanager
def _plain(console: Console, meter: Meter, budget_s: float) -> Iterator[None]:
    ended = threading.Event()
    writing = threading.Lock()

    def told(line: str) -> None:
        with writing, suppress(OSError, ValueError):
            console.print(Text(line), soft_wrap=True)
            console.file.flush()

    def now_and_then() -> None:
        meter.first_samples.wait()  # the first line comes at once: it shows that something is being raced
        while not ended.is_set():
            told(plain_line(meter.reading(), budget_s))
            ended.wait(PLAIN_LINE_S)

    meter.tell = told
    thread = threading.Thread(target=now_and_then, name="ftstress progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        meter.first_samples.set()
        thread.join()


def plain_line(now: Reading, budget_s: float) -> str:
    totals = now.totals
    return (
        f"{duration(now.elapsed_s)} of {duration(budget_s)}: {counted(totals.trials, 'trial')}, "
        f"{counted(totals.rounds, now.unit)}, {counted(totals.samples, 'sample')}"
        f" ({short(now.samples_per_s)}/s), {counted(totals.findings, 'finding')}"
    )
