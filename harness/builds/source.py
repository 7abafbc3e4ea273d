"""CPython's source: a release that is fetched, a tarball, a folder that somebody works in, a revision of a clone."""

from __future__ import annotations

import hashlib
import re
import shutil
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.builds import git
from harness.builds.cache import Origin
from harness.builds.errors import NotASource
from harness.builds.progress import Progress, silent

_LEFT_BEHIND = re.compile(
    r"(.*/)?(__pycache__|\.git|\.hg|autom4te\.cache)(/.*)?|build/.*|.*\.(o|so|a|pyc|gcda|gcno)"
    r"|Makefile|Makefile\.pre|pyconfig\.h|config\.(log|status)|pybuilddir\.txt|platform|python(\.exe)?|_bootstrap_python"
    r"|Programs/(_freeze_module|_testembed)|Modules/(config\.c|Setup\.local|Setup\.bootstrap|Setup\.stdlib|ld_so_aix)"
)
"""What a build leaves in a source folder that is not under version control."""


@dataclass(frozen=True)
class Source:
    """Something that can be unpacked into a configured tree; ``hash`` is that of its contents."""

    path: Path
    origin: Origin
    version: str
    hash: str
    commit: str = ""
    """Where it comes from git."""
    branch: str = ""
    """What git calls the line of development that the commit is on; empty where it is on none, or not from git."""

    @property
    def repository(self) -> str:
        """Where to ask git about ``commit``; empty where it is not from git."""
        return str(self.path) if self.commit else ""

    def unpack(self, tree: Path, progress: Progress = silent) -> None:
        """Put the source into ``tree``, which is made. Raises NotASource where the tarball or the clone is broken."""
        if self.origin == "revision":
            git.unpack(self.path, self.commit, tree, progress)
            return
        if self.path.is_dir():
            for name in _files(self.path):
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(self.path / name, tree / name, follow_symlinks=False)
            return
        scratch = tree.with_name("unpacking")
        try:
            with tarfile.open(self.path) as archive:
                if hasattr(tarfile, "data_filter"):  # 3.11.4 and later: nothing may land outside the folder
                    archive.extractall(scratch, filter="data")
                else:
                    archive.extractall(scratch)
        except (tarfile.TarError, OSError, EOFError) as error:
            raise NotASource(f"{self.path} cannot be unpacked ({error}): fetch it again") from error
        (top,) = [path for path in scratch.iterdir() if path.is_dir()]
        top.rename(tree)
        shutil.rmtree(scratch)


def from_tarball(path: Path, origin: Origin = "tarball") -> Source:
    """Look into a tarball. Raises NotASource unless it holds CPython's source in one top folder."""
    try:
        with tarfile.open(path) as archive:
            header = next(
                (one for one in archive if re.fullmatch(r"(\./)?[^/]+/Include/patchlevel\.h", one.name)), None
            )
            stream = archive.extractfile(header) if header else None
            text = stream.read().decode("utf-8", "replace") if stream else ""
    except (tarfile.TarError, OSError, EOFError) as error:
        raise NotASource(
            f"{path} is not a tarball that can be read ({error}): give a release such as Python-3.13.5.tar.xz"
        ) from error
    if not text:
        raise NotASource(
            f"{path} holds no CPython source (no Include/patchlevel.h): give a release such as Python-3.13.5.tar.xz"
        )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Source(path, origin, _version(text), digest)


def version_of(path: Path) -> str | None:
    """Of the CPython whose source the folder holds; None where it holds none."""
    try:
        return _version((path / "Include" / "patchlevel.h").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


def from_directory(path: Path) -> Source:
    """Look into a folder of source. What is hashed is what would be compiled: changes that are not committed count."""
    version = version_of(path)
    if version is None:
        raise NotASource(
            f"{path} holds no CPython source (no Include/patchlevel.h): give the top folder of one"
        )
    digest = hashlib.sha256()
    for name in _files(path):
        file = path / name
        content = str(file.readlink()).encode() if file.is_symlink() else file.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    under_git = (path / ".git").exists()  # and not merely somewhere below a repository of another kind
    commit = git.said(path, "rev-parse", "HEAD").strip() if under_git else ""
    return Source(
        path, "directory", version, digest.hexdigest(), commit, git.described(path) if commit else ""
    )


def from_revision(repository: Path, revision: str) -> Source:
    """Look into a clone. What is hashed is the commit: a branch that has moved on is another source.

    Raises NotASource where the folder is no git repository, has no such revision, or holds something else there.
    """
    commit = git.commit(repository, revision)
    patchlevel = git.text(repository, commit, "Include/patchlevel.h")
    if patchlevel is None:
        raise NotASource(
            f"{repository} holds no CPython source at {revision} (no Include/patchlevel.h): give a clone of CPython's"
        )
    return Source(
        repository, "revision", _version(patchlevel), commit, commit, git.branch(repository, revision)
    )


def _version(patchlevel: str) -> str:
    found = re.search(r'^#define PY_VERSION\s+"([^"]+)"', patchlevel, re.MULTILINE)
    return found[1] if found else "unknown"


def _files(folder: Path) -> list[str]:
    """The files of a source folder by name, sorted, without what a build in it left behind."""
    listed = git.said(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names: Iterable[str]
    if listed and (folder / ".git").exists():
        names = (name for name in listed.split("\0") if name and (folder / name).is_file())
    else:
        inside = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        names = (name for name in inside if not _LEFT_BEHIND.fullmatch(name))
    return sorted(set(names))
