"""A command loads what it needs itself, and nobody waits for what others need."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import pytest

from harness.cli import COMMANDS, parser
from tests.cli.samples import environment

LOADED = """
import json, sys
from harness.cli import main
main(sys.argv[1:])
print(json.dumps(sorted(sys.modules)))
"""
HEAVY = {"jinja2", "capstone", "elftools", "junitparser", "markdown_it", "pygments", "python_discovery"}


def loaded(*words: str) -> set[str]:
    """The modules that a command line has loaded when it is done."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        timeout=120,
        check=True,
    )
    modules: list[str] = json.loads(done.stdout.splitlines()[-1])
    return set(modules)


def test_the_version_is_told_without_any_library_and_without_a_command() -> None:
    found = loaded("--version")
    assert found & (HEAVY | {"rich", "psutil", "platformdirs", "filelock"}) == set()
    assert {name for name in found if name.startswith("harness.cli.")} == {
        "harness.cli.errors",
        "harness.cli.output",
    }


def test_the_list_is_told_without_what_reports_sweeps_and_builds_need() -> None:
    found = loaded("list", "key_looks")
    assert "harness.cli.listing" in found and "rich.console" in found
    assert found & (HEAVY | {"rich.table", "rich.live", "rich.progress", "harness.cli.run"}) == set()


def test_who_needs_them_has_them() -> None:
    """Else the two above would pass whatever is loaded."""
    found = loaded("calibrate", "--help")
    assert {"jinja2", "rich.table"} <= found
    assert "capstone" in loaded("sweep", "--help")


def test_each_command_is_in_the_module_that_is_loaded_for_it() -> None:
    for name in COMMANDS:
        assert commands(parser(name)) == [name]
    assert commands(parser()) == commands(parser("--help")) == commands(parser("lsit")) == list(COMMANDS)


def commands(made: argparse.ArgumentParser) -> list[str]:
    (found,) = (one for one in made._actions if isinstance(one, argparse._SubParsersAction))
    return list(found.choices)


@pytest.mark.parametrize("words", [(), ("lsit",), ("--verzion",), ("run", "--nothing")])
def test_what_is_no_command_line_is_still_told_so(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "harness", *words], capture_output=True, encoding="utf-8", env=environment()
    )
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
