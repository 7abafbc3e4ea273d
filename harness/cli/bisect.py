"""``ftstress bisect``: the commit of CPython's that a finding came with, or left with."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.builds.compile import check_tools
from harness.builds.errors import NoRoom, NotBuilt
from harness.builds.progress import Progress, Step
from harness.campaign.again import later_event
from harness.cli import finding, outdir
from harness.cli.arguments import budget, share
from harness.cli.errors import Stop, say
from harness.cli.output import write
from harness.cli.steps import told
from harness.kernel.event_types import Details
from harness.kernel.known import load
from harness.kernel.scenario import ScenarioError
from harness.kernel.signature import short_id
from harness.record.bisection import Answered, Begun, Past, Program, to_event
from harness.record.journal import Journal, JournalError, read_lines
from harness.report.numbers import counted, duration
from harness.repro.bisect import CannotTell
from harness.repro.bisection import Bisection, said
from harness.repro.bundle import NotScriptable
from harness.repro.proofs import must_say, texts
from harness.repro.recorded import NotRecorded, Recorded, note, read
from harness.repro.runs import SEEN
from harness.repro.script import docstring, script
from harness.repro.search import BadEnds, ends, subject

LIMIT_S = 300.0
ASKED = ("finding", "good", "bad", "fixed", "confidence")
"""What a search that is gone on with was begun with."""


def add_parser(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "bisect", help="the commit of CPython's that a finding came with, or left with"
    )
    parser.add_argument(
        "finding",
        metavar="FINDING",
        help="DIR#id, an id in the latest campaign, the id of a known issue, or a script of ftstress script's",
    )
    parser.add_argument(
        "--repo", type=Path, required=True, metavar="DIR", help="a clone of CPython's, bare or not"
    )
    parser.add_argument("--good", required=True, metavar="REV", help="a revision that does not show it")
    parser.add_argument("--bad", required=True, metavar="REV", help="a revision that shows it")
    parser.add_argument(
        "--fixed", action="store_true", help="the good one is the later: which commit mended it?"
    )
    parser.add_argument(
        "--confidence",
        type=share,
        default=0.99,
        metavar="P",
        help="how sure the answer must be (default: 0.99)",
    )
    parser.add_argument(
        "--limit",
        type=budget,
        default=LIMIT_S,
        metavar="TIME",
        help="for measuring how often it shows at the bad end (default: 5m)",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: ftstress-results/bisect-FINDING")
    parser.add_argument("--resume", action="store_true", help="go on with the search in --out")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when the commit is found, 2 where the ends are no ends, 3 where it cannot be told."""
    with told(Console(stderr=True, highlight=False)) as tell:
        try:
            out, begun = _resumed(arguments) if arguments.resume else _anew(arguments)
            past = Past.of(read_lines(out))
            answer = past.answered or _search(arguments, begun, past, out, tell)
        except BadEnds as error:
            raise Stop(str(error)) from error
        except NoRoom as error:
            raise Stop(f"{error}; the same command with --resume goes on from here", 3) from error
        except (NotBuilt, CannotTell) as error:
            raise Stop(str(error), 3) from error
    return _answer(begun, answer, out)


def _anew(arguments: argparse.Namespace) -> tuple[Path, Begun]:
    clone = arguments.repo.expanduser().absolute()
    found = ends(clone, arguments.good, arguments.bad, fixed=arguments.fixed)
    programs, recorded = _programs(arguments.finding)
    check_tools()
    begun = Begun(
        finding=arguments.finding,
        repository=str(clone),
        good=arguments.good,
        bad=arguments.bad,
        fixed=arguments.fixed,
        confidence=arguments.confidence,
        older=found.older,
        newer=found.newer,
        parted=found.parted,
        version=found.version,
        debug=recorded is not None and recorded.target.debug,
        programs=programs,
        campaign=str(recorded.directory.resolve()) if recorded else "",
        signature=recorded.finding.signature if recorded else "",
    )
    out = outdir.fresh(_out(arguments), 0)
    with Journal(out) as journal:
        journal.append(to_event(begun))
    return out, begun


