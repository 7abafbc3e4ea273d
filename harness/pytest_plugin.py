"""The pytest face: ``pytest stress_tests`` runs each scenario as an item, in a child of the target.

A scenario file is never imported here: what is in it is asked of the target, in a child, and an item runs
the same campaign as ``ftstress run``. A test that is marked with ``ftstress_pairs`` runs the same campaign as
``ftstress pairs`` of its type. Registered once under the name ``harness.pytest_plugin``, whether by the
entry point of an installed package or by ``pytest_plugins`` in a checkout's ``conftest.py``.
"""

from __future__ import annotations

import ast
import inspect
import os
import random
import re
import shutil
import sys
import sysconfig
import tempfile
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.builds.find import NoTarget, resolve
from harness.builds.fingerprint import NotATarget, probe
from harness.campaign.kind import STRESS
from harness.campaign.options import CampaignError, Options
from harness.campaign.own import OwnType, own_subject
from harness.campaign.pairs import KIND as PAIRS
from harness.campaign.plan import LONGEST_S
from harness.campaign.preflight import NothingReported, checked
from harness.campaign.run import run_campaign
from harness.campaign.select import ScenarioInfo, describe
from harness.campaign.trial import longest_s
from harness.kernel.pairs.marked import MARKED, Marked
from harness.record.journal import JournalError
from harness.record.result import Result
from harness.record.target import Target
from harness.report.findings import finding_text
from harness.report.verdict import verdict_line

TARGET_VARIABLE = "FTSTRESS_TARGET"
MARK = "ftstress_pairs"
SEED_KEY = pytest.StashKey[int]()
TARGET_KEY = pytest.StashKey["Target | str"]()
"""The target, or the sentence that says why there is none; asked for by the session's first scenario file."""

_PACKAGE = Path(__file__).resolve().parent
_KERNEL_IMPORT = re.compile(r"^\s*(?:from|import)\s+harness\b.*\bkernel\b", re.MULTILINE)
"""Where this is not found there is no need to parse."""


class StressFailure(Exception):
    """The item fails, or cannot be run; the message is all that is shown."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ftstress", "stress tests for free-threaded CPython")
    group.addoption("--target", metavar="PY", help="interpreter under test: a path, or a spec such as 3.14t")
    group.addoption(
        "--stress-budget",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="a scenario, or a type of your own (default: 2)",
    )
    group.addoption(
        "--stress-seed", type=int, metavar="N", help="seed of all trials (default: drawn and shown)"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Fix the session's seed: the one given, the one that xdist's controller handed over, or a fresh one."""
    if not config.getoption("stress_budget") > 0:
        raise pytest.UsageError("--stress-budget takes a number of seconds above 0")
    config.addinivalue_line("markers", f"{MARK}: a type's operations are raced against each other")
    given = getattr(config, "workerinput", {}).get("stress_seed", config.getoption("stress_seed"))
    config.stash[SEED_KEY] = random.SystemRandom().randrange(2**32) if given is None else given


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: every worker stresses with the controller's seed."""
    node.workerinput["stress_seed"] = node.config.stash[SEED_KEY]


def pytest_report_header(config: pytest.Config) -> str:
    budget_s: float = config.getoption("stress_budget")
    return f"ftstress: --stress-seed={config.stash[SEED_KEY]}, {budget_s:g} s a scenario"


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Iterator[None]:
    """Take over scenario files, also those named on the command line: pytest itself would import them."""
    collected = yield
    if is_scenario_file(file_path):
        return [ScenarioFile.from_parent(parent, path=file_path)]  # type: ignore[return-value]  # a hook's result
    return collected


def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> pytest.Item | None:
    """A function that ``ftstress_pairs`` has marked is an item, whatever it is called."""
    marked = getattr(obj, MARKED, None) if inspect.isfunction(obj) else None
    return PairsItem.from_parent(collector, name=name, function=obj, marked=marked) if marked else None


