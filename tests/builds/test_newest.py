"""Which release is taken where none is named: what is here, what is listed, and what of that can be had."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from harness.builds import cache, fetch, find, newest, uv
from harness.builds.errors import NotBuilt, PassedOver
from harness.builds.flavour import PLAIN, Flavour
from harness.builds.progress import Step
from tests.builds import fake_source
from tests.builds.test_find import THREADED, interpreter


class Listing:
    """Somebody who lists releases, and has tarballs of some of them."""

    def __init__(
        self, folder: Path, name: str, *listed: str, has: tuple[str, ...] = (), broken: str = ""
    ) -> None:
        self.name = name
        self.asked: list[str] = []
        self._listed = list(listed)
        self._has = {one: fake_source.tarball(folder / name / one, version=one) for one in has}
        if broken:
            self._has[broken] = fake_source.tarball(
                folder / name, version=broken, makefile="all:\n\texit 7\n"
            )

    def listed(self) -> list[str]:
        self.asked.append("list")
        if not self._listed:
            raise PassedOver("not reached")
        return self._listed

    def fetch(self, release: str, tarball: Path) -> None:
        self.asked.append(release)
        if release not in self._has:
            raise PassedOver(f"404 for {release}")
        shutil.copyfile(self._has[release], tarball)


class Machine:
    """One that has no interpreter but those put into ``path``, and no uv."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self._monkeypatch = path, monkeypatch
        monkeypatch.setattr(find, "_path_folders", lambda: [path])
        monkeypatch.setattr(find, "_managed_by_uv", list)
        monkeypatch.setattr(sys, "executable", str(path / "none"))
        monkeypatch.setattr(uv, "newest", self._no_uv)

    def _no_uv(self) -> str:
        raise PassedOver("there is no uv on this machine")

    def lists(self, *ways: Listing) -> None:
        self._monkeypatch.setattr(fetch, "ways", lambda scratch: [*ways])

    def newest(self, flavour: Flavour = PLAIN) -> tuple[Path, list[str]]:
        told: list[Step] = []
        path = newest.newest(told.append, flavour)
        return path, [step.text for step in told if not step.total]


@pytest.fixture
def machine(tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "no-pyenv"))
    (tmp_path / "path").mkdir()
    return Machine(tmp_path / "path", monkeypatch)


def test_the_newest_release_that_is_listed_is_built(machine: Machine, tmp_path: Path) -> None:
    machine.lists(
        Listing(tmp_path, "one", "3.13.5", "3.14.2", has=("3.13.5", "3.14.2")),
        Listing(tmp_path, "two", "3.15.0rc1", "3.12.9", "3.13.18", "3.15.0a1"),
    )
    path, told = machine.newest()
    (entry,) = cache.entries()
    assert entry.executable() == path
    assert (it := entry.receipt()) and (it.version, it.origin) == ("3.14.2", "release")
    assert told[-1] == (
        f"target: CPython 3.14.2 free-threaded, {path}, the newest free-threaded release that can be had"
    )


def test_what_cannot_be_fetched_or_built_is_passed_over_for_the_next_older(
    machine: Machine, tmp_path: Path
) -> None:
    one = Listing(tmp_path, "one", "3.15.2", "3.14.9", "3.13.5", has=("3.13.5",), broken="3.14.9")
    silent = Listing(tmp_path, "silent")
    machine.lists(silent, one)
    path, told = machine.newest()
    assert "passed over silent: not reached" in told
    assert "passed over one for CPython 3.15.2: 404 for 3.15.2" in told
    assert any(line.startswith("passed over CPython 3.14.9: compiling CPython failed: ") for line in told)
    assert told[-1].startswith(f"target: CPython 3.13.5 free-threaded, {path}, ")
    assert told[-1].endswith("; listed, and not to be had: 3.15.2, 3.14.9")
    assert silent.asked == ["list"]  # a server that does not answer is not waited for again
    assert one.asked == ["list", "3.15.2", "3.14.9", "3.13.5"]


def test_a_release_that_is_here_goes_before_all_that_is_not_newer(machine: Machine, tmp_path: Path) -> None:
    here = interpreter(machine.path, "python3.14t", version="3.14.2", version_info=[3, 14, 2], **THREADED)
    one = Listing(tmp_path, "one", "3.15.0", "3.14.2", "3.13.18", has=("3.14.2", "3.13.18"))
    machine.lists(one)
    path, told = machine.newest()
    assert path == here
    assert told[-1].endswith("; listed, and not to be had: 3.15.0")
    assert one.asked == ["list", "3.15.0"]


