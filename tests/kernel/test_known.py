"""The known-issue list names builds and findings exactly, and says what is wrong with it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from harness.kernel.known import OF_PAIR, KnownIssue, KnownIssuesError, find, fits, load
from harness.kernel.pairs import attribute_steps, dict_steps, iterator_steps
from harness.kernel.suite import subject_files
from tests.campaign.fakes import fake_target

ENTRY = """
[[issue]]
id = "ftstress-0042"
title = "t"
shown = [["3.13"]]
mended = [["3.14", "3.14.1", "85dabb9"], ["3.15", "3.15.0b4", "5125584"], ["3.16", "3.16.0a0", "1ec6596"]]
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


def test_entries_of_pairs_name_operations_that_there_are() -> None:
    """By the files' text: some operations are there on some versions only."""
    text = "".join(file.read_text() for file in subject_files())
    steps = "".join(
        Path(module.__file__ or "").read_text() for module in (attribute_steps, dict_steps, iterator_steps)
    )
    there = {name.rstrip("_") for name in re.findall(r"def (\w+)\(o: Any, v: str\)", text + steps)}
    named = [
        (issue.id, name)
        for issue in load()
        for _, looks in issue.looks
        if (pair := OF_PAIR.fullmatch(looks))
        for name in "|".join(pair.groups()[1:]).split("|")
    ]
    assert len(named) > 100
    assert [one for one in named if one[1] not in {*there, "*"}] == []


VERSIONS = [
    ("3.12.9", True, False),
    ("3.13.0", True, True),
    ("3.13.15+", True, True),
    ("3.13.5", False, False),
    ("3.14.0", True, True),
    ("3.14.0+", True, True),
    ("3.14.1", True, False),
    ("3.15.0a0", True, True),
    ("3.15.0b3+", True, True),
    ("3.15.0b4", True, False),
    ("3.15.0rc1+dev", True, False),
    ("3.15.0", True, False),
    ("3.16.0a0", True, False),
    ("3.16.0a1", True, False),
    ("3.17.0a0", True, False),
]


@pytest.mark.parametrize(("version", "free_threaded", "applies"), VERSIONS)
def test_an_entry_applies_to_the_versions_it_names(
    tmp_path: Path, version: str, free_threaded: bool, applies: bool
) -> None:
    issues = listed(tmp_path, ENTRY)
    target = fake_target(version=version, free_threaded=free_threaded)
    found = find(issues, target, "suite.set_module", "violation | order | x")
    assert found == ("ftstress-0042" if applies else None)


HISTORIES = [
    ("3.16.0a0", {"85dabb9": False, "5125584": False, "1ec6596": False}, True),  # main, before it was mended
    ("3.16.0a0", {"85dabb9": False, "5125584": False, "1ec6596": True}, False),
    ("3.15.0b3+", {"85dabb9": False, "5125584": True, "1ec6596": False}, False),  # before b4 was tagged
    ("3.14.1", {"85dabb9": False, "5125584": False, "1ec6596": False}, True),  # of a fork that has it not
    ("3.14.0", {"1ec6596": True}, False),  # cherry-picked with its history
    ("3.14.1", {"5125584": False}, False),  # of the branch's own commit nothing is known: its version decides
]


@pytest.mark.parametrize(("version", "history", "applies"), HISTORIES)
def test_a_history_that_is_known_goes_before_the_version(
    tmp_path: Path, version: str, history: dict[str, bool], applies: bool
) -> None:
    (issue,) = listed(tmp_path, ENTRY)
    assert issue.applies_to(fake_target(version=version, history=history)) is applies


FROM = ENTRY.replace(
    'shown = [["3.13"]]\nmended',
    'shown = [["3.14", "3.14.4", "cedff2d"], ["3.15", "3.15.0a8", "cd52172"]]\nmended',
).replace('"3.14.1"', '"3.14.7"')
CAME = [
    ("3.13.15", False),
    ("3.14.3", False),
    ("3.14.4", True),
    ("3.14.7", False),
    ("3.15.0a7+", False),
    ("3.15.0a8", True),
]


@pytest.mark.parametrize(("version", "applies"), CAME)
def test_what_came_with_a_change_was_not_there_before(tmp_path: Path, version: str, applies: bool) -> None:
    (issue,) = listed(tmp_path, FROM)
    target = fake_target(version=version)
    assert issue.applies_to(target) is applies
    # What is mended can be looked for; what never came cannot.
    assert issue.concerns(target) is (applies or version == "3.14.7")


def test_a_finding_must_look_like_the_entry(tmp_path: Path) -> None:
    issues = listed(tmp_path, ENTRY)
    target = fake_target()
    assert find(issues, target, "suite.set_module", "crash | order") is None
    assert find(issues, target, "suite.get_module", "violation | order") is None
    assert find(issues, target, "suite.set_module", "violation | lifetime") is None


WRITTEN = ENTRY.replace(
    'proof = "gh-118492.py"', 'written = "violation | order | suite.set_it | read"\nknobs = {fan_out = 30}'
)


def test_an_entry_may_name_a_finding_instead_of_a_program(tmp_path: Path) -> None:
    (issue,) = listed(tmp_path, WRITTEN)
    assert (issue.written, issue.proof) == (("violation | order | suite.set_it | read",), "")
    assert issue.knobs == {"fan_out": 30}


