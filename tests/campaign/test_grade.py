"""Statuses, verdicts and numbers, from journals written by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.campaign import plan
from harness.campaign.grade import grade
from harness.campaign.plan import PAIRS, STRESS
from harness.record.journal import JournalError
from tests.campaign.fakes import fake_scenario, fake_target
from tests.campaign.journals import HandWritten

WITH_GIL = fake_target(free_threaded=False, gil_enabled=True, version="3.12.1", version_info=(3, 12, 1))
FINALIZER = fake_scenario(name="type_attributes.finalizer_reads_class", needs_parallelism=False)


def quiet() -> HandWritten:
    return HandWritten().trial().progress().ended()


def test_a_quiet_campaign_is_not_observed_with_its_bound() -> None:
    result = grade(quiet().end())
    (shown,) = result.scenarios
    assert (result.exit_status, result.complete) == (0, True)
    assert (shown.verdict, shown.rate_per_round, shown.bound_95) == ("not observed", 0.0, 0.3)
    assert (shown.overlap, shown.cache_live) == (0.9, 0.9)
    assert (result.totals.rounds, result.totals.samples, result.totals.trials) == (10, 2000, 1)


def test_progress_is_cumulative_in_a_trial_and_added_over_trials() -> None:
    journal = (
        HandWritten().trial().progress(rounds=4).progress(rounds=9).ended().trial().progress(rounds=5).ended()
    )
    assert grade(journal.end()).totals.rounds == 14


def test_trials_beside_each_other_are_kept_apart() -> None:
    journal = HandWritten(fake_scenario("a"), fake_scenario("b")).trial("fake.a").trial("fake.b")
    for number, rounds in ((1, 3), (2, 5), (1, 4), (2, 6)):
        journal.number = number
        journal.progress(rounds=rounds)
    assert [shown.rounds for shown in grade(journal.end()).scenarios] == [4, 6]


def test_one_signature_is_one_finding_however_often_it_is_seen() -> None:
    journal = HandWritten()
    for thread in range(3):
        journal.trial().finding(details={"thread": thread}).progress(rounds_hit=2).ended()
    result = grade(journal.trial().progress().ended().end())
    (finding,) = result.findings
    assert (finding.trials_hit, finding.trials_run, finding.known) == (3, 4, None)
    assert finding.first_seen_s == 2.0
    assert (finding.details["thread"], finding.details["knobs"]) == (0, {"fan_out": 30}), "the first one's"
    (shown,) = result.scenarios
    assert (shown.verdict, shown.findings) == ("new", (finding.id,))
    assert shown.rate_per_round == 6 / 40


def test_an_id_is_the_same_in_every_campaign() -> None:
    first = grade(HandWritten().trial().finding(message="a").end()).findings[0].id
    second = grade(HandWritten(seed=8).trial().ended().trial().finding(message="b").end()).findings[0].id
    assert first == second
    assert len(first) == 8


def test_a_crash_counts_as_a_hit_though_its_round_was_never_told() -> None:
    result = grade(HandWritten().trial().progress().finding(kind="crash", round=None).ended("died").end())
    assert result.scenarios[0].rate_per_round == pytest.approx(1 / 11)


@pytest.mark.parametrize(
    ("kind", "target", "with_gil"),
    [("new", fake_target(), "not tried"), ("known", WITH_GIL, "not applicable")],
)
def test_a_known_issue_is_known_on_the_versions_it_names_only(kind: str, target: Any, with_gil: str) -> None:
    journal = HandWritten(FINALIZER, target=target).trial(FINALIZER.name)
    result = grade(
        journal.finding(oracle="finalizer", where="finalizer").progress(rounds_hit=1).ended().end()
    )
    assert result.scenarios[0].verdict == kind
    assert result.findings[0].known == ("gh-118492" if kind == "known" else None)
    assert result.findings[0].with_gil == with_gil
    assert result.exit_status == (1 if kind == "new" else 0)


def test_what_was_found_out_later_is_part_of_the_finding() -> None:
    journal = HandWritten().trial().finding().progress().ended()
    (found,) = grade(journal.events).findings
    journal.add("later", signature=found.signature, details={"script": "import sys"})
    journal.add("later", signature="of another", details={"script": "import this"})
    (after,) = grade(journal.end()).findings
    assert after.details == found.details | {"script": "import sys"}


def test_that_there_are_no_native_stacks_is_told_once() -> None:
    missing = {"native_missing": "there is no gdb on this machine"}
    journal = HandWritten()
    for where in ("read", "store"):
        journal.trial().finding(kind="hang", where=where, details=missing).progress().ended()
    result = grade(journal.end())
    assert len(result.findings) == 2
    assert result.notices == ("native stacks are missing: there is no gdb on this machine",)


def test_strict_makes_a_known_finding_count() -> None:
    journal = HandWritten(FINALIZER, target=WITH_GIL, strict=True).trial(FINALIZER.name)
    journal.finding(oracle="finalizer", where="finalizer").progress(rounds_hit=1)
    result = grade(journal.ended().end())
    assert (result.scenarios[0].verdict, result.exit_status) == ("known", 1)


def test_the_first_status_that_applies_wins() -> None:
    journal = quiet()
    assert grade(journal.events).exit_status == 130, "it has not ended"
    journal.trial().finding()
    assert grade(journal.end(complete=False)).exit_status == 1, "a finding counts also when interrupted later"
    journal.trial().said("failure", message="ZeroDivisionError", traceback="")
    assert grade(journal.end()).exit_status == 4


def test_an_interrupted_campaign_is_130_and_resumed_it_is_not() -> None:
    journal = quiet()
    journal.end(complete=False)
    assert (grade(journal.events).complete, grade(journal.events).exit_status) == (False, 130)
    journal.add("resume", strict=False).trial().progress().ended()
    assert grade(journal.end()).exit_status == 0


NOT_EXERCISED = {
    "no trial finished a round": {"rounds": 0, "samples": 0, "overlap_ns": 0, "span_ns": 0},
    "nothing was observed while its actors raced: 0 samples in 10 rounds": {"samples": 0},
    "its actors never overlapped in 10 rounds": {"overlap_ns": 0},
}


@pytest.mark.parametrize("reason", NOT_EXERCISED)
def test_what_was_not_exercised_is_no_pass(reason: str) -> None:
    result = grade(HandWritten().trial().progress(**NOT_EXERCISED[reason]).ended().end())
    assert (result.scenarios[0].verdict, result.scenarios[0].reason, result.exit_status) == (
        "not exercised",
        reason,
        3,
    )


def test_a_campaign_without_scenarios_or_trials_is_no_pass() -> None:
    assert grade(HandWritten().end()).exit_status == 3
    journal = HandWritten()
    journal.events[0]["scenarios"] = []
    assert grade(journal.end()).exit_status == 3


def test_one_scenario_that_was_exercised_is_enough() -> None:
    journal = HandWritten(fake_scenario("a"), fake_scenario("b")).trial("fake.a").progress().ended()
    result = grade(journal.end())
    assert result.exit_status == 0
    assert [shown.verdict for shown in result.scenarios] == ["not observed", "not exercised"]
    assert "the budget was too short" in str(result.scenarios[1].reason)


def test_one_thread_needs_no_overlap() -> None:
    alone = fake_scenario(actors={"writer": 1})
    result = grade(HandWritten(alone).trial().progress(overlap_ns=0, span_ns=0, reads=0).ended().end())
    assert (result.exit_status, result.scenarios[0].overlap, result.scenarios[0].cache_live) == (
        0,
        None,
        None,
    )


@pytest.mark.parametrize("where", ["hello", "gil"])
def test_a_gil_that_is_on_in_a_free_threaded_target_is_no_pass(where: str) -> None:
    journal = HandWritten(fake_scenario("a"), fake_scenario("b")).trial("fake.a")
    if where == "hello":
        journal.said("hello", gil_enabled=True, free_threaded=True)
    else:
        journal.said("gil", enabled=True, when="in round 3")
    result = grade(journal.progress().ended().trial("fake.b").progress().ended().end())
    assert result.exit_status == 3
    assert result.scenarios[0].verdict == "not exercised"
    assert "the GIL was on" in result.notices[0]
    assert grade(journal.trial("fake.b").finding().ended().end()).exit_status == 1, "a finding goes first"


def test_on_a_build_with_the_gil_the_rest_is_skipped() -> None:
    journal = HandWritten(fake_scenario("racing"), FINALIZER, target=WITH_GIL).trial(FINALIZER.name)
    journal.said("hello", gil_enabled=True, free_threaded=False).progress().ended()
    result = grade(journal.end())
    assert [shown.verdict for shown in result.scenarios] == ["skipped", "not observed"]
    assert result.exit_status == 0


def test_notices_are_told_once_and_not_without_end() -> None:
    journal = HandWritten()
    for number in range(30):
        journal.trial().progress().ended(notice=f"notice {number}").trial().ended(notice="notice 0")
    told = grade(journal.end()).notices
    assert len(told) == 21
    assert told[-1] == "10 more notices are in the journal"


def test_what_a_torn_journal_lost_is_passed_over() -> None:
    events = quiet().end()
    events.insert(1, {"event": "progress", "trial": 99, "rounds": 5})
    events.insert(1, {"event": "of a newer harness", "at_s": 1.0})
    assert grade(events).totals.rounds == 10


def test_a_journal_without_a_beginning_cannot_be_graded() -> None:
    with pytest.raises(JournalError, match="no beginning"):
        grade([])


def test_histories_that_are_not_decided_are_told() -> None:
    result = grade(HandWritten().trial().progress(histories=9, unknown_histories=2).ended().end())
    assert result.notices == (
        f"{result.scenarios[0].name}: 2 of 9 histories are not decided: an actor raised in their rounds",
    )


def programs() -> HandWritten:
    """A campaign of random programs; one in two ways showed that a child died, and a shorter one that it did."""
    journal = HandWritten(kind=plan.FUZZ)
    for text in ("a.b 0|c 0|d 0", "a.b 0|c 0"):
        died = {"event": "finding", "kind": "crash", "oracle": "process", "where": text, "message": "SIGSEGV"}
        journal.trial().progress()
        said = {"pair": text, "after": "", "message": "", "symptom": "crash | process"}
        journal.said(
            "doubted", scenario="fake.well", **said, found={**died, "details": {"signal": "SIGSEGV"}}
        ).ended()
    return journal


def test_a_program_in_which_a_child_died_counts_where_nothing_smaller_was_found() -> None:
    result = grade(programs().end())
    (finding,) = result.findings
    assert (finding.where, finding.kind, finding.trials_hit) == ("a.b 0|c 0", "crash", 1)
    assert (result.exit_status, finding.first_seen_s) == (1, 7.0)


@pytest.mark.parametrize(("kind", "findings"), [("crash", 1), ("violation", 2)])
def test_what_may_explain_it_stands_for_it(kind: str, findings: int) -> None:
    journal = programs().trial().finding(kind=kind, where="b+c", scenario="fake.well").progress().ended()
    assert len(grade(journal.end()).findings) == findings


def test_before_a_campaign_of_programs_is_over_none_is_told_that_is_made_smaller() -> None:
    assert not grade(programs().events).findings


@pytest.mark.parametrize(
    ("debug", "version", "kind", "told"),
    [
        (True, (3, 14, 0), PAIRS, ["reference totals: asked 2 times, of 1 of 1 subjects"]),
        (True, (3, 13, 5), PAIRS, []),
        (True, (3, 14, 0), STRESS, []),
        (False, (3, 14, 0), PAIRS, []),
    ],
)
def test_a_debug_build_says_how_often_totals_were_asked(
    debug: bool, version: tuple[int, int, int], kind: str, told: list[str]
) -> None:
    target = replace(fake_target(), debug=debug, version_info=version)
    journal = HandWritten(target=target, kind=kind).trial().progress(scenario="fake.well")
    for _ in range(2 if told else 0):
        journal.said("totals", scenario="fake.well", pair="a+b", blocks=3, rounds=96)
    notices = grade(journal.ended().end()).notices
    assert [one for one in notices if one.startswith("reference totals")] == told


@pytest.mark.parametrize(("kind", "status"), [("crash", 1), ("exception", 4)])
def test_the_harness_may_fail_in_a_child_whose_memory_is_torn(kind: str, status: int) -> None:
    journal = HandWritten(kind=plan.PAIRS).trial().progress()
    journal.finding(kind=kind, oracle="process", where="a+b", scenario="fake.well").ended().trial()
    failed = journal.said("failure", message="no such attribute", traceback="in judge", scenario="fake.well")
    result = grade(failed.ended().end())
    assert result.exit_status == status
    assert any("no such attribute" in told for told in result.notices)
    assert any("use freed memory" in told for told in result.notices) == (status == 1)


def test_a_child_that_could_not_be_started_is_no_torn_one() -> None:
    journal = HandWritten(kind=plan.PAIRS).trial().progress()
    journal.finding(kind="crash", oracle="process", where="a+b", scenario="fake.well").ended().trial()
    failed = journal.said("failure", message="no memory", traceback="", scenario="fake.well")
    assert grade(failed.ended().end()).exit_status == 4


def test_what_fails_twice_alike_is_the_harness_s_own_fault() -> None:
    journal = HandWritten(kind=plan.PAIRS).trial().progress()
    journal.finding(kind="crash", oracle="process", where="a+b", scenario="fake.well").ended()
    for _ in range(2):
        journal.trial().said("failure", message="no such attribute", traceback="in judge").ended()
    assert grade(journal.end()).exit_status == 4
