"""CPython's own tests, which an installed and stripped target lacks: taken from the source that the cache keeps."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

from ci import job
from measure.comparison.targets import Missing

TESTS = ("Lib", "test")


def unpack_tests(version: str, folder: Path, revision: str | None = None) -> Path:
    """Unpack ``Lib/test`` of ``version``, or of a ``revision`` of a clone, ``REPO@REV``; returns the folder ``Lib``,
    with nothing else of the library in it.

    Raises Missing when the source is not in the cache, or cannot be read.
    """
    if revision is not None:
        return _of_clone(revision, folder)
    try:
        kept = job.cache() / "sources"
    except job.Stop as stop:
        raise Missing(str(stop)) from stop
    tarball = kept / f"Python-{version}.tar.xz"
    if not tarball.is_file():
        raise Missing(
            f"CPython {version}'s own tests are needed, and {tarball} is not there:"
            f" run `ftstress build {version}`, which leaves it there, or put the release's source there yourself"
        )
    try:
        with tarfile.open(tarball) as archive:
            for member in archive:
                parts = Path(member.name).parts
                if member.isfile() and parts[1:3] == TESTS and ".." not in parts:
                    _unpack(archive, member, folder.joinpath(*parts[1:]))
    except (tarfile.TarError, OSError, EOFError) as error:
        raise Missing(
            f"{tarball} cannot be unpacked ({error}): remove it, and run `ftstress build`"
        ) from error
    return folder / TESTS[0]


def _of_clone(revision: str, folder: Path) -> Path:
    repository, _, commit = revision.rpartition("@")
    tarball = folder / "tests.tar"
    command = ["git", "-C", repository, "archive", "-o", str(tarball.absolute()), commit, "/".join(TESTS)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or error
        raise Missing(f"{revision} gives no tests ({said}): give REPO@REV, a revision of a clone") from error
    with tarfile.open(tarball) as archive:
        for member in archive:
            if member.isfile():
                _unpack(archive, member, folder / member.name)
    tarball.unlink()
    return folder / TESTS[0]


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = archive.extractfile(member)
    assert content is not None
    path.write_bytes(content.read())
