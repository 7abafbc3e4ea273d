"""The master as it ships, with two workers on loopback, read back over REST."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.builds.fault import build_fault, find
from harness.record.target import Target
from tests.buildbot.fleet import (
    EXCEPTION,
    FAILURE,
    FLEET,
    RETRY,
    SKIPPED,
    SUCCESS,
    Master,
    Server,
    linking,
    linking_by_machine,
    make_harness,
    make_master,
    make_project,
    make_worker,
    push,
    until,
)
from tests.cli.samples import QUIET, write

FAULT, FOUND_BY = "vectorcall-survives-call", "type_attributes.call_of_partial"
"""Found at once, by one thread."""
STEPS = [
    "worker_preparation",
    "git",
    "get-ftstress",
    "configure",
    "compile",
    "fresh-results",
    "fingerprint",
    "test",
    "upload-junit",
    "upload-campaign",
    "clean",
    "fleet-report",
]


@dataclass(frozen=True)
class Night:
    """What the fleet did, and where it left it."""

    results: Path
    revision: str
    red: dict[str, Any]
    with_gil: dict[str, Any]
    cut_off: dict[str, Any]
    green: dict[str, Any]
    broken: list[dict[str, Any]]
    nowhere: dict[str, Any]

    def campaign(self, build: dict[str, Any]) -> Path:
        name = build["properties"]["buildername"][0]
        return self.results / "ftstress" / "main" / self.revision / f"{name}-{build['number']}"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, free_threaded: Target) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("fleet")
    project, results = folder / "cpython", folder / "results"
    # A seeded fault on one of the machines: its build is to be red.
    faulty = str(build_fault(find(FAULT)))
    machines = {"attic": faulty, "cellar": free_threaded.executable}
    revision = make_project(project, linking_by_machine(machines))
    push(project, "with-gil", linking(sys._base_executable))  # type: ignore[attr-defined]
    make_harness(folder / "ftstress")
    quiet = write(folder, "quiet.py", QUIET)
    make_master(
        folder / "master", FLEET.format(cpython=project, ftstress=folder / "ftstress", results=results)
    )
    master = Master(folder / "master")
    running: list[Server] = [master]
    try:
        make_worker(folder / "cellar", "cellar", master.worker_port)
        worker = Server("buildbot-worker", folder / "cellar")
        running.append(worker)

        master.logged(r"(gitpoller: processing changes)")  # from now on, what is new is a change
        red = master.force("attic-release", scenarios=FOUND_BY, seed="7")
        green = master.force("cellar-release", scenarios=str(quiet))
        push(project, "broken", "false")
        until(lambda: len(master.get("buildrequests", "buildrequests")) == 4, "a request on each machine")
        nowhere = master.force("attic-release", scenarios=str(quiet), revision="0" * 40)
        with_gil = master.force("attic-release", scenarios=str(quiet), branch="with-gil")

        until(lambda: _in_test(master, green), "the step test of the build to be cut off", 120)
        worker.kill()
        running.append(Server("buildbot-worker", folder / "cellar"))

        broken = until(
            lambda: _on_both(master, "broken"), "a build of the pushed branch on each machine", 120
        )
        yield Night(
            results,
            revision,
            red=master.finished(red),
            with_gil=master.finished(with_gil),
            cut_off=master.builds(green)[0],
            green=master.finished(green),
            nowhere=master.finished(nowhere),
            broken=[one | {"steps": master.steps(one)} for one in broken],
        )
    finally:
        for server in reversed(running):
            server.kill()


def _on_both(master: Master, branch: str) -> list[dict[str, Any]] | None:
    builds = master.get("builds?property=branch&complete=true", "builds")
    there = [one for one in builds if one["properties"]["branch"][0] == branch]
    return there if len(there) == 2 else None


def _in_test(master: Master, request: int) -> bool:
    builds = master.builds(request)
    steps = master.get(f"builds/{builds[-1]['buildid']}/steps", "steps") if builds else []
    return any(step["name"] == "test" and step["started_at"] for step in steps)


def test_a_green_build_goes_through_every_step(night: Night) -> None:
    assert night.green["results"] == SUCCESS
    assert list(night.green["steps"]) == STEPS
    assert {step["results"] for step in night.green["steps"].values()} == {SUCCESS}
    assert "--disable-gil" in night.green["steps"]["configure"]["log"]
    assert "free-threaded" in night.green["steps"]["fingerprint"]["log"]
    assert night.green["steps"]["test"]["state_string"].startswith("0 new, 0 known in ")


def test_a_finding_makes_a_build_red_and_its_files_are_kept(night: Night) -> None:
    assert night.red["results"] == FAILURE
    test = night.red["steps"]["test"]
    assert test["results"] == FAILURE
    assert test["state_string"].startswith("1 new, 0 known in ")
    result = json.loads((night.campaign(night.red) / "result.json").read_text())
    assert [finding["scenario"] for finding in result["findings"]] == [FOUND_BY]
    assert result["findings"][0]["id"] in test["log"]
    assert list(night.red["steps"]) == STEPS


@pytest.mark.parametrize("name", ["green", "red"])
def test_what_a_campaign_leaves_is_uploaded(night: Night, name: str) -> None:
    build = getattr(night, name)
    campaign = night.campaign(build)
    assert {path.name for path in campaign.iterdir()} == {"journal.jsonl", "result.json", "report.html"}
    builder = build["properties"]["buildername"][0]
    assert (night.results / "test-results" / "main" / builder / f"build_{build['number']}.xml").exists()
    urls = [url["url"] for url in build["steps"]["upload-campaign"]["urls"]]
    assert urls == [f"http://127.0.0.1/results/{campaign.relative_to(night.results)}/report.html"]


def test_where_nothing_can_be_exercised_a_build_is_neither_green_nor_red(night: Night) -> None:
    steps = night.with_gil["steps"]
    assert (night.with_gil["results"], steps["fingerprint"]["results"]) == (EXCEPTION, EXCEPTION)
    assert "test" not in steps
    assert steps["upload-campaign"]["results"] == SKIPPED
    assert steps["clean"]["results"] == SUCCESS


def test_a_push_starts_a_build_on_each_machine_and_what_cannot_be_compiled_is_red(night: Night) -> None:
    assert len({build["builderid"] for build in night.broken}) == 2
    for build in night.broken:
        assert (build["results"], build["steps"]["compile"]["results"]) == (FAILURE, FAILURE)
        assert "fingerprint" not in build["steps"]
        assert build["steps"]["clean"]["results"] == SUCCESS


def test_a_revision_that_is_nowhere_is_red_and_leaves_nothing(night: Night) -> None:
    ran = {name: step["results"] for name, step in night.nowhere["steps"].items()}
    assert night.nowhere["results"] == FAILURE
    assert [name for name, result in ran.items() if result != SKIPPED] == [
        "worker_preparation",
        "git",
        "clean",
    ]


def test_a_build_whose_worker_is_killed_is_built_again(night: Night) -> None:
    assert night.cut_off["results"] == RETRY
    assert night.green["number"] > night.cut_off["number"]
    assert night.green["properties"]["scenarios"] == night.cut_off["properties"]["scenarios"]


def test_all_campaigns_of_a_revision_are_one_report(night: Night) -> None:
    report = (night.results / "ftstress" / "main" / night.revision / "fleet.html").read_text()
    for build in (night.red, night.green):
        assert night.campaign(build).name in report
    result = json.loads((night.campaign(night.red) / "result.json").read_text())
    assert result["findings"][0]["id"] in report


def test_a_seed_that_is_given_is_taken(night: Night) -> None:
    result = json.loads((night.campaign(night.red) / "result.json").read_text())
    assert result["seed"] == 7
