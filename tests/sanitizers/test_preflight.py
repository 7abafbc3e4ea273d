"""Before a run: a build that does not report what it must is refused with a sentence; how slow it is is measured."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import pytest_plugin
from harness.campaign import preflight
from harness.campaign.preflight import NothingReported, checked
from harness.cli import main
from harness.cli import run as command
from tests.campaign.fakes import fake_target
from tests.sanitizers import samples

Sanitized = Callable[[str, str], str]
WRITE = """
log=$(echo "$TSAN_OPTIONS$ASAN_OPTIONS" | sed "s/.*log_path='\\([^']*\\)'.*/\\1/")
for what; do :; done
case $what in speed) echo 0.5;; *) cat {report} > "$log.$$"; {then};; esac
"""


@pytest.fixture
def sanitized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sanitized:
    """A program that reports a text, does something, and takes half a second for what takes this one a tenth."""

    def make(report: str, then: str = "echo done") -> str:
        (tmp_path / "report").write_text(report)
        program = tmp_path / "python"
        program.write_text("#!/bin/sh\n" + WRITE.format(report=tmp_path / "report", then=then))
        program.chmod(0o755)
        return str(program)

    measured = preflight._seconds
    monkeypatch.setattr(
        preflight, "_seconds", lambda asked: 0.1 if asked[0] == sys.executable else measured(asked)
    )
    return make


def test_one_that_reports_what_it_must_is_measured(sanitized: Sanitized) -> None:
    target = fake_target(executable=sanitized(samples.race(), "echo done"), sanitizer="thread")
    assert checked(target).slower == 5.0
    target = fake_target(executable=sanitized(samples.overflow(), "exit 66"), sanitizer="address")
    assert checked(target).slower == 5.0


def test_one_without_a_sanitizer_is_not_asked() -> None:
    target = fake_target(executable="/nowhere")
    assert checked(target) is target


def test_slower_is_never_below_one(sanitized: Sanitized, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "_seconds", lambda asked: 1.0 if asked[0] == sys.executable else 0.5)
    target = fake_target(executable=sanitized(samples.race(), "echo done"), sanitizer="thread")
    assert checked(target).slower == 1.0


@pytest.mark.parametrize(
    ("report", "then", "says"),
    [
        ("", "echo done", r"does not report two threads that store into one byte \(exit status 0\)"),
        (
            "",
            "echo FATAL: unexpected memory mapping >&2; exit 66",
            r"\(exit status 66; its last words: 'FATAL: unexpected",
        ),
        ("", "kill -SEGV $$", r"\(SIGSEGV"),
        (
            samples.race([("memset", "../../src/libsanitizer/tsan/interceptors.cpp", 1)]),
            "echo done",
            "its own code is not instrumented",
        ),
        (samples.inversion(), "echo done", "its own code is not instrumented"),
    ],
)
def test_one_that_does_not_is_refused(sanitized: Sanitized, report: str, then: str, says: str) -> None:
    target = fake_target(executable=sanitized(report, then), sanitizer="thread")
    with pytest.raises(NothingReported, match=says):
        checked(target)


def test_a_run_on_it_exits_3_with_that_sentence(
    sanitized: Sanitized, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target = fake_target(executable=sanitized("", "echo done"), sanitizer="thread")
    monkeypatch.setattr(command, "resolve", lambda spec, tell: target)
    assert main(["run", "--out", str(tmp_path / "out")]) == 3
    assert "has the thread sanitizer, which does not report" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_pytest_refuses_it_with_that_sentence(
    sanitized: Sanitized, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    target = fake_target(executable=sanitized("", "echo done"), sanitizer="thread")
    monkeypatch.setattr(pytest_plugin, "resolve", lambda asked: target)
    monkeypatch.setattr(pytest_plugin, "probe", lambda executable: target)
    assert "sanitizer" in str(pytest_plugin._find_target(pytestconfig))
    good = fake_target(executable=sanitized(samples.race(), "echo done"), sanitizer="thread")
    monkeypatch.setattr(pytest_plugin, "resolve", lambda asked: good)
    monkeypatch.setattr(pytest_plugin, "probe", lambda executable: good)
    found = pytest_plugin._find_target(pytestconfig)
    assert not isinstance(found, str) and found.slower == 5.0