def _resumed(arguments: argparse.Namespace) -> tuple[Path, Begun]:
    out = outdir.held(_out(arguments))
    begun = Past.of(read_lines(out)).begun
    if begun is None:
        raise Stop(f"{out} holds no search for a commit: leave --resume out, and choose another --out")
    asked = {name: getattr(arguments, name) for name in ASKED}
    asked["repository"] = str(arguments.repo.expanduser().absolute())
    for name, value in asked.items():
        if getattr(begun, name) != value:
            raise Stop(
                f"the search in {out} was begun with {name} {getattr(begun, name)}, not {value}: give the same, or"
                " choose another --out"
            )
    return out, begun


def _out(arguments: argparse.Namespace) -> Path:
    if arguments.out is not None:
        chosen: Path = arguments.out
        return chosen
    name = Path(arguments.finding).stem if arguments.finding.endswith(".py") else arguments.finding
    return outdir.RESULTS / f"bisect-{name.rpartition('#')[2]}{'-fixed' * arguments.fixed}"


def _programs(name: str) -> tuple[tuple[Program, ...], Recorded | None]:
    """What shows it, and the finding where it is a campaign's. Raises Stop."""
    if name.endswith(".py"):
        try:
            return (Program(Path(name).read_text(encoding="utf-8"), SEEN),), None
        except (OSError, ValueError) as error:
            raise Stop(f"{name} cannot be read: {error}") from error
    try:
        if re.fullmatch(r"gh-\d+|ftstress-\d{4}", name):
            entries = [one for one in load() if one.id == name]
            if not entries:
                raise Stop(f"{name} is not on the list of known issues: see ftstress known --help")
            programs = (Program(text, must_say(one)) for one in entries for text in texts(one))
            return tuple(dict.fromkeys(programs)), None
        recorded = finding.recorded_as(name)
        dies = recorded.finding.kind in ("crash", "hang")
        header = docstring([f"{recorded.finding.scenario}: {recorded.finding.message.splitlines()[0]}"])
        # What is no crash may still take the process down on another commit: then it looks in a child.
        ways = [True] if dies or recorded.finding.kind == "exception" else [False, True]
        written = [script(recorded.finding, recorded.smallest, header, watched) for watched in ways]
        return tuple(Program(one, SEEN) for one in written), recorded
    except (ScenarioError, NotScriptable) as error:
        raise Stop(f"no program can be written for {name}: {error}") from error


def _search(arguments: argparse.Namespace, begun: Begun, past: Past, out: Path, tell: Progress) -> Answered:
    check_tools()
    search = Bisection(
        begun, past, out, limit_s=arguments.limit, tell=lambda line: tell(Step(line)), progress=tell
    )
    try:
        with Journal(out) as journal:
            return search.run(journal)
    except KeyboardInterrupt:
        say("interrupted: the same command with --resume goes on from here")
        raise


def _answer(begun: Begun, answer: Answered, out: Path) -> int:
    """Say what was found, from the journal."""
    past = Past.of(read_lines(out))
    clone = Path(begun.repository)
    went = "left" if begun.fixed else "came"
    found = len(answer.left) == 1
    if found:
        commit = subject(clone, answer.left[0])
        lines = [f"{begun.finding} {went} with {commit}"]
        _note(begun, commit)
    else:
        reasons = {one.commit: said(one) for one in past.judged if one.verdict == "skipped"}
        lines = [
            f"{begun.finding} {went} with one of these {len(answer.left)} commits, and it cannot be told with which:"
        ]
        lines += [f"  {subject(clone, one)}: {reasons.get(one, 'not skipped')}" for one in answer.left]
    assert past.rated is not None
    took_s = past.rated.built_s + past.rated.mean_s * past.rated.runs
    took_s += sum(one.built_s + one.looked_s for one in past.judged)
    skipped = len({one.commit for one in past.judged if one.verdict == "skipped"})
    lines.append(
        f"{counted(len(past.judged) + 1, 'build')} in {duration(took_s)}, {counted(skipped, 'commit')} skipped;"
        f" {begun.confidence * 100:g} % sure; the journal is in {out}"
    )
    write("".join(f"{line}\n" for line in lines))
    return 0 if found else 3


def _note(begun: Begun, commit: str) -> None:
    """The commit becomes part of the finding, and so of every report; once, however often the answer is told."""
    if not begun.campaign:
        return
    directory = Path(begun.campaign)
    told: Details = {"left_with": commit} if begun.fixed else {"came_with": commit}
    try:
        before = read(directory, short_id(begun.signature)).finding.details
        if not told.items() <= before.items():
            note(directory, later_event(begun.signature, told))
    except (NotRecorded, JournalError) as error:
        say(f"{error}; the commit is not noted there")
