"""``buildbot checkconfig`` on the master as it ships, with its example settings and with mistakes in them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

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
        ('branches = ["main", "3.14"]', "branches = []", "name at least one branch and one machine"),
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
