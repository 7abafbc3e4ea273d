"""Every entry of the known-issue list is proven by a program without the harness, on the interpreters there are."""

from __future__ import annotations

import ast
import sys
from threading import Event, Timer

import pytest

from harness.builds.find import resolve
from harness.kernel.known import KnownIssue, load
from harness.record.target import Target
from harness.repro import proofs
from harness.repro.proofs import HARMLESS, prove, texts

ISSUES = load()
LOOK_S = 300.0
"""A race may not show while other work takes the cores; a program looks for 5 or 20 s, and the first hit ends it."""
TRIES = 60
each_issue = pytest.mark.parametrize(
    "issue", ISSUES, ids=lambda issue: f"{issue.id}-{issue.proof or issue.written[0]}"
)


def hold(issue: KnownIssue, target: Target) -> None:
    """The entry against a target that it concerns: its proof shows where it applies, and not where it is mended."""
    applies = issue.applies_to(target)
    enough = Event()
    timer = Timer(LOOK_S, enough.set)
    timer.start()
    try:
        proven = prove(issue, target, tries=TRIES if applies else 1, stop=enough)
    finally:
        timer.cancel()
    assert proven.failure is None
    assert bool(proven.shown) is applies


def concerned(issue: KnownIssue, target: Target) -> None:
    """Skip where the list says nothing of it."""
    if not issue.concerns(target):
        pytest.skip(f"{issue.id} was never in {target.title}")


@pytest.mark.alone
@pytest.mark.timeout(1200)
@pytest.mark.targets
@each_issue
def test_a_proof_shows_where_the_list_says_so(issue: KnownIssue, free_threaded: Target) -> None:
    concerned(issue, free_threaded)
    if not issue.applies_to(free_threaded):
        pytest.skip(f"{issue.id} is mended in {free_threaded.title}: the next test looks there")
    hold(issue, free_threaded)


@pytest.mark.timeout(1200)
@pytest.mark.targets
@each_issue
def test_a_proof_shows_nothing_where_it_is_mended(issue: KnownIssue, free_threaded: Target) -> None:
    """Other work beside it hides nothing that must not be there."""
    concerned(issue, free_threaded)
    if issue.applies_to(free_threaded):
        pytest.skip(f"{issue.id} is in {free_threaded.title}: the test before looks there")
    hold(issue, free_threaded)


@pytest.mark.alone
@pytest.mark.timeout(1200)
@each_issue
def test_a_proof_shows_what_the_list_says_of_the_interpreter_that_runs_this(issue: KnownIssue) -> None:
    target = resolve(sys.executable)
    concerned(issue, target)
    hold(issue, target)


@each_issue
def test_a_proof_needs_nothing_of_the_harness(issue: KnownIssue) -> None:
    programs = texts(issue)
    assert programs
    for program in programs:
        ast.parse(program)
        assert issue.id in program.splitlines()[0]
        assert "import harness" not in program
        assert "from harness" not in program


@pytest.mark.parametrize("grave", [True, False])
def test_a_program_that_dies_of_what_it_looks_for_has_shown_it(
    grave: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = next(one for one in ISSUES if one.written and (one.severity not in HARMLESS) is grave)
    monkeypatch.setattr(proofs, "texts", lambda of: ["import os\nos.abort()\n"])
    proven = prove(issue, resolve(sys.executable), tries=2)
    assert proven.shown == int(grave)
    assert (proven.failure is None) is grave
