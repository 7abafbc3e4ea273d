"""``ftstress run``: stress scenarios on a target, and say what was seen."""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from harness.builds.find import resolve
from harness.builds.fingerprint import probe
from harness.campaign.gather import gather
from harness.campaign.grade import idle_amplifiers
from harness.campaign.history import RESULT, Past, read_past
from harness.campaign.interrupts import noted
from harness.campaign.kind import STRESS, Kind, dry_run
from harness.campaign.options import Options
from harness.campaign.plan import PAIRS, why_skipped
from harness.campaign.preflight import NothingReported, checked
from harness.campaign.run import run_campaign
from harness.campaign.select import ScenarioInfo, in_this_process
from harness.campaign.suppressions import HOW, Suppression, load
from harness.cli import outdir
from harness.cli.arguments import budget, count, seed
from harness.cli.choose import choose, refuse_missing
from harness.cli.errors import Stop, say, tell
from harness.cli.report import save
from harness.cli.terminal import terminal
from harness.kernel.pairs.totals import SINCE
from harness.record.events import Event
from harness.record.journal import JournalError
from harness.record.target import Target
from harness.report import live, text
from harness.report.escape import escape
from harness.report.idle import NOT_DRAWN, by_reason
from harness.report.numbers import counted, duration

Choose = Callable[[Target, Sequence[str]], list[ScenarioInfo]]
BUDGET_S = 120.0
FILES = ("html", "junit")
"""Formats that the end of a run is written in, too, where that is asked for."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser("run", help="stress scenarios on a target")
    add_arguments(parser)
    parser.add_argument("--in-process", action="store_true", help="no children: race in this interpreter")
    parser.set_defaults(run=lambda arguments: campaign(arguments, STRESS))


def add_arguments(
    parser: argparse.ArgumentParser,
    named: str = "PATTERN|FILE",
    what: str = "which scenarios (default: the suites)",
) -> None:
    """The arguments of every command that runs a campaign; ``named`` and ``what`` say of what."""
    parser.add_argument("patterns", nargs="*", metavar=named, help=what)
    parser.add_argument(
        "--target",
        metavar="PY",
        help="a path, or a spec such as 3.14t (default: newest free-threaded release)",
    )
    parser.add_argument("--budget", type=budget, metavar="TIME", help="30s, 2m, 1h (default: 2m)")
    parser.add_argument("--seed", type=seed, metavar="N", help="of all trials (default: drawn and printed)")
    parser.add_argument(
        "--jobs", type=count, metavar="N", help="trials at a time (default: what the cores can take)"
    )
    parser.add_argument(
        "--threads", type=count, metavar="N", help="threads of a trial (default: the scenario's)"
    )
    parser.add_argument(
        "-x", dest="stop_at_first", action="store_true", help="stop at the first finding that counts"
    )
    parser.add_argument("--strict", action="store_true", help="known findings count too")
    parser.add_argument(
        "--ring",
        choices=("off", "stride", "operation"),
        default="off",
        help="what threads note of what they do in every trial (default: only where a new finding is shown once more)",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="default: ftstress-results/TIME-SEED, with a link latest"
    )
    parser.add_argument(
        "--suppressions", type=Path, metavar="FILE", help=f"of a thread sanitizer, none by default: {HOW}"
    )
    for name in FILES:
        parser.add_argument(
            f"--{name}", type=Path, metavar="FILE", help=f"write the {name} report there, too"
        )
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--resume", action="store_true", help="go on with the campaign in --out, or in latest"
    )
    either.add_argument("--dry-run", action="store_true", help="say what would be run, and run nothing")


@dataclass(frozen=True)
class _Start:
    """What a campaign is begun with, or was."""

    target: Target
    scenarios: Sequence[ScenarioInfo]
    options: Options
    past: Sequence[Event] = ()
    """The events of the campaign that is gone on with."""


def campaign(arguments: argparse.Namespace, kind: Kind, chosen: Choose = choose) -> int:
    """Run a campaign of that kind, of what ``chosen`` makes of the patterns.

    Returns its exit status; what was recorded is kept whatever happens.
    """
    refuse_missing(arguments.patterns)
    _refuse_unwritable(arguments)
    console = terminal()
    held = outdir.held(arguments.out) if arguments.resume else None
    start = _again(arguments, held, kind) if held else _anew(arguments, chosen)
    given = _suppressions(arguments, start.target)
    if arguments.dry_run:
        return _dry_run(console, start, kind)
    arguments.out = out = held or outdir.fresh(arguments.out, start.options.seed)
    opening = _opening(start, f"out {escape(str(out))}")
    console.print(Text(opening), soft_wrap=not console.is_terminal)
    if start.target.slower > 1:
        console.print(Text(_slowness(start.target), style="dim"), soft_wrap=not console.is_terminal)
    if line := _debug(start.target, kind):
        console.print(Text(line, style="dim"), soft_wrap=not console.is_terminal)
    if line := _not_planned(start, kind):
        console.print(Text(line, style="dim"), soft_wrap=not console.is_terminal)
    try:
        with live.shown(console, start.options.budget_s, start.past) as listener:
            run_campaign(start.target, start.scenarios, start.options, out, listener, kind, given)
    except KeyboardInterrupt:  # a second one, while the first was being dealt with: what is recorded counts
        pass
    return _close(console, arguments, out)


def _anew(arguments: argparse.Namespace, chosen: Choose) -> _Start:
    target = _target(arguments, None)
    scenarios = chosen(target, arguments.patterns)
    if arguments.in_process:
        scenarios = [in_this_process(one) for one in scenarios]
    drawn = random.SystemRandom().randrange(2**32) if arguments.seed is None else arguments.seed
    return _Start(target, scenarios, _options(arguments, drawn, arguments.budget or BUDGET_S))


def _again(arguments: argparse.Namespace, out: Path, kind: Kind) -> _Start:
    past = read_past(out)
    if past.kind != kind.name:
        raise Stop(
            f"the campaign in {out} is no {kind.name}, but a {past.kind}: go on with that, or choose another --out"
        )
    _refuse_other(arguments, past)
    target = _target(arguments, past.target.executable)
    return _Start(target, past.scenarios, _options(arguments, past.seed, past.budget_s), past.events)


def _options(arguments: argparse.Namespace, seed: int, budget_s: float) -> Options:
    return Options(
        budget_s=budget_s,
        seed=seed,
        jobs=arguments.jobs,
        threads=arguments.threads,
        stop_at_first=arguments.stop_at_first,
        strict=arguments.strict,
        in_process=arguments.in_process,
        resume=arguments.resume,
        ring=arguments.ring,
        min_coverage=getattr(arguments, "min_coverage", None),
    )


def _refuse_other(arguments: argparse.Namespace, past: Past) -> None:
    """A resumed campaign is the one that was begun: its rounds mean nothing beside another seed's."""
    for name, begun in (("seed", past.seed), ("budget", past.budget_s), ("threads", past.threads)):
        asked = getattr(arguments, name)
        if asked is not None and asked != begun:
            raise Stop(f"--{name} {asked:g} is not what the campaign was begun with ({begun}): leave it out")


