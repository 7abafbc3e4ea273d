"""What tests of every part need."""

from __future__ import annotations

import functools
import signal

import pytest

from harness.builds.find import NoTarget, resolve
from harness.builds.fingerprint import NotATarget
from harness.record.target import Target

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background is started with SIGINT ignored, and so would be everything that it starts: the tests of
    # Ctrl-C would wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def free_threaded() -> Target:
    """``$FTSTRESS_TARGET``, or the newest release found. Without one the test fails: nothing is skipped in silence."""
    try:
        target = resolve(None)
    except (NoTarget, NotATarget) as error:
        pytest.fail(
            f"this test needs a free-threaded target: run `python3 ci/job.py test`, or set FTSTRESS_TARGET\n{error}"
        )
    if not target.free_threaded:
        pytest.fail(f"FTSTRESS_TARGET is {target.title}: name a free-threaded one")
    return target


ABSENT = "no such target on this machine: "


@functools.cache
def target_of(spec: str) -> Target | None:
    """The target that ``spec`` means, None where there is none."""
    try:
        return resolve(spec)
    except NoTarget:
        return None


@pytest.fixture
def branch(request: pytest.FixtureRequest) -> Target:
    """A target of the branch that the test names (``3.14t``). Where there is none the test is skipped, and the run
    says so in its last lines."""
    return target_of(request.param) or pytest.skip(ABSENT + request.param)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line on the branches that were not tested. From the reports: with xdist, others have skipped."""
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    absent = {reason.partition(ABSENT)[2].rstrip("')") for reason in reasons if ABSENT in reason}
    if absent:
        terminalreporter.write_line(f"not tested, {ABSENT}{', '.join(sorted(absent))}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Tests that are named may be none that run alone: tox asks for those in a run of its own."""
    named = any(argument.startswith("tests/") for argument in session.config.invocation_params.args)
    if (
        exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
        and session.config.option.markexpr == "alone"
        and named
    ):
        session.exitstatus = pytest.ExitCode.OK
