"""SARIF 2.1.0: the parts of the standard's schema that are used, and where a finding is shown.

The schema itself is not part of any package that could be installed for a test. What is below has its rules for every
property that is written, and forbids all others, as the schema does.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from harness.campaign.gather import Report, merge
from harness.kernel.event_types import StackData
from harness.report.sarif import render
from tests.campaign.fakes import fake_scenario
from tests.report.samples import HOSTILE, campaign, finding, report, result, scenario

TEXT = {"type": "string"}
BAG = {"type": "object"}
URI = {"type": "string", "format": "uri-reference", "pattern": r"^[^\s\\<>\"{}|^`]*$"}


def closed(needed: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": needed.split(),
        "additionalProperties": False,
    }


def many(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items} | more


MESSAGE = closed("text", text=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
INDEX = {"type": "integer", "minimum": -1}
RULE = closed("id", id=TEXT, shortDescription=MESSAGE)
DRIVER = closed("name", name=TEXT, semanticVersion=TEXT, rules=many(RULE, uniqueItems=True))
PHYSICAL = closed(
    "artifactLocation",
    artifactLocation=closed("uri", uri=URI, uriBaseId=TEXT),
    region=closed("startLine", startLine={"type": "integer", "minimum": 1}),
)
LOCATION = closed(
    "",
    physicalLocation=PHYSICAL,
    logicalLocations=many(closed("", fullyQualifiedName=TEXT, kind=TEXT), uniqueItems=True),
)
RESULT = closed(
    "message",
    ruleId=TEXT,
    ruleIndex=INDEX,
    level=LEVEL,
    message=MESSAGE,
    locations=many(LOCATION),
    relatedLocations=many(LOCATION, uniqueItems=True),
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
    occurrenceCount={"type": "integer", "minimum": 1},
    suppressions=many(
        closed("kind", kind={"enum": ["inSource", "external"]}, justification=TEXT), uniqueItems=True
    ),
    properties=BAG,
)
INVOCATION = closed(
    "executionSuccessful",
    executionSuccessful={"type": "boolean"},
    exitCode={"type": "integer"},
    exitCodeDescription=TEXT,
    toolExecutionNotifications=many(closed("message", level=LEVEL, message=MESSAGE)),
    properties=BAG,
)
RUN = closed(
    "tool",
    tool=closed("driver", driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=many(INVOCATION),
    results=many(RESULT),
    properties=BAG,
)
LOG = Draft202012Validator(closed("version runs", version={"const": "2.1.0"}, runs=many(RUN)))


def run_of(made: Report) -> dict[str, Any]:
    text = render(made)
    assert text.isascii()
    read = json.loads(text)
    LOG.validate(read)
    (run,) = read["runs"]
    return dict(run)


def found(file: str = "/elsewhere/stress_tests/type_attributes/trees.py", **changes: Any) -> Report:
    one = finding(**changes)
    shown = scenario(verdict="new", findings=(one.id,), name=one.scenario)
    info = fake_scenario(name=shown.name, file=file, line=61)
    made = campaign(result(shown, findings=(one,), exit_status=1))
    return merge([replace(made, infos={shown.name: info})])


def test_a_finding_is_an_error_where_its_scenario_is_written() -> None:
    (shown,) = run_of(found())["results"]
    assert (shown["ruleId"], shown["level"]) == ("ftstress/violation", "error")
    assert shown["partialFingerprints"] == {"ftstress/v1": "f1f1f1f1"}
    place = shown["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 61}
    assert place["artifactLocation"] == {
        "uri": "stress_tests/type_attributes/trees.py",
        "uriBaseId": "%SRCROOT%",
    }


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        (str(Path.cwd() / "my scenarios.py"), "my%20scenarios.py"),
        ("/somewhere/else.py", "file:///somewhere/else.py"),
        ("C:\\somewhere\\else.py", "file:///C:/somewhere/else.py"),
        ("C:\\x\\stress_tests\\suite\\mine.py", "stress_tests/suite/mine.py"),
    ],
)
def test_a_file_is_named_as_code_scanning_finds_it(file: str, uri: str) -> None:
    (shown,) = run_of(found(file))["results"]
    assert shown["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_known_finding_is_a_suppressed_note() -> None:
    (shown,) = run_of(found(known="gh-118492"))["results"]
    assert shown["level"] == "note"
    assert shown["suppressions"] == [{"kind": "external", "justification": "known issue gh-118492"}]


def test_every_kind_of_finding_has_its_rule() -> None:
    for kind in ("violation", "crash", "hang", "leak", "sanitizer", "exception"):
        run = run_of(found(kind=kind))
        (shown,) = run["results"]
        assert (
            run["tool"]["driver"]["rules"][shown["ruleIndex"]]["id"] == shown["ruleId"] == f"ftstress/{kind}"
        )


def test_a_sanitizer_s_report_is_shown_where_both_accesses_are() -> None:
    places = ["insert (Objects/boxobject.c:12)", "look_up (Objects/boxobject.c:7)", "unknown code"]
    stacks: list[StackData] = [
        {"what": "write of size 8", "thread": "T1", "place": place, "frames": [place]} for place in places
    ]
    signature = "sanitizer | data race | type_attributes.diamond | Objects/boxobject.c:insert"
    one = found(kind="sanitizer", signature=signature, details={"stacks": stacks, "report": "a report"})
    (shown,) = run_of(one)["results"]
    (first,), (second, scenario) = shown["locations"], shown["relatedLocations"]
    for location, line in ((first, 12), (second, 7)):
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "Objects/boxobject.c"
        assert location["physicalLocation"]["region"] == {"startLine": line}
    assert scenario["physicalLocation"]["region"] == {"startLine": 61}


def test_what_a_target_says_breaks_nothing() -> None:
    run_of(found(message=HOSTILE, signature=HOSTILE, details={"stderr": HOSTILE}, scenario=f"mine.{HOSTILE}"))


def test_each_campaign_is_an_invocation_with_its_notices() -> None:
    both = campaign(result(notices=("the GIL was on",), exit_status=3), "a"), campaign(result(), "b")
    first, second = run_of(merge(both))["invocations"]
    assert (first["executionSuccessful"], second["executionSuccessful"]) == (False, True)
    assert first["toolExecutionNotifications"][0]["message"] == {"text": "the GIL was on"}
    assert run_of(report())["results"] == []


def test_the_rules_above_refuse_what_the_schema_refuses() -> None:
    log = json.loads(render(found()))
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(ValidationError):
        LOG.validate(log)
