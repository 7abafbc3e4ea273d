"""A campaign as it happens, from hand-made journal events."""

from __future__ import annotations

import io
import time
from typing import Any

from rich.console import Console

from harness.report import live
from harness.report.meter import Meter
from tests.report.samples import FREE_THREADED

SCENARIO = {
    "name": "mine.quiet",
    "file": "/mine.py",
    "line": 1,
    "class_name": "Quiet",
    "doc": "",
    "issues": [],
    "oracle": "order",
    "actors": {"writer": 1, "reader": 1},
    "amplifiers": [],
    "needs_parallelism": True,
    "unavailable": None,
}


def begun(at_s: float = 0.0) -> list[Any]:
    header = {
        "event": "campaign",
        "at_s": at_s,
        "seed": 1,
        "budget_s": 60.0,
        "options": {"strict": False},
        "target": FREE_THREADED.to_json(),
        "scenarios": [SCENARIO],
    }
    start = {"event": "trial_start", "trial": 1, "at_s": at_s, "scenario": "mine.quiet", "index": 0}
    return [header, start | {"knobs": {}, "seed": "1", "threads": 2, "budget_s": 5.0}]


def progress(at_s: float, samples: int) -> Any:
    return {"event": "progress", "trial": 1, "at_s": at_s, "rounds": samples // 100, "samples": samples}


def finding(message: str = "wrong \x1b[2J [bold]value[/bold]", **changes: Any) -> Any:
    event = {
        "event": "finding",
        "trial": 1,
        "at_s": 0.4,
        "kind": "violation",
        "oracle": "order",
        "where": "read",
    }
    return event | {"message": message, "details": {}, "round": 1, "elapsed_s": 0.4} | changes


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_speed_is_that_of_the_last_seconds_so_that_a_stall_shows() -> None:
    clock = Clock()
    meter = Meter(clock)
    for event in begun():
        meter(event)
    for second in range(11):
        clock.now = 100.0 + second
        meter(progress(second, 1000 * second))
    assert meter.reading().samples_per_s == 1000
    for second in range(11, 30):
        clock.now = 100.0 + second
        meter(progress(second, 10_000))
    reading = meter.reading()
    assert (reading.samples_per_s, reading.totals.samples, reading.elapsed_s) == (0.0, 10_000, 29.0)


def test_a_cause_is_told_once_however_often_it_is_seen() -> None:
    meter = Meter(Clock())
    told: list[str] = []
    meter.tell = told.append
    for event in [*begun(), finding(), finding(at_s=0.9), finding(where="other")]:
        meter(event)
    assert len(told) == 2
    assert told[0].startswith("0.40 s: NEW violation in mine.quiet [")
    assert told[0].endswith("]: wrong \\x1b[2J [bold]value[/bold]")


def test_a_resumed_campaign_goes_on_where_it_stood_and_tells_no_finding_twice() -> None:
    clock = Clock()
    meter = Meter(clock)
    told: list[str] = []
    meter.tell = told.append
    meter.catch_up([*begun(), progress(1.0, 500), finding()])
    start = begun()[1] | {"trial": 2}
    for event in [
        {"event": "resume", "at_s": 42.0, "strict": False},
        start,
        finding(trial=2),
        finding(where="b"),
    ]:
        meter(event)
    reading = meter.reading()
    assert (reading.elapsed_s, reading.totals.samples, reading.totals.findings) == (42.0, 500, 2)
    assert len(told) == 1


def test_into_a_pipe_go_plain_lines_the_first_with_the_first_samples() -> None:
    file = io.StringIO()
    console = Console(file=file, width=80, highlight=False, markup=False)
    with live.shown(console, 60.0) as meter:
        for event in [*begun(), progress(0.2, 500), finding()]:
            meter(event)
        deadline = time.monotonic() + 10
        while "500 samples" not in file.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
    lines = file.getvalue().splitlines()
    assert len(lines) == 2  # in either order: the finding is told by another thread
    assert any("1 trial, 5 rounds, 500 samples" in line for line in lines)
    assert any("NEW violation in mine.quiet" in line for line in lines)
    assert "\x1b" not in file.getvalue()


def test_a_sweep_is_counted_in_stops() -> None:
    meter = Meter(Clock())
    header, start = begun()
    for event in [header | {"kind": "sweep"}, start, progress(0.2, 500)]:
        meter(event)
    assert "1 trial, 5 stops, 500 samples" in live.plain_line(meter.reading(), 60.0)
    console = Console(file=io.StringIO(), width=80)
    console.print(live.moving_lines(meter.reading(), 60.0, 80))
    assert "5 stops" in console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO


def test_a_full_disk_ends_the_display_and_not_the_campaign() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    with live.shown(Console(file=Full(), width=80), 60.0) as meter:
        for event in [*begun(), progress(0.2, 500), finding()]:
            meter(event)
    assert meter.reading().totals.samples == 500


def test_the_moving_lines_fit_the_terminal() -> None:
    meter = Meter(Clock())
    for event in [*begun(), progress(0.2, 181_234_567)]:
        meter(event)
    for width in (40, 80, 120):
        file = io.StringIO()
        Console(file=file, width=width, color_system=None).print(
            live.moving_lines(meter.reading(), 60.0, width)
        )
        lines = file.getvalue().splitlines()
        assert len(lines) == 2 and max(map(len, lines)) <= width
        assert "1.8M rounds" in lines[1] and "left" in lines[0]


def test_on_a_terminal_the_moving_lines_are_gone_at_the_end_and_findings_stay() -> None:
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system=None, _environ={"TERM": "xterm"})
    with live.shown(console, 60.0) as meter:
        for event in [*begun(), progress(0.2, 500), finding()]:
            meter(event)
    assert "NEW violation in mine.quiet" in file.getvalue()
    assert "wrong \\x1b[2J [bold]" in file.getvalue()
