"""Seeded faults: targets with one of CPython's guarantees removed on purpose, made from the cached build in seconds.

A fault is a file, ``NAME.patch``: headers that say what it removes and how it should show, an empty line, and a
unified diff against the default release. What a harness detects is measured on them.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from harness.builds import cache
from harness.builds.compile import Work, check_tools, cores
from harness.builds.errors import NotASource, NotBuilt
from harness.builds.progress import Progress, Step, silent
from harness.builds.provision import DEFAULT_VERSION, compiled, held, works

CORPUS = Path(__file__).with_name("faults") / "3.13"
"""Shipped with the package."""
HEADERS = ("Guarantee", "Issue", "Shows")
LINES = 60
"""About how many lines make prints: only the progress bar depends on it."""


@dataclass(frozen=True)
class Fault:
    """One guarantee that a patch removes."""

    name: str
    path: Path
    guarantee: str
    issue: str
    shows: str
    """How it should show from Python."""
    invisible: str | None
    """Why it cannot be seen from Python even in principle; None for all that count."""


def corpus(folder: Path = CORPUS) -> list[Fault]:
    """The faults in ``folder``, by name. Raises NotASource for a file that is none, or where there is no fault."""
    faults = [read(path) for path in sorted(folder.glob("*.patch"))]
    if not faults:
        raise NotASource(
            f"there are no seeded faults in {folder}: run from a checkout of the source, or give a patch's path"
        )
    return faults


def find(name: str, folder: Path = CORPUS) -> Fault:
    """The fault of that name, or in the file of that path. Raises NotASource, which lists the names there are."""
    path = Path(name)
    if path.suffix == ".patch" and path.is_file():
        return read(path)
    faults = {fault.name: fault for fault in corpus(folder)}
    if name not in faults:
        raise NotASource(f"there is no fault named {name}: there are {', '.join(faults)}")
    return faults[name]


def read(path: Path) -> Fault:
    """What a patch says of itself. Raises NotASource when a header is missing or no diff follows."""
    message = HeaderParser().parsestr(path.read_text(encoding="utf-8"))
    said = {name: " ".join(str(value).split()) for name, value in message.items()}
    missing = [name for name in HEADERS if not said.get(name)]
    if missing or "+++ " not in message.get_payload():
        lacks = ", ".join(missing) or "a diff behind its headers"
        raise NotASource(f"{path} is not a fault: it lacks {lacks}")
    return Fault(
        path.stem, path, said["Guarantee"], said["Issue"], said["Shows"], said.get("Invisible") or None
    )


def build_fault(fault: Fault, progress: Progress = silent) -> Path:
    """The path of an interpreter with ``fault`` in it, from the cache or made now.

    Only the executable is its own: its ``lib`` is a link to the base's. Raises NotBuilt, with the log's name.
    """
    base = compiled(progress=progress)
    executable = base.executable()
    assert executable is not None
    key = hashlib.sha256(fault.path.read_bytes()).hexdigest()[:16]
    place = cache.root() / "faults" / base.directory.name / f"{fault.name}-{key}"
    made = place / "bin" / executable.name
    with held(place.with_name(place.name + ".lock"), progress):
        if made.exists():
            progress(Step(f"{fault.name} was built before"))
            return made
        check_tools()
        log = base.log.with_name(f"{base.directory.name}-{fault.name}.log")
        log.parent.mkdir(parents=True, exist_ok=True)
        _compile(fault, base, place, made, log, progress)
        return works(made, log)


def _compile(fault: Fault, base: cache.Entry, place: Path, made: Path, log: Path, progress: Progress) -> None:
    """Patch a copy of the base's tree and link again; what was objects before stays, with its time of change."""
    if not shutil.which("patch"):
        raise NotBuilt("no patch on PATH, so no fault can be made: install it (Debian: the package patch)")
    if not base.tree.is_dir():
        raise NotBuilt(f"the base's tree {base.tree} is gone: delete {base.directory} and build it again")
    shutil.rmtree(place, ignore_errors=True)
    tree = place / "tree"
    shutil.copytree(base.tree, tree, symlinks=True)
    try:
        with log.open("w", encoding="utf-8", errors="replace") as said:
            work = Work(tree, said, progress)
            command = ["patch", "-p1", "--fuzz=0", "--batch", f"--input={fault.path}"]
            work.run(f"applying {fault.name} to CPython {DEFAULT_VERSION}", command, 0, lambda line: False)
            make = ["make", f"-j{cores()}", "python"]
            work.run(f"compiling {fault.name}", make, LINES, lambda line: True)
        (place / "lib").symlink_to(base.install / "lib", target_is_directory=True)
        staged = place / "staged"
        shutil.copy2(tree / "python", staged)
        made.parent.mkdir()
        staged.rename(made)  # last: what is there is whole
    finally:
        shutil.rmtree(tree, ignore_errors=True)
