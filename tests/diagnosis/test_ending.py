"""Each way to end is told apart, and only a crash or a hang is a finding."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from harness.diagnosis.ending import Ending, failure, finding, how_it_left, notice, what_happened


def ending(**changed: Any) -> Ending:
    fields: dict[str, Any] = {
        "how": "ok",
        "status": 0,
        "done": "budget",
        "started": True,
        "last_event": None,
        "stdout": "",
        "stderr": "",
        "stdout_bytes": 0,
        "stderr_bytes": 0,
        "noise": 0,
        "peak_bytes": 300 << 20,
        "wall_s": 1.0,
    }
    return Ending(**(fields | changed))


STATUSES = [
    (0, "budget", False, "ok"),
    (0, None, False, "exit"),
    (1, "budget", False, "exit"),
    (70, None, False, "failure"),
    (0, "budget", True, "failure"),
    (-signal.SIGSEGV, "budget", False, "signal"),
    (-signal.SIGABRT, None, True, "signal"),
    (-signal.SIGALRM, None, False, "lifeline"),
    (0xC0000005, None, False, "ntstatus"),
    (0xDEADBEEF, None, False, "ntstatus"),
]


@pytest.mark.parametrize(("status", "done", "failed", "how"), STATUSES)
def test_a_status_says_how_it_left(status: int, done: str | None, failed: bool, how: str) -> None:
    assert how_it_left(status, done, failed) == how


ABORTED, SEGV = "Fatal Python error: Aborted\n", "Fatal Python error: Segmentation fault\n"
SENTENCES = [
    ({"how": "signal", "status": -11}, "died of SIGSEGV"),
    (
        {
            "how": "signal",
            "status": -11,
            "stderr": f"{ABORTED}\nThread 0x1 (most recent call first):\n{SEGV}",
        },
        "died of SIGABRT, and of SIGSEGV when it wrote its stacks,",
    ),
    ({"how": "signal", "status": -6, "stderr": ABORTED}, "died of SIGABRT"),
    ({"how": "signal", "status": -9, "stderr": ABORTED}, "died of SIGKILL"),
    ({"how": "signal", "status": -63}, "died of signal 63"),
    (
        {"how": "signal", "status": -6, "stderr": "Fatal Python error: foo: bad\n"},
        "died of SIGABRT (foo: bad)",
    ),
    ({"how": "exit", "status": 0, "done": None}, "left without saying done, exit status 0"),
    ({"how": "exit", "status": 3}, "left with exit status 3"),
    ({"how": "ntstatus", "status": 0xC0000005}, "died of STATUS_ACCESS_VIOLATION (0xC0000005)"),
    ({"how": "ntstatus", "status": 0xDEADBEEF}, "died of NTSTATUS (0xDEADBEEF)"),
    ({"how": "memory"}, "held 300 MiB and was ended at the memory limit"),
]


@pytest.mark.parametrize(("changed", "sentence"), SENTENCES)
def test_what_happened_reads_as_the_end_of_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    assert what_happened(ending(**changed)) == sentence


@pytest.mark.parametrize(("stderr", "where"), [(ABORTED + SEGV, "SIGABRT"), (SEGV + ABORTED, "SIGSEGV")])
def test_a_crash_is_of_the_signal_that_came_first(stderr: str, where: str) -> None:
    found = finding(ending(how="signal", status=-11, stderr=stderr), 1, "a.b")
    assert found and found["where"] == where


@pytest.mark.parametrize("number", range(1, 32))
def test_every_signal_has_a_name_or_a_number(number: int) -> None:
    assert "SIG" in what_happened(ending(how="signal", status=-number)) or str(number)


KINDS = {
    "ok": None,
    "failure": None,
    "signal": "crash",
    "exit": "crash",
    "ntstatus": "crash",
    "timeout": "hang",
    "silent": "hang",
    "memory": None,
    "flood": None,
    "stopped": None,
    "lifeline": None,
}


@pytest.mark.parametrize("how", KINDS)
def test_only_a_crash_or_a_hang_is_a_finding(how: Any) -> None:
    found = finding(ending(how=how), 7, "suite.scenario")
    assert (found and found["kind"]) == KINDS[how]
    if found:
        assert found["message"].endswith("in trial 7 of suite.scenario")


def test_what_never_said_hello_and_left_by_itself_is_our_failure_and_no_crash() -> None:
    stillborn = ending(how="exit", status=1, started=False, done=None, stderr="x\nImportError: no os\n")
    assert failure(stillborn) == "a child could not be started, exit status 1: ImportError: no os"
    assert finding(stillborn, 1, "s") is None
    assert failure(ending(how="signal", status=-11, started=False)) is None, (
        "a target that dies at its start is"
    )


def test_a_flood_outgrown_memory_and_noise_are_told() -> None:
    assert notice(ending(), 1, "s", late=False) is None
    assert notice(ending(how="stopped"), 1, "s", late=False) is None
    assert (
        notice(ending(how="flood"), 1, "s", late=False) == "trial 1 of s flooded the event pipe and was ended"
    )
    assert (
        notice(ending(noise=1), 1, "s", late=False)
        == "trial 1 of s wrote a line into the event pipe that were no events"
    )