def is_scenario_file(path: Path) -> bool:
    """Whether it imports the kernel and is neither a test nor part of the harness. Read, not imported."""
    if path.suffix != ".py" or path.name.startswith(("test_", "_", "conftest")) or _PACKAGE in path.parents:
        return False
    text = path.read_text(encoding="utf-8", errors="replace")
    return bool(_KERNEL_IMPORT.search(text)) and _imports_kernel(text)


def _imports_kernel(text: str) -> bool:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return True  # somebody's scenarios, broken: the target says what is wrong with them
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        # A file of subjects imports harness.kernel.pairs, and holds no scenario.
        if any(
            f"{name}.".startswith("harness.kernel.") and not f"{name}.".startswith("harness.kernel.pairs.")
            for name in names
        ):
            return True
    return False


def the_target(config: pytest.Config) -> Target:
    """The interpreter under test. Raises StressFailure with the sentence when there is none."""
    if TARGET_KEY not in config.stash:
        config.stash[TARGET_KEY] = _find_target(config)
    target = config.stash[TARGET_KEY]
    if isinstance(target, str):
        raise StressFailure(target)
    return target


def _find_target(config: pytest.Config) -> Target | str:
    asked: str | None = config.getoption("target") or os.environ.get(TARGET_VARIABLE)
    try:
        here = not asked and sysconfig.get_config_var("Py_GIL_DISABLED")
        return checked(probe(sys.executable) if here else resolve(asked))
    except (NotATarget, NoTarget, NothingReported) as error:
        return str(error)


def limit_s(budget_s: float, stretch: float) -> float:
    """Seconds that an item never needs, hang and all: the last trial starts before the budget is spent."""
    return 2 * (budget_s + stretch * longest_s(LONGEST_S))


class ScenarioFile(pytest.File):
    """A file of scenarios, described by a child of the target."""

    def collect(self) -> Iterator[ScenarioItem]:
        try:
            target = the_target(self.config)
        except StressFailure as failure:
            raise self.CollectError(str(failure)) from None
        catalogue = describe(target, [self.path])
        if catalogue.errors:
            raise self.CollectError("\n".join(catalogue.errors))
        if catalogue.lacking:
            pytest.skip("\n".join(catalogue.lacking), allow_module_level=True)
        for scenario in catalogue.scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.name, scenario=scenario)


