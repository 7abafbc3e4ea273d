"""Where the source of a target's swept functions lies on this machine, for a report that shows it line by line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from harness.builds.source import version_of
from harness.record.target import Target

FOLDERS = {
    "cpython": ("Include",),
    "internal": ("Include",),
    "stringlib": ("Objects",),
    "mimalloc": ("Objects",),
    "clinic": ("Objects", "Python", "Modules"),
}
"""Of CPython's source: what the last two parts of a file's name, which is what a sweep records, stand in."""


@dataclass(frozen=True)
class Found:
    """What is at hand of the files that were asked for."""

    texts: dict[str, list[str]]
    """By name, the lines of each."""
    looked_in: tuple[str, ...]


def in_source(file: str) -> str:
    """The name of a swept file in CPython's source, as far as two parts of it tell."""
    return _names(file)[0]


def find(target: Target, files: Iterable[str]) -> Found:
    """Look beside the executable, in the build cache and where the debug information says that it was compiled.

    A file that was changed after the executable was made, or is of another version, is another file: its lines would
    be the wrong ones. Raises nothing: a target of another machine has no source here.
    """
    executable = Path(target.executable).resolve()
    made = _changed(executable)
    compiled = dict(_compiled(executable))
    near = [executable.parent, *([executable.parents[2] / "tree"] if len(executable.parents) > 2 else [])]
    roots = list(dict.fromkeys([*compiled.values(), *near]))
    roots = [root for root in roots if not set(root.parents) & set(compiled.values())]
    usable = {
        root
        for root in roots
        if (version_of(root) or "").partition("+")[0] == target.version.partition("+")[0]
    }
    texts = {}
    for file in files:
        # What was compiled elsewhere than the rest, as a seeded fault's own file, is that file and no other.
        own = [compiled[file]] if file in compiled else roots
        for path in (root / name for root in own if root in usable for name in _names(file)):
            if made is not None and (changed := _changed(path)) is not None and changed <= made:
                texts[file] = path.read_text(encoding="utf-8", errors="replace").splitlines()
                break
    return Found(texts, tuple(map(str, roots)))


def _names(file: str) -> list[str]:
    folder, _, name = file.partition("/")
    if ".." in PurePosixPath(file).parts or file.startswith("/") or not name:
        return [""]  # no name in CPython's source
    parents = ("Modules",) if folder.startswith("_") else FOLDERS.get(folder, ())
    return [f"{parent}/{file}" for parent in parents] or [file]


def _compiled(executable: Path) -> Iterator[tuple[str, Path]]:
    """Files that were compiled into it, by the last two parts of their names, and the top folder of their source."""
    try:
        with executable.open("rb") as stream:
            image = ELFFile(stream)
            dwarf = image.get_dwarf_info(relocate_dwarf_sections=False) if image.has_dwarf_info() else None
            for unit in dwarf.iter_CUs() if dwarf else ():
                told = unit.get_top_DIE().attributes
                if "DW_AT_name" in told and "DW_AT_comp_dir" in told:
                    name, folder = (told[one].value.decode() for one in ("DW_AT_name", "DW_AT_comp_dir"))
                    path = Path(os.path.normpath(Path(folder, name)))
                    short = "/".join(path.parts[-2:])
                    yield short, path.parents[len(Path(in_source(short)).parts) - 1]
    except (OSError, ELFError, UnicodeDecodeError):
        return


def _changed(path: Path) -> float | None:
    """When; None where it is no file, or cannot be read."""
    try:
        return path.stat().st_mtime if path.is_file() else None
    except OSError:
        return None
