"""Makes the tip with each fix undone, runs ``ftstress pairs`` and ``ftstress run`` on it, and says what is found.

Where a fix cannot be undone, its parent takes the tip's place, and the fix itself is what it is held against: these
come last, for each is two whole builds. What the control shows in its runs is no detection. Everything is kept in
``--out`` as it comes, and a later call goes on; ``ftstress report DIR --format html`` makes a page of it. Patches are
made from the clone and thrown away, builds are kept in the cache.

Exit status 0; 2 for arguments that are none, 3 where nothing could be built.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.builds import git
from harness.builds.cache import Entry
from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fault import branch, build_fault, read
from harness.builds.fingerprint import probe
from harness.builds.provision import compiled
from harness.campaign.calibrate import Job, run_all
from harness.cli.arguments import budget, count
from harness.kernel.signature import short_id
from harness.record.calibration import Run
from measure.fixes.corpus import CORPUS, Fix, corpus
from measure.fixes.table import TIP, Tried, calibration, table
from measure.fixes.undo import CannotUndo, as_fault, patch

COMMANDS = ("pairs", "run")
MENDED = "(mended)"
TIPS = 5
"""Runs of the tip for each run of a fix that is undone: what it shows now and then is to be known beforehand."""
TIMES = 4
"""As often is a run made anew because the tip shows what it hit."""
SHORTEST_S = 5.0


@dataclass(frozen=True)
class Made:
    """A build that lacks a fix, and what it is held against."""

    executable: Path
    control: str
    without_it: Path
    """The control's interpreter."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m measure.fixes", description=__doc__)
    parser.add_argument(
        "source", metavar="REPO@REV", help="a clone of CPython's, and the tip that fixes are undone on"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--only", default="", metavar="REGEX", help="of a line of the corpus, such as 'high|medium'"
    )
    parser.add_argument(
        "--corpus", type=Path, default=CORPUS, metavar="FILE", help="other fixes, in the same columns"
    )
    parser.add_argument("--repeat", type=count, default=3, metavar="N")
    parser.add_argument("--limit", type=budget, default=60.0, metavar="TIME")
    parser.add_argument("--with", dest="commands", default=",".join(COMMANDS), metavar="COMMAND,…")
    told = parser.parse_args(arguments)
    repository, _, revision = told.source.rpartition("@")
    chosen = corpus(told.only, told.corpus)
    if not repository or not chosen:
        parser.error("give REPO@REV, and an expression that some line of the corpus fits")
    commands = told.commands.split(",")
    try:
        base = compiled(told.source)
        tip = git.commit(Path(repository), revision)
    except (NotASource, NotBuilt) as error:
        print(error, file=sys.stderr)
        return 3
    executable = base.executable()
    assert executable is not None
    target = probe(executable)
    of = branch(target.version)
    told.out.mkdir(parents=True, exist_ok=True)
    tried = Tried(told.out / "fixes.jsonl")

    def keep() -> None:
        title = f"{target.title} ({tip[: git.COMMIT_SHOWN]}), of which one fix each is undone"
        calibration(chosen, tried, title, told.limit, told.repeat).write(told.out)

    for command in commands:
        _race(tried, [(TIP, executable)], command, told, None, TIPS * told.repeat)
    began = time.monotonic()
    parents: list[Fix] = []
    for number, fix in enumerate(chosen, 1):
        print(f"{number} of {len(chosen)}{_left(began, number - 1, len(chosen))}  {_said(fix)}", flush=True)
        try:
            made = Made(_undone(fix, Path(repository), tip, of, base, tried), TIP, executable)
        except (CannotUndo, NotBuilt) as error:
            parents.append(fix)
            print(f"    not undone: {error}", flush=True)
            continue
        _measure(tried, fix, made, commands, told)
        keep()
    began = time.monotonic()
    for number, fix in enumerate(parents, 1):
        print(
            f"parent {number} of {len(parents)}{_left(began, number - 1, len(parents))}  {_said(fix)}",
            flush=True,
        )
        if fix.name in tried.why_not:
            continue
        try:
            made = _parent(fix, repository)
        except (NotASource, NotBuilt) as error:
            tried.cannot(fix.name, str(error))
            print(f"    not built: {error}", flush=True)
            continue
        tried.how(fix.name, "its parent")
        for command in commands:
            _race(tried, [(made.control, made.without_it)], command, told, None, told.repeat)
        _measure(tried, fix, made, commands, told)
        keep()
    print(table(chosen, tried, commands))
    return 0


