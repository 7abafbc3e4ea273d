"""What tests of every part need."""

from __future__ import annotations

import signal

import pytest

from harness.builds.find import NoTarget
from harness.builds.fingerprint import NotATarget
from harness.record.target import Target
from tests import targets

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background is started with SIGINT ignored, and so would be everything that it starts: the tests of
    # Ctrl-C would wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the mark ``targets`` runs on one target of each branch, or of each of those that the mark names."""
    mark = metafunc.definition.get_closest_marker("targets")
    if mark and "free_threaded" in metafunc.fixturenames:
        branches = mark.args or [*targets.BRANCHES]
        metafunc.parametrize("free_threaded", branches, indirect=True, scope="session")


@pytest.fixture(scope="session")
def free_threaded(request: pytest.FixtureRequest) -> Target:
    """The target under test. Without one the test fails: nothing is skipped in silence.

    With the mark ``targets``, one of each branch; the last line of the run says which are not here.
    """
    try:
        target = targets.under_test()
        each = targets.of_each_branch()
    except (NoTarget, NotATarget) as error:
        pytest.fail(
            f"this test needs a free-threaded target: run `python3 ci/job.py test`, or set FTSTRESS_TARGET\n{error}"
        )
    if not target.free_threaded:
        pytest.fail(f"FTSTRESS_TARGET is {target.title}: name a free-threaded one")
    branch: str | None = getattr(request, "param", None)
    if branch is None:
        return target
    if branch not in each:
        pytest.skip(f"there is no {branch} on this machine")
    return each[branch]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which targets tests ran on is not to be guessed from what was skipped; also with -q, and with xdist."""
    try:
        terminalreporter.write_line(targets.summary())
    except (NoTarget, NotATarget) as error:
        terminalreporter.write_line(f"no target under test: {str(error).splitlines()[0]}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Tests that are named may be none that run alone: tox asks for those in a run of its own."""
    named = any(argument.startswith("tests/") for argument in session.config.invocation_params.args)
    if (
        exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
        and session.config.option.markexpr == "alone"
        and named
    ):
        session.exitstatus = pytest.ExitCode.OK
