"""Argument Clinic's headers, made anew for C files that were changed: whether a method holds its object's lock is said
in the C file, and done in the header, which changes with every method beside it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from harness.builds import git

TOOL = "Tools/clinic"
LONGEST_S = 60.0


def is_made(name: str) -> bool:
    """Whether a file is one that Argument Clinic makes."""
    return name.endswith(".c.h") and Path(name).parent.name == "clinic"


def header_of(name: str) -> str:
    """Where the header of a C file is, if it has one."""
    path = Path(name)
    return str(path.parent / "clinic" / f"{path.name}.h")


def made(repository: Path, tip: str, name: str, text: str) -> dict[str, str] | None:
    """The C file and its header, by name, as the tip's own tool makes them of the file's ``text``.

    Empty where the tip has no such header; None where the tool does not take the text. Raises NotASource as git does.
    """
    header = git.text(repository, tip, header_of(name))
    if header is None:
        return {}
    with tempfile.TemporaryDirectory(prefix="ftstress-") as folder:
        root = Path(folder)
        tool = git.said(repository, "ls-tree", "-r", "--name-only", tip, "--", TOOL).split()
        texts = {one: git.text(repository, tip, one) or "" for one in tool if one.endswith(".py")}
        for file, content in (texts | {name: text, header_of(name): header}).items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(content, encoding="utf-8")
        command = [sys.executable, f"{TOOL}/clinic.py", "-f", name]
        done = subprocess.run(command, cwd=root, capture_output=True, timeout=LONGEST_S, check=False)
        if done.returncode:
            return None
        return {one: (root / one).read_text(encoding="utf-8") for one in (name, header_of(name))}
