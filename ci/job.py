"""Two commands for a fresh machine, with nothing but Python 3.11 or later.

    python3 ci/job.py stress [ARGUMENT ...]   gets the newest free-threaded release, then `ftstress run ARGUMENT ...`:
                                              --target PY, --budget TIME, --junit FILE, --html FILE and all others
    python3 ci/job.py test                    runs the harness's own tests

It makes a tool environment in the user's cache, gets a free-threaded target, and hands over to tox.ini, whose
environments can also be called by hand. Exit status of ``stress``: that of ``ftstress run``; 3 where no target can
be had. With ``--regrtest-exit`` it is what CPython's own test runner would exit with, and its text comes last.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # whoever starts it with an older one is told; it parses from 3.6 on
    _THIS = ".".join(map(str, sys.version_info[:2]))
    sys.stderr.write(
        "ci/job.py needs Python 3.11 or later, and this is " + _THIS + ": start it with a newer one\n"
    )
    sys.exit(3)

import hashlib
import importlib.util
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

try:
    import fcntl
except ImportError:  # no such locks here: two first runs at the same moment are on their own
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
TOX = "tox>=4.20"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
USAGE = "usage: python3 ci/job.py stress [--regrtest-exit] [argument of ftstress run ...] | test\n"
REGRTEST_EXIT = "--regrtest-exit"
AS_REGRTEST = {0: 0, 1: 2, 2: 64, 3: 4, 4: 1, 130: 130}
"""From the contract's statuses to those of ``python -m test``: a finding is a failed test, nothing exercised is no
tests run, a failure of the harness one of the runner itself. Bad arguments get what sysexits.h has for them, as 2 is
taken."""
INSTALLED = ROOT / ".tox" / "stress" / "installed"
"""What was installed into the environment; gone where tox makes it anew."""
KNOWN_ONLY = 5
"""For a CPython test that passed when it was run again, and for known findings: a master shows it as a warning."""


class Stop(Exception):
    """The job cannot go on; the message is one sentence for the user."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; nothing exits above 130."""
    if arguments[:1] not in (["stress"], ["test"]) or (arguments[0] == "test" and arguments[1:]):
        asked = arguments[:1] in (["-h"], ["--help"])
        (sys.stdout if asked else sys.stderr).write(USAGE)
        return 0 if asked else 2
    signal.signal(signal.SIGTERM, _as_interrupt)
    if (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    ):  # a shell's background job: tox would not hear _as_interrupt
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return stress(arguments[1:]) if arguments[0] == "stress" else test()
    except Stop as stop:
        say(str(stop))
        return stop.status
    except KeyboardInterrupt:
        return 130


def stress(arguments: Sequence[str]) -> int:
    """Stress a target with the suites, or with what ``arguments`` say. Returns the status of ``ftstress run``."""
    if REGRTEST_EXIT in arguments:
        return like_regrtest([one for one in arguments if one != REGRTEST_EXIT])
    python = tool_environment()
    names_target = any(one == "--target" or one.startswith("--target=") for one in arguments)
    target = None if names_target else target_path(python)
    again = ["--skip-pkg-install"] if INSTALLED.exists() and INSTALLED.read_text() == installation() else []
    with tempfile.TemporaryDirectory(prefix="ftstress-job-") as folder:
        report = Path(folder) / "tox.json"
        options = ["-e", "stress", *again, "--result-json", str(report)]
        status = ended(report, tox(python, [*options, "--", *arguments], target))
    if INSTALLED.parent.exists():
        INSTALLED.write_text(installation())
    return status


def installation() -> str:
    """What the environment ``stress`` is made from: it is installed, editable, once for each."""
    made_from = [
        sys.version,
        *((ROOT / name).read_text(encoding="utf-8") for name in ("tox.ini", "pyproject.toml")),
    ]
    return hashlib.sha256("\0".join(made_from).encode()).hexdigest()


def like_regrtest(arguments: Sequence[str]) -> int:
    """Stress, print regrtest's text last, and return regrtest's status: for a master that reads a log and a status."""
    out = named_out(arguments)
    if out is None:
        out = time.strftime("ftstress-results/job-%Y%m%d-%H%M%S-") + str(os.getpid())
        arguments = [*arguments, "--out", out]
    try:
        status = stress(arguments)
    except Stop as stop:
        say(str(stop))
        status = stop.status
    folder = Path.cwd() / out
    try:
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        result = {}
    if result.get("exit_status") != status:  # it came to no campaign: what lies there is of another one
        return AS_REGRTEST[status]
    sys.stdout.write(harness(tool_environment(), "report", str(folder), "--format", "regrtest").stdout)
    sys.stdout.flush()
    return KNOWN_ONLY if status == 0 and result["findings"] else AS_REGRTEST[status]


def named_out(arguments: Sequence[str]) -> "str | None":
    """The directory that the campaign will be in, where the arguments say so."""
    named = [after for one, after in itertools.pairwise(arguments) if one == "--out"]
    named += [one[len("--out=") :] for one in arguments if one.startswith("--out=")]
    if named:
        return named[-1]
    return "ftstress-results/latest" if "--resume" in arguments else None


def test() -> int:
    """Run all of the harness's own tests. Fails where no free-threaded target can be had: they are about it."""
    python = tool_environment()
    target = target_path(python)
    environments = ["tests", "target", "buildbot", *(["browser"] if chromium() else [])]
    instrumented = has_instrumented(python)
    environments += ["instrumented"] if instrumented else []
    status = tox(python, ["-e", ",".join(environments)], target)
    if not chromium():
        say(
            "the tests of the HTML report in a browser were NOT run: install Chromium (Debian: apt-get install"
            " chromium), or set FTSTRESS_CHROMIUM to one"
        )
    if not instrumented:
        say(
            "the tests on a build with a sanitizer, and on a debug build, were NOT run: none is cached; make one with"
            " `ftstress build --sanitizer thread`, or --debug"
        )
    return min(status, 130) if status >= 0 else 1


