"""Measure what other ways to test see on given builds, in the same time.

    python3 measure/comparison --target NAME=PATH [--target ...] --seconds 60 --repeat 1 --out FILE.json
    python3 measure/comparison --about shared --tests REPO@REV --target NAME=PATH ... --out FILE.json
    python3 measure/comparison --show FILE.json [FILE.json ...]

Each detector runs on each build until it has detected something, or until time is over. Progress goes to stderr, the
table to stdout, and everything that was seen to the file, which is replaced after each measurement, so that an
interrupted comparison keeps what it has. Exit status: 0, whatever was detected; 2 bad arguments; 3 something is
missing, and the message says what to do; 130 interrupted.
"""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:  # started as a folder: its modules are found as those of the package that it is
    sys.path[:1] = [str(Path(__file__).resolve().parents[2])]

import argparse
import os
import resource
import signal
import tempfile
from collections.abc import Sequence
from types import FrameType

from measure.comparison import record as records
from measure.comparison import table
from measure.comparison.cpython_tests import CPythonTests
from measure.comparison.cpython_tests_env_changed import CPythonTestsEnvChanged
from measure.comparison.detector import SCENARIOS, CannotRun, Detector, Ready
from measure.comparison.measure import measure
from measure.comparison.record import Record, Result
from measure.comparison.targets import Missing, Target, ask
from measure.comparison.with_racecheck import Racecheck
from measure.comparison.with_run_parallel import RunParallel

DETECTORS: tuple[type[Detector], ...] = (CPythonTests, CPythonTestsEnvChanged, RunParallel, Racecheck)


def main(arguments: Sequence[str]) -> int:
    """Run the comparison, or show recorded ones; returns the exit status."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.show:
        return _show(parser, given.show)
    if not given.target or not given.out:
        parser.error("--target and --out are needed (or --show)")
    if len({name for name, _ in given.target}) < len(given.target):
        parser.error("two targets have the same name")
    if not given.out.parent.is_dir():
        parser.error(f"{given.out.parent} is no folder")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # crashes are what is looked for: they leave no files
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        targets = [ask(name, executable) for name, executable in given.target]
        chosen = [make(given.about, given.tests) for make in DETECTORS]
        chosen = [one for one in chosen if not given.detector or one.name in given.detector]
        with tempfile.TemporaryDirectory(prefix="ftstress-comparison-", ignore_cleanup_errors=True) as folder:
            compare(targets, chosen, given.seconds, given.repeat, given.out, Path(folder))
    except Missing as missing:
        say(str(missing))
        return 3
    except KeyboardInterrupt:
        say(f"interrupted: what was measured is in {given.out}")
        return 130
    return _show(parser, [given.out])


def compare(
    targets: Sequence[Target],
    detectors: Sequence[Detector],
    seconds: float,
    repeat: int,
    out: Path,
    folder: Path,
) -> None:
    """Measure everything, and write ``out`` after each measurement. Raises Missing before the first one."""
    record = Record(seconds, repeat, _cpus())
    record.builds = {one.name: {"executable": one.executable, "version": one.version} for one in targets}
    record.detectors = {one.name: {"title": one.title, "uses": []} for one in detectors}
    prepared = _prepare(targets, detectors, folder)
    for turn in range(repeat):
        for target in targets:
            for detector in detectors:
                ready = prepared[detector.name, target.version]
                if isinstance(ready, CannotRun):
                    result = Result(target.name, detector.name, "cannot run", 0.0, detail=str(ready))
                else:
                    uses = record.detectors[detector.name]["uses"]
                    uses += [one for one in ready.uses if one not in uses]
                    result = measure(detector, ready, target, seconds, say)
                record.results.append(result)
                records.write(record, out)
                again = f", turn {turn + 1} of {repeat}" if repeat > 1 else ""
                say(f"{target.name}, {detector.title}{again}: {_in_words(result)}")


def _prepare(
    targets: Sequence[Target], detectors: Sequence[Detector], folder: Path
) -> dict[tuple[str, str], Ready | CannotRun]:
    prepared: dict[tuple[str, str], Ready | CannotRun] = {}
    for version in dict.fromkeys(target.version for target in targets):
        for detector in detectors:
            say(f"preparing {detector.title} for CPython {version}")
            place = folder / f"{version}-{detector.name}"
            place.mkdir()
            try:
                prepared[detector.name, version] = detector.prepare(version, place)
            except CannotRun as error:
                prepared[detector.name, version] = error
    return prepared


def _in_words(result: Result) -> str:
    if result.outcome == "detected":
        return f"detected after {result.elapsed_s:.1f} s: {result.how}, {result.detail}"
    if result.outcome == "cannot run":
        return f"cannot run: {result.detail}"
    return f"not in {result.elapsed_s:g} s, {result.passes} passes"


def _show(parser: argparse.ArgumentParser, paths: Sequence[Path]) -> int:
    try:
        sys.stdout.write(table.render(records.read(paths)))
    except ValueError as error:
        parser.error(str(error))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="measure/comparison",
        description="What other ways to test see on given builds, in the same time.",
    )
    names = [one.name for one in DETECTORS]
    parser.add_argument("--target", action="append", type=_target, metavar="NAME=PATH", help="a build, named")
    parser.add_argument("--detector", action="append", choices=names, help="only this one (default: all)")
    parser.add_argument(
        "--about", choices=SCENARIOS, default="types", help="the type object, or other shared objects"
    )
    parser.add_argument(
        "--tests", metavar="REPO@REV", help="CPython's own tests (default: the release's, as it was built)"
    )
    parser.add_argument("--seconds", type=_positive, default=60.0, help="for each detector on each build")
    parser.add_argument("--repeat", type=_count, default=1, metavar="N", help="measure all of it N times")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where the results go")
    parser.add_argument(
        "--show", nargs="+", type=Path, metavar="FILE.json", help="the table of recorded results"
    )
    return parser


def _target(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=PATH")
    return name, os.path.abspath(path) if os.sep in path else path


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds above 0")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return value


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def say(message: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"measure/comparison: {message}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
