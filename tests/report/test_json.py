"""``result.json`` as text, and what several campaigns amount to; both as their published schemas say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import ValidationError

from harness.campaign.gather import Report, merge
from harness.campaign.grade import grade
from harness.report.json import render
from tests.campaign.journals import HandWritten
from tests.report import samples
from tests.report.samples import HOSTILE, WITH_GIL, campaign, finding, found_in, report, result, scenario
from tests.report.schemas import schema


def fleet() -> Report:
    shown = scenario(verdict="new", findings=(finding().id,))
    first = campaign(result(shown, findings=(finding(),), exit_status=1), "one")
    other = campaign(result(scenario(name="type_attributes.other"), seed=8), "two")
    return merge([first, other])


def test_it_is_the_contract_s_object_in_ascii() -> None:
    made = result(findings=(finding(message="größer \x1b"),))
    text = render(merge([campaign(made)]))
    assert text.isascii() and "\x1b" not in text and text.endswith("}\n")
    read = json.loads(text)
    (cause,) = read.pop("causes")
    assert read == json.loads(json.dumps(made.to_json()))
    assert (cause["cause"], cause["findings"]) == (None, ["f1f1f1f1"])
    assert read["findings"][0]["message"] == "größer \x1b"


@pytest.mark.parametrize(
    "made",
    [
        report(),
        report(target=WITH_GIL, notices=("rubbish \x00",), exit_status=130, complete=False),
        report(
            scenario(verdict="skipped", reason="needs parallelism", rounds=0, bound_95=None), exit_status=3
        ),
        found_in(finding(message=HOSTILE), finding(id="f2f2f2f2", known="gh-118492")),
    ],
)
def test_the_published_schema_describes_a_result(made: Report) -> None:
    schema("result").validate(json.loads(render(made)))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["exit_status"], 2),
        (["scenarios", 0, "verdict"], "safe"),
        (["scenarios", 0, "overlap"], 1.5),
        (["scenarios", 0, "more"], 1),
        (["findings", 0, "id"], "F1"),
        (["findings", 0, "known"], "somebody said so"),
        (["target", "sanitizer"], "memory"),
        (["totals", "rounds"], -1),
    ],
)
def test_the_published_schema_refuses_what_is_no_result(path: list[Any], value: Any) -> None:
    read = json.loads(render(found_in(finding())))
    inner = read
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    with pytest.raises(ValidationError):
        schema("result").validate(read)


def test_every_field_of_a_result_is_in_the_schema() -> None:
    read = json.loads(render(found_in(finding())))
    published = schema("result").schema
    assert set(read) == {*published["required"], "causes"} == (set(published["properties"]) - {"coverage"})
    for part, one in (
        ("target", read["target"]),
        ("scenario", read["scenarios"][0]),
        ("finding", read["findings"][0]),
    ):
        assert (
            set(one)
            == set(published["$defs"][part]["required"])
            == set(published["$defs"][part]["properties"])
        )


def test_a_hand_written_journal_gives_a_valid_result() -> None:
    journal = HandWritten().trial().progress().finding().ended("died", notice="it died")
    schema("result").validate(json.loads(json.dumps(grade(journal.end()).to_json())))


def test_several_campaigns_are_one_object_that_holds_each_whole() -> None:
    read = json.loads(render(fleet()))
    schema("fleet").validate(read)
    assert [one["name"] for one in read["campaigns"]] == ["one", "two"]
    schema("result").validate({key: value for key, value in read["campaigns"][1].items() if key != "name"})
    assert (read["exit_status"], read["findings"][0]["seen_by"]) == (1, ["one"])
    assert read["totals"]["rounds"] == 2 * samples.QUIET.rounds


def test_the_fleet_s_schema_refuses_a_finding_that_nobody_saw() -> None:
    made = fleet()
    with pytest.raises(ValidationError):
        schema("fleet").validate(json.loads(render(replace(made, sources={"f1f1f1f1": ()}))))
