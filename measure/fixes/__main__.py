"""Makes the tip with each fix undone, runs ``ftstress pairs`` and ``ftstress run`` on it, and says what is found.

What the untouched tip shows in as many runs of as many seconds is no detection. Everything is kept in ``--out`` as it
comes, and a later call goes on; patches are made from the clone and thrown away, builds are kept in the cache.

Exit status 0; 2 for arguments that are none, 3 where nothing could be built.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
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
from measure.fixes.corpus import Fix, corpus
from measure.fixes.table import Tried, table
from measure.fixes.undo import CannotUndo, as_fault, patch

COMMANDS = ("pairs", "run")
TIP = "(tip)"
TIPS = 5
"""Runs of the tip for each run of a fix that is undone: what it shows now and then is to be known beforehand."""
TIMES = 4
"""As often is a run made anew because the tip shows what it hit."""
SHORTEST_S = 5.0


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m measure.fixes", description=__doc__)
    parser.add_argument(
        "source", metavar="REPO@REV", help="a clone of CPython's, and the tip that fixes are undone on"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--only", default="", metavar="REGEX", help="of a line of the corpus, such as 'high|medium'"
    )
    parser.add_argument("--repeat", type=count, default=3, metavar="N")
    parser.add_argument("--limit", type=budget, default=60.0, metavar="TIME")
    parser.add_argument("--with", dest="commands", default=",".join(COMMANDS), metavar="COMMAND,…")
    told = parser.parse_args(arguments)
    repository, _, revision = told.source.rpartition("@")
    chosen = corpus(told.only)
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
    of = branch(probe(executable).version)
    told.out.mkdir(parents=True, exist_ok=True)
    tried = Tried(told.out / "fixes.jsonl")
    for command in commands:
        _race(tried, [(TIP, executable)], command, told, None, TIPS * told.repeat)
    for number, fix in enumerate(chosen, 1):
        print(f"{number} of {len(chosen)}  {fix.name}  {fix.area}: {fix.kind}", flush=True)
        if fix.name in tried.why_not:
            continue
        try:
            made = _undone(fix, Path(repository), tip, of, base)
        except (CannotUndo, NotBuilt) as error:
            tried.cannot(fix.name, str(error))
            print(f"    not undone: {error}", flush=True)
            continue
        for command in commands:
            for _ in range(TIMES):
                _race(tried, [(fix.name, made)], command, told, tried.signatures(TIP), told.repeat)
                if not _tip_shows_it_too(tried, fix.name, command, told.out, executable):
                    break
    print(table(chosen, tried, commands))
    return 0


def _undone(fix: Fix, repository: Path, tip: str, of: str, base: Entry) -> Path:
    text = as_fault(patch(repository, tip, fix.commit), fix.issue, of)
    with tempfile.TemporaryDirectory(prefix="ftstress-") as folder:
        file = Path(folder) / f"{fix.name}.patch"
        file.write_text(text, encoding="utf-8")
        return build_fault(read(file), base)


def _tip_shows_it_too(tried: Tried, name: str, command: str, out: Path, tip: Path) -> bool:
    """Whether what the runs have hit shows on the tip as well: its trial, given to the tip for a while.

    Such a run has hit nothing, and is made again.
    """
    again = False
    for run in tried.hits(name, command):
        identity = f"{_folder(out, name, command, run.seed)}#{short_id(run.hit)}"
        asked = ["repro", identity, "--target", str(tip), "--limit", f"{max(SHORTEST_S, 3 * run.at_s):.0f}s"]
        done = subprocess.run([sys.executable, "-m", "harness", *asked], capture_output=True, check=False)
        if done.returncode == 1:
            tried.also(TIP, run.hit)
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
    jobs = [
        Job(name, executable, seed, told.limit, _folder(told.out, name, command, seed), of_base, command)
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