def _target(arguments: argparse.Namespace, begun_on: str | None) -> Target:
    if not arguments.in_process:
        return preflown(resolve(arguments.target or begun_on, tell))
    here = probe(sys.executable)
    if (
        arguments.target
        and Path(resolve(arguments.target).executable).resolve() != Path(here.executable).resolve()
    ):
        raise Stop(
            "--in-process races in the interpreter that runs ftstress: leave --target out, or start that one"
        )
    return here


def preflown(target: Target) -> Target:
    """The target, as ``preflight.checked`` gives it. Raises Stop where its sanitizer does not report what it must."""
    try:
        return checked(target)
    except NothingReported as error:
        raise Stop(str(error), 3) from error
    except OSError as error:
        raise Stop(f"{target.executable} cannot be started: {error.strerror or error}", 3) from error


def _opening(start: _Start, last: str) -> str:
    target, options = start.target, start.options
    return (
        f"{escape(target.title)} ({escape(target.executable)}), seed {options.seed},"
        f" budget {duration(options.budget_s)}, {counted(len(start.scenarios), 'scenario')}, {last}"
    )


def _slowness(target: Target) -> str:
    return (
        f"the {target.sanitizer} sanitizer reports what it must; a loop takes {target.slower:g} times as long as in"
        f" this interpreter: trials are {target.stretch:.1f} times longer than usual"
    )


