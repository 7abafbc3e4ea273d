"""Make a free-threaded target: from the cache, by uv, or by compiling a release, a tarball or a source folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from harness.builds import cache, fetch, uv
from harness.builds.compile import check_tools, compile_into
from harness.builds.errors import NotASource, NotBuilt, PassedOver
from harness.builds.fingerprint import NotATarget, probe
from harness.builds.flavour import PLAIN, Flavour
from harness.builds.progress import Progress, Step, silent
from harness.builds.source import Source, from_directory, from_revision, from_tarball

CALIBRATED = "3.13.5"
"""What seeded faults are made from where nothing else is named: what is measured on them stays comparable."""

_VERSION = re.compile(r"3\.\d+\.\d+(?:(?:a|b|rc)\d+)?t?")


def build(what: str, flavour: Flavour = PLAIN, progress: Progress = silent) -> Path:
    """The path of a free-threaded interpreter made from ``what``: a version, a tarball, a folder, or REPO@REV.

    What was built before is taken from the cache; two builds of the same at once become one. Raises NotASource when
    ``what`` is none of these, NotBuilt when it cannot be made, with every reason and the log's name.
    """
    with room():
        if _VERSION.fullmatch(what):
            return _from_version(threaded(what), flavour, progress)
        return interpreter(from_source(_source(what), flavour, progress))


def compiled(what: str | None = None, flavour: Flavour = PLAIN, progress: Progress = silent) -> cache.Entry:
    """A build of ``what``, as in build(), that was compiled here and has its tree: what seeded faults are made from.

    Never one of uv's. None is ``CALIBRATED``. Raises NotASource and NotBuilt.
    """
    what = what or CALIBRATED
    with room():
        if not _VERSION.fullmatch(what):
            return from_source(_source(what), flavour, progress)
        version = threaded(what)
        kept = _kept(version, flavour)
        if kept is None:
            check_tools()
            kept = from_source(fetch.release(version, progress), flavour, progress)
        return kept


@contextmanager
def room() -> Iterator[None]:
    """What the system refuses is one sentence: a full disk, a cache that cannot be written."""
    try:
        yield
    except OSError as error:
        raise NotBuilt(
            f"the build cannot go on: {error}; make room, or set XDG_CACHE_HOME to a folder that can be written"
        ) from error


def _source(what: str) -> Source:
    """The tarball, the folder or the revision that ``what`` names. Raises NotASource."""
    path = Path(what).expanduser().absolute()
    if path.is_dir():
        return from_directory(path)
    if path.is_file():
        return from_tarball(path)
    if "@" in what:
        return from_revision(*_clone_and_revision(what))
    raise NotASource(
        f"{what} is neither a version such as 3.14.2, nor a tarball, nor a folder of source, nor REPO@REV"
    )


def _clone_and_revision(what: str) -> tuple[Path, str]:
    """A revision may have an @ in it (``main@{yesterday}``), and so may a folder: the first that is a folder counts."""
    for at in (one.start() for one in re.finditer("@", what)):
        repository, revision = Path(what[:at]).expanduser().absolute(), what[at + 1 :]
        if at and repository.is_dir():
            if not revision:
                raise NotASource(f"{what} names no revision: give a branch, a tag or a commit behind the @")
            return repository, revision
    clone, _, revision = what.partition("@")
    if not clone:
        raise NotASource(f"{what} names no clone: give the folder of one before the @, as REPO@{revision}")
    raise NotASource(f"{clone} is no folder: give a git clone of CPython's before the @")


def threaded(version: str) -> str:
    """The version as a release is named. Raises NotASource for one that cannot be built without the GIL."""
    minor = re.match(r"3\.(\d+)", version)
    if minor and int(minor[1]) < 13:
        raise NotASource(f"CPython {version} cannot be built free-threaded: give 3.13.0 or later")
    return version.removesuffix("t")


def _from_version(version: str, flavour: Flavour, progress: Progress) -> Path:
    kept = _kept(version, flavour)
    executable = kept.executable() if kept else None
    if executable:
        progress(Step(f"CPython {version} was built before"))
        return executable
    if flavour != PLAIN:
        progress(Step("passed over uv: it is asked for release builds only"))
    else:
        try:
            return uv.install(version)
        except PassedOver as error:
            progress(Step(f"passed over uv: {error}"))
    check_tools()
    return interpreter(from_source(fetch.release(version, progress), flavour, progress))


def _kept(version: str, flavour: Flavour) -> cache.Entry | None:
    return next(
        (one for one in kept_releases(flavour) if (it := one.receipt()) and it.version == version), None
    )


def kept_releases(flavour: Flavour) -> list[cache.Entry]:
    """Builds of releases. A tarball or folder that says it is some version may hold anything, and is none."""
    wanted = "release", flavour.configure()
    return [one for one in cache.entries() if (it := one.receipt()) and (it.origin, it.configure) == wanted]


def from_source(source: Source, flavour: Flavour, progress: Progress) -> cache.Entry:
    """A build of a source, from the cache or made now. Raises NotASource and NotBuilt."""
    threaded(source.version)
    configure = flavour.configure()
    entry = cache.entry(source.version, source.hash, configure)
    with held(entry.lock, progress):
        receipt = entry.receipt()
        if receipt and entry.executable():
            progress(Step(f"CPython {source.version} was built from this source before"))
            if receipt.repository != source.repository:  # that clone may be gone, this one is there
                cache.write_receipt(entry.install, replace(receipt, repository=source.repository))
            return entry
        check_tools()
        flavour.check()
        compile_into(entry, source, configure, progress)
        try:
            works(interpreter(entry), entry.log)
        except NotBuilt:
            shutil.rmtree(entry.install)  # or the next call would take it for one that was built before
            raise
        return entry


def interpreter(entry: cache.Entry) -> Path:
    """The one that was built there, or, where something went wrong, the place that lacks it."""
    return entry.executable() or entry.install


@contextmanager
def held(lock: Path, progress: Progress) -> Iterator[None]:
    """Hold a build's lock; the system lets go of it when its holder dies, however it dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    file_lock = FileLock(lock)
    try:
        file_lock.acquire(timeout=0)
    except Timeout:
        progress(Step("somebody else is building the same: waiting for it"))
        file_lock.acquire()
    try:
        yield
    finally:
        file_lock.release()


def works(executable: Path, log: Path) -> Path:
    """``executable``, once it was seen to be a free-threaded interpreter. Raises NotBuilt, with the ``log``'s name."""
    try:
        target = probe(executable)
    except NotATarget as error:
        raise NotBuilt(f"what was built does not work: {error}; the log is {log}") from error
    if not target.free_threaded or target.gil_enabled:
        raise NotBuilt(f"what was built is {target.title} and runs with the GIL; the log is {log}")
    return Path(target.executable)
