"""Programs that have shown something, kept in the user's cache: later runs race them first, and go on from there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from harness.campaign.select import ScenarioInfo
from harness.campaign.triples import operations
from harness.kernel.pairs.places import PLACES
from harness.kernel.pairs.program import DROP, HOLD, NEW, Member, Operation, Program, parse
from harness.kernel.pairs.world import BETWEEN, WHOLE

MOST = 500
"""Programs that are kept: the last ones."""


def default_file() -> Path:
    """Where they are kept, one a line."""
    return user_cache_path("ftstress") / "programs.txt"


def read(file: Path) -> list[str]:
    """The programs of a corpus, oldest first; none where there is no file. What is no program is passed over."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return []
    return [line for line in lines if _is_program(line)]


def add(file: Path, programs: Iterable[str]) -> None:
    """Keep programs; runs that end at the same time lose none. Raises OSError when the file cannot be written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.with_name(f"{file.name}.lock")):
        kept = [*dict.fromkeys([*read(file), *programs])][-MOST:]
        written = file.with_name(f"{file.name}.new")
        written.write_text("".join(f"{one}\n" for one in kept), encoding="utf-8")
        written.replace(file)


def usable(programs: Sequence[str], subjects: Iterable[ScenarioInfo]) -> list[Program]:
    """Those whose objects are all of these subjects, with the operations that these have here: another target, or
    another version, may have had more.
    """
    there = {(Path(one.file).stem, one.name): one for one in subjects}
    return [one for one in map(parse, programs) if _is_usable(one, there)]


def _is_usable(program: Program, there: Mapping[tuple[str, str], ScenarioInfo]) -> bool:
    objects = [there.get(_key(member)) for member in program.members]
    done = [one for thread in program.threads for one in thread]
    return (
        None not in objects
        and all(place in PLACES for member in program.members for place in member.places)
        and all(one.name in _known(one, objects) for one in done)
    )


def _known(operation: Operation, objects: Sequence[ScenarioInfo | None]) -> Collection[str]:
    """The names that an operation of its form may have."""
    if operation.member is None:
        return WHOLE if operation.own else ()
    if operation.own:
        return (NEW, DROP) if operation.other is None else (HOLD, *BETWEEN)
    of = objects[operation.member]
    return operations(of) if of else ()


def _key(member: Member) -> tuple[str, str]:
    return member.subject.partition(".")[0], member.name


def _is_program(text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True
