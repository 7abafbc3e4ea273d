"""Buildbot factories that build a free-threaded CPython and stress it with ftstress.

They have the shape of those in CPython's buildmaster-config and import nothing but Buildbot: a master takes this file
as it is, beside its other factories or beside the ``master.cfg`` here. README.md says how.

A worker needs git, what a CPython build needs, and a ``python3`` of 3.11 or later. In a builder's folder lie three:
``build`` (CPython), ``ftstress`` (the harness, whose tool environment is kept from build to build) and ``results``
(one campaign, gone when its files are on the master).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from buildbot.process.buildstep import BuildStep, ShellMixin
from buildbot.process.factory import BuildFactory
from buildbot.process.properties import Interpolate, Properties, Property, Transform, renderer
from buildbot.process.results import EXCEPTION, FAILURE, SUCCESS, WARNINGS
from buildbot.steps.shell import Compile, Configure, ShellCommand
from buildbot.steps.source.git import Git
from buildbot.steps.transfer import FileUpload, MultipleFileUpload
from buildbot.steps.worker import CompositeStepMixin
from twisted.internet import defer

TEST = "test"
"""What CPython's reporters call the step whose log they read."""

# Times nest: a trial is ended by the campaign in time (``watch.latest_s``), on a busy machine after two minutes and
# some; a step that has printed nothing for SILENCE_S, or takes longer than its budget and REST_S, is ended by the
# worker; a build is the sum of its steps.
SILENCE_S = 10 * 60
REST_S = 30 * 60
"""Beside the budget: to make the tool environment, which only a builder's first build does, and for the reports."""
SOURCES_S = 60 * 60
BUILD_S = 2 * 60 * 60
SIGTERM_S = 60
"""From SIGTERM to SIGKILL: an interrupted campaign ends its children and writes its last results."""

REGRTEST_CODES = {0: SUCCESS, 2: FAILURE, 4: EXCEPTION, 5: WARNINGS}
"""What ``ci/job.py stress --regrtest-exit`` ends with; whatever else it ends with, it is not a test that failed."""


