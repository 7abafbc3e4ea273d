"""CPython's versions in their order."""

from __future__ import annotations

from itertools import pairwise

import pytest

from harness.kernel.versions import branch, version

IN_ORDER = [
    "3.13.5",
    "3.13.5+",
    "3.13.15",
    "3.15.0a7",
    "3.15.0a8",
    "3.15.0b1",
    "3.15.0b4+",
    "3.15.0rc1",
    "3.15.0rc1+dev",
    "3.15.0rc2",
    "3.15.0",
    "3.15.0+",
    "3.15.1",
    "3.16.0a0",
]


@pytest.mark.parametrize(("earlier", "later"), [*pairwise(IN_ORDER)])
def test_versions_come_in_the_order_in_which_they_are_made(earlier: str, later: str) -> None:
    assert version(earlier) < version(later)


def test_main_before_its_first_tag_is_taken_for_its_last_commit() -> None:
    assert version("3.16.0a0") == version("3.16.0a1")


@pytest.mark.parametrize("text", ["3.x", "3.14", "3.14.1t", "3.15.0c1", "main", ""])
def test_what_is_no_version_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version such as"):
        version(text)


def test_a_branch_is_two_numbers() -> None:
    assert branch("3.14") == (3, 14)
    with pytest.raises(ValueError, match="'main' is not a branch"):
        branch("main")
