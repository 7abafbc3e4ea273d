"""Seeded faults: targets with one of CPython's guarantees removed on purpose, made from a cached build in seconds.

A fault is a file, ``NAME.patch``: headers that say what it removes, how it should show and on which branches, an empty
line, and a unified diff. Where CPython's branches differ there is a file for each, under the same name: a name is one
guarantee. What a harness detects is measured on them.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from harness.builds import cache
from harness.builds.compile import Work, check_tools, cores, revision
from harness.builds.errors import NotASource, NotBuilt
from harness.builds.fingerprint import probe
from harness.builds.progress import Progress, Step, silent
from harness.builds.provision import CALIBRATED, compiled, held, works

CORPUS = Path(__file__).with_name("faults")
"""Shipped with the package; a folder for each branch, and in it what was first written for it."""
HEADERS = ("Guarantee", "Issue", "Shows", "Branches")
COMMANDS = ("run", "pairs")
"""What looks for a fault: the scenarios, where its patch does not say; the catalogue of pairs for what lies outside the
type object."""
MAIN = (3, 16)
"""What CPython's main is to become: this version and later ones are of the branch ``main``."""
FREEZERS = ("_bootstrap_python", "Programs/_freeze_module")
"""They make files that no fault changes, and are left as they are: one with a fault in it may never come to an end."""
CLINIC = re.compile(r"clinic/(\w+\.c)\.h$")
"""What Argument Clinic has written for a file of C, which includes it."""
LINES = 20
"""About how many lines make prints: only the progress bar depends on it."""


class DoesNotApply(NotBuilt):
    """The source has changed where the fault's patch changes it; the message is one sentence that says where."""


@dataclass(frozen=True)
class Fault:
    """One guarantee that a patch removes."""

    name: str
    path: Path
    guarantee: str
    issue: str
    shows: str
    """How it should show from Python."""
    branches: tuple[str, ...]
    """Whose tip the patch was tried on: ``3.13``, ``main``."""
    invisible: str | None
    """Why it cannot be seen from Python even in principle; None for all that count."""
    command: str = COMMANDS[0]
    """One of ``COMMANDS``."""


def branch(version: str) -> str:
    """The branch of CPython that a version is of, as patches name it."""
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    return "main" if numbers >= MAIN else ".".join(map(str, numbers))


def corpus(of: str = branch(CALIBRATED), folder: Path = CORPUS) -> list[Fault]:
    """The faults in ``folder`` that are of a branch, by name. Raises NotASource for a file that is none, or where there
    is no fault.
    """
    faults = [fault for fault in map(read, sorted(folder.glob("*/*.patch"))) if of in fault.branches]
    if not faults:
        raise NotASource(f"there are no seeded faults of CPython {of} in {folder}: give a patch's path")
    return sorted(faults, key=lambda fault: fault.name)


def find(name: str, of: str = branch(CALIBRATED), folder: Path = CORPUS) -> Fault:
    """The fault of that name and branch, or in the file of that path. Raises NotASource, which lists the names there
    are.
    """
    path = Path(name)
    if path.suffix == ".patch" and path.is_file():
        return read(path)
    faults = {fault.name: fault for fault in corpus(of, folder)}
    if name not in faults:
        raise NotASource(f"there is no fault of CPython {of} named {name}: there are {', '.join(faults)}")
    return faults[name]


def read(path: Path) -> Fault:
    """What a patch says of itself. Raises NotASource when a header is missing or no diff follows."""
    message = HeaderParser().parsestr(path.read_text(encoding="utf-8"))
    said = {name: " ".join(str(value).split()) for name, value in message.items()}
    missing = [name for name in HEADERS if not said.get(name)]
    if missing or "+++ " not in message.get_payload():
        lacks = ", ".join(missing) or "a diff behind its headers"
        raise NotASource(f"{path} is not a fault: it lacks {lacks}")
    command = said.get("Command", COMMANDS[0])
    if command not in COMMANDS:
        raise NotASource(f"{path}: its Command is {command}, and must be one of {', '.join(COMMANDS)}")
    return Fault(
        name=path.stem,
        path=path,
        guarantee=said["Guarantee"],
        issue=said["Issue"],
        shows=said["Shows"],
        branches=tuple(re.split(r",\s*", said["Branches"])),
        invisible=said.get("Invisible") or None,
        command=command,
    )


def build_fault(fault: Fault, base: cache.Entry | None = None, progress: Progress = silent) -> Path:
    """The path of an interpreter with ``fault`` in it, from the cache or made now. ``base``: None for the default.

    Only the executable is its own, and those extension modules that the fault changes: all else of its ``lib`` is links
    to the base's. Raises DoesNotApply, and NotBuilt, with the
    log's name.
    """
    base = base or compiled(progress=progress)
    executable = base.executable()
    assert executable is not None
    key = hashlib.sha256(fault.path.read_bytes()).hexdigest()[:16]
    place = cache.root() / "faults" / base.directory.name / f"{fault.name}-{key}"
    made = place / "bin" / executable.name
    with held(place.with_name(place.name + ".lock"), progress):
        if made.exists():
            progress(Step(f"{fault.name} was built before"))
            return made
        files = patched(fault, base)
        check_tools()
        log = base.log.with_name(f"{base.directory.name}-{fault.name}.log")
        log.parent.mkdir(parents=True, exist_ok=True)
        _compile(fault, base, files, place, made, log, progress)
        return works(made, log)


