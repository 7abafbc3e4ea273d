"""A promise is kept, broken, not asked or not made: each is told as what it is."""

from __future__ import annotations

from typing import Any

import pytest

from harness.kernel.known import OF_PAIR, load
from harness.kernel.pairs import ATOMIC, VALUES, Subject, step
from harness.kernel.pairs.subject import PREFIX, load_subjects
from harness.kernel.suite import selects, subject_files
from measure.guarantees.__main__ import Asked, Found, Seen, page, verdict
from measure.guarantees.__main__ import main as run
from measure.guarantees.promises import SAID, Said

PUSH = Said("stacks", "Pushing happens at one moment.", ATOMIC, {"stack": "push"}, against=("gh-1", "gh-2"))
LINKS = {"gh-1": "[gh-1](https://example.org/1)", "gh-2": "gh-2"}


def main() -> Seen:
    return Seen("main", (3, 16, 0))


def test_what_no_round_showed_otherwise_is_kept() -> None:
    seen = main()
    seen.asked["pairs.stack"] = [
        Asked("push+push", ATOMIC, 1000),
        Asked("pop+push", ATOMIC, 200),
        Asked("push+has", VALUES, 5000),
        Asked("pop+pop", ATOMIC, 5000),
    ]
    assert verdict(PUSH, seen, LINKS) == "kept in 1,200 rounds of 2 pairs (below 0.0025 a round)"


def test_where_no_pair_is_atomic_it_is_asked_whether_anything_is_corrupted() -> None:
    seen = main()
    seen.asked["pairs.stack"] = [Asked("push+has", VALUES, 20), Asked("push+print", "process", 900)]
    assert verdict(PUSH, seen, LINKS) == "kept in 20 rounds of 1 pair, asked as not corrupted"


def test_what_none_came_of_was_not_asked_nor_what_no_operation_does() -> None:
    assert verdict(PUSH, main(), LINKS) == "not asked: no pair of these came"
    assert verdict(Said("a", "b", why="nobody can"), main(), LINKS) == "not asked: nobody can"


def test_what_a_pair_or_the_list_says_is_broken_is_told_with_its_issue() -> None:
    seen = main()
    seen.asked["pairs.stack"] = [Asked("push+push", ATOMIC, 1000)]
    seen.found["pairs.stack"] = [
        Found("push+pop", "outcomes", "gh-1"),
        Found("pop+pop", "crash", "gh-1"),  # nobody pushes
        Found("push+has", "exception", "gh-3"),  # nothing of what is promised here
    ]
    assert verdict(PUSH, seen, LINKS) == f"**broken**: {LINKS['gh-1']} by `push+pop` (outcomes)"
    seen.has = frozenset({"gh-1", "gh-2"})
    assert verdict(PUSH, seen, LINKS) == f"**broken**: {LINKS['gh-1']} by `push+pop` (outcomes); gh-2"


def test_what_is_not_known_is_told_so() -> None:
    seen = main()
    seen.found["pairs.stack"] = [Found("push+pop", "outcomes", None)]
    assert verdict(PUSH, seen, LINKS) == "**broken**: **not known** by `push+pop` (outcomes)"


def test_nothing_of_it_is_promised_before_the_page_was_there() -> None:
    assert verdict(PUSH, Seen("3.13.5", (3, 13, 5), frozenset({"gh-1"})), LINKS) == "not promised"


class Stack(Subject):
    """A list that is used as a stack."""

    said = "a page of its own"

    @step(ATOMIC, writes=True)
    def push(o: Any, v: str) -> Any:
        o.append(v)


class Silent(Stack):
    """Nothing is said of it."""

    said = ""


class Table(Stack):
    """Its promises have rows of their own."""

    said = "Thread safety for list objects"


def test_what_is_said_elsewhere_has_a_row_a_subject() -> None:
    seen = main()
    seen.rounds["pairs.stack"] = 40
    text = page([seen], {"pairs.stack": Stack, "pairs.silent": Silent, "pairs.table": Table}, [])
    assert "| stack | a page of its own | nothing in 40 rounds |" in text
    assert "silent" not in text and "| table |" not in text


def test_each_promise_is_asked_by_operations_that_there_are_or_says_why_not() -> None:
    issues = {issue.id: issue for issue in load()}
    for said in SAID:
        assert bool(said.asked) != bool(said.why), said
        for one in said.against:
            covered = [glob for glob, looks in issues[one].looks if OF_PAIR.fullmatch(looks)]
            assert {PREFIX + subject for subject in said.asked} & set(covered), said


def test_the_subjects_of_which_something_is_promised_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--subjects"]) == 0
    told = capsys.readouterr().out.split()
    there = [name for file in subject_files() for name in load_subjects(str(file))]
    chosen = [[name for name in there if selects(pattern, name)] for pattern in told]
    assert {"*.list", "*.two_dicts", "*.memoryview"} <= set(told) and {len(one) for one in chosen} == {1}
