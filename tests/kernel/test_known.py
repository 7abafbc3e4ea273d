"""The known-issue list names builds and findings exactly, and says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.kernel.known import KnownIssue, KnownIssuesError, find, load
from tests.campaign.fakes import fake_target

ENTRY = """
[[issue]]
id = "ftstress-0042"
title = "t"
oldest = "3.13"
fixed = "3.14.1"
free_threaded = true
scenario = "suite.set_*"
signature = "violation . order"
proof = "gh-118492.py"
with_gil = false
seen = "often"
"""


def listed(tmp_path: Path, text: str) -> list[KnownIssue]:
    (tmp_path / "known.toml").write_text(text)
    return load(tmp_path / "known.toml")


def test_the_shipped_list_is_sound() -> None:
    assert {"gh-118492", "ftstress-0001"} <= {issue.id for issue in load()}


VERSIONS = [
    ((3, 12, 9), True, False),
    ((3, 13, 0), True, True),
    ((3, 14, 0), True, True),
    ((3, 14, 1), True, False),
    ((3, 13, 5), False, False),
]


@pytest.mark.parametrize(("version", "free_threaded", "applies"), VERSIONS)
def test_an_entry_applies_to_the_builds_it_names(
    tmp_path: Path, version: tuple[int, int, int], free_threaded: bool, applies: bool
) -> None:
    issues = listed(tmp_path, ENTRY)
    target = fake_target(version_info=version, free_threaded=free_threaded)
    found = find(issues, target, "suite.set_module", "violation | order | x")
    assert found == ("ftstress-0042" if applies else None)


def test_a_finding_must_look_like_the_entry(tmp_path: Path) -> None:
    issues = listed(tmp_path, ENTRY)
    target = fake_target()
    assert find(issues, target, "suite.set_module", "crash | order") is None
    assert find(issues, target, "suite.get_module", "violation | order") is None
    assert find(issues, target, "suite.set_module", "violation | lifetime") is None


WRONG = [
    (ENTRY.replace('title = "t"\n', ""), "ftstress-0042) lacks title"),
    (ENTRY + 'colour = "red"\n', "no field named colour"),
    (ENTRY.replace("with_gil = false", 'with_gil = "no"'), "with_gil must be true or false"),
    (ENTRY.replace('title = "t"', "title = 1"), "title must be a text"),
    (ENTRY.replace('"violation', '"oddity'), "a signature begins with one of"),
    (ENTRY.replace("ftstress-0042", "bug 42"), "an id is gh-NUMBER or ftstress-NNNN"),
    (ENTRY.replace('. order"', '("'), "issue 1 (ftstress-0042)"),
    (ENTRY.replace('"3.13"', '"3.x"'), "'3.x' is not a version"),
    (ENTRY.replace("gh-118492.py", "none"), "a proof is the name of a program"),
    (ENTRY.replace("gh-118492.py", "../known.py"), "a proof is the name of a program"),
    (ENTRY + ENTRY, "listed twice"),
    ("[issue]\n", "every entry is an [[issue]] table"),
    ("issue = [1]\n", "issue 1 is not a table"),
    ("[[issues]]\n", "there is nothing beside them"),
    ("[[issue\n", "cannot be read"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_a_bad_list_is_told_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(KnownIssuesError) as caught:
        listed(tmp_path, text)
    assert sentence in str(caught.value)
    assert "known.toml" in str(caught.value)


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(KnownIssuesError, match="cannot be read"):
        load(tmp_path / "none.toml")