def patched(fault: Fault, base: cache.Entry) -> dict[str, str]:
    """The files of the base's tree that the fault changes, by name, as they are with it.

    A hunk goes where its lines are, whatever line number it gives. Raises DoesNotApply where they are gone, or where
    they are more than once: a lookalike must not be changed in place of what is meant.
    """
    if not base.tree.is_dir():
        raise NotBuilt(f"the base's tree {base.tree} is gone: delete {base.directory} and build it again")
    files: dict[str, str] = {}
    for number, hunk in enumerate(_hunks(fault.path.read_text(encoding="utf-8")), 1):
        if hunk.file not in files:
            path = base.tree / hunk.file
            files[hunk.file] = path.read_text(encoding="utf-8") if path.is_file() else ""
        found = f"\n{files[hunk.file]}".count(f"\n{hunk.before}")
        if found != 1:
            where = "gone" if not found else f"there {found} times"
            raise DoesNotApply(
                f"{fault.name} does not apply to {_title(base)}: hunk {number}, meant for line {hunk.line} of"
                f" {hunk.file}, changes lines that are {where}"
            )
        files[hunk.file] = f"\n{files[hunk.file]}".replace(f"\n{hunk.before}", f"\n{hunk.after}")[1:]
    return files


@dataclass
class _Hunk:
    file: str
    line: int
    before: str = ""
    after: str = ""


def _hunks(text: str) -> list[_Hunk]:
    """Of a unified diff whose files are named as git names them."""
    hunks: list[_Hunk] = []
    file = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("--- "):
            file = ""
        elif line.startswith("+++ "):
            file = line[4:].split("\t")[0].strip().removeprefix("b/")
        elif file and (head := re.match(r"@@ -(\d+)", line)):
            hunks.append(_Hunk(file, int(head[1])))
        elif file and hunks:
            hunks[-1].before += line[1:] if line[0] in " -" else line if line == "\n" else ""
            hunks[-1].after += line[1:] if line[0] in " +" else line if line == "\n" else ""
    return hunks


def _title(base: cache.Entry) -> str:
    receipt = base.receipt()
    return f"CPython {receipt.version}" if receipt else str(base.directory)


def _compile(
    fault: Fault,
    base: cache.Entry,
    files: dict[str, str],
    place: Path,
    made: Path,
    log: Path,
    progress: Progress,
) -> None:
    """Change a copy of the base's tree and link again; what was objects before stays, with its time of change."""
    target = probe(base.executable() or base.install)
    shutil.rmtree(place, ignore_errors=True)
    tree = place / "tree"
    shutil.copytree(base.tree, tree, symlinks=True)
    try:
        for name, text in files.items():
            (tree / name).write_text(text, encoding="utf-8")
            includes = tree / CLINIC.sub(r"\1", name)  # make does not know of Argument Clinic's files
            includes.touch()
        with log.open("w", encoding="utf-8", errors="replace") as said:
            work = Work(tree, said, progress)
            old = [f"--old-file={program}" for program in FREEZERS]
            make = ["make", f"-j{cores()}", *old, *revision(target.commit, target.branch), "python"]
            if any(name.startswith("Modules/") for name in files):
                make.append("sharedmods")
            work.run(f"compiling {fault.name} into {_title(base)}", make, LINES, lambda line: True)
        _link_library(base, tree, place / "lib")
        staged = place / "staged"
        shutil.copy2(tree / "python", staged)
        made.parent.mkdir()
        staged.rename(made)  # last: what is there is whole
    finally:
        shutil.rmtree(tree, ignore_errors=True)


def _link_library(base: cache.Entry, tree: Path, library: Path) -> None:
    """The base's library as links, with copies of the extension modules that are others than the base's."""
    built = next((tree / "build").glob("lib.*"), None)
    before = base.tree / "build" / built.name if built else None
    modules = sorted(built.glob("*.so")) if built else []
    changed = [module for module in modules if before and not _same(module, before / module.name)]
    if not changed:
        library.symlink_to(base.install / "lib", target_is_directory=True)
        return
    (folder,) = (base.install / "lib").glob("python3*")
    _links(base.install / "lib", library, but=folder.name)
    _links(folder, library / folder.name, but="lib-dynload")
    _links(folder / "lib-dynload", library / folder.name / "lib-dynload", but="")
    for module in changed:
        place = library / folder.name / "lib-dynload" / module.name
        place.unlink(missing_ok=True)
        shutil.copy2(module, place)


def _links(source: Path, made: Path, but: str) -> None:
    made.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.name != but:
            (made / entry.name).symlink_to(entry)


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()