class StressItem(pytest.Item):
    """One scenario, or one subject. Its campaign runs in the set-up, the call judges what it showed.

    So a failure of the harness is pytest's error, and a finding its failure.
    """

    result: Result
    kind = STRESS
    beforehand_s = 0.0
    """Seconds that it may need before its campaign begins."""
    min_coverage: float | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.config.pluginmanager.hasplugin("timeout"):
            # pytest-timeout loses the cause of a hang: our watchdog comes first, whatever --timeout says.
            seconds = limit_s(self.config.getoption("stress_budget"), self._stretch()) + self.beforehand_s
            self.add_marker(pytest.mark.timeout(seconds))

    def _stretch(self) -> float:
        try:
            return the_target(self.config).stretch
        except StressFailure:
            return 1.0  # its set-up fails with the sentence

    @abstractmethod
    def described(self, target: Target) -> ScenarioInfo:
        """What is run, as the target describes it. Raises CampaignError."""

    def setup(self) -> None:
        target = the_target(self.config)
        options = Options(
            budget_s=self.config.getoption("stress_budget"),
            seed=self.config.stash[SEED_KEY],
            jobs=1,
            min_coverage=self.min_coverage,
        )
        try:
            described = self.described(target)
            out = Path(tempfile.mkdtemp(prefix="ftstress-"))
            self.result = run_campaign(target, [described], options, out, lambda event: None, self.kind)
        except (CampaignError, JournalError) as error:
            raise StressFailure(str(error)) from error
        if self.result.exit_status == 4:
            raise StressFailure(
                "\n".join([verdict_line(self.result), *self.result.notices, f"journal: {out}"])
            )
        if self.result.exit_status == 130:
            raise KeyboardInterrupt
        if not self.result.complete:  # a finding, then Ctrl-C: the item still fails with it
            self.session.shouldstop = "interrupted"
        if self.result.scenarios[0].verdict in ("new", "not exercised"):
            self.add_report_section("setup", "ftstress", f"journal: {out}")
        else:
            shutil.rmtree(out, ignore_errors=True)

    def runtest(self) -> None:
        (shown,) = self.result.scenarios
        known = [finding_text(finding) for finding in self.result.findings if finding.known]
        if known:
            self.add_report_section("call", "known issues", "\n\n".join(known))
        if shown.verdict == "skipped":
            pytest.skip(shown.reason or "skipped")
        if shown.verdict == "not exercised":
            raise StressFailure(f"not exercised: {shown.reason}")
        if shown.verdict != "new" and self.result.exit_status == 3:
            raise StressFailure("\n".join(["not exercised", *self.result.notices]))
        if shown.verdict == "new":
            new = [finding_text(finding) for finding in self.result.findings if not finding.known]
            if not self.result.exit_status:  # data races only, which count with --strict alone
                self.add_report_section("call", "not counted", "\n\n".join(new))
                return
            raise StressFailure("\n\n".join([*new, self._how_again(), verdict_line(self.result)]))

    def _how_again(self) -> str:
        target, seed = self.result.target, self.result.seed
        return f"target: {target.title}, {target.executable}; --stress-seed={seed} ran these trials"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, StressFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class ScenarioItem(StressItem):
    """A scenario of a file."""

    def __init__(self, *, scenario: ScenarioInfo, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scenario = scenario

    def described(self, target: Target) -> ScenarioInfo:
        return self.scenario

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.scenario.line - 1, self.name


class PairsItem(StressItem):
    """A function that says which type is raced."""

    kind = PAIRS
    beforehand_s = 600.0

    def __init__(self, *, function: Any, marked: Marked, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.line, self.marked, self.min_coverage = (
            inspect.unwrap(function).__code__.co_firstlineno,
            marked,
            marked.min_coverage,
        )
        for mark in (pytest.mark.ftstress_pairs, *getattr(function, "pytestmark", ())):
            self.add_marker(getattr(pytest.mark, mark.name)(*mark.args, **mark.kwargs))

    def described(self, target: Target) -> ScenarioInfo:
        marked = self.marked
        found = own_subject(
            target,
            OwnType(
                self._spelled(marked.factory),
                self._spelled(marked.operations) if marked.operations else "",
                marked.promise,
                marked.attributes,
                tuple(self._path()),
            ),
        )
        if found.left_out:
            told = "\n".join(f"{name}: {reason}" for name, reason in found.left_out)
            self.add_report_section("setup", "not driven", told)
        return found

    def _spelled(self, thing: Any) -> str:
        """As the command line names it. Raises CampaignError where nobody else can find it."""
        if isinstance(thing, str):
            return thing
        name = getattr(thing, "__qualname__", "")
        if not name:
            raise CampaignError(f"{thing!r} has no name of its own: give it as MODULE:NAME, in quotes")
        module = sys.modules.get(thing.__module__)
        found: Any = module
        for part in name.split("."):
            found = getattr(found, part, None)
        # A method is bound anew each time.
        if found is not thing and not (inspect.ismethod(thing) and found == thing):
            raise CampaignError(
                f"{name} cannot be found by its name in {thing.__module__}: define it at the top of a module"
            )
        is_here = Path(getattr(module, "__file__", None) or "").resolve() == self.path.resolve()
        return f"{self.path if is_here else thing.__module__}:{name}"

    def _path(self) -> Iterator[str]:
        """Where modules come from that are not installed: folders of this project."""
        for folder in dict.fromkeys((os.getcwd(), *sys.path)):
            path = Path(folder).resolve()
            if path.is_relative_to(self.config.rootpath) and "site-packages" not in path.parts:
                yield str(path)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.line - 1, self.name
