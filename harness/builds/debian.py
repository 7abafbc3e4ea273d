"""CPython's releases as Debian's source packages, got by this machine's own apt.

No registry's host is named here: the mirror is the one that apt is set up with, asked with private state, so that
nothing of the system's is touched.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness.builds.errors import PassedOver
from harness.kernel.versions import version

_CONNECT_TIMEOUT_S = 5
_TIMEOUT_S = 180
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SUITES = ("stable", "unstable")
"""What is released, and what is newest: each is a list of packages to download."""


@dataclass(frozen=True)
class _Package:
    suite: str
    name: str
    version: str
    """Debian's."""


class Debian:
    """What apt can get from the suites; their lists are downloaded at the first question and lie in ``state``."""

    name = "Debian's source package"

    def __init__(self, state: Path) -> None:
        self._state = state

    def listed(self) -> list[str]:
        """Of each package what apt would take in each suite: its newest. Older ones are there to be named."""
        newest: dict[tuple[str, str], str] = {}
        for release in sorted(self._packages, key=version):
            package = self._packages[release]
            newest[package.suite, package.name] = release
        return list(newest.values())

    def fetch(self, release: str, tarball: Path) -> None:
        package = self._packages.get(release)
        if package is None:
            there = ", ".join(sorted(self._packages, key=version)) or "none"
            raise PassedOver(f"{' and '.join(_SUITES)} have {there}")
        state = self._state / package.suite
        down = state / "down"
        down.mkdir(exist_ok=True)
        source = ("-q", "source", "--download-only", "--tar-only", f"{package.name}={package.version}")
        _apt(_settings(state), *source, folder=down)
        (found,) = down.glob("*.orig.tar.*")
        shutil.move(found, tarball)

    @cached_property
    def _packages(self) -> dict[str, _Package]:
        """By version. Raises PassedOver where no suite's list can be had."""
        if not shutil.which("apt-get"):
            raise PassedOver("there is no apt-get on this machine")
        if not _KEYRING.is_file():
            raise PassedOver(f"Debian's keys are not installed ({_KEYRING})")
        mirror = _mirror()
        packages: dict[str, _Package] = {}
        reasons = []
        for suite in _SUITES:
            try:
                packages = _in_suite(self._state / suite, mirror, suite) | packages
            except PassedOver as error:
                reasons.append(f"{suite}: {error}")
        if len(reasons) == len(_SUITES):
            raise PassedOver("; ".join(reasons))
        return packages


def _in_suite(state: Path, mirror: str, suite: str) -> dict[str, _Package]:
    for folder in ("lists/partial", "cache/archives/partial", "parts"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    (state / "parts" / "source.sources").write_text(
        f"Types: deb-src\nURIs: {mirror}\nSuites: {suite}\nComponents: main\nSigned-By: {_KEYRING}\n",
        encoding="utf-8",
    )
    _apt(_settings(state), "-q", "update")
    packages: dict[str, _Package] = {}
    name = ""
    for path in (state / "lists").glob("*_Sources"):
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("Package: "):
                    name = line.split()[1]
                elif line.startswith("Version: ") and re.fullmatch(r"python3\.\d+", name):
                    debian = line.split()[1]
                    upstream = re.sub(r"^\d+:|-[^-]*$", "", debian).replace("~", "")
                    if re.fullmatch(r"3\.\d+\.\d+((a|b|rc)\d+)?", upstream):
                        packages[upstream] = _Package(suite, name, debian)
    return packages


def _settings(state: Path) -> list[str]:
    settings = {
        "Dir::Etc::sourcelist": os.devnull,
        "Dir::Etc::sourceparts": str(state / "parts"),
        "Dir::State::lists": str(state / "lists"),
        "Dir::Cache": str(state / "cache"),
        "Acquire::Languages": "none",
        "Acquire::GzipIndexes": "false",  # the list is read here, too
        "Acquire::Retries": "1",
        "Acquire::http::Timeout": str(_CONNECT_TIMEOUT_S),
        "Acquire::https::Timeout": str(_CONNECT_TIMEOUT_S),
        "APT::Sandbox::User": "root",  # the private folders belong to us: apt's own user may not read them
        "APT::Update::Error-Mode": "any",
    }
    return [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]


def _mirror() -> str:
    """The mirror from which this machine's apt takes the component main of its own release."""
    form = "$(REPO_URI) $(RELEASE) $(COMPONENT)"
    # Without --no-release-info apt lists only what was downloaded: on a fresh machine, nothing.
    listed = _apt([], "indextargets", "--no-release-info", "--format", form, "Identifier: Packages")
    codename = _codename()
    for line in listed.splitlines():
        if line.split()[1:] == [codename, "main"]:
            return line.split()[0]
    raise PassedOver(f"apt is set up with no mirror of {codename or 'a Debian release'}")


def _codename() -> str:
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r'^VERSION_CODENAME="?(\w+)', text, re.MULTILINE)
    return found[1] if found else ""


def _apt(options: list[str], *arguments: str, folder: Path | None = None) -> str:
    """Run apt-get; returns what it printed. Raises PassedOver with its first complaint."""
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            ["apt-get", *options, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_S,
            env=environment,
            cwd=folder,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PassedOver(f"apt-get {arguments[-1]} failed ({error})") from error
    if done.returncode != 0:
        complaints = [line for line in done.stderr.splitlines() if line.startswith(("E:", "Err:"))]
        raise PassedOver(f"apt-get says {(complaints or ['no reason'])[0]}")
    return done.stdout
