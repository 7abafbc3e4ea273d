"""Each judge of pairs sees what it is there for, and nothing where there is nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from harness.campaign.grade import Grader
from harness.campaign.options import Options
from harness.campaign.pairs import KIND
from harness.campaign.plan import PlannedTrial
from harness.campaign.run import EARLIER, run_campaign
from harness.campaign.select import describe
from harness.campaign.trial import run_in_child, trial_spec
from harness.kernel import known
from harness.kernel.known import KnownIssue
from harness.kernel.pairs.frozen import Freezer, Raised, strings
from harness.kernel.pairs.judge import disagreement
from harness.kernel.pairs.orders import interleavings
from harness.kernel.pairs.subject import Subject
from harness.record.result import Result
from harness.record.target import Target

SEEDS = 12
"""On a busy machine few rounds fit into a quarter of a second."""
FILE = Path(__file__).with_name("_subjects.py")


@pytest.fixture
def race(free_threaded: Target, tmp_path: Path) -> Any:
    def run(name: str, budget_s: float = 4.0) -> Result:
        catalogue = describe(free_threaded, [FILE], "subjects")
        assert not catalogue.errors
        chosen = [one for one in catalogue.scenarios if one.name == f"pairs.{name}"]
        options = Options(budget_s=budget_s, seed=1, stop_at_first=True)
        return run_campaign(free_threaded, chosen, options, tmp_path, lambda event: None, KIND)

    return run


def shown(result: Result) -> set[tuple[str, str, str]]:
    return {(finding.kind, finding.oracle, finding.signature.split(" | ")[3]) for finding in result.findings}


def test_what_is_kept_is_kept(race: Any) -> None:
    result = race("kept", 2.0)
    assert not result.findings
    assert result.exit_status == 0
    assert result.totals.pairs.distinct == result.totals.pairs.overlapped == 3
    assert result.totals.samples


@pytest.mark.targets("3.14t", "3.15t", "main")
def test_two_steps_are_not_one(race: Any) -> None:
    assert ("violation", "outcomes", "add+add") in shown(race("two_steps"))


def test_a_moment_late_in_a_long_operation_is_met(race: Any) -> None:
    assert ("violation", "permitted", "ask+set") in shown(race("late_moment"))


def test_what_does_not_agree_with_itself_is_a_finding(race: Any) -> None:
    assert ("violation", "structure", "put+put") in shown(race("inconsistent"))


def test_what_every_order_leaves_so_that_nobody_can_look_is_no_finding(race: Any) -> None:
    result = race("cleared_for_good", 2.0)
    assert not result.findings
    assert result.exit_status == 0


def test_a_state_that_cannot_be_is_a_finding_in_every_order(race: Any) -> None:
    (told,) = shown(race("broken_for_good"))  # stopped at the first: whichever pair came first
    assert told[:2] == ("violation", "structure") and told[2] in ("clear+get", "clear+clear")


def test_what_nobody_put_there_is_strange(race: Any) -> None:
    assert ("violation", "permitted", "put+get") in shown(race("strange"))


@pytest.mark.targets
def test_a_value_that_is_released_too_often_is_a_finding(race: Any) -> None:
    found = shown(race("released_too_often", 6.0))
    assert found and {(kind, oracle) for kind, oracle, _ in found} == {("violation", "lifetime")}
    assert all("put" in pair for _, _, pair in found)


@pytest.mark.targets
def test_what_an_operation_has_made_and_put_there_is_released_too_often(race: Any) -> None:
    found = race("made_is_released", 6.0).findings
    assert found and {one.oracle for one in found} == {"lifetime"}
    assert all("put" in one.message and "gave was released" in one.message for one in found)


@pytest.mark.targets
def test_what_an_operation_has_made_and_put_there_is_no_result(race: Any) -> None:
    result = race("made_is_kept", 3.0)
    assert not result.findings
    assert result.exit_status == 0 and result.totals.samples


@pytest.mark.targets
def test_a_value_that_is_kept_elsewhere_is_none(race: Any) -> None:
    result = race("held_elsewhere", 3.0)
    assert not result.findings
    assert result.exit_status == 0


def test_an_exception_of_no_order_is_a_finding(race: Any) -> None:
    assert ("exception", "process", "come_and_go+come_and_go") in shown(race("raising"))


def test_what_no_operation_may_raise_is_a_finding_in_every_order(race: Any) -> None:
    (finding,) = race("broken").findings
    assert finding.message == "ask raised SystemError: torn; no operation may"


def test_a_round_of_which_nothing_but_the_process_is_asked_is_no_sample(race: Any) -> None:
    result = race("unasked", 1.0)
    assert not result.findings
    assert result.exit_status == 0
    assert result.totals.rounds and not result.totals.samples


def test_a_crash_is_told_of_its_pair_and_the_others_are_gone_on_with(
    free_threaded: Target, tmp_path: Path
) -> None:
    chosen = [
        one for one in describe(free_threaded, [FILE], "subjects").scenarios if one.name == "pairs.deadly"
    ]
    result = run_campaign(
        free_threaded, chosen, Options(budget_s=6.0, seed=1), tmp_path, lambda event: None, KIND
    )
    crashes = {text.split(" | ")[3] for text in (one.signature for one in result.findings)}
    assert crashes == {"ends+ends"}
    assert result.totals.pairs.distinct == 6


def campaign(target: Target, name: str, out: Path, **options: Any) -> tuple[Result, list[Any]]:
    chosen = [one for one in describe(target, [FILE], "subjects").scenarios if one.name == f"pairs.{name}"]
    told: list[Any] = []
    result = run_campaign(target, chosen, Options(seed=1, **options), out, told.append, KIND)
    return result, told


def test_a_process_that_a_pair_has_broken_is_told_of_that_pair_once(
    free_threaded: Target, tmp_path: Path
) -> None:
    result, told = campaign(free_threaded, "breaking", tmp_path, budget_s=5.0)
    assert {(one.kind, one.oracle) for one in result.findings} == {("violation", "process")}
    broken = {one.where for one in result.findings} - {"mixed rows"}
    assert broken and all("arm" in pair for pair in broken), "each thread arms twice in a row, too"
    one = next(one for one in result.findings if one.where in broken)
    assert "ask alone gives (('x1',), None)" in one.message
    after = [event["reason"] for event in told if event["event"] == "done"]
    assert "pairs" in after and result.totals.pairs.distinct == 6, "the other pairs go on in a fresh child"


@pytest.mark.parametrize(
    ("name", "pairs", "last", "oracle"),
    [
        ("breaking", ("put+ask", "arm+arm", "put+put"), "arm+arm", "process"),
        ("inconsistent", ("put+look", "put+put", "look+look"), "put+put", "structure"),
    ],
)
def test_a_child_ends_with_the_first_of_its_pairs_that_shows_something(
    free_threaded: Target, name: str, pairs: tuple[str, ...], last: str, oracle: str
) -> None:
    (chosen,) = [
        one for one in describe(free_threaded, [FILE], "subjects").scenarios if one.name == f"pairs.{name}"
    ]
    planned = PlannedTrial(chosen, 0, {}, "1", 2, 9.0, pairs=pairs)
    told: list[Any] = []
    run_in_child(free_threaded, trial_spec(planned, 9.0, None, 1 << 30, "off"), told.append, lambda: False)
    begun = [event["pair"] for event in told if event["event"] == "pair_begin"]
    assert begun == [*pairs[: pairs.index(last) + 1]], "in the order they were told, and none behind it"
    found = {(event["where"], event["oracle"]) for event in told if event["event"] == "finding"}
    assert found == {(last, oracle)}
    assert [event["reason"] for event in told if event["event"] == "done"] == ["found"]


def test_what_one_pair_has_caused_is_not_believed_of_the_others(
    free_threaded: Target, tmp_path: Path
) -> None:
    result, told = campaign(free_threaded, "infecting", tmp_path, budget_s=4.0)
    # The triples of it, which come after all pairs, show it, too.
    assert {one.where for one in result.findings} - {"spread+spread+one", "spread+spread+other"} == {
        "spread+spread"
    }
    doubts = [number for number, event in enumerate(told) if event["event"] == "doubted"]
    for number in doubts:
        if number < len(told) / 2:  # at the end of the budget there may be no time for it
            assert told[number]["pair"] in {
                event["pair"] for event in told[number:] if event["event"] == "pair_begin"
            }
    if doubts:
        assert any("a child in which another one" in notice for notice in result.notices)


def test_what_a_debug_allocator_notices_late_is_told_of_no_pair_that_did_not_do_it(
    free_threaded: Target, tmp_path: Path
) -> None:
    result, told = campaign(free_threaded, "noticed_late", tmp_path, budget_s=6.0)
    doubts = [event for event in told if event["event"] == "doubted"]
    assert doubts and {event["after"] for event in doubts} == {EARLIER}
    assert result.findings and all("spoil" in one.where for one in result.findings)


SPOILS = KnownIssue(
    id="ftstress-0000",
    title="It spoils the process",
    scenario="pairs.dies_late",
    signature="crash of spoil+*",
    with_gil=True,
    seen="every time",
)


def test_what_a_known_pair_may_have_broken_is_told_of_no_other_before_that_shows_it_alone(
    free_threaded: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "load", lambda: [SPOILS])
    result, told = campaign(free_threaded, "dies_late", tmp_path, budget_s=4.0)
    assert result.findings and all("spoil" in one.where and one.known == SPOILS.id for one in result.findings)
    assert all(event["pair"] == "other+other" for event in told if event["event"] == "doubted")


@pytest.mark.parametrize(
    ("kind", "oracle", "where", "others", "doubted"),
    [
        ("crash", "process", "other+other", ["spoil+other"], True),
        ("hang", "process", "other+other", ["other+spoil"], True),
        ("violation", "process", "other+other", ["spoil+spoil"], True),
        ("violation", "structure", "other+other", ["spoil+other"], False),
        ("crash", "process", "other+other", [], False),
        ("crash", "process", "other+other", ["other+third"], False),
        ("crash", "process", "spoil+other", ["spoil+spoil"], False),
        ("violation", "process", "mixed rows", ["spoil+other"], False),
    ],
)
def test_only_what_another_pair_of_the_child_may_have_done_is_doubted(
    free_threaded: Target, kind: str, oracle: str, where: str, others: list[str], doubted: bool
) -> None:
    grader = Grader([SPOILS])
    grader.target = free_threaded
    event: Any = {"kind": kind, "oracle": oracle, "where": where, "details": {}, "message": ""}
    assert grader.may_be_another_s("pairs.dies_late", event, others) == doubted


@pytest.mark.parametrize(
    ("kind", "replayed", "doubted"),
    [
        ("crash", "3 of 3", False),
        ("hang", "1 of 3", False),
        ("crash", "0 of 3", True),
        ("violation", "3 of 3", True),
    ],
)
def test_what_ends_a_process_that_is_swept_is_its_pair_s_where_another_child_showed_it_again(
    free_threaded: Target, kind: str, replayed: str, doubted: bool
) -> None:
    grader = Grader([SPOILS])
    grader.target = free_threaded
    details = {"sweep": {"replayed": replayed}}
    event: Any = {
        "kind": kind,
        "oracle": "process",
        "where": "other+other",
        "details": details,
        "message": "",
    }
    assert grader.may_be_another_s("pairs.dies_late", event, ["spoil+other"]) == doubted


def test_triples_come_when_all_pairs_have(free_threaded: Target, tmp_path: Path) -> None:
    result, told = campaign(free_threaded, "kept", tmp_path, budget_s=8.0)
    raced = [event["pair"] for event in told if event["event"] == "pair_begin"]
    assert {"append+append", "append+pop", "pop+pop"} <= set(raced)
    assert any(name.count("+") == 2 for name in raced)
    assert result.totals.triples.distinct > 0 and result.totals.pairs.distinct == 3
    assert not result.findings


def test_a_hang_is_told_of_its_pair(race: Any) -> None:
    assert ("hang", "process", "stay+stay") in shown(race("waiting", 2.0))


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere a process cannot lower all its threads' priority"
)
def test_who_runs_without_a_step_stands_back(race: Any) -> None:
    assert ("violation", "structure", "stay+stay") in shown(race("spinning", 2.0))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("kept", None),
        ("refusing", None),
        ("strange", ("violation", "permitted", "put+get")),
        ("inconsistent", ("violation", "structure", "put+put")),
        ("deadly", ("crash", "process", "ends+ends")),
    ],
)
def test_mixed_rows_see_what_pairs_see(
    free_threaded: Target, tmp_path: Path, name: str, wanted: tuple[str, str, str] | None
) -> None:
    chosen = [
        one for one in describe(free_threaded, [FILE], "subjects").scenarios if one.name == f"pairs.{name}"
    ]
    seen: set[tuple[str, str, str]] = set()
    for seed in range(1, SEEDS + 1):
        told: list[Any] = []
        options = Options(budget_s=0.25, seed=seed)
        result = run_campaign(free_threaded, chosen, options, tmp_path / str(seed), told.append, KIND)
        events = {event["event"] for event in told}
        assert "pair_begin" not in events, "there was time for nothing else"
        assert "mixed" in events or (name == "deadly" and result.findings)
        seen |= shown(result)
        if wanted in seen:
            return
    assert not seen
    assert wanted is None


def test_an_object_that_can_no_longer_be_made_is_an_exception_and_no_hang(
    free_threaded: Target, tmp_path: Path
) -> None:
    chosen = [
        one for one in describe(free_threaded, [FILE], "subjects").scenarios if one.name == "pairs.tiring"
    ]
    options = Options(budget_s=3.0, seed=1, stop_at_first=True)
    result = run_campaign(free_threaded, chosen, options, tmp_path, lambda event: None, KIND)
    assert shown(result) == {("exception", "process", "put+put")}
    assert "no more" in result.findings[0].message


def test_a_subject_that_cannot_be_made_is_told_in_a_sentence(free_threaded: Target, tmp_path: Path) -> None:
    file = tmp_path / "unmade.py"
    file.write_text(
        "from harness.kernel.pairs import Subject, step\n"
        "class Unmade(Subject):\n"
        '    "Nobody says how."\n'
        "    @step()\n"
        "    def look(o, v):\n"
        "        return o\n"
    )
    (error,) = describe(free_threaded, [file], "subjects").errors
    assert "Unmade does not say how to make one: give it fresh(self, size)" in error


class _Wordless(KeyError):
    """As what a key that is no longer there leaves: its text cannot be had."""

    def __str__(self) -> str:
        raise self


class _NotLookedAt(Subject):
    """Whoever looks at it gets an exception that cannot be told."""

    def wrong(self, o: Any) -> str:
        raise _Wordless


def test_who_cannot_look_says_so_whatever_the_exception_has_become() -> None:
    assert disagreement(_NotLookedAt(), None) == "looking at it raised _Wordless: (its text cannot be had)"


def test_orders_are_all_orders() -> None:
    assert len(list(interleavings([1, 1]))) == 2
    assert len(list(interleavings([2, 2]))) == 6
    assert len(list(interleavings([3, 3]))) == 20
    assert len(list(interleavings([1, 1, 1]))) == 6


def test_what_is_equal_freezes_equal_and_what_differs_does_not() -> None:
    shared: list[Any] = []
    one, other = object(), object()

    def frozen(thing: Any) -> Any:
        return Freezer(shared).freeze(thing)

    assert frozen([1, {"a": {2}}]) == frozen([1, {"a": {2}}])
    assert frozen([1]) != frozen((1,))
    assert frozen(True) != frozen(1)
    assert frozen(float("nan")) == frozen(float("nan"))
    assert frozen([one, one]) != frozen([one, other])
    assert frozen([one, other]) == frozen([other, one]), "which of them, not where they are"
    assert frozen(Raised(KeyError("a"))) == frozen(Raised(KeyError("b")))
    assert strings(frozen(["a", {"b": ("c",)}, Raised(KeyError("d")), 1.5])) == ["a", "b", "c"]


def test_the_catalogue_can_be_described_here() -> None:
    from harness.builds.fingerprint import probe
    from harness.kernel.suite import subject_files

    catalogue = describe(probe(sys.executable), subject_files(), "subjects")
    assert not catalogue.errors
    assert catalogue.scenarios
    assert all(one.pairs for one in catalogue.scenarios)
