"""What an interpreter is: asked in a child of its own, because a path that a person gives may be anything.

The child gets a time-out and its output a limit. A build with the GIL is never given ``-X gil=0``: it would abort. A
free-threaded one is asked twice, the second time started as the harness starts it, to see whether the GIL stays off.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TypedDict

from harness.builds.ask import Answer, ask
from harness.builds.cache import origin
from harness.builds.git import short
from harness.builds.instrumented import linked
from harness.record.target import Target

OLDEST = (3, 11)
"""The kernel runs inside the target and needs this much."""

_MARK = "ftstress-fingerprint "

# Understood by every Python since 2.7: an old one is to say how old it is.
_QUESTION = f"""
import json, sys, sysconfig
get = sysconfig.get_config_var
name = getattr(getattr(sys, "implementation", None), "name", None) or ("pypy" if "PyPy" in sys.version else "cpython")
git = getattr(sys, "_git", None) or ("", "", "")
enabled = getattr(sys, "_is_gil_enabled", None)
sys.stdout.write("\\n" + {_MARK!r} + json.dumps(dict(
    implementation=name,
    version=".".join(map(str, sys.version_info[:3])) + ("" if sys.version_info[3] == "final"
        else dict(alpha="a", beta="b", candidate="rc")[sys.version_info[3]] + str(sys.version_info[4]))
        + "+" * ("+" in sys.version.split()[0]),
    version_info=list(sys.version_info[:3]),
    free_threaded=bool(get("Py_GIL_DISABLED")),
    gil_enabled=bool(enabled()) if enabled else True,
    debug=hasattr(sys, "gettotalrefcount"),
    compiler=" ".join(sys.version.split("[")[-1].rstrip("]").split()) if "[" in sys.version else "",
    commit=str(git[2] or ""),
    branch=str(git[1] or ""),
    configure_args=get("CONFIG_ARGS") or "",
    flags=" ".join(str(get(one) or "") for one in ("CONFIG_ARGS", "PY_CFLAGS", "CFLAGS", "LDFLAGS")),
    platform=sysconfig.get_platform(),
)) + "\\n")
sys.stdout.flush()
"""


class _Answer(TypedDict):
    """What the question gives."""

    implementation: str
    version: str
    version_info: list[int]
    free_threaded: bool
    gil_enabled: bool
    debug: bool
    compiler: str
    commit: str
    branch: str
    configure_args: str
    flags: str
    """Those and the compiler's."""
    platform: str


class NotATarget(Exception):
    """The path is no interpreter that can be put under test; the message is one sentence that says what to do."""


def probe(executable: str | Path, timeout_s: float = 20) -> Target:
    """Ask ``executable`` what it is. Raises NotATarget; comes back within about twice ``timeout_s``."""
    path = Path(os.path.abspath(executable))
    _check_file(path)
    said = _interrogate(path, [], timeout_s)
    _check_kind(path, said)
    # What decides is what the GIL does when the target is started as the harness starts it.
    running = _interrogate(path, ["-X", "gil=0"], timeout_s) if said["free_threaded"] else said
    names = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
    first, second, third = said["version_info"]
    return Target(
        executable=str(path),
        version=said["version"],
        version_info=(first, second, third),
        implementation=names.get(said["implementation"], said["implementation"]),
        free_threaded=said["free_threaded"],
        gil_enabled=running["gil_enabled"],
        debug=said["debug"],
        sanitizer=linked(path) or _sanitizer(said["flags"]),
        compiler=said["compiler"],
        commit=said["commit"],
        configure_args=said["configure_args"],
        platform=said["platform"],
        branch=short(said["branch"]) if said["commit"] else "",
        origin=origin(path),
    )


def _check_file(path: Path) -> None:
    try:
        is_directory, exists = path.is_dir(), path.exists()
    except OSError as error:
        raise NotATarget(f"{path} cannot be looked at: {error.strerror or error}") from error
    if is_directory:
        inside = next((one for one in (path / "python", path / "bin" / "python3") if one.is_file()), None)
        hint = (
            f"give the interpreter in it, {inside}" if inside else "give the interpreter itself, not a folder"
        )
        raise NotATarget(f"{path} is a directory: {hint}")
    if not exists:
        what = "is a link to nothing" if path.is_symlink() else "does not exist"
        raise NotATarget(
            f"{path} {what}: see `ftstress builds` for what is there, or make one with `ftstress build`"
        )
    if not os.access(path, os.X_OK):
        raise NotATarget(f"{path} is not executable: give an interpreter, or make it one with chmod +x")


def _interrogate(path: Path, options: list[str], timeout_s: float) -> _Answer:
    """The answer to the question. -E and -s keep this process's settings out; -S keeps .pth files from running."""
    try:
        answer = ask([str(path), "-E", "-s", "-S", *options, "-c", _QUESTION], timeout_s)
    except OSError as error:
        reason = (
            "the program in its first line is missing"
            if isinstance(error, FileNotFoundError)
            else error.strerror
        )
        raise NotATarget(
            f"{path} cannot be started ({reason}): give an interpreter built for this machine"
        ) from error
    line = next((line for line in answer.out.splitlines() if line.startswith(_MARK)), None)
    if line is not None and answer.ended == "exit" and answer.status == 0:
        try:
            said: _Answer = json.loads(line[len(_MARK) :])
        except ValueError:
            pass
        else:
            return said
    raise NotATarget(_why_no_answer(path, options, answer, timeout_s))


def _why_no_answer(path: Path, options: list[str], answer: Answer, timeout_s: float) -> str:
    how = f" with {' '.join(options)}" if options else ""
    by_hand = f"try `{' '.join([str(path), *options])} -c pass` by hand"
    if answer.ended == "time":
        return f"{path} hangs at start{how}: it did not say what it is within {timeout_s:g} s; {by_hand}"
    if answer.ended == "flood":
        return f"{path} is not a Python interpreter: started as one{how} it printed without end; give an interpreter"
    last = (answer.err.strip() or answer.out.strip()).splitlines()[-1:]
    heard = f"its last words: {last[0][:200]!r}" if last else "it printed nothing"
    if answer.died_of:
        return f"{path} crashes at start{how}: killed by {answer.died_of} ({heard}); {by_hand}"
    if answer.status != 0:
        return (
            f"{path} is not a Python interpreter, or a broken one: asked{how} what it is, "
            f"it exited with {answer.status} ({heard}); {by_hand}"
        )
    return f"{path} is not a Python interpreter: asked{how} what it is, it gave no answer ({heard}); give one that is"


def _check_kind(path: Path, said: _Answer) -> None:
    implementation, version = said.get("implementation"), said.get("version")
    if implementation != "cpython":
        raise NotATarget(
            f"{path} is {implementation} {version}: only CPython can be put under test; give a CPython"
        )
    if tuple(said["version_info"]) < OLDEST:
        raise NotATarget(
            f"{path} is CPython {version}: what runs inside a target needs 3.11 or later; give a newer one"
        )


def _sanitizer(flags: str) -> str | None:
    if "--with-thread-sanitizer" in flags or "-fsanitize=thread" in flags:
        return "thread"
    if "--with-address-sanitizer" in flags or "-fsanitize=address" in flags:
        return "address"
    return None