def test_where_there_is_a_release_a_newer_one_is_looked_for_once_a_day(
    machine: Machine, tmp_path: Path, cache_folder: Path
) -> None:
    one = Listing(tmp_path, "one", "3.15.0", "3.13.5", has=("3.13.5",))
    machine.lists(one)
    first, told = machine.newest()
    asked = [*one.asked]
    again, told_again = machine.newest()
    assert again == first
    assert told_again == told[-1:]
    assert one.asked == asked
    note = cache_folder / "newest.json"
    said = json.loads(note.read_text())
    for at in (said["at"] - newest.LOOK_AGAIN_S, said["at"] + 3600):  # the second: a clock that was put back
        note.write_text(json.dumps(said | {"at": at}))
        machine.newest()
        assert one.asked[len(asked) :] == ["list", "3.15.0"]
        asked = [*one.asked]
    shutil.rmtree(cache_folder / "builds")
    machine.newest()
    assert one.asked[len(asked) :] == ["list", "3.15.0", "3.13.5"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"at": "now", "missed": []}', '{"at": 1e18}'])
def test_a_note_that_cannot_be_read_is_none(
    machine: Machine, tmp_path: Path, cache_folder: Path, text: str
) -> None:
    interpreter(machine.path, "python3.13t", **THREADED)
    cache_folder.mkdir(parents=True)
    (cache_folder / "newest.json").write_text(text)
    one = Listing(tmp_path, "one", "3.13.5")
    machine.lists(one)
    machine.newest()
    assert one.asked == ["list"]


def test_builds_that_are_taken_by_name_only_are_no_reason_to_build_nothing(
    machine: Machine, tmp_path: Path
) -> None:
    interpreter(machine.path, "python3.15t", version="3.15.0rc1", version_info=[3, 15, 0], **THREADED)
    machine.lists(Listing(tmp_path, "one", "3.13.5", has=("3.13.5",)))
    path, _ = machine.newest()
    assert cache.entries()[0].executable() == path


def test_a_debug_build_is_one_of_the_newest_release(machine: Machine, tmp_path: Path) -> None:
    interpreter(machine.path, "python3.14t", version="3.14.2", version_info=[3, 14, 2], **THREADED)
    machine.lists(Listing(tmp_path, "one", "3.13.5", has=("3.13.5",)))
    path, _ = machine.newest(Flavour(debug=True))
    (entry,) = cache.entries()
    assert entry.executable() == path
    assert "--with-pydebug" in entry.log.read_text()
    assert machine.newest(Flavour(debug=True))[0] == path


def test_uv_goes_first_and_is_asked_for_its_newest_only(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = interpreter(tmp_path, "managed", version="3.14.2", version_info=[3, 14, 2], **THREADED)
    monkeypatch.setattr(uv, "newest", lambda: "3.14.2")
    monkeypatch.setattr(uv, "install", lambda release: installed)
    one = Listing(tmp_path, "one", "3.14.2", "3.13.5", has=("3.13.5",))
    machine.lists(one)
    assert machine.newest()[0] == installed
    assert one.asked == ["list"]


def test_where_uv_cannot_download_others_are_asked(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(release: str) -> Path:
        raise PassedOver("dns error")

    monkeypatch.setattr(uv, "newest", lambda: "3.14.2")
    monkeypatch.setattr(uv, "install", offline)
    machine.lists(Listing(tmp_path, "one", "3.13.5", has=("3.13.5",)))
    _, told = machine.newest()
    assert "passed over uv for CPython 3.14.2: dns error" in told
    assert told[-1].endswith("; listed, and not to be had: 3.14.2")


def test_where_none_can_be_had_each_way_has_its_reason(machine: Machine, tmp_path: Path) -> None:
    machine.lists(Listing(tmp_path, "silent"), Listing(tmp_path, "one", "3.15.2"))
    with pytest.raises(NotBuilt) as raised:
        machine.newest()
    assert str(raised.value).splitlines() == [
        "no free-threaded release can be had: name a version, a tarball, a folder or REPO@REV; tried",
        "  uv: there is no uv on this machine",
        "  silent: not reached",
        "  CPython 3.15.2:",
        "  one: 404 for 3.15.2",
    ]


def test_without_a_compiler_nothing_is_fetched(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Listing(tmp_path, "one", "3.13.5", has=("3.13.5",))
    machine.lists(one)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(NotBuilt, match="no C compiler on PATH"):
        machine.newest()
    assert one.asked == ["list"]


def test_uv_s_newest_is_read_from_its_list(bare_machine: Path) -> None:
    keys = [
        "cpython-3.16.0a2+freethreaded-linux-x86_64-gnu",
        "cpython-3.15.2-linux-x86_64-gnu",
        "cpython-3.14.9+freethreaded-linux-x86_64-gnu",
        "cpython-3.14.10+freethreaded-linux-x86_64-gnu",
        "pypy-3.11.15-linux-x86_64-gnu",
    ]
    listed = json.dumps([{"key": key} for key in keys])
    program = bare_machine / "uv"
    program.write_text(f"#!/bin/sh\necho '{listed}'\n")
    program.chmod(0o755)
    assert uv.newest() == "3.14.10"
    program.write_text("#!/bin/sh\necho '[]'\n")
    with pytest.raises(PassedOver, match="knows no free-threaded release"):
        uv.newest()
    program.unlink()
    with pytest.raises(PassedOver, match="there is no uv on this machine"):
        uv.newest()
