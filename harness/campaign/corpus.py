"""Programs that have shown something, kept in the user's cache: later runs race them first, and go on from there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from harness.campaign.select import ScenarioInfo
from harness.kernel.pairs.program import Member, Program, parse

MOST = 500
"""Programs that are kept: the last ones."""


def default_file() -> Path:
    """Where they are kept, one a line."""
    return user_cache_path("ftstress") / "programs.txt"


def read(file: Path) -> list[str]:
    """The programs of a corpus, oldest first; none where there is no file. What is no program is passed over."""
    try:
        lines = file.read_text(encoding="utf-8").split()
    except OSError:
        return []
    return [line for line in lines if _is_program(line)]


def add(file: Path, programs: Iterable[str]) -> None:
    """Keep programs. Raises OSError when the file cannot be written."""
    kept = [*dict.fromkeys([*read(file), *programs])][-MOST:]
    file.parent.mkdir(parents=True, exist_ok=True)
    written = file.with_name(f"{file.name}.new")
    written.write_text("".join(f"{one}\n" for one in kept), encoding="utf-8")
    written.replace(file)


def usable(programs: Sequence[str], subjects: Iterable[ScenarioInfo]) -> list[Program]:
    """Those whose objects are all of these subjects."""
    there = {(Path(one.file).stem, one.name) for one in subjects}
    parsed = map(parse, programs)
    return [one for one in parsed if all(_key(member) in there for member in one.members)]


def _key(member: Member) -> tuple[str, str]:
    return member.subject.partition(".")[0], member.name


def _is_program(text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True
