"""The targets of this machine, and one line at the end that says which of them were not there."""

from __future__ import annotations

import pytest
from _pytest.terminal import TerminalReporter

from harness.record.target import Target
from tests.diagnosis.targets import missing, named, on_this_machine

HELD = pytest.StashKey[list[Target]]()


@pytest.fixture(scope="session")
def targets(free_threaded: Target, pytestconfig: pytest.Config) -> list[Target]:
    found = on_this_machine(free_threaded)
    pytestconfig.stash[HELD] = found
    return found


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    if found := config.stash.get(HELD, None):
        line = f"known issues held against {', '.join(map(named, found))}"
        terminalreporter.write_line(f"{line}; not on this machine: {', '.join(missing(found)) or 'none'}")
