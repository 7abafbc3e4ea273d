"""The report as SARIF 2.1.0: findings beside the scenario's source, for code scanning and editors."""

from __future__ import annotations

import json
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

import harness
from harness.campaign.gather import Campaign, Report
from harness.campaign.select import ScenarioInfo
from harness.record.result import Finding
from harness.report.escape import escape
from harness.report.findings import finding_text
from harness.report.numbers import counted
from harness.report.verdict import verdict_line

SUITES = "stress_tests"
RULES = {
    "violation": "What threads read contradicts what they had stored.",
    "crash": "The target died.",
    "hang": "The target went on without end, or fell silent.",
    "leak": "Something that nobody holds any more was not finalized.",
    "sanitizer": "A sanitizer reported an error.",
    "exception": "Something raised what it may not raise, also in a race.",
}
"""A rule a kind of finding, in the contract's order."""


def render(report: Report) -> str:
    """One run, a result a finding. A known finding that does not count is a suppressed note. ASCII only."""
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
        "results": [_result(report, found) for found in report.findings],
        "properties": {"verdict": verdict_line(report), "exit_status": report.exit_status},
    }
    return json.dumps({"version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=True) + "\n"


def _invocation(one: Campaign) -> dict[str, Any]:
    result = one.result
    return {
        "executionSuccessful": result.exit_status in (0, 1),
        "exitCode": result.exit_status,
        "exitCodeDescription": verdict_line(result),
        "toolExecutionNotifications": [
            {"level": "warning", "message": {"text": escape(notice)}} for notice in result.notices
        ],
        "properties": {"campaign": one.name, "target": result.target.title, "seed": result.seed},
    }


def _result(report: Report, found: Finding) -> dict[str, Any]:
    counts = found.id in report.counting
    result: dict[str, Any] = {
        "ruleId": f"ftstress/{found.kind}",
        "ruleIndex": list(RULES).index(found.kind),
        "level": "error" if counts else "note",
        "message": {"text": f"{escape(found.message, lines=True)} [{found.id}]\n\n{finding_text(found)}"},
        "locations": [_location(found.scenario, report.infos.get(found.scenario))],
        "partialFingerprints": {"ftstress/v1": found.id},
        "occurrenceCount": found.trials_hit,
        "properties": {
            "known": found.known,
            "with_gil": found.with_gil,
            "signature": escape(found.signature),
            "seen": f"in {found.trials_hit} of {counted(found.trials_run, 'trial')}",
            "seen_by": report.sources[found.id],
        },
    }
    if not counts:
        result["suppressions"] = [{"kind": "external", "justification": f"known issue {found.known}"}]
    return result


def _location(scenario: str, info: ScenarioInfo | None) -> dict[str, Any]:
    location: dict[str, Any] = {
        "logicalLocations": [{"fullyQualifiedName": escape(scenario), "kind": "type"}]
    }
    if info is not None:
        location["physicalLocation"] = {
            "artifactLocation": _artifact(info.file),
            "region": {"startLine": max(1, info.line)},
        }
    return location


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
