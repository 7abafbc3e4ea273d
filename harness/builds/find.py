"""The targets of this machine, and the one that a person means by a path, a spec such as ``3.14t``, or nothing."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from python_discovery import DiskCache, iter_interpreters

from harness.builds import cache
from harness.builds.fingerprint import NotATarget, probe
from harness.builds.history import with_history
from harness.builds.progress import Progress, Step, silent
from harness.kernel.versions import Version, version
from harness.record.target import Target

VARIABLE = "FTSTRESS_TARGET"
"""Names the target where ``--target`` does not: how ``ci/job.py`` hands it to the environments in tox.ini."""

_SPEC = re.compile(r"(?:python)?(?P<release>3\.\d+(?:\.\d+)?)(?P<threaded>t?)(?P<debug>d?)")
_NAME = re.compile(r"python(?:3(?:\.\d+t?d?)?)?")


class NoTarget(Exception):
    """Nothing on this machine is what was asked for; the message lists what was looked at."""


@dataclass(frozen=True)
class _Candidate:
    where: str
    path: Path


@dataclass(frozen=True)
class _Probed:
    candidate: _Candidate
    target: Target | None
    passed_over: str


def find_targets(progress: Progress = silent) -> list[Target]:
    """Every target found: our own builds, PATH, pyenv, and what uv manages; the most preferred first.

    Each is asked by our own probe what it is; those that are none are told to ``progress`` and left out.
    """
    targets = []
    for one in _probe_all():
        if one.target:
            targets.append(one.target)
        else:
            progress(Step(f"passed over ({one.candidate.where}): {one.passed_over}"))
    return sorted(targets, key=_preference, reverse=True)


def resolve(spec: str | None, progress: Progress = silent) -> Target:
    """The target that ``spec`` means: a path, a command on PATH, or a spec as ``3.14t`` (``3.14`` has the GIL).

    None is ``$FTSTRESS_TARGET``, or else the newest free-threaded release found; ``progress`` is told which and why.
    It comes with its history, where a clone of CPython's is at hand. Raises NotATarget where a path is given and is
    none, NoTarget where nothing found fits.
    """
    return with_history(_meant(spec or os.environ.get(VARIABLE) or None, progress))


def _meant(spec: str | None, progress: Progress) -> Target:
    if spec is None or _SPEC.fullmatch(spec):
        probed = _probe_all()
        fitting = [one.target for one in probed if one.target and _fits(one.target, spec)]
        if not fitting:
            raise NoTarget(_nothing_fits(spec, probed))
        chosen = max(fitting, key=_preference)
        if spec is None:
            progress(Step(why(chosen, [one.target for one in probed if one.target])))
        return chosen
    if os.sep not in spec and not Path(spec).exists():
        command = shutil.which(spec)
        if command:
            return probe(command)
        raise NotATarget(
            f"{spec} is neither a file, nor a command on PATH, nor a spec such as 3.14t: give one of these"
        )
    return probe(Path(spec).expanduser())


def why(chosen: Target, found: Iterable[Target]) -> str:
    """A line that says which target is taken where none is named, and which newer ones are not."""
    newer = [one for one in found if one.free_threaded and _order(one) > _order(chosen)]
    newer.sort(key=_order, reverse=True)
    named = ", ".join(dict.fromkeys(f"{one.version} ({one.set_apart})" for one in newer))
    others = f"; newer ones are taken only by name: {named}" if named else ""
    return f"target: {chosen.title}, {chosen.executable}, the newest free-threaded release found{others}"


def _fits(target: Target, spec: str | None) -> bool:
    if spec is None:
        return target.free_threaded and not target.set_apart
    match = _SPEC.fullmatch(spec)
    assert match is not None
    release = tuple(int(number) for number in match["release"].split("."))
    return (
        target.version_info[: len(release)] == release
        and target.free_threaded == bool(match["threaded"])
        and (target.debug or not match["debug"])
    )


def _order(target: Target) -> Version:
    return version(target.version)


def _preference(target: Target) -> tuple[bool, bool, bool, Version]:
    """Releases before what is taken only by name, ordinary builds before debug and instrumented ones; the newest."""
    ordinary = not target.debug and target.sanitizer is None
    return target.free_threaded, not target.set_apart, ordinary, _order(target)


def _nothing_fits(spec: str | None, probed: list[_Probed]) -> str:
    wanted = f"{spec} target" if spec else "free-threaded release"
    lines = [
        f"no {wanted} on this machine: make one with `ftstress build`, or name one with --target; looked at"
    ]
    for one in probed:
        reason = one.passed_over
        if one.target:
            apart = f", {one.target.set_apart}" if one.target.set_apart else ""
            reason = f"{one.candidate.path} is {one.target.title}{apart}"
        lines.append(f"  {one.candidate.where}: {reason}")
    places = {one.candidate.where for one in probed}
    lines.extend(
        f"  {place}: nothing there"
        for place in ("our own builds", "PATH", "pyenv", "uv")
        if place not in places
    )
    return "\n".join(lines)


def _probe_all() -> list[_Probed]:
    """Ask all candidates at once. One that is reached by several names is asked once, by the first of them."""
    different: dict[Path, _Candidate] = {}
    for candidate in _candidates():
        different.setdefault(candidate.path.resolve(), candidate)
    with ThreadPoolExecutor(max_workers=8) as pool:
        return list(pool.map(_ask, different.values()))


def _ask(candidate: _Candidate) -> _Probed:
    try:
        return _Probed(candidate, probe(candidate.path), "")
    except NotATarget as error:
        return _Probed(candidate, None, str(error))


def _candidates() -> Iterator[_Candidate]:
    for entry in cache.entries():
        executable = entry.executable()
        if executable:
            yield _Candidate("our own builds", executable)
    for folder in _path_folders():
        yield from (_Candidate("PATH", path) for path in _interpreters(folder))
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for folder in sorted(pyenv.glob("3.*")):
        yield from (_Candidate("pyenv", path) for path in _interpreters(folder / "bin"))
    yield _Candidate("this interpreter", Path(sys.executable).resolve())
    yield from (_Candidate("uv", path) for path in _managed_by_uv())


def _path_folders() -> Iterator[Path]:
    """PATH's folders, less those of shims: a shim is a script that starts one of the interpreters found anyway."""
    for name in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if name and Path(name).name != "shims":
            yield Path(name)


def _interpreters(folder: Path) -> list[Path]:
    """Files named as interpreters. A virtual environment's link is followed: what is under test is the interpreter."""
    try:
        named = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
        virtual = (folder.parent / "pyvenv.cfg").exists()
    except OSError:
        return []
    usable = (path for path in sorted(named, reverse=True) if path.is_file() and os.access(path, os.X_OK))
    return [path.resolve() if virtual else path for path in usable]


def _managed_by_uv() -> list[Path]:
    """Where uv keeps interpreters differs by system, variable and release: python-discovery knows.

    It would also search PATH, slowly where there are shims, and without a word on what it passes over: that is done
    here.
    """
    environment = {**os.environ, "PATH": os.devnull}
    known = DiskCache(cache.root() / "discovery")
    found = iter_interpreters(["cpython>=3.11"], cache=known, env=environment)
    paths = (info.system_executable or info.executable for info in found)
    return [Path(path) for path in paths if path]
