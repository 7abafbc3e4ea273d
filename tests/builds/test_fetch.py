"""Where tarballs come from: what python.org and Debian's suites are understood to list, and what is fetched of it."""

from __future__ import annotations

import io
import urllib.error
from email.message import Message
from pathlib import Path

import pytest

from harness.builds import debian
from harness.builds.debian import Debian
from harness.builds.errors import PassedOver
from harness.builds.fetch import Kept, PythonOrg

APT = """#!/bin/sh
echo "$*" >> {calls}
state=$(echo "$*" | sed -n 's/.*Dir::State::lists=\\([^ ]*\\).*/\\1/p')
case "$*" in
*indextargets*) echo "http://mirror bookworm main";;
*update*) grep -q "Suites: {gone}$" $state/../parts/source.sources && {{ echo "E: no such suite" >&2; exit 100; }}
   grep -q "Suites: stable" $state/../parts/source.sources && from={stable} || from={unstable}
   cp $from $state/mirror_Sources;;
*3.14.10*) echo "W: something" >&2; echo "E: Failed to fetch python3.14_3.14.10.orig.tar.xz 404" >&2; exit 100;;
*source*) echo tarball > python3.13_of.orig.tar.xz;;
esac
"""
STABLE = """Package: python3.13
Binary: python3.13
Version: 3.13.5-2

Package: python3-defaults
Version: 3.13.5-1
"""
UNSTABLE = """Package: python3.13
Version: 3.13.15-1

Package: python3.13
Version: 3.13.18-1

Package: python3.14
Version: 3.14.10-1

Package: python3.15
Version: 3.15.0~b4-1

Package: python3.13-something
Version: 9.0-1
"""


@pytest.fixture
def apt(bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a Debian whose suites hold what is written above; what apt-get was called with is a file."""
    for name, text in (("stable", STABLE), ("unstable", UNSTABLE), ("keys", ""), ("calls", "")):
        (tmp_path / name).write_text(text)
    with_suites(bare_machine, tmp_path)
    for tool in ("cp", "sed", "grep"):
        (bare_machine / tool).symlink_to(f"/bin/{tool}")
    monkeypatch.setattr(debian, "_KEYRING", tmp_path / "keys")
    monkeypatch.setattr(debian, "_codename", lambda: "bookworm")
    return tmp_path / "calls"


def with_suites(machine: Path, folder: Path, gone: str = "none") -> None:
    text = APT.format(
        calls=folder / "calls", stable=folder / "stable", unstable=folder / "unstable", gone=gone
    )
    (machine / "apt-get").write_text(text)
    (machine / "apt-get").chmod(0o755)


def test_of_each_debian_package_the_newest_in_a_suite_is_listed(apt: Path, tmp_path: Path) -> None:
    assert sorted(Debian(tmp_path / "state").listed()) == ["3.13.18", "3.13.5", "3.14.10", "3.15.0b4"]


def test_an_older_one_that_a_suite_still_has_can_be_named(apt: Path, tmp_path: Path) -> None:
    Debian(tmp_path / "state").fetch("3.13.15", tmp_path / "tarball")
    assert (tmp_path / "tarball").read_text() == "tarball\n"
    assert apt.read_text().splitlines()[-1].endswith("python3.13=3.13.15-1")


def test_the_lists_are_downloaded_once(apt: Path, tmp_path: Path) -> None:
    way = Debian(tmp_path / "state")
    way.listed()
    for _ in range(2):
        way.fetch("3.13.5", tmp_path / "tarball")
    assert apt.read_text().count(" update\n") == 2  # one for each suite


def test_what_is_listed_and_not_there_is_passed_over_in_apt_s_words(apt: Path, tmp_path: Path) -> None:
    way = Debian(tmp_path / "state")
    with pytest.raises(PassedOver, match=r"^apt-get says E: Failed to fetch python3\.14_3\.14\.10"):
        way.fetch("3.14.10", tmp_path / "tarball")
    with pytest.raises(
        PassedOver, match=r"^stable and unstable have 3\.13\.5, 3\.13\.15, 3\.13\.18, 3\.14\.10"
    ):
        way.fetch("3.13.4", tmp_path / "tarball")


def test_a_suite_that_is_gone_leaves_the_other(apt: Path, tmp_path: Path, bare_machine: Path) -> None:
    with_suites(bare_machine, tmp_path, gone="unstable")
    assert Debian(tmp_path / "state").listed() == ["3.13.5"]


def test_a_machine_without_apt_or_its_keys_says_which(
    bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PassedOver, match="there is no apt-get on this machine"):
        Debian(tmp_path).listed()
    (bare_machine / "apt-get").write_text("#!/bin/sh\n")
    (bare_machine / "apt-get").chmod(0o755)
    monkeypatch.setattr(debian, "_KEYRING", tmp_path / "no-keys")
    with pytest.raises(PassedOver, match=r"Debian's keys are not installed \(.*no-keys\)"):
        Debian(tmp_path).listed()


def test_of_python_org_s_folders_the_newest_of_each_branch_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    page = "".join(f'<a href="{one}/">' for one in ("2.7.18", "3.13.9", "3.13.10", "3.14.0", "3.15.0", "doc"))
    monkeypatch.setattr("urllib.request.urlopen", lambda url, timeout: io.BytesIO(page.encode()))
    assert PythonOrg().listed() == ["3.13.10", "3.14.0", "3.15.0"]


def test_python_org_not_reached_and_a_release_that_is_none_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(url: str, timeout: float) -> io.BytesIO:
        raise urllib.error.HTTPError(url, 404, "Not Found", Message(), None)

    def offline(url: str, timeout: float) -> io.BytesIO:
        raise urllib.error.URLError("no route")

    monkeypatch.setattr("urllib.request.urlopen", refuses)
    with pytest.raises(PassedOver, match=r"^it answers 404 Not Found for 3\.15\.0$"):
        PythonOrg().fetch("3.15.0", tmp_path / "tarball")
    monkeypatch.setattr("urllib.request.urlopen", offline)
    with pytest.raises(PassedOver, match=r"^not reached \(no route\)$"):
        PythonOrg().listed()


def test_tarballs_of_earlier_builds_are_listed(cache_folder: Path, tmp_path: Path) -> None:
    assert Kept().listed() == []
    (cache_folder / "sources").mkdir(parents=True)
    (cache_folder / "sources" / "Python-3.13.5.tar.xz").write_text("kept")
    assert Kept().listed() == ["3.13.5"]
    Kept().fetch("3.13.5", tmp_path / "tarball")
    assert (tmp_path / "tarball").read_text() == "kept"
