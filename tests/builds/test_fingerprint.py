"""A path is never trusted: what is no target gets a sentence of its own, and nothing hangs."""

from __future__ import annotations

import json
import os
import selectors
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import pytest

from harness.builds.ask import ask
from harness.builds.fingerprint import NotATarget, probe
from harness.record.target import Target
from tests.builds.conftest import MakeProgram


def refusal(path: Path, timeout_s: float = 10) -> str:
    with pytest.raises(NotATarget) as raised:
        probe(path, timeout_s)
    message = str(raised.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def test_this_interpreter_says_what_it_is() -> None:
    target = probe(sys.executable)
    assert target.version_info == sys.version_info[:3]
    assert target.implementation == "CPython"
    assert target.free_threaded == bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    assert target.executable == os.path.abspath(sys.executable)


@pytest.mark.targets
def test_a_free_threaded_target_runs_without_the_gil(free_threaded: Target) -> None:
    target = probe(free_threaded.executable)
    assert (target.free_threaded, target.gil_enabled) == (True, False)
    assert "--disable-gil" in target.configure_args or not target.configure_args


@pytest.mark.targets
def test_python_gil_in_the_environment_changes_nothing(
    free_threaded: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_GIL", "1")
    assert not probe(free_threaded.executable).gil_enabled


def test_what_does_not_exist(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "nothing")


def test_a_link_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    assert "is a link to nothing" in refusal(tmp_path / "link")


def test_a_directory_is_refused_with_the_interpreter_in_it(tmp_path: Path) -> None:
    assert "is a directory: give the interpreter itself" in refusal(tmp_path)
    (tmp_path / "python").touch()
    assert f"is a directory: give the interpreter in it, {tmp_path / 'python'}" in refusal(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="there is no executable bit")
def test_what_is_not_executable(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\n")
    assert "is not executable" in refusal(tmp_path / "python")


def test_a_text_file_that_claims_to_be_executable(tmp_path: Path) -> None:
    path = tmp_path / "python"
    path.write_text("hello\n")
    path.chmod(0o755)
    assert "cannot be started" in refusal(path)


def test_a_script_whose_own_interpreter_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "python"
    path.write_text(f"#!{tmp_path}/nothing\n")
    path.chmod(0o755)
    assert "the program in its first line is missing" in refusal(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("exit 0", "is not a Python interpreter: asked what it is, it gave no answer (it printed nothing)"),
        (
            "echo hello",
            "is not a Python interpreter: asked what it is, it gave no answer (its last words: 'hello')",
        ),
        ("echo 'ftstress-fingerprint {'", "is not a Python interpreter"),
        ("echo broken >&2; exit 1", "it exited with 1 (its last words: 'broken')"),
        ("kill -SEGV $$", "crashes at start: killed by SIGSEGV"),
        ("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done", "it printed without end"),
        (
            "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done >&2",
            "it printed without end",
        ),
    ],
)
def test_a_program_that_is_no_python(program: MakeProgram, text: str, says: str) -> None:
    assert says in refusal(program(text))


@pytest.mark.parametrize("text", ["exec sleep 60", "sleep 60 & wait", "trap '' TERM INT; sleep 60"])
def test_a_hang_at_start_is_ended_with_its_children(program: MakeProgram, text: str) -> None:
    before = time.monotonic()
    assert "hangs at start: it did not say what it is within 0.5 s" in refusal(program(text), timeout_s=0.5)
    assert time.monotonic() - before < 5


def test_a_child_left_behind_with_the_output_open_does_not_hold_it_up(program: MakeProgram) -> None:
    before = time.monotonic()
    refusal(program("sleep 60 &\nexit 0"))
    assert time.monotonic() - before < 5


def recorded(**changes: object) -> str:
    """What an interpreter answers, as recorded from a 3.13.5 and changed."""
    answer = {
        "implementation": "cpython",
        "version": "3.13.5",
        "version_info": [3, 13, 5],
        "free_threaded": False,
        "gil_enabled": True,
        "debug": False,
        "compiler": "GCC 12.2.0",
        "commit": "",
        "branch": "",
        "configure_args": "'CFLAGS=-O2 -g1'",
        "flags": "'CFLAGS=-O2 -g1' -O2 -g1",
        "platform": "linux-x86_64",
    }
    return f"ftstress-fingerprint {json.dumps(answer | changes)}".replace("'", "'\\''")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"version": "3.10.13", "version_info": [3, 10, 13]},
            "is CPython 3.10.13: what runs inside a target needs 3.11",
        ),
        ({"version": "2.7.18", "version_info": [2, 7, 18]}, "is CPython 2.7.18"),
        ({"implementation": "pypy", "version": "3.11.9"}, "is pypy 3.11.9: only CPython"),
    ],
)
def test_a_python_that_cannot_be_a_target(
    program: MakeProgram, changes: dict[str, object], says: str
) -> None:
    assert says in refusal(program(f"echo '{recorded(**changes)}'"))


