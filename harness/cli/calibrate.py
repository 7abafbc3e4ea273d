"""``ftstress calibrate``: what a run detects on seeded faults, and that it raises no false alarm on the base."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import DoesNotApply, branch, build_fault, corpus, find
from harness.builds.fingerprint import probe
from harness.builds.progress import Step
from harness.builds.provision import CALIBRATED, compiled
from harness.campaign.calibrate import CORES, Job, machine, run_all
from harness.campaign.plan import PAIRS
from harness.cli.arguments import budget, count
from harness.cli.errors import Stop
from harness.cli.outdir import RESULTS
from harness.cli.terminal import terminal
from harness.record.calibration import BASE, Calibration, CalibrationError, Run, recorded
from harness.record.target import Target
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
        "--source",
        metavar="VERSION|TARBALL|DIR|REPO@REV",
        help=f"make the base from this, and the faults of its branch from the base (default: {CALIBRATED})",
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
    before = _recorded(out, arguments.limit)
    try:
        calibration, builds, base = _build(arguments, console)
    except NotASource as error:
        raise Stop(str(error)) from error
    except NotBuilt as error:
        raise Stop(str(error), 3) from error
    if before and before.base not in ("", calibration.base):
        raise Stop(
            f"{out} holds a calibration of {before.base}, not of {calibration.base}: give another --out"
        )
    done = list(before.runs) if before else []
    executables = {build.name: build.executable for build in builds}
    made = {(run.seed, run.build, run.command) for run in done}
    wanted = [
        (seed, build.name, command)
        for seed in range(1, arguments.repeat + 1)
        for build in builds
        for command in build.commands
    ]
    left = [one for one in wanted if one not in made]
    every = len(left) + len(done)
    console.print(
        f"{counted(len(builds) - 1, 'fault')} and the base, {counted(arguments.repeat, 'run')} each, at most"
        f" {duration(arguments.limit)} on {CORES} cores a run; out {escape(str(out))}",
        soft_wrap=True,
    )

    def tell(ended: Run) -> None:
        done.append(ended)
        console.print(f"{len(done):4} of {every}  {_said(ended)}", soft_wrap=True)
        replace(calibration, runs=tuple(done)).write(out)

    def run_those(of_base: set[str] | None) -> None:
        jobs = [
            Job(
                name,
                executables[name],
                seed,
                arguments.limit,
                out.absolute() / _folder(name, command) / str(seed),
                of_base,
                command,
                ask=base if command == PAIRS and name != BASE else None,
            )
            for seed, name, command in left
            if (name == BASE) is (of_base is None)
        ]
        run_all(jobs, tell)

    run_those(None)  # first: what the base shows, no fault is detected by
    run_those(set(replace(calibration, runs=tuple(done)).of_base()))
    calibration = replace(calibration, runs=tuple(done))
    for part in tables(calibration):
        console.print(part)
    (out / "calibration.md").write_text(markdown(calibration), encoding="utf-8")
    (out / "calibration.svg").write_text(chart(calibration), encoding="utf-8")
    (out / "calibration.html").write_text(html.calibration_page(calibration), encoding="utf-8")
    console.print(
        f"{escape(str(out / 'calibration.html'))}; calibration.json, .md and .svg beside it", soft_wrap=True
    )
    return 1 if calibration.missed() or calibration.false_alarms() else 0


def _recorded(out: Path, limit_s: float) -> Calibration | None:
    """The calibration that ``out`` holds, to be gone on with. Raises Stop when it was another one."""
    try:
        before = recorded(out)
    except CalibrationError as error:
        raise Stop(f"{error}: choose another --out") from error
    if before and before.limit_s != limit_s:
        raise Stop(
            f"{out} holds a calibration with a limit of {before.limit_s:g} s: give that one, or another --out"
        )
    return before


@dataclass(frozen=True)
class _Build:
    """An interpreter to be run."""

    name: str
    executable: Path
    commands: tuple[str, ...]
    """What looks for something in it."""


def _folder(name: str, command: str) -> str:
    """Where the runs of a build lie; of the base those of each command."""
    return f"{name.strip('()')}-{command}" if (name, command) == (BASE, PAIRS) else name.strip("()")


def _build(arguments: argparse.Namespace, console: Console) -> tuple[Calibration, list[_Build], Target]:
    """A calibration without runs; an interpreter for the base and for each fault that can be seen; and the base."""

    def tell(step: Step) -> None:
        if not step.total or step.done in (0, step.total):
            console.print(escape(step.text), soft_wrap=True)

    base = compiled(arguments.source, progress=tell)
    executable = base.executable()
    assert executable is not None
    target = probe(executable)
    of = branch(target.version)
    faults = [find(name, of) for name in arguments.fault] or corpus(of)
    builds = []
    not_applicable = {}
    for fault in faults:
        try:
            if not fault.invisible:
                made = build_fault(fault, base, tell)
                builds.append(_Build(fault.name, made, (fault.command,)))
        except DoesNotApply as error:
            console.print(escape(str(error)), soft_wrap=True)
            not_applicable[fault.name] = str(error)
    if not_applicable and not builds:
        raise NotBuilt(next(iter(not_applicable.values())))
    names = {build.name for build in builds}
    asked = tuple(dict.fromkeys(command for build in builds for command in build.commands))
    calibration = Calibration(
        machine=machine(),
        limit_s=arguments.limit,
        repeat=arguments.repeat,
        cores=CORES,
        guarantees={fault.name: fault.guarantee for fault in faults if fault.name in names},
        invisible={fault.name: fault.invisible for fault in faults if fault.invisible},
        runs=(),
        base=f"{target.title}{f' ({target.commit})' if target.commit else ''}",
        not_applicable=not_applicable,
    )
    return calibration, [_Build(BASE, executable, asked), *builds], target


def _said(run: Run) -> str:
    if run.message:
        return escape(f"{run.build} seed {run.seed}: exit {run.exit_status}: {run.message}")
    seen = (
        f"{run.hit.scenario} ({run.hit.oracle}) after {duration(run.hit.at_s)}"
        if run.hit
        else f"nothing in {duration(run.elapsed_s)}, exit {run.exit_status}"
    )
    return escape(f"{run.build} seed {run.seed}: {seen}")