def _debug(target: Target, kind: Kind) -> str:
    """Whether reference totals are asked, of a debug build; empty where it is none."""
    if not target.debug:
        return ""
    if kind.name != PAIRS:
        return "a debug build: reference totals are asked by ftstress pairs only"
    if target.version_info < SINCE:
        return (
            "a debug build: reference totals are not asked, for before 3.14 classes never die beside threads"
        )
    return "a debug build: reference totals are asked of pairs, in a part of the trials"


def _not_planned(start: _Start, kind: Kind) -> str:
    """How much of it is not for this target; the report says what and why. Empty where all of it is."""
    skipped = sum(why_skipped(one, start.target, kind.name) is not None for one in start.scenarios)
    idle = len(idle_amplifiers(start.scenarios, start.target, kind.name))
    parts = [f"{counted(skipped, 'scenario')} skipped"] if skipped else []
    parts += [f"{counted(idle, 'amplifier or value', 'amplifiers or values')} not drawn"] if idle else []
    return f"not for this target: {', '.join(parts)}; why stands below the table" if parts else ""


def _dry_run(console: Console, start: _Start, kind: Kind) -> int:
    """Say what the same arguments without ``--dry-run`` would start, as far as that is known beforehand."""
    planned = dry_run(start.scenarios, start.target, start.options, kind)
    console.print(Text(_opening(start, "dry run")), soft_wrap=True)
    for trial in planned:
        knobs = "".join(f", {name} {value}" for name, value in trial.knobs.items())
        line = f"{trial.scenario.name}: {duration(trial.budget_s)}, {counted(trial.threads, 'thread')}{knobs}"
        console.print(Text(escape(line)), soft_wrap=True)
    for scenario in start.scenarios:
        if reason := why_skipped(scenario, start.target, kind.name):
            console.print(Text(escape(f"skipped: {scenario.name}: {reason}")), soft_wrap=True)
    for reason, names in by_reason(idle_amplifiers(start.scenarios, start.target, kind.name)):
        console.print(Text(escape(f"{NOT_DRAWN}: {', '.join(names)}: {reason}")), soft_wrap=True)
    console.print(counted(len(planned), "trial"))
    return 0 if planned else 3


def _suppressions(arguments: argparse.Namespace, target: Target) -> tuple[Suppression, ...]:
    """What is not to be reported. Raises Stop where nobody would report it anyway, or the campaign has its own."""
    if arguments.suppressions is None:
        return ()
    if target.sanitizer != "thread":
        raise Stop(f"--suppressions are a thread sanitizer's, and {target.title} has none: leave them out")
    if arguments.resume:
        raise Stop("a campaign that is gone on with keeps its own suppressions: leave --suppressions out")
    return load(arguments.suppressions)


def _refuse_unwritable(arguments: argparse.Namespace) -> None:
    """A report that cannot be written is told before the budget is spent, not after."""
    for name in FILES:
        path = getattr(arguments, name)
        if path is not None and (path.is_dir() or not os.access(path.parent, os.W_OK)):
            raise Stop(f"--{name} {path} cannot be written: name a file in a folder that exists")


def _close(console: Console, arguments: argparse.Namespace, out: Path) -> int:
    """Show the result. From here on Ctrl-C does no more than cut the text short; the status is the campaign's."""
    try:
        with noted():  # a long journal takes a while, and there is no status before
            report = gather([out])
    except JournalError:  # interrupted before anything was recorded
        raise KeyboardInterrupt from None
    status = report.exit_status
    try:
        for name in FILES:
            if getattr(arguments, name) is not None:
                save(report, name, getattr(arguments, name))
        text.show(report, console, f"result: {escape(str(out / RESULT))}")
    except KeyboardInterrupt:
        pass
    except (OSError, Stop) as error:
        say(f"{error}; ftstress report {out} shows the result again")
    return status