def test_a_build_with_the_gil_is_never_given_gil_0(program: MakeProgram, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    path = program(f"echo \"$@\" | head -1 >> {calls}\necho '{recorded()}'")
    assert probe(path).gil_enabled
    assert "gil" not in calls.read_text()


def test_a_free_threaded_build_is_asked_again_without_the_gil(program: MakeProgram, tmp_path: Path) -> None:
    path = program(
        f"case \"$*\" in *gil=0*) echo '{recorded(free_threaded=True, gil_enabled=False)}';;"
        f" *) echo '{recorded(free_threaded=True)}';; esac"
    )
    assert not probe(path).gil_enabled


def test_a_free_threaded_build_that_aborts_without_the_gil(program: MakeProgram) -> None:
    path = program(f"case \"$*\" in *gil=0*) kill -ABRT $$;; esac; echo '{recorded(free_threaded=True)}'")
    assert "crashes at start with -X gil=0: killed by SIGABRT" in refusal(path)


@pytest.mark.parametrize(
    ("flags", "sanitizer"),
    [
        ("'--disable-gil' '--with-thread-sanitizer' '--with-pydebug'", "thread"),
        ("'--with-address-sanitizer'", "address"),
        ("'CFLAGS=-fsanitize=thread -O1'", "thread"),
        ("'CFLAGS=-O2'", None),
    ],
)
def test_the_sanitizer_is_read_from_how_it_was_built(
    program: MakeProgram, flags: str, sanitizer: str | None
) -> None:
    assert probe(program(f"echo banner; echo '{recorded(flags=flags)}'")).sanitizer == sanitizer


def test_an_answer_given_just_before_the_end_is_never_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    selecting = selectors.DefaultSelector.select

    def late(self: selectors.DefaultSelector, timeout: float | None = None) -> list[Any]:
        found = selecting(self, timeout)
        if not found and timeout:
            time.sleep(
                0.2
            )  # the program answers and ends here: after the look at the pipe, before the next look at it
        return found

    monkeypatch.setattr(selectors.DefaultSelector, "select", late)
    assert ask(["/bin/sh", "-c", "sleep 0.1; echo answer"], 10).out == "answer\n"


@pytest.mark.parametrize(
    ("git", "branch"),
    [
        (("heads/x-dirty", "0123456789a"), "x-dirty"),
        (("remotes/origin/3.15", "0123456789a"), "3.15"),
        (("tags/v3.14.0", "0123456789a"), "tags/v3.14.0"),
        (("3.15", "0123456789a"), "3.15"),
        (("main", ""), ""),  # a tarball's: what its build falls back to
    ],
)
def test_the_branch_is_what_the_interpreter_says_of_itself(
    program: MakeProgram, git: tuple[str, str], branch: str
) -> None:
    target = probe(program(f"echo '{recorded(branch=git[0], commit=git[1])}'"))
    assert (target.branch, target.commit) == (branch, git[1])


@pytest.mark.targets
def test_a_target_knows_where_it_comes_from(free_threaded: Target) -> None:
    assert bool(free_threaded.commit) == bool(free_threaded.branch)
    if free_threaded.origin == "revision":
        assert free_threaded.commit and free_threaded.set_apart == "a revision of a clone"
    if free_threaded.origin == "release":
        assert not free_threaded.commit
