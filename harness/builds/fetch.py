"""Get the tarball of a CPython release: kept from before, from python.org, or from Debian's source package.

Each way fails fast, and says in one line why it was passed over. No registry's host is named here: Debian's mirror
is the one that this machine's own apt is set up with, asked with private state, so that nothing of the system's is
touched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.builds import cache
from harness.builds.errors import NotASource, NotBuilt
from harness.builds.progress import Progress, Step
from harness.builds.source import Source, from_tarball

CONNECT_TIMEOUT_S = 5
_APT_TIMEOUT_S = 180
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SUITES = ("trixie", "sid")
"""Debian suites that have had a CPython 3.13 or later."""


class _PassedOver(Exception):
    """This way does not lead to the source; the message is the reason."""


def release(version: str, progress: Progress) -> Source:
    """The source of ``version`` (as ``3.13.5``). Raises NotBuilt with the reason of each way that was passed over."""
    kept = cache.root() / "sources" / f"Python-{version}.tar.xz"
    kept.parent.mkdir(parents=True, exist_ok=True)
    ways: dict[str, Callable[[str, Path], None]] = {
        "kept source": _kept,
        "python.org": _python_org,
        "Debian's source package": _debian,
    }
    reasons = []
    for name, way in ways.items():
        try:
            with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".fetching-") as scratch:
                fetched = Path(scratch) / kept.name
                way(version, kept if way is _kept else fetched)
                source = from_tarball(kept if way is _kept else fetched, "release")
                if source.version != version:
                    raise _PassedOver(f"it holds {source.version}")
                if way is not _kept:
                    fetched.replace(kept)
            progress(Step(f"source: CPython {version} from {name}"))
            return replace(source, path=kept)
        except (_PassedOver, NotASource) as error:
            reasons.append(f"{name}: {error}")
            progress(Step(f"passed over {name}: {error}"))
    raise NotBuilt(
        f"no source of CPython {version} to be had: give a tarball or a folder with `ftstress build PATH`; tried\n"
        + "\n".join(f"  {reason}" for reason in reasons)
    )


def _kept(version: str, tarball: Path) -> None:
    if not tarball.is_file():
        raise _PassedOver(f"none of {version} from an earlier build")


def _python_org(version: str, tarball: Path) -> None:
    release_folder = re.sub(r"(a|b|rc)\d+$", "", version)
    url = f"https://www.python.org/ftp/python/{release_folder}/Python-{version}.tar.xz"
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_TIMEOUT_S) as answer, tarball.open("wb") as file:
            shutil.copyfileobj(answer, file)
    except urllib.error.HTTPError as error:
        raise _PassedOver(f"it answers {error.code} {error.reason} for {version}") from error
    except (urllib.error.URLError, OSError) as error:
        raise _PassedOver(f"not reached ({getattr(error, 'reason', error)})") from error


def _debian(version: str, tarball: Path) -> None:
    if not shutil.which("apt-get"):
        raise _PassedOver("there is no apt-get on this machine")
    if not _KEYRING.is_file():
        raise _PassedOver(f"Debian's keys are not installed ({_KEYRING})")
    mirror = _mirror()
    package = "python" + ".".join(version.split(".")[:2])
    reasons = []
    for suite in _SUITES:
        with tempfile.TemporaryDirectory(prefix="ftstress-apt-") as state:
            try:
                _from_suite(Path(state), mirror, suite, package, version, tarball)
            except _PassedOver as error:
                reasons.append(f"{suite}: {error}")
            else:
                return
    raise _PassedOver("; ".join(reasons))


def _mirror() -> str:
    """The mirror from which this machine's apt takes the component main of its own release."""
    form = "$(REPO_URI) $(RELEASE) $(COMPONENT)"
    # Without --no-release-info apt lists only what was downloaded: on a fresh machine, nothing.
    listed = _apt([], "indextargets", "--no-release-info", "--format", form, "Identifier: Packages")
    codename = _codename()
    for line in listed.splitlines():
        if line.split()[1:] == [codename, "main"]:
            return line.split()[0]
    raise _PassedOver(f"apt is set up with no mirror of {codename or 'a Debian release'}")


def _codename() -> str:
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r'^VERSION_CODENAME="?(\w+)', text, re.MULTILINE)
    return found[1] if found else ""


def _from_suite(state: Path, mirror: str, suite: str, package: str, version: str, tarball: Path) -> None:
    for folder in ("lists/partial", "cache/archives/partial", "parts", "down"):
        (state / folder).mkdir(parents=True)
    (state / "parts" / "source.sources").write_text(
        f"Types: deb-src\nURIs: {mirror}\nSuites: {suite}\nComponents: main\nSigned-By: {_KEYRING}\n",
        encoding="utf-8",
    )
    settings = {
        "Dir::Etc::sourcelist": os.devnull,
        "Dir::Etc::sourceparts": str(state / "parts"),
        "Dir::State::lists": str(state / "lists"),
        "Dir::Cache": str(state / "cache"),
        "Acquire::Languages": "none",
        "Acquire::Retries": "1",
        "Acquire::http::Timeout": str(CONNECT_TIMEOUT_S),
        "Acquire::https::Timeout": str(CONNECT_TIMEOUT_S),
        "APT::Sandbox::User": "root",  # the private folders belong to us: apt's own user may not read them
        "APT::Update::Error-Mode": "any",
    }
    options = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    _apt(options, "-q", "update")
    uris = _apt(options, "-q", "source", "--print-uris", "--tar-only", package)
    found = re.search(r"\s(\S+_([^_\s]+)\.orig\.tar\.\w+)\s", uris)
    if not found:
        raise _PassedOver(f"no tarball in {package}")
    if found[2].replace("~", "") != version:
        raise _PassedOver(f"it has {found[2]}")
    _apt(options, "-q", "source", "--download-only", "--tar-only", package, folder=state / "down")
    shutil.move(state / "down" / found[1], tarball)


def _apt(options: list[str], *arguments: str, folder: Path | None = None) -> str:
    """Run apt-get; returns what it printed. Raises _PassedOver with its first complaint."""
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            ["apt-get", *options, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_APT_TIMEOUT_S,
            env=environment,
            cwd=folder,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _PassedOver(f"apt-get {arguments[-1]} failed ({error})") from error
    if done.returncode != 0:
        complaints = [line for line in done.stderr.splitlines() if line.startswith(("E:", "Err:"))] or [
            "no reason given"
        ]
        raise _PassedOver(f"apt-get says {complaints[0]}")
    return done.stdout