class StressBuild(BuildFactory):
    """A free-threaded release build under stress. Subclasses are other configurations."""

    buildersuffix = ".ftstress"
    factory_tags: Sequence[str] = ("nogil", "ftstress")
    configureFlags: Sequence[str] = ("--disable-gil",)
    launcher: Sequence[str] = ()
    """What runs everything that runs the new interpreter."""
    environ: Mapping[str, str] = MappingProxyType({})
    interpreter = "python"
    """In the build folder; ``python.exe`` where the file system does not tell ``Python`` from ``python``."""
    budget_s = 600
    """Seconds of stress. A build's property ``budget_s`` goes before it, unless it is 0."""

    def __init__(self, source: BuildStep, *, extra_tags: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__([source])
        self.setup(**kwargs)
        self.tags = [*self.factory_tags, *extra_tags]

    def setup(
        self,
        branch: str,
        worker: Any,
        test_with_PTY: bool = False,
        *,
        ftstress: str,
        ftstress_branch: str = "main",
        uploads: str = "/data/www/buildbot",
        uploads_url: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Add the steps. Properties that a build may have: ``budget_s``, ``seed``, ``scenarios``.

        ``worker.parallel_tests`` is how many jobs ``make`` may use, or None. ``ftstress`` is the repository that the
        harness is taken from. On the master, ``uploads/test-results`` gets the JUnit files and ``uploads/ftstress`` a
        folder a revision with a campaign's folder a build, for ``ftstress report`` over all of them; ``uploads_url``
        is where a browser finds ``uploads``.
        """
        make = ["make", f"-j{worker.parallel_tests}"] if worker.parallel_tests else ["make"]
        compiled: dict[str, Any] = {"env": dict(self.environ), "timeout": SILENCE_S, "maxTime": BUILD_S}
        self.addStep(
            HarnessCheckout(
                repourl=ftstress,
                branch=ftstress_branch,
                mode="incremental",
                workdir="ftstress",
                timeout=SOURCES_S,
                name="get-ftstress",
                haltOnFailure=True,
            )
        )
        self.addStep(Configure(command=["./configure", *self.configureFlags], **compiled))
        self.addStep(Compile(command=[*self.launcher, *make], haltOnFailure=True, **compiled))
        self._add_stress(test_with_PTY)
        self._add_uploads(branch, uploads, uploads_url)
        self.addStep(
            ShellCommand(
                name="clean",
                command="make distclean && rm -rf ../results",
                alwaysRun=True,
                flunkOnFailure=False,
                warnOnFailure=True,
                timeout=SILENCE_S,
                maxTime=BUILD_S,
            )
        )

    def _add_stress(self, test_with_PTY: bool) -> None:
        # Absolute paths: the job changes into its own checkout.
        job = [*self.launcher, "python3", below("ftstress/ci/job.py"), "stress"]
        job += ["--target", below(f"build/{self.interpreter}")]
        budget_s = Property("budget_s", default=self.budget_s)
        self.addStep(
            ShellCommand(
                name="fresh-results",
                command="rm -rf results && mkdir results",  # what a build left that was cut off
                workdir=".",
                haltOnFailure=True,
                maxTime=BUILD_S,
            )
        )
        self.addStep(
            ShellCommand(
                name="fingerprint",
                command=[*job, "--dry-run", scenarios],
                env=dict(self.environ),
                decodeRC={0: SUCCESS, 3: EXCEPTION},  # 3: it can be asked what it is, and cannot be stressed
                haltOnFailure=True,
                timeout=SILENCE_S,
                maxTime=REST_S,
            )
        )
        results = [
            *("--out", below("results")),
            *("--junit", below("results/test-results.xml")),
            *("--html", below("results/report.html")),
        ]
        self.addStep(
            Stress(
                name=TEST,
                result_file=below("results/result.json"),
                command=[
                    *job,
                    *("--budget", Interpolate("%(kw:it)ss", it=budget_s), "--seed", seed),
                    *results,
                    "--regrtest-exit",
                    scenarios,
                ],
                env=dict(self.environ),
                usePTY=test_with_PTY,
                decodeRC=REGRTEST_CODES,
                timeout=SILENCE_S,
                maxTime=Transform(lambda budget_s: int(budget_s) + REST_S, budget_s),
                sigtermTime=SIGTERM_S,
            )
        )

    def _add_uploads(self, branch: str, uploads: str, uploads_url: str | None) -> None:
        always: dict[str, Any] = {
            "workdir": "results",
            "mode": 0o644,
            "alwaysRun": True,
            "doStepIf": was_stressed,
            "haltOnFailure": False,
            "flunkOnFailure": False,
            "warnOnFailure": True,
        }
        self.addStep(
            FileUpload(
                name="upload-junit",
                workersrc="test-results.xml",
                masterdest=Interpolate(
                    f"{uploads}/test-results/{branch}/%(prop:buildername)s/build_%(prop:buildnumber)s.xml"
                ),
                **always,
            )
        )
        campaign = f"ftstress/{branch}/%(prop:got_revision)s/%(prop:buildername)s-%(prop:buildnumber)s"
        self.addStep(
            MultipleFileUpload(
                name="upload-campaign",
                workersrcs=["journal.jsonl", "result.json", "report.html"],
                masterdest=Interpolate(f"{uploads}/{campaign}"),
                url=Interpolate(f"{uploads_url}/{campaign}/report.html") if uploads_url else None,
                urlText="report",
                **always,
            )
        )


class DebugStressBuild(StressBuild):
    """The same with assertions: fewer rounds, and more that is noticed in each."""

    buildersuffix = ".ftstress.debug"
    configureFlags = (*StressBuild.configureFlags, "--with-pydebug")


class ThreadSanitizerStressBuild(StressBuild):
    """The same under ThreadSanitizer: what is much slower gets more time. What it reports is in the campaign's report,
    and a data race alone fails no build. The step ``fingerprint`` ends one whose sanitizer does not report what it
    must.
    """

    buildersuffix = ".ftstress.tsan"
    factory_tags = (*StressBuild.factory_tags, "tsan", "sanitizer")
    configureFlags = (
        *DebugStressBuild.configureFlags,
        "--with-thread-sanitizer",
        "CFLAGS=-O1 -g1 -fno-omit-frame-pointer",
    )
    # Where addresses are laid out with much randomness, it ends at start or finds nothing.
    launcher = ("setarch", "-R")
    # For make, which runs what it has made: the job gives its children options of their own.
    environ = MappingProxyType({"TSAN_OPTIONS": "report_bugs=0"})
    budget_s = 3600


class HarnessCheckout(Git):
    """The harness's newest revision. The revision under test stays the build's ``got_revision``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(alwaysUseLatest=True, **kwargs)

    def updateSourceProperty(self, name: str, value: Any, source: str = "") -> None:
        self.setProperty(f"ftstress_{name}", value, source or "ftstress")


class Stress(ShellMixin, CompositeStepMixin, BuildStep):
    """Runs the job and grades its ``result.json``, which a job that is killed leaves too."""

    renderables = ("result_file",)
    warnOnWarnings = True

    def __init__(self, result_file: Any, **kwargs: Any) -> None:
        super().__init__(**self.setupShellMixin(kwargs))
        self.result_file = result_file

    @defer.inlineCallbacks
    def run(self) -> Generator[Any, Any, int]:
        command = yield self.makeRemoteShellCommand()
        yield self.runCommand(command)
        if self.stopped:
            return command.results()
        result = loaded((yield self.getFileContentFromWorker(self.result_file)))
        self.descriptionDone = told(result)
        return graded(result, command.rc)


def loaded(content: str | None) -> dict[str, Any] | None:
    """A ``result.json`` as data; None where there is none, or no whole one."""
    try:
        result = json.loads(content or "")
    except ValueError:
        return None
    return result if isinstance(result, dict) and result.get("schema") == 1 else None


def graded(result: dict[str, Any] | None, regrtest_code: int) -> int:
    """A step's result: a finding fails it, whatever came after; what was not exercised to its end is no test result."""
    if result is None:
        return EXCEPTION
    if result["exit_status"] == 1:
        return FAILURE
    if result["exit_status"] != 0 or regrtest_code not in REGRTEST_CODES:
        return EXCEPTION
    if any(finding["known"] for finding in result["findings"]):
        return WARNINGS
    return REGRTEST_CODES[regrtest_code]


def told(result: dict[str, Any] | None) -> str:
    """One line for the build's page."""
    if result is None:
        return "no campaign: the log says why"
    known = sum(finding["known"] is not None for finding in result["findings"])
    totals = result["totals"]
    cut_short = "" if result["complete"] else "interrupted: "
    return (
        f"{cut_short}{len(result['findings']) - known} new, {known} known"
        f" in {totals['rounds']:,} rounds ({totals['samples']:,} samples)"
    )


def below(path: str) -> Interpolate:
    """A path in the builder's folder on the worker."""
    return Interpolate(f"%(prop:builddir)s/{path}")


@renderer
def seed(properties: Properties) -> str:
    """The property ``seed``, or one that no other build of any builder has: machines do different work."""
    given = properties.getProperty("seed")
    if given:
        return str(given)
    build = f"{properties.getProperty('buildername')}/{properties.getProperty('buildnumber')}"
    return str(int.from_bytes(hashlib.sha256(build.encode()).digest()[:6], "big"))


@renderer
def scenarios(properties: Properties) -> list[str]:
    """The property ``scenarios``: patterns and files, separated by blanks; all suites where it is empty."""
    return str(properties.getProperty("scenarios") or "").split()


def was_stressed(step: BuildStep) -> bool:
    """Whether there may be something to upload."""
    return any(executed.name == TEST for executed in step.build.executedSteps)
