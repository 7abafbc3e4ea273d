"""The factories: what CPython's master expects of them, times that nest, and what becomes of a campaign's result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from buildbot.process.properties import Properties
from buildbot.process.results import EXCEPTION, FAILURE, SUCCESS, WARNINGS, Results
from buildbot.steps.source.git import Git

from ci.buildbot import factory
from ci.buildbot.factory import DebugStressBuild, StressBuild, ThreadSanitizerStressBuild
from harness.campaign.plan import LONGEST_S
from harness.campaign.trial import longest_s

FACTORIES = [StressBuild, DebugStressBuild, ThreadSanitizerStressBuild]


@dataclass(frozen=True)
class CPythonWorker:
    """What CPython's master hands a factory, as far as it is looked at."""

    parallel_tests: int | None


def made(kind: type[StressBuild] = StressBuild, parallel_tests: int | None = 4, **more: Any) -> StressBuild:
    """A factory as CPython's master makes one."""
    return kind(
        Git(repourl="/srv/git/cpython.git"),
        branch="3.x",
        worker=CPythonWorker(parallel_tests),
        extra_tags=["stable"],
        **{"ftstress": "/srv/git/ftstress.git", **more},
    )


def steps(build: StressBuild) -> dict[str, Any]:
    return {step.name: step for step in (each.buildStep() for each in build.steps)}


def rendered(value: Any, **properties: Any) -> Any:
    """A value as a build with ``properties`` sees it, nested lists flattened."""
    known = Properties(builddir="/b", buildername="tower-release", buildnumber=7, **properties)
    result = known.render(value).result
    return [one for part in result for one in (part if isinstance(part, list) else [part])]


@pytest.mark.parametrize("kind", FACTORIES)
def test_a_factory_has_what_the_master_reads_and_the_steps_that_its_reporters_look_for(
    kind: type[StressBuild],
) -> None:
    build = made(kind, test_with_PTY=True, something_new="ignored")
    assert build.tags == [*kind.factory_tags, "stable"]
    names = list(steps(build))
    assert names.index("compile") < names.index("fingerprint") < names.index("test") < names.index("clean")
    assert steps(build)["test"].usePTY
    assert "--disable-gil" in steps(build)["configure"].command


def test_each_configuration_has_a_folder_of_its_own() -> None:
    assert len({kind.buildersuffix for kind in FACTORIES}) == len(FACTORIES)


@pytest.mark.parametrize(("parallel_tests", "command"), [(4, ["make", "-j4"]), (None, ["make"])])
def test_the_worker_says_how_many_jobs_make_may_use(parallel_tests: int | None, command: list[str]) -> None:
    assert steps(made(parallel_tests=parallel_tests))["compile"].command == command


def test_under_thread_sanitizer_everything_that_runs_the_interpreter_is_launched_without_randomness() -> None:
    for name in ("compile", "fingerprint", "test"):
        assert steps(made(ThreadSanitizerStressBuild))[name].command[:2] == ["setarch", "-R"]


@pytest.mark.parametrize("kind", FACTORIES)
def test_times_nest_a_trial_a_silent_step_a_step(kind: type[StressBuild]) -> None:
    trial_s = longest_s(LONGEST_S)
    limited = [step for step in steps(made(kind)).values() if hasattr(step, "maxTime")]
    assert {step.name for step in limited} >= {"configure", "compile", "fingerprint", "test", "clean"}
    for step in limited:
        if step.name == "test":
            for budget_s in (1, 600, 86400):
                (longest,) = rendered([step.maxTime], budget_s=budget_s)
                assert trial_s < step.timeout < longest - budget_s
            assert step.sigtermTime < step.timeout
        else:
            assert step.timeout <= step.maxTime


def test_a_build_takes_its_budget_seed_and_scenarios_from_its_properties() -> None:
    command = rendered(
        steps(made())["test"].command, budget_s=30, seed="5", scenarios="setters /my/scenarios.py"
    )
    assert command[:5] == ["python3", "/b/ftstress/ci/job.py", "stress", "--target", "/b/build/python"]
    assert command[command.index("--budget") + 1] == "30s"
    assert command[command.index("--seed") + 1] == "5"
    assert command[-3:] == ["--regrtest-exit", "setters", "/my/scenarios.py"]


def test_without_properties_it_has_its_own_budget_all_suites_and_a_seed_that_no_other_build_has() -> None:
    def command(**properties: Any) -> list[str]:
        return list(rendered(steps(made())["test"].command, **properties))

    for properties in ({}, {"budget_s": 0}):
        arguments = command(**properties)
        assert arguments[arguments.index("--budget") + 1] == f"{StressBuild.budget_s}s"
    assert command()[-1] == "--regrtest-exit"
    seeds = {rendered([factory.seed])[0]}
    for other in (
        Properties(buildername="tower-release", buildnumber=8),
        Properties(buildername="b", buildnumber=7),
    ):
        seeds.add(other.render(factory.seed).result)
    assert len(seeds) == 3
    assert rendered([factory.seed])[0] in seeds  # the same build, asked twice


def result(exit_status: int, *known: str | None, complete: bool = True) -> dict[str, Any]:
    """A ``result.json`` as far as it is graded."""
    findings = [{"id": f"{number}", "known": one} for number, one in enumerate(known)]
    totals = {"trials": 1, "rounds": 1234, "samples": 5, "findings": len(findings)}
    return {
        "schema": 1,
        "complete": complete,
        "exit_status": exit_status,
        "findings": findings,
        "totals": totals,
    }


@pytest.mark.parametrize(
    ("campaign", "code", "expected"),
    [
        (result(0), 0, SUCCESS),
        (result(0, "gh-118492"), 5, WARNINGS),
        (result(1, "gh-118492", None), 2, FAILURE),
        (result(3), 4, EXCEPTION),
        (result(4), 1, EXCEPTION),
        (result(130, complete=False), 130, EXCEPTION),
        (result(1, None, complete=False), 130, FAILURE),  # interrupted after the finding
        (result(1, None, complete=False), -1, FAILURE),  # killed after the finding
        (result(0), 1, EXCEPTION),  # a report could not be written
        (result(0), 4, EXCEPTION),
        (None, 4, EXCEPTION),
        (None, 2, EXCEPTION),
    ],
)
def test_a_result_is_graded_by_what_was_found_and_not_by_how_the_job_ended(
    campaign: dict[str, Any] | None, code: int, expected: int
) -> None:
    assert Results[factory.graded(campaign, code)] == Results[expected]


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"schema": 2}'])
def test_a_result_that_is_missing_cut_short_or_of_another_schema_is_none(content: str | None) -> None:
    assert factory.loaded(content) is None


def test_a_build_page_says_in_one_line_what_came_of_it() -> None:
    assert factory.told(result(1, None, "gh-1")) == "1 new, 1 known in 1,234 rounds (5 samples)"
    assert factory.told(result(130, complete=False)).startswith("interrupted: 0 new")
    assert factory.told(None) == "no campaign: the log says why"