def has_instrumented(python: Path) -> bool:
    """Whether a free-threaded build with the thread sanitizer, or a debug build, is on this machine: to make one takes
    too long. Tests of the kind that is not there are skipped, visibly.
    """
    found = json.loads(harness(python, "builds", "--json").stdout or "[]")
    return any((one["sanitizer"] == "thread" or one["debug"]) and one["free_threaded"] for one in found)


def chromium() -> "str | None":
    """The browser that the HTML report is tested in: ``$FTSTRESS_CHROMIUM``, or one on PATH."""
    wanted = (os.environ.get("FTSTRESS_CHROMIUM") or "", *CHROMIUMS)
    return next(filter(None, map(shutil.which, wanted)), None)


def ended(report: Path, tox_status: int) -> int:
    """The status of the command that tox ran. tox's own 1 would be read as a finding where only its set-up failed."""
    try:
        runs = json.loads(report.read_text(encoding="utf-8"))["testenvs"]["stress"].get("test", [])
    except (OSError, ValueError, KeyError):
        runs = []
    if runs:
        status = int(runs[-1]["retcode"])
        return status if 0 <= status <= 130 else 4
    if tox_status in (130, -signal.SIGINT):
        return 130
    raise Stop("tox could not make the environment that ftstress runs in: its own words are above", 4)


def tox(python: Path, arguments: Sequence[str], target: str | None) -> int:
    """Hand over to tox.ini; its output is this program's output."""
    variables = {"FTSTRESS_TARGET": target} if target else {}
    variables["FTSTRESS_CALLED_IN"] = os.getcwd()
    return run([str(python), "-m", "tox", "run", "-c", str(ROOT / "tox.ini"), *arguments], variables)


def target_path(python: Path) -> str:
    """``$FTSTRESS_TARGET``, or the newest free-threaded release that can be had: ``ftstress build`` says which and why.

    Raises Stop with 3 where there is none.
    """
    given = os.environ.get("FTSTRESS_TARGET")
    if given:
        return given
    built = harness(python, "build", passes_stderr=True)
    if built.returncode == 130:
        raise KeyboardInterrupt
    if built.returncode != 0 or not built.stdout.strip():
        raise Stop("no free-threaded target can be had on this machine: the reasons are above", 3)
    path: str = built.stdout.strip().splitlines()[-1]
    return path


def harness(python: Path, *arguments: str, passes_stderr: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run a command of the checkout's own ``ftstress`` and take its stdout; stderr is shown, or kept for the worst."""
    command = [str(python), "-m", "harness", *arguments]
    stderr = None if passes_stderr else subprocess.PIPE
    done = subprocess.run(
        command, cwd=ROOT, env=environment({}), stdout=subprocess.PIPE, stderr=stderr, text=True
    )
    if done.returncode not in (0, 3, 130):
        raise Stop(
            f"`ftstress {' '.join(arguments)}` failed with {done.returncode}: {(done.stderr or 'see above').strip()}",
            4,
        )
    return done


def tool_environment() -> Path:
    """The Python of an environment with tox and what the harness needs; made once for each list of requirements."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        requirements = [TOX, *tomllib.load(file)["project"]["dependencies"]]
    key = hashlib.sha256("\0".join([sys.version, sys.executable, *requirements]).encode()).hexdigest()[:16]
    folder = cache() / "tools" / key
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    whole = folder / "whole"
    with locked(folder.with_name(key + ".lock")):
        if not whole.exists():
            say(f"making the tool environment in {folder}")
            make_environment(folder, python, requirements)
            whole.touch()
    return python


def make_environment(folder: Path, python: Path, requirements: Sequence[str]) -> None:
    """A fresh virtual environment with ``requirements``. pip takes them from where this machine's settings say."""
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        raise Stop(
            "this Python cannot make virtual environments: install it (Debian: the package python3-venv)", 3
        )
    shutil.rmtree(folder, ignore_errors=True)
    made = run([sys.executable, "-m", "venv", str(folder)], {})
    if made != 0:
        raise Stop(f"no virtual environment could be made in {folder}: the reason is above", 4)
    installed = run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements], {}
    )
    if installed != 0:
        raise Stop(
            "pip could not install the tools: the reason is above; its settings say where it looks (`pip config list`)",
            4,
        )


def cache() -> Path:
    """The folder that the harness's own cache lies in, too. Raises Stop where it cannot be made."""
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "ftstress"
    try:
        (folder / "tools").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(
            f"{folder} cannot be made ({error.strerror}): set XDG_CACHE_HOME to a folder that can be written",
            4,
        ) from error
    return folder


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file; the system lets go of it when this process ends, however it ends."""
    with path.open("w") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(command: Sequence[str], variables: dict[str, str]) -> int:
    """Run a command to its end, also when interrupted: it is told, and given the time to keep what it has."""
    child = subprocess.Popen(command, cwd=ROOT, env=environment(variables))
    interrupted = False
    while True:
        try:
            status = child.wait()
        except KeyboardInterrupt as interrupt:
            interrupted = True
            if (
                interrupt.args
            ):  # a signal to this process alone; Ctrl-C on a terminal reaches the child by itself
                child.send_signal(signal.SIGINT)
        else:
            return 130 if interrupted else status


def environment(variables: dict[str, str]) -> dict[str, str]:
    """This process's environment, less what would make another Python import something else."""
    dropped = ("PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHON_GIL", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if name not in dropped} | variables


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt(number)


def say(message: str) -> None:
    sys.stderr.write(f"ci/job.py: {message}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
