"""Every entry of the known-issue list is proven by a program without the harness, on the interpreters there are."""

from __future__ import annotations

import sys

import pytest

from harness.builds.fingerprint import probe
from harness.diagnosis.proof import program
from harness.kernel.known import KnownIssue, load
from harness.record.target import Target
from harness.repro.proofs import prove

pytestmark = pytest.mark.alone
ISSUES = load()
TRIES = 8
"""A race may not show while other tests take the cores; the program itself looks for 20 s, the first hit ends it."""


@pytest.fixture
def targets(free_threaded: Target) -> list[Target]:
    """The interpreter that runs these tests, and a free-threaded one."""
    return [probe(sys.executable), free_threaded]


@pytest.mark.parametrize("issue", ISSUES, ids=lambda issue: issue.id)
def test_a_proof_shows_it_where_the_entry_applies(issue: KnownIssue, targets: list[Target]) -> None:
    applicable = [target for target in targets if issue.applies_to(target)]
    if not applicable:
        pytest.skip(f"{issue.id} applies to none of {', '.join(target.title for target in targets)}")
    for target in applicable:
        proven = prove(issue, target, tries=TRIES, control=False)
        assert (proven.shows, proven.failure) == (True, None), target.title


@pytest.mark.parametrize("issue", [issue for issue in ISSUES if issue.fixed], ids=lambda issue: issue.id)
def test_a_proof_does_not_show_it_where_it_is_fixed(issue: KnownIssue, targets: list[Target]) -> None:
    clean = [target for target in targets if not issue.applies_to(target)]
    if not clean:
        pytest.skip(f"{issue.id} applies to all of {', '.join(target.title for target in targets)}")
    for target in clean:
        proven = prove(issue, target, tries=1, control=False)
        assert (proven.shows, proven.failure) == (False, None), target.title


@pytest.mark.parametrize("issue", ISSUES, ids=lambda issue: issue.id)
def test_a_proof_needs_nothing_of_the_harness(issue: KnownIssue) -> None:
    text = program(issue).read_text()
    assert issue.id in text.splitlines()[0]
    assert "import harness" not in text
    assert "from harness" not in text
