"""Every entry of the known-issue list is proven by a program without the harness, on the interpreters there are."""

from __future__ import annotations

import ast

import pytest

from harness.kernel.known import KnownIssue, load
from harness.record.target import Target
from harness.repro.proofs import prove, text
from tests.targets import named

ISSUES = load()
TRIES = 8
"""A race may not show while other tests take the cores; a program looks for 20 s, the first hit ends it."""
each_issue = pytest.mark.parametrize(
    "issue", ISSUES, ids=lambda issue: f"{issue.id}-{issue.proof or issue.written}"
)


@pytest.mark.alone
@pytest.mark.timeout(3600)
@each_issue
def test_a_proof_shows_what_the_list_says_on_every_target(issue: KnownIssue, targets: list[Target]) -> None:
    there = [target for target in targets if issue.concerns(target)]
    if not there:
        pytest.skip(f"{issue.id} was never on any of {', '.join(map(named, targets))}")
    for target in there:
        proven = prove(issue, target, tries=TRIES if issue.applies_to(target) else 1, control=False)
        assert proven.failure is None, named(target)
        assert bool(proven.shown) is issue.applies_to(target), named(target)


@each_issue
def test_a_proof_needs_nothing_of_the_harness(issue: KnownIssue) -> None:
    program = text(issue)
    ast.parse(program)
    assert issue.id in program.splitlines()[0]
    assert "import harness" not in program
    assert "from harness" not in program
