"""The report as SARIF 2.1.0: causes beside the scenario's source, for code scanning and editors."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

import harness
from harness.campaign.causes import Cause
from harness.campaign.gather import Campaign, Report, merge
from harness.campaign.select import ScenarioInfo
from harness.record.result import Finding
from harness.report.coverage import sentences
from harness.report.escape import escape
from harness.report.faces import cause_text
from harness.report.numbers import counted
from harness.report.source import in_source
from harness.report.stop import stop_of
from harness.report.verdict import report_verdict

SUITES = "stress_tests"
PLACE = re.compile(r"(?P<function>.*) \((?P<file>[^()]+):(?P<line>[0-9]+)\)")
"""As a sweep writes it, and what was read of a sanitizer's report."""
RULES = {
    "violation": "What threads read contradicts what they had stored.",
    "crash": "The target died.",
    "hang": "The target went on without end, or fell silent.",
    "leak": "Something that nobody holds any more was not finalized.",
    "sanitizer": "A sanitizer reported an error.",
    "exception": "Something raised what it may not raise, also in a race.",
}
"""A rule a kind of finding, in the contract's order."""
Sarif = dict[str, Any]
"""A part of the file: what may be in it, its own standard says."""


def render(report: Report) -> str:
    """One run, a result a cause, told by its first finding. What does not count is a suppressed note. ASCII only."""
    driver = {
        "name": "ftstress",
        "semanticVersion": harness.__version__,
        "rules": [
            {"id": f"ftstress/{kind}", "shortDescription": {"text": text}} for kind, text in RULES.items()
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(one) for one in report.campaigns],
        "results": [_result(report, cause) for cause in report.causes],
        "properties": {
            "verdict": report_verdict(report),
            "exit_status": report.exit_status,
            "swept": sentences(report),
        },
    }
    return json.dumps({"version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=True) + "\n"


def _invocation(one: Campaign) -> Sarif:
    result = one.result
    return {
        "executionSuccessful": result.exit_status in (0, 1),
        "exitCode": result.exit_status,
        "exitCodeDescription": report_verdict(merge([one])),
        "toolExecutionNotifications": [
            {"level": "warning", "message": {"text": escape(notice)}} for notice in result.notices
        ],
        "properties": {"campaign": one.name, "target": result.target.title, "seed": result.seed},
    }


def _result(report: Report, cause: Cause) -> Sarif:
    found = cause.faces[0]
    counts = found.id in report.counting
    text = cause_text(report, cause)
    scenario = _location(found.scenario, report.infos.get(found.scenario))
    points = _points(found)
    result: Sarif = {
        "ruleId": f"ftstress/{found.kind}",
        "ruleIndex": list(RULES).index(found.kind),
        "level": "error" if counts else "note",
        "message": {"text": f"{escape(found.message, lines=True)} [{found.id}]\n\n{text}"},
        "locations": [*points[:1], scenario][:1],
        "partialFingerprints": {"ftstress/v1": found.id},
        "occurrenceCount": found.trials_hit,
        "properties": {
            "severity": cause.severity,
            "cause": cause.text,
            "one_because": cause.why,
            "findings": [face.id for face in cause.faces],
            "known": found.known,
            "with_gil": found.with_gil,
            "signature": escape(found.signature),
            "seen": f"in {found.trials_hit} of {counted(found.trials_run, 'trial')}",
            "seen_by": report.sources[found.id],
        },
    }
    scenarios = dict.fromkeys(face.scenario for face in cause.faces)
    related = [_location(name, report.infos.get(name)) for name in scenarios if name != found.scenario]
    if points:
        related[:0] = [*points[1:], scenario]
    if related:
        result["relatedLocations"] = related
    if not counts:
        why = f"known issue {found.known}" if found.known else found.severity
        result["suppressions"] = [{"kind": "external", "justification": why}]
    return result


def _location(scenario: str, info: ScenarioInfo | None) -> Sarif:
    location: Sarif = {"logicalLocations": [{"fullyQualifiedName": escape(scenario), "kind": "type"}]}
    if info is not None:
        location["physicalLocation"] = {
            "artifactLocation": _artifact(info.file),
            "region": {"startLine": max(1, info.line)},
        }
    return location


def _points(found: Finding) -> list[Sarif]:
    """Lines in CPython's checkout: where a sweep had stopped a thread, or of the accesses that a sanitizer tells of."""
    stop = stop_of(found)
    point = stop.get("point") if stop else None
    places = point.get("places", [])[:1] if point else []
    places = places or [stack["place"] for stack in found.details.get("stacks", ())]
    return [_line(match) for place in places if (match := PLACE.fullmatch(place)) and "/" in match["file"]]


def _line(match: re.Match[str]) -> Sarif:
    return {
        "logicalLocations": [{"fullyQualifiedName": escape(match["function"]), "kind": "function"}],
        "physicalLocation": {
            "artifactLocation": {"uri": quote(in_source(match["file"])), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": max(1, int(match["line"]))},
        },
    }


def _artifact(file: str) -> dict[str, str]:
    """Relative to the checkout where that can be told, also on another machine than the one that raced."""
    path = _path(file)
    if SUITES in path.parts:
        inside = PurePosixPath(*path.parts[path.parts.index(SUITES) :])
    elif path.is_relative_to(Path.cwd()):
        inside = PurePosixPath(*path.relative_to(Path.cwd()).parts)
    elif path.is_absolute():
        return {"uri": path.as_uri()}
    else:
        inside = PurePosixPath(*path.parts)
    return {"uri": quote(str(inside)), "uriBaseId": "%SRCROOT%"}


def _path(file: str) -> PurePath:
    """A path as the machine that raced wrote it."""
    return PureWindowsPath(file) if PureWindowsPath(file).drive else PurePosixPath(file)
