"""Where built targets are kept: one entry for each pair of source and configure arguments.

::

    <user cache>/ftstress/
        builds/<version>-<key>/install/     the interpreter; it appears by a rename, when it is whole
        builds/<version>-<key>/tree/        the configured source with its objects
        builds/<version>-<key>.lock         held while somebody builds it
        sources/Python-3.13.5.tar.xz        release tarballs that were fetched
        logs/<version>-<key>.log            what configure and make said

The tree stays beside the install because a seeded fault is made from it: with one file patched, ``make python``
compiles that file and links again, in seconds, where a build from nothing takes minutes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path

Origin = Literal["release", "tarball", "directory", "revision"]
_RECEIPT = "ftstress-build.json"


@dataclass(frozen=True)
class Receipt:
    """What a build was made from. Only a ``release`` answers when somebody asks for a version."""

    version: str
    origin: Origin
    source_hash: str
    configure: tuple[str, ...]
    repository: str = ""
    """Of a ``revision`` or a ``directory``: the clone or the folder that it was taken from."""


@dataclass(frozen=True)
class Entry:
    """A place in the cache. It holds a build once ``install`` exists, and nothing that can be used before."""

    directory: Path

    @property
    def install(self) -> Path:
        return self.directory / "install"

    @property
    def tree(self) -> Path:
        return self.directory / "tree"

    @property
    def lock(self) -> Path:
        return self.directory.with_name(self.directory.name + ".lock")

    @property
    def log(self) -> Path:
        return self.directory.parent.parent / "logs" / f"{self.directory.name}.log"

    def receipt(self) -> Receipt | None:
        """What was built here; None when nothing was, or the entry cannot be read."""
        try:
            data = json.loads((self.install / _RECEIPT).read_text(encoding="utf-8"))
            return Receipt(
                data["version"],
                data["origin"],
                data["source_hash"],
                tuple(data["configure"]),
                data.get("repository", ""),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def executable(self) -> Path | None:
        """The interpreter built here, by its full name: ``python3.13t``, ``python3.13td`` where it is a debug build."""
        found = [path for path in self.install.glob("bin/python3.*") if path.name[9:].rstrip("td").isdigit()]
        return max(found, key=lambda path: len(path.name), default=None)


def root() -> Path:
    """The cache's folder, which need not exist."""
    return user_cache_path("ftstress")


def entry(version: str, source_hash: str, configure: Sequence[str]) -> Entry:
    """The place for a build of this source with these arguments."""
    key = hashlib.sha256("\0".join([source_hash, *configure]).encode()).hexdigest()[:16]
    return Entry(root() / "builds" / f"{version}-{key}")


def entry_of(executable: Path) -> Entry | None:
    """The build that ``executable`` is, or that it was made from with a fault in it; None: it is not of ours."""
    for folder in ("builds", "faults"):
        top = root() / folder
        if executable.is_relative_to(top):
            return Entry(root() / "builds" / executable.relative_to(top).parts[0])
    return None


def entries() -> list[Entry]:
    """All entries that hold a build."""
    directories = sorted(path for path in (root() / "builds").glob("*") if path.is_dir())
    return [one for one in map(Entry, directories) if one.receipt() and one.executable()]


def origin(executable: Path) -> Origin | Literal["fault", ""]:
    """What ``executable`` was made from; empty where not by ``ftstress build``, for this cache or another."""
    found = executable.resolve()
    if found.is_relative_to(root() / "faults"):
        return "fault"
    receipt = Entry(found.parents[2]).receipt() if len(found.parents) > 2 else None
    return receipt.origin if receipt else ""


def write_receipt(install: Path, receipt: Receipt) -> None:
    """Leave in an install what it was made from."""
    staged = install / f"{_RECEIPT}.new"
    staged.write_text(json.dumps(asdict(receipt), indent=1) + "\n", encoding="utf-8")
    staged.replace(install / _RECEIPT)