def test_an_entry_may_name_several_findings_that_are_run_in_turn(tmp_path: Path) -> None:
    several = ["violation | order | suite.set_it | read", "violation | order | suite.set_it | write"]
    (issue,) = listed(tmp_path, WRITTEN.replace(f'"{several[0]}"', json.dumps(several)))
    assert issue.written == tuple(several)


def test_an_entry_may_look_otherwise_in_other_scenarios(tmp_path: Path) -> None:
    (issue,) = listed(tmp_path, ENTRY + 'also = [["suite.get_*", "crash"]]\n')
    assert issue.covers("suite.get_module") and issue.covers("suite.set_module")
    assert issue.matches("suite.get_module", "crash | process")
    assert not issue.matches("suite.set_module", "crash | process")
    assert not issue.matches("suite.get_module", "violation | order")


PAIRS = [
    ("crash of close+next|loop", "crash | process | pairs.generator | close+next", True),
    ("crash of close+next|loop", "crash | process | pairs.generator | loop+close", True),
    ("crash of close+next|loop", "crash | process | pairs.generator | next+loop", False),
    ("crash of close+next|loop", "crash | process | pairs.generator | close+close", False),
    ("crash of close+next|loop", "crash | process | pairs.generator | close+next_key", False),
    ("crash of close+next|loop", "crash | process | pairs.generator | close+repr+loop", True),
    ("crash of close+next|loop", "hang | process | pairs.generator | close+next", False),
    ("crash of close+next|loop", "crash | process | pairs.generator | ", False),
    ("crash of close+*", "crash | process | pairs.generator | repr+close", True),
    ("crash of close+*", "crash | process | pairs.generator | repr+next", False),
    ("crash of close+*", "crash | process | pairs.generator | SIGSEGV", False),
    ("crash of *+*", "crash | process | pairs.generator | SIGSEGV", True),
    ("process of *+*", "violation | process | pairs.generator | mixed rows", True),
    ("permitted|SystemError of *+*", "violation | permitted | pairs.list | a+b", True),
    ("permitted|SystemError of *+*", "violation | structure | pairs.list | a+b", False),
    ("permitted|SystemError of *+*", "exception | process | pairs.list | a+b | SystemError", True),
    ("permitted|SystemError of *+*", "exception | process | pairs.list | a+b | ValueError", False),
]


@pytest.mark.parametrize(("looks", "signature", "fit"), PAIRS)
def test_findings_of_pairs_are_told_by_both_operations(looks: str, signature: str, fit: bool) -> None:
    assert fits(looks, signature) is fit


def test_one_subject_may_show_an_entry_in_several_ways(tmp_path: Path) -> None:
    pair = ENTRY.replace('"suite.set_*"', '"pairs.list"').replace("violation . order", "crash of pop+last")
    (issue,) = listed(tmp_path, pair + 'also = [["pairs.list", "IndexError of pop+first"]]\n')
    assert issue.matches("pairs.list", "exception | process | pairs.list | first+pop | IndexError")
    assert not issue.matches("pairs.list", "exception | process | pairs.list | last+pop | IndexError")


WRONG = [
    (ENTRY.replace('title = "t"\n', ""), "ftstress-0042) lacks title"),
    (ENTRY + 'colour = "red"\n', "no field named colour"),
    (ENTRY.replace("with_gil = false", 'with_gil = "no"'), "with_gil must be true or false"),
    (ENTRY.replace('title = "t"', "title = 1"), "title must be a text"),
    (ENTRY.replace('"violation', '"oddity'), "a signature begins with one of"),
    (ENTRY.replace("ftstress-0042", "bug 42"), "an id is gh-NUMBER or ftstress-NNNN"),
    (ENTRY.replace('. order"', '("'), "issue 1 (ftstress-0042)"),
    (ENTRY.replace('"3.13"', '"3.x"'), "'3.x' is not a branch"),
    (ENTRY.replace('"3.14.1"', '"3.14.x"'), "'3.14.x' is not a version"),
    (ENTRY.replace('"3.14.1"', '"3.15.0a1"'), "3.15.0a1 is no version of 3.14"),
    (ENTRY.replace('"85dabb9"', '"HEAD"'), "'HEAD' is no commit"),
    (ENTRY.replace('[["3.13"]]', '["3.13"]'), "shown must be a list of ["),
    (ENTRY.replace('[["3.13"]]', '"3.13"'), "shown must be a list of ["),
    (ENTRY.replace("gh-118492.py", "none"), "a proof is the name of a program"),
    (ENTRY.replace('proof = "gh-118492.py"\n', ""), "needs either a finding to be written as a program"),
    (ENTRY + 'written = "violation | order | suite.set_it | "\n', "needs either a finding to be written"),
    (ENTRY + "written = [1]\n", "written must be a text, or a list of texts"),
    (WRITTEN.replace("violation |", "crash |"), "of a finding that the entry fits, and 'crash |"),
    (WRITTEN.replace("| suite.set_it", "| suite.get_it"), "of a finding that the entry fits, and"),
    (WRITTEN.replace(" | read", ""), "of a finding that the entry fits, and"),
    (ENTRY + 'also = ["suite.get_*"]\n', "also must be a list of ["),
    (ENTRY + 'also = [["suite.get_*", "oddity"]]\n', "a signature begins with one of"),
    (ENTRY + 'also = [["suite.set_*", "crash"]]\n', "listed twice"),
    (WRITTEN.replace("{fan_out = 30}", "30"), "knobs must be a table of settings"),
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