def _said(fix: Fix) -> str:
    return f"{fix.name}  {fix.area}: {fix.kind}"


def _left(began: float, done: int, every: int) -> str:
    """An estimate, from what came so far."""
    if not done:
        return ""
    return f", about {(time.monotonic() - began) / done * (every - done) / 60:.0f} min left"


def _measure(tried: Tried, fix: Fix, made: Made, commands: Sequence[str], told: argparse.Namespace) -> None:
    for command in commands:
        for _ in range(TIMES):
            shown = tried.signatures(made.control)
            _race(tried, [(fix.name, made.executable)], command, told, shown, told.repeat)
            if not _control_shows_it_too(tried, fix.name, command, told.out, made):
                break


def _undone(fix: Fix, repository: Path, tip: str, of: str, base: Entry, tried: Tried) -> Path:
    undone = patch(repository, tip, fix.commit)
    text = as_fault(undone.diff, fix.issue, of)
    with tempfile.TemporaryDirectory(prefix="ftstress-") as folder:
        file = Path(folder) / f"{fix.name}.patch"
        file.write_text(text, encoding="utf-8")
        made = build_fault(read(file), base)
    if undone.later:
        tried.how(fix.name, f"with {', '.join(one[: git.COMMIT_SHOWN] for one in undone.later)} undone, too")
    if undone.left:
        tried.how(fix.name, f"but for {undone.left} places that have changed since")
    return made


def _parent(fix: Fix, repository: str) -> Made:
    """The commit before the fix, and the fix. Raises NotASource, NotBuilt."""
    before, mended = (compiled(f"{repository}@{fix.commit}{of}").executable() for of in ("^", ""))
    assert before is not None
    assert mended is not None
    return Made(before, f"{fix.name} {MENDED}", mended)


def _control_shows_it_too(tried: Tried, name: str, command: str, out: Path, made: Made) -> bool:
    """Whether what the runs have hit shows on the control as well: its trial, given to that for a while.

    Such a run has hit nothing, and is made again.
    """
    again = False
    for run in tried.hits(name, command):
        identity = f"{_folder(out, name, command, run.seed)}#{short_id(run.hit)}"
        asked = [
            "repro",
            identity,
            "--anyway",
            "--target",
            str(made.without_it),
            "--limit",
            f"{max(SHORTEST_S, 3 * run.at_s):.0f}s",
        ]
        done = subprocess.run([sys.executable, "-m", "harness", *asked], capture_output=True, check=False)
        if done.returncode == 1:
            tried.also(made.control, run.hit)
            tried.forget(name, command, run.seed)
            again = True
    return again


def _folder(out: Path, name: str, command: str, seed: int) -> Path:
    return out.absolute() / name.strip("()") / f"{command}-{seed}"


def _race(
    tried: Tried,
    builds: Sequence[tuple[str, Path]],
    command: str,
    told: argparse.Namespace,
    of_base: frozenset[str] | None,
    repeat: int,
) -> None:
    shown = None if of_base is None else set(of_base)
    jobs = [
        Job(name, executable, seed, told.limit, _folder(told.out, name, command, seed), shown, command)
        for name, executable in builds
        for seed in range(1, repeat + 1)
        if not tried.has(name, command, seed)
    ]

    def tell(run: Run) -> None:
        tried.add(command, run)
        said = f"{run.hit.signature} after {run.hit.at_s:.1f} s" if run.hit else run.message or "nothing"
        print(f"    {command} seed {run.seed}: {said}", flush=True)

    run_all(jobs, tell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
