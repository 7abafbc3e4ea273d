"""Get the tarball of a CPython release: kept from before, from python.org, or from Debian's source package.

Each way fails fast, and says in one line why it was passed over.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from harness.builds import cache
from harness.builds.debian import Debian
from harness.builds.errors import NotASource, NotBuilt, PassedOver
from harness.builds.progress import Progress, Step
from harness.builds.source import Source, from_tarball

CONNECT_TIMEOUT_S = 5
_PYTHON_ORG = "https://www.python.org/ftp/python"


class Way(Protocol):
    """Where tarballs come from."""

    name: str

    def listed(self) -> list[str]:
        """The versions that it has, or says it has: of each branch the newest at least. Raises PassedOver."""
        ...

    def fetch(self, release: str, tarball: Path) -> None:
        """Write the release's tarball. Raises PassedOver."""
        ...


def ways(scratch: Path) -> list[Way]:
    """All of them, the cheapest first; what they note meanwhile goes into the folder ``scratch``."""
    return [Kept(), PythonOrg(), Debian(scratch)]


def release(version: str, progress: Progress) -> Source:
    """The source of ``version`` (as ``3.13.5``). Raises NotBuilt with the reason of each way that was passed over."""
    with tempfile.TemporaryDirectory(prefix="ftstress-fetch-") as scratch:
        try:
            return fetched(version, ways(Path(scratch)), progress)
        except PassedOver as error:
            raise NotBuilt(
                f"no source of CPython {version} to be had: give a tarball or a folder with `ftstress build PATH`;"
                f" tried\n{error}"
            ) from error


def fetched(version: str, among: Sequence[Way], progress: Progress) -> Source:
    """The source of ``version`` by the first of some ways that leads to it. Raises PassedOver, with a line for each."""
    kept = _place(version)
    kept.parent.mkdir(parents=True, exist_ok=True)
    reasons = []
    for way in among:
        try:
            with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".fetching-") as scratch:
                tarball = Path(scratch) / kept.name
                way.fetch(version, tarball)
                source = from_tarball(tarball, "release")
                if source.version != version:
                    raise PassedOver(f"it holds {source.version}")
                tarball.replace(kept)
            progress(Step(f"source: CPython {version} from {way.name}"))
            return replace(source, path=kept)
        except (PassedOver, NotASource) as error:
            reasons.append(f"  {way.name}: {error}")
            progress(Step(f"passed over {way.name} for CPython {version}: {error}"))
    raise PassedOver("\n".join(reasons))


def _place(version: str) -> Path:
    return cache.root() / "sources" / f"Python-{version}.tar.xz"


class Kept:
    """Tarballs of earlier builds."""

    name = "kept source"

    def listed(self) -> list[str]:
        names = (path.name for path in _place("*").parent.glob("Python-*.tar.xz"))
        return [name.removeprefix("Python-").removesuffix(".tar.xz") for name in names]

    def fetch(self, release: str, tarball: Path) -> None:
        if not _place(release).is_file():
            raise PassedOver(f"none of {release} from an earlier build")
        shutil.copyfile(_place(release), tarball)


class PythonOrg:
    """The releases themselves."""

    name = "python.org"

    def listed(self) -> list[str]:
        try:
            with urllib.request.urlopen(f"{_PYTHON_ORG}/", timeout=CONNECT_TIMEOUT_S) as answer:
                page = answer.read().decode("utf-8", "replace")
        except OSError as error:
            raise PassedOver(f"not reached ({getattr(error, 'reason', error)})") from error
        newest: dict[int, int] = {}
        for minor, micro in re.findall(r'href="3\.(\d+)\.(\d+)/"', page):
            newest[int(minor)] = max(int(micro), newest.get(int(minor), 0))
        return [f"3.{minor}.{micro}" for minor, micro in newest.items()]

    def fetch(self, release: str, tarball: Path) -> None:
        folder = re.sub(r"(a|b|rc)\d+$", "", release)
        url = f"{_PYTHON_ORG}/{folder}/Python-{release}.tar.xz"
        try:
            with urllib.request.urlopen(url, timeout=CONNECT_TIMEOUT_S) as answer, tarball.open("wb") as file:
                shutil.copyfileobj(answer, file)
        except urllib.error.HTTPError as error:
            raise PassedOver(f"it answers {error.code} {error.reason} for {release}") from error
        except OSError as error:
            raise PassedOver(f"not reached ({getattr(error, 'reason', error)})") from error
