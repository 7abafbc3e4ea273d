"""The report as JSON: of one campaign the contract's ``result.json``, of several one object for the fleet's.

It adds the causes, and what sweeps covered; ``result.json`` itself, which is written after each trial, has neither.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from harness.campaign.gather import Report
from harness.record.result import SCHEMA
from harness.report.coverage import lines_of


def render(report: Report) -> str:
    """ASCII only, so that no terminal and no log can be moved by it. One object, newline at the end.

    ``docs/result.schema.json`` and ``docs/fleet.schema.json`` say what is in it.
    """
    single = len(report.campaigns) == 1
    data = report.campaigns[0].result.to_json() if single else _fleet(report)
    data["causes"] = [
        {
            "cause": cause.text,
            "severity": cause.severity,
            "known": cause.known,
            "findings": [face.id for face in cause.faces],
            "one_because": cause.why,
        }
        for cause in report.causes
    ]
    if report.coverage:
        data["coverage"] = _coverage(report)
    return json.dumps(data, indent=1, ensure_ascii=True) + "\n"


def _fleet(report: Report) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "complete": report.complete,
        "exit_status": report.exit_status,
        "elapsed_s": report.elapsed_s,
        "totals": asdict(report.totals),
        "scenarios": [asdict(scenario) for scenario in report.scenarios],
        "findings": [asdict(found) | {"seen_by": report.sources[found.id]} for found in report.findings],
        "campaigns": [{"name": one.name} | one.result.to_json() for one in report.campaigns],
    }


def _coverage(report: Report) -> dict[str, object]:
    """Each pair, and the source lines of all of them together."""
    pairs = []
    for scenario, found in report.coverage.items():
        for pair in found:
            told = {name: data for name, data in replace(pair, lines={}).to_json().items() if name != "lines"}
            pairs.append({"scenario": scenario} | told)
    return {"pairs": pairs, "lines": lines_of(pair for found in report.coverage.values() for pair in found)}
