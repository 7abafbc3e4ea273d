"""``buildbot checkconfig`` on the master as it ships, with its example settings and with mistakes in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from buildbot.config.master import FileLoader
from buildbot.process.buildrequest import BuildRequest

from tests.buildbot.fleet import SCRIPTS, SHIPPED, configure

EXAMPLE = (SHIPPED / "fleet.example.toml").read_text()


def checked(folder: Path, settings: str) -> tuple[int, str]:
    """The exit status of ``checkconfig``, and what it says."""
    configure(folder, settings)
    done = subprocess.run(
        [str(SCRIPTS / "buildbot"), "checkconfig", str(folder / "master.cfg")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_example_is_good_as_it_is(tmp_path: Path) -> None:
    assert checked(tmp_path, EXAMPLE) == (0, "Config file is good!\n")


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        (
            'configurations = ["release"]',
            'configurations = ["fast"]',
            "no configuration ['fast']: there are release",
        ),
        ("poll_s = 300", "", "poll_s"),
        ("poll_s = 300", "pol_s = 300", "pol_s"),
        ("poll_s = 300", "poll_s = ", "fleet.toml: Invalid value"),
        (
            'branches = ["3.14", "3.15", "main"]',
            "branches = []",
            "name at least one branch and one machine",
        ),
        ('nightly_only = ["main"]', 'nightly_only = ["mian"]', "nightly_only names ['mian'], which"),
    ],
)
def test_a_mistake_is_one_sentence_without_a_traceback(
    tmp_path: Path, wrong: str, right: str, told: str
) -> None:
    assert wrong in EXAMPLE
    status, said = checked(tmp_path, EXAMPLE.replace(wrong, right))
    assert status == 1
    assert told in said
    assert "Traceback" not in said


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the master makes of the example."""
    configure(tmp_path, EXAMPLE)
    monkeypatch.setitem(sys.modules, "factory", None)  # put back afterwards
    return FileLoader(str(tmp_path), "master.cfg").loadConfig()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Buildbot and Twisted among themselves
def test_two_branches_are_built_after_each_change_and_main_at_night_with_them(settings: Any) -> None:
    assert set(settings.schedulers) == {
        "force",
        *("changed-3.14", "changed-3.15"),
        *("nightly-3.14", "nightly-3.15", "nightly-main"),
    }


class Asked:
    """What a master knows of three requests: the first was asked for with a seed of its own."""

    properties: ClassVar = {
        1: {"seed": ("5", "Force Build Form")},
        2: {},
        3: {"reason": ("a push", "Scheduler")},
    }

    def get(self, path: tuple[str, int, str]) -> dict[str, tuple[str, str]]:
        return dict(self.properties[path[1]])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Buildbot and Twisted among themselves
@pytest.mark.parametrize(
    ("one", "other", "merged"), [(2, 3, True), (1, 2, False), (3, 1, False), (1, 1, True)]
)
def test_waiting_requests_become_one_build_unless_they_ask_for_different_work(
    settings: Any, monkeypatch: pytest.MonkeyPatch, one: int, other: int, merged: bool
) -> None:
    monkeypatch.setattr(BuildRequest, "canBeCollapsed", lambda master, one, other: True)
    master = SimpleNamespace(data=Asked())
    decided = settings.collapseRequests(master, None, {"buildsetid": one}, {"buildsetid": other})
    assert decided.result is merged
