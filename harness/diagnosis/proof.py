"""The programs that prove known issues: each shows one without the harness, and exits with 1 when it does."""

from __future__ import annotations

from pathlib import Path

from harness.kernel.known import KnownIssue


def program(issue: KnownIssue) -> Path:
    """The file of an entry's proof."""
    return Path(__file__).with_name("proofs") / issue.proof
