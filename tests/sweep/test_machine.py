"""Where a sweep cannot work it says so, and what to do."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.cli import main
from harness.sweep import ptrace
from harness.sweep.held import AARCH64, Patience
from harness.sweep.ptrace import CannotTrace, Thread, check, machine, why_forbidden


def test_other_systems_and_processors_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(CannotTrace, match="x86_64 and aarch64, not for riscv64"):
        machine()
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert machine() is AARCH64
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(CannotTrace, match="Linux's ptrace: darwin has none"):
        machine()


@pytest.mark.parametrize(
    ("scope", "said"), [("3", "forbids it until"), ("2", "CAP_SYS_PTRACE"), ("0", "seccomp")]
)
def test_the_setting_that_forbids_it_is_named(
    scope: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = tmp_path / "ptrace_scope"
    setting.write_text(scope + "\n")
    monkeypatch.setattr(ptrace, "YAMA", setting)
    assert said in why_forbidden()


def test_a_machine_without_debug_registers_is_offered_stepping(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Thread, address: int | None) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Thread, "_break_x86", refuse)
    monkeypatch.setattr(Thread, "_break_arm", refuse)
    with pytest.raises(CannotTrace, match="--stepping"):
        check(stepping=False)
    check(stepping=True)


def test_forbidden_ptrace_is_exit_status_3_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def forbid(stepping: bool) -> None:
        raise CannotTrace("this process may not trace its own child: ask somebody")

    monkeypatch.setattr(ptrace, "check", forbid)
    assert main(["sweep", "--budget", "1s"]) == 3
    assert capsys.readouterr().err == "ftstress: this process may not trace its own child: ask somebody\n"


WRONG = [
    (["sweep", "--functions", "("], "is not a regular expression"),
    (["sweep", "--bound", "3"], "invalid choice: 3"),
    (["locate", "nowhere#12345678"], "nowhere holds no campaign"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_wrong_arguments_are_told_in_a_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert said in told and len(told.splitlines()) == 1


def test_a_thread_that_gets_no_core_is_given_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    waits = [0.0]
    monkeypatch.setattr("harness.sweep.held.time.monotonic", lambda: now[0])
    thread: Any = SimpleNamespace(waited_for_a_core_s=lambda: waits[0])
    starved, stuck = Patience(thread, 10.0), Patience(thread, 10.0)
    for second in range(10, 60):
        now[0], waits[0] = second, second - 0.1 * (second - 10)  # it has a core for a tenth of the time
        assert not starved.is_over() or second > 35
    assert starved.is_over()
    stuck.began, now[0] = 60.0, 71.0
    assert not stuck.is_over()
    now[0] = 74.0
    assert stuck.is_over()
