"""A branch's tip with one fix undone, as a patch: made from the reader's own clone, and thrown away.

Three ways, file by file: what the fix changed is taken back, what was changed since stays.
"""

from __future__ import annotations

import difflib
import subprocess
import tempfile
from pathlib import Path

from harness.builds import git
from harness.builds.fault import HEADERS

CONTEXT = 12
"""Lines around a change: a hunk must fit at one place only."""
FOLDERS = ("Include/", "Modules/", "Objects/", "Parser/", "Python/")
TESTS = ("Modules/_test", "Modules/_xxtest", "Modules/xx")
"""Of Modules: what only CPython's own tests use."""


class CannotUndo(Exception):
    """The fix cannot be taken back on this tip; the message says where."""


def patch(repository: Path, tip: str, commit: str) -> str:
    """A unified diff of the tip's C files that undoes ``commit``. Raises CannotUndo, and NotASource as git does."""
    full = git.commit(repository, commit)
    names = git.said(repository, "diff", "--name-only", f"{full}^", full).split()
    changed = [name for name in names if _is_compiled(name)]
    if not changed:
        raise CannotUndo("it changed no C file")
    diffs: list[str] = []
    for name in changed:
        ours, base, theirs = (git.text(repository, of, name) for of in (tip, full, f"{full}^"))
        if ours is None:
            raise CannotUndo(f"{name} is gone")
        undone = _merged(ours, base or "", theirs or "", name)
        diffs += difflib.unified_diff(
            ours.splitlines(keepends=True),
            undone.splitlines(keepends=True),
            f"a/{name}",
            f"b/{name}",
            n=CONTEXT,
        )
    if not diffs:
        raise CannotUndo("nothing of it is left to undo")
    return "".join(diffs)


def _is_compiled(name: str) -> bool:
    return name.endswith((".c", ".h")) and name.startswith(FOLDERS) and not name.startswith(TESTS)


def _merged(ours: str, base: str, theirs: str, name: str) -> str:
    """``ours`` with the way from ``base`` to ``theirs``. Raises CannotUndo where both changed the same lines."""
    with tempfile.TemporaryDirectory(prefix="ftstress-") as folder:
        files = []
        for label, text in (("ours", ours), ("base", base), ("theirs", theirs)):
            file = Path(folder) / label
            file.write_text(text, encoding="utf-8")
            files.append(str(file))
        done = subprocess.run(
            ["git", "merge-file", "-p", "-q", *files], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise CannotUndo(f"{name} has changed in {max(1, done.returncode)} of the places since")
    return done.stdout


def as_fault(diff: str, issue: str, branch: str) -> str:
    """The patch as ``ftstress build --fault`` takes it."""
    said = [f"what the repair of {issue} gives", issue, "what it repaired", branch]
    headers = "".join(f"{name}: {line}\n" for name, line in zip(HEADERS, said, strict=True))
    return f"{headers}\n{diff}"
