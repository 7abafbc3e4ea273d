"""A branch's tip with one fix undone, as a patch: made from the reader's own clone, and thrown away.

Three ways, file by file: what the fix changed is taken back, what was changed since stays. Where the same lines were
changed since, the commits that changed them are taken back first, newest first; where that does not help, such places
stay as they are on the tip, and the rest is taken back. Argument Clinic's headers are made anew of what has become of
their C files.
"""

from __future__ import annotations

import difflib
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness.builds import git
from harness.builds.fault import HEADERS
from measure.fixes import clinic

CONTEXT = 12
"""Lines around a change: a hunk must fit at one place only."""
FOLDERS = ("Include/", "Modules/", "Objects/", "Parser/", "Python/")
TESTS = ("Modules/_test", "Modules/_xxtest", "Modules/xx")
"""Of Modules: what only CPython's own tests use."""
MOST_LATER = 4
"""Later commits that are taken back with a fix, at most."""
_CONFLICT = re.compile(r"(?:(?<=\n)|\A)<<<<<<< [^\n]*\n(?P<ours>.*?)=======\n.*?>>>>>>> [^\n]*\n", re.DOTALL)


class CannotUndo(Exception):
    """The fix cannot be taken back on this tip; the message says where."""


class _Conflict(CannotUndo):
    """Both changed the same lines of a file; ``texts`` are the newer ones."""

    def __init__(self, name: str, texts: list[str]) -> None:
        super().__init__(f"{name} has changed in {len(texts)} of the places since")
        self.name = name
        self.texts = texts


@dataclass(frozen=True)
class Undone:
    """What undoes a fix on a tip."""

    diff: str
    """A unified diff of the tip's C files."""
    later: tuple[str, ...] = ()
    """Commits after the fix that it undoes, too: they changed the same lines."""
    left: int = 0
    """Places of the fix that stay as they are on the tip."""


def patch(repository: Path, tip: str, commit: str) -> Undone:
    """What undoes ``commit``. Raises CannotUndo, and NotASource as git does."""
    full = git.commit(repository, commit)
    tree = _Tree(repository, tip)
    try:
        later = tree.take_back_with_later(full)
        left = tree.make_headers()
    except _Conflict:
        later, left = (), 1
    if left:
        tree = _Tree(repository, tip)
        later, left = (), tree.take_back(full, keep=True) + tree.make_headers()
    diff = tree.diff()
    if not diff:
        raise CannotUndo("nothing of it is left to undo")
    if left and not any(name.endswith(".c") for name in tree.changed()):
        raise CannotUndo(f"it has changed in {left} of the places since")
    return Undone(diff, later, left)


