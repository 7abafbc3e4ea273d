"""``ftstress calibrate``: what a run detects on seeded faults, and that it raises no false alarm on the base."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import Fault, build_fault, corpus, find
from harness.builds.progress import Step
from harness.builds.provision import compiled
from harness.campaign.calibrate import CORES, Job, machine, run_all
from harness.cli.arguments import budget, count
from harness.cli.errors import Stop
from harness.cli.outdir import RESULTS
from harness.cli.terminal import terminal
from harness.record.calibration import BASE, JSON, Calibration, CalibrationError, Run, recorded
from harness.report import html
from harness.report.calibration import chart, markdown, tables
from harness.report.escape import escape
from harness.report.numbers import counted, duration


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "calibrate", help="measure what is detected, on seeded faults and the base"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME|PATCH",
        help="only this one, and the base; may be given again (default: all that can be seen)",
    )
    parser.add_argument(
        "--repeat", type=count, default=3, metavar="N", help="runs a build, seeds 1 to N (default: 3)"
    )
    parser.add_argument(
        "--limit", type=budget, default=60.0, metavar="TIME", help="of each run (default: 60s)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="a calibration that it holds is gone on with (default: ftstress-results/calibration-TIME)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when every fault was detected and the base was clean, else 1; 3 where nothing can be built."""
    console = terminal()
    out: Path = arguments.out or RESULTS / f"calibration-{time.strftime('%Y%m%d-%H%M%S')}"
    done = _recorded(out, arguments)
    try:
        faults = [find(name) for name in arguments.fault] or corpus()
        builds = _build(faults, console)
    except NotASource as error:
        raise Stop(str(error)) from error
    except NotBuilt as error:
        raise Stop(str(error), 3) from error
    kept = {(run.build, run.seed) for run in done}
    jobs = [
        Job(name, executable, seed, arguments.limit, out.absolute() / name.strip("()") / str(seed))
        for seed in range(1, arguments.repeat + 1)
        for name, executable in builds.items()
        if (name, seed) not in kept
    ]
    every = len(jobs) + len(done)
    console.print(
        f"{counted(len(builds) - 1, 'fault')} and the base, {counted(arguments.repeat, 'run')} each, at most"
        f" {duration(arguments.limit)} on {CORES} cores a run; out {escape(str(out))}",
        soft_wrap=True,
    )

    def tell(ended: Run) -> None:
        done.append(ended)
        console.print(f"{len(done):4} of {every}  {_said(ended)}", soft_wrap=True)
        _write(out, _calibration(arguments, faults, done))

    run_all(jobs, tell)
    calibration = _calibration(arguments, faults, done)
    for part in tables(calibration):
        console.print(part)
    (out / "calibration.md").write_text(markdown(calibration), encoding="utf-8")
    (out / "calibration.svg").write_text(chart(calibration), encoding="utf-8")
    (out / "calibration.html").write_text(html.calibration_page(calibration), encoding="utf-8")
    console.print(
        f"{escape(str(out / 'calibration.html'))}; calibration.json, .md and .svg beside it", soft_wrap=True
    )
    return 1 if calibration.missed() or calibration.false_alarms() else 0


def _recorded(out: Path, arguments: argparse.Namespace) -> list[Run]:
    """The runs of the calibration that ``out`` holds, to be gone on with. Raises Stop when it was another one."""
    try:
        before = recorded(out)
    except CalibrationError as error:
        raise Stop(f"{error}: choose another --out") from error
    if before is None:
        return []
    if before.limit_s != arguments.limit:
        raise Stop(
            f"{out} holds a calibration with a limit of {before.limit_s:g} s: give that one, or another --out"
        )
    return list(before.runs)


def _build(faults: list[Fault], console: Console) -> dict[str, Path]:
    """An interpreter for the base and for each fault that can be seen, by name."""

    def tell(step: Step) -> None:
        if not step.total or step.done in (0, step.total):
            console.print(escape(step.text), soft_wrap=True)

    base = compiled(progress=tell).executable()
    assert base is not None
    return {BASE: base} | {fault.name: build_fault(fault, tell) for fault in faults if not fault.invisible}


def _calibration(arguments: argparse.Namespace, faults: list[Fault], runs: list[Run]) -> Calibration:
    return Calibration(
        machine=machine(),
        limit_s=arguments.limit,
        repeat=arguments.repeat,
        cores=CORES,
        guarantees={fault.name: fault.guarantee for fault in faults if not fault.invisible},
        invisible={fault.name: fault.invisible for fault in faults if fault.invisible},
        runs=tuple(runs),
    )


def _write(out: Path, calibration: Calibration) -> None:
    whole = out / f".{JSON}"
    whole.write_text(json.dumps(calibration.to_json(), indent=1) + "\n", encoding="utf-8")
    whole.replace(out / JSON)


def _said(run: Run) -> str:
    if run.message:
        return escape(f"{run.build} seed {run.seed}: exit {run.exit_status}: {run.message}")
    seen = (
        f"{run.hit.scenario} ({run.hit.oracle}) after {duration(run.hit.at_s)}"
        if run.hit
        else f"nothing in {duration(run.elapsed_s)}, exit {run.exit_status}"
    )
    return escape(f"{run.build} seed {run.seed}: {seen}")