class _Tree:
    """The C files of a tip, and what became of them."""

    def __init__(self, repository: Path, tip: str) -> None:
        self._repository = repository
        self._tip = tip
        self._texts: dict[str, str] = {}

    def take_back_with_later(self, commit: str) -> tuple[str, ...]:
        """Take back ``commit``, and before it those that have changed its lines since: which, newest first.

        Raises _Conflict where these are too many, or cannot be told.
        """
        later: list[str] = []
        before = dict(self._texts)
        while True:
            try:
                self._take_back_all([*later, commit])
                return tuple(later)
            except _Conflict as conflict:
                self._texts = dict(before)
                blamed = self._blamed(conflict, commit, later)
                if not blamed or len(later) == MOST_LATER:
                    raise
                later = self._newest_first([*later, blamed], conflict.name)

    def _take_back_all(self, commits: list[str]) -> None:
        for one in commits:
            self.take_back(one)

    def take_back(self, commit: str, keep: bool = False) -> int:
        """Take back one commit; with ``keep`` lines that have changed since stay, and it says in how many places.

        Raises CannotUndo where there is nothing to take back, _Conflict without ``keep``.
        """
        names = git.said(self._repository, "diff", "--name-only", f"{commit}^", commit).split()
        changed = [name for name in names if _is_compiled(name) and not clinic.is_made(name)]
        if not changed:
            raise CannotUndo("it changed no C file")
        left = 0
        for name in changed:
            ours = self._text(name)
            base, theirs = (git.text(self._repository, of, name) for of in (commit, f"{commit}^"))
            merged = _merged(ours, base or "", theirs or "")
            texts = [found["ours"] for found in _CONFLICT.finditer(merged)]
            if texts and not keep:
                raise _Conflict(name, texts)
            self._texts[name] = _CONFLICT.sub(lambda found: found["ours"], merged)
            left += len(texts)
        return left

    def make_headers(self) -> int:
        """Make anew the headers of C files that are not as on the tip; how many stay, as the tool refuses the file."""
        stay = 0
        for name in self.changed():
            made = clinic.made(self._repository, self._tip, name, self._texts[name])
            if made is None:
                stay += 1
            else:
                self._texts |= made
        return stay

    def _text(self, name: str) -> str:
        known = self._texts.get(name)
        text = git.text(self._repository, self._tip, name) if known is None else known
        if text is None:
            raise CannotUndo(f"{name} is gone")
        return text

    def changed(self) -> list[str]:
        """The files that are not as on the tip."""
        return [name for name in self._texts if self._texts[name] != self._original(name)]

    def diff(self) -> str:
        """From the tip's files to these; empty where nothing was taken back."""
        return "".join(
            line
            for name in self._texts
            for line in difflib.unified_diff(
                self._original(name).splitlines(keepends=True),
                self._texts[name].splitlines(keepends=True),
                f"a/{name}",
                f"b/{name}",
                n=CONTEXT,
            )
        )

    def _original(self, name: str) -> str:
        return git.text(self._repository, self._tip, name) or ""

    def _blamed(self, conflict: _Conflict, commit: str, known: list[str]) -> str:
        """The newest commit since that has changed a line of the conflict; empty where git names none."""
        original = self._original(conflict.name)
        found: set[str] = set()
        for text in conflict.texts:
            at = original.find(text)
            if at < 0:
                continue
            first = original.count("\n", 0, at)  # the line before it, too: what was deleted has no line
            span = f"{max(1, first)},+{text.count(chr(10)) + 2}"
            told = git.said(
                *(self._repository, "blame", "-l", "-s", f"-L{span}", f"{commit}..{self._tip}", "--"),
                conflict.name,
            )
            found |= {line.split()[0] for line in told.splitlines() if not line.startswith("^")}
        newest = self._newest_first(sorted(found - {*known, commit}), conflict.name)
        return newest[0] if newest else ""

    def _newest_first(self, commits: list[str], name: str) -> list[str]:
        if not commits:
            return []
        told = git.said(self._repository, "rev-list", "--topo-order", "--no-walk=sorted", *commits)
        return [one for one in told.split() if one in commits]


def _is_compiled(name: str) -> bool:
    return name.endswith((".c", ".h")) and name.startswith(FOLDERS) and not name.startswith(TESTS)


def _merged(ours: str, base: str, theirs: str) -> str:
    """``ours`` with the way from ``base`` to ``theirs``, git's marks where both changed the same lines."""
    with tempfile.TemporaryDirectory(prefix="ftstress-") as folder:
        files = []
        for label, text in (("ours", ours), ("base", base), ("theirs", theirs)):
            file = Path(folder) / label
            file.write_text(text, encoding="utf-8")
            files.append(str(file))
        done = subprocess.run(
            ["git", "merge-file", "-p", "-q", *files], capture_output=True, text=True, check=False
        )
    return done.stdout


def as_fault(diff: str, issue: str, branch: str) -> str:
    """The patch as ``ftstress build --fault`` takes it."""
    said = [f"what the repair of {issue} gives", issue, "what it repaired", branch]
    headers = "".join(f"{name}: {line}\n" for name, line in zip(HEADERS, said, strict=True))
    return f"{headers}\n{diff}"
