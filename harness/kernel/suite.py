"""The suite in one process: no child, no pipe, no manager. For platforms with threads but no processes (iOS).

A crash takes the process with it, and after a hang it must end: a desk with processes is better served by
``ftstress run``. Everything that a campaign's journal holds can be written here too, so that ``ftstress report`` shows
it elsewhere.
"""

from __future__ import annotations

import fnmatch
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.kernel import known
from harness.kernel.events import SCHEMA
from harness.kernel.here import Here
from harness.kernel.levers import NEEDS_A_CHILD, OF_THE_PROCESS
from harness.kernel.loader import describe_file
from harness.kernel.signature import signature
from harness.kernel.trial import gil_enabled, hello, run_trial

if TYPE_CHECKING:
    from harness.kernel.event_types import FindingEvent, ProgressEvent, ScenarioEvent, TrialEvent
    from harness.kernel.journal_types import CampaignEvent, ScenarioData, SuiteEvent
    from harness.kernel.spec_types import TrialSpec

Record = Callable[["SuiteEvent"], None]

SUBJECTS = "subjects"
"""The folder of the catalogue: its files hold no scenarios."""
EXERCISED, FOUND, NOTHING, INTERRUPTED = 0, 1, 3, 130
LONGEST_S = 5.0
SHORTEST_S = 0.05
MEMORY_BYTES = 1 << 30
"""A phone ends what takes more. On 3.13t types never die (from 3.14 on the collector frees them), so a long run comes
near it."""
ENDS_HERE = {
    "stuck": "actors hang in this process",
    "memory": f"this process has come near {MEMORY_BYTES >> 20} MiB",
}
"""Reasons for which a trial ended that leave no room for another one."""


def suite_files() -> list[Path]:
    """The scenario files that ship beside the harness."""
    return [path for path in _shipped("*/*.py") if path.parent.name != SUBJECTS]


def subject_files() -> list[Path]:
    """The files of subjects that ship beside the harness."""
    return _shipped(f"{SUBJECTS}/*.py")


def _shipped(pattern: str) -> list[Path]:
    folder = Path(__file__).resolve().parent.parent.parent / "stress_tests"
    return [path for path in sorted(folder.glob(pattern)) if not path.name.startswith("_")]


def selects(pattern: str, name: str) -> bool:
    """Whether a PATTERN of the contract selects a dotted name."""
    if any(character in pattern for character in "*?["):
        return fnmatch.fnmatchcase(name, pattern)
    return pattern in name


class Suite:
    """The scenarios that ``patterns`` select, run one after the other until the budget is spent. A line each.

    ``record`` gets what a campaign's journal holds. Raises ScenarioError when a file cannot be loaded.
    """

    def __init__(
        self, patterns: Sequence[str], budget_s: float, seed: int, strict: bool, record: Record
    ) -> None:
        described = [_in_this_process(entry) for path in suite_files() for entry in describe_file(str(path))]
        self.chosen = [s for s in described if not patterns or any(selects(p, s["name"]) for p in patterns)]
        self.budget_s = budget_s
        self.seed = seed
        self.strict = strict
        self.record = record
        self.here = Here()
        self.issues = known.load()
        self.began = time.monotonic()
        self.trials = 0
        self.samples = 0
        self.counting = 0
        self.seen: set[str] = set()
        """Signatures."""

    def run(self) -> int:
        """Run it; returns the exit status of the contract: 0, 1, 3 or 130."""
        self.record(self._header())
        print(
            f"{self.here.title}, in this process, seed {self.seed}, budget {self.budget_s:g} s,"
            f" {len(self.chosen)} scenarios"
        )
        runnable = [scenario for scenario in self.chosen if self._may_run(scenario)]
        idle = dict.fromkeys(
            (name, why) for scenario in runnable for name, why in scenario["idle_amplifiers"]
        )
        for name, why in idle:
            print(f"{name:<50} not drawn: {why}")
        reason = "budget"
        try:
            reason = self._passes(runnable)
        except KeyboardInterrupt:
            reason = "interrupted"
        complete = reason == "budget"
        self.record({"event": "campaign_end", "at_s": self.now(), "complete": complete, "reason": reason})
        return self._close(reason)

    def now(self) -> float:
        """Seconds since it began."""
        return round(time.monotonic() - self.began, 4)

    def _header(self) -> CampaignEvent:
        return {
            "event": "campaign",
            "schema": SCHEMA,
            "at_s": self.now(),
            "seed": self.seed,
            "budget_s": self.budget_s,
            "options": {"strict": self.strict, "threads": None, "in_process": True},
            "target": self.here.to_json(),
            "scenarios": [listed(scenario) for scenario in self.chosen],
        }

    def _may_run(self, scenario: ScenarioEvent) -> bool:
        reason = scenario["unavailable"]
        if scenario["needs_parallelism"] and gil_enabled():
            reason = reason or "needs threads that run in parallel, and the GIL is on"
        if issue := known.deadly(self.issues, self.here, scenario["name"]):
            reason = reason or f"it may end this process: {issue} is known to crash, or to hang"
        if reason:
            print(f"{scenario['name']:<50} skipped: {reason}", flush=True)
        return not reason

    def _passes(self, scenarios: list[ScenarioEvent]) -> str:
        """Pass after pass, each trial with other settings; why it ended."""
        index = 0
        while scenarios:
            for number, scenario in enumerate(scenarios):
                left = self.began + self.budget_s - time.monotonic()
                if left <= 0 and self.trials:
                    if index == 0:
                        print(f"not run, the budget was too short: {len(scenarios) - number} scenarios")
                    return "budget"
                share = left / (len(scenarios) - number) if index == 0 else left
                reason = self._trial(scenario, index, max(SHORTEST_S, min(LONGEST_S, share)))
                if reason in ENDS_HERE:
                    print(f"{ENDS_HERE[reason]}: it ends here")
                    if index == 0:
                        print(f"not run, the process ended: {len(scenarios) - number - 1} scenarios")
                    return reason
            index += 1
        return "budget"

    def _trial(self, scenario: ScenarioEvent, index: int, budget_s: float) -> str:
        name = scenario["name"]
        self.trials += 1
        number = self.trials
        seed = f"{self.seed}:{name}:{index}"
        draw = random.Random(seed)
        knobs = {amplifier["name"]: draw.choice(amplifier["values"]) for amplifier in scenario["amplifiers"]}
        self.record(
            {
                "event": "trial_start",
                "trial": number,
                "at_s": self.now(),
                "scenario": name,
                "index": index,
                "knobs": knobs,
                "seed": seed,
                "threads": sum(scenario["actors"].values()),
                "budget_s": budget_s,
            }
        )
        reason = "none given"
        final: ProgressEvent | None = None
        findings: list[str] = []

        def hear(event: TrialEvent) -> None:
            nonlocal reason, final
            if event["event"] == "done":
                reason = event["reason"]
            elif event["event"] == "progress":
                final = event
            elif event["event"] == "finding":
                findings.append(self._told(name, event))
            self.record(event | {"trial": number, "scenario": name, "at_s": self.now()})

        hear(hello())
        spec: TrialSpec = {
            "file": scenario["file"],
            "scenario": name,
            "knobs": knobs,
            "budget_s": budget_s,
            "memory_limit_bytes": MEMORY_BYTES,
        }
        run_trial(spec, hear)
        self.record(
            {
                "event": "trial_end",
                "trial": number,
                "at_s": self.now(),
                "scenario": name,
                "index": index,
                "ending": {"how": "ok", "done": reason},
            }
        )
        rounds, samples = (final["rounds"], final["samples"]) if final else (0, 0)
        self.samples += samples
        verdict = "; ".join(findings) or ("not observed" if samples else "not exercised")
        done = f"{rounds:>7} rounds {samples:>11} samples"
        print(f"{name:<50} {done}  {verdict}", flush=True)
        return reason

    def _told(self, name: str, event: FindingEvent) -> str:
        text = signature(name, event)
        self.seen.add(text)
        issue = known.find(self.issues, self.here, name, text)
        self.counting += issue is None or self.strict
        return f"{f'known ({issue})' if issue else 'NEW'} {event['kind']}: {event['message']}"

    def _close(self, reason: str) -> int:
        gil = self.here.free_threaded and gil_enabled()
        said = f"{self.trials} trials, {self.samples:,} samples, {len(self.seen)} findings"
        if self.counting:
            print(f"found: {said}")
            return FOUND
        if reason == "interrupted":
            print(f"interrupted: {said}")
            return INTERRUPTED
        if gil or not (self.samples or self.seen):
            why = (
                "the GIL is on in a build made to run without it" if gil else "nothing was observed in a race"
            )
            print(f"nothing worth the name was exercised: {why if self.chosen else 'no scenario matches'}")
            return NOTHING
        print(f"nothing new: {said}")
        return EXERCISED


def _in_this_process(scenario: ScenarioEvent) -> ScenarioEvent:
    """A described scenario without what only a child of its own can be set to."""
    left = [amplifier for amplifier in scenario["amplifiers"] if amplifier["name"] not in OF_THE_PROCESS]
    if len(left) == len(scenario["amplifiers"]):
        return scenario
    gone = [one["name"] for one in scenario["amplifiers"] if one not in left]
    idle = [*scenario["idle_amplifiers"], *((name, NEEDS_A_CHILD) for name in gone)]
    return scenario | {"amplifiers": left, "idle_amplifiers": idle}


def listed(scenario: ScenarioEvent) -> ScenarioData:
    """A scenario that the target described as a campaign's journal lists it."""
    return {
        "name": scenario["name"],
        "file": scenario["file"],
        "line": scenario["line"],
        "class_name": scenario["class_name"],
        "doc": scenario["doc"],
        "issues": scenario["issues"],
        "oracle": scenario["oracle"],
        "actors": scenario["actors"],
        "amplifiers": [(amplifier["name"], amplifier["values"]) for amplifier in scenario["amplifiers"]],
        "needs_parallelism": scenario["needs_parallelism"],
        "unavailable": scenario["unavailable"],
        "swept": scenario["swept"],
        "idle_amplifiers": scenario["idle_amplifiers"],
        "pairs": scenario.get("pairs", []),
        "writing_pairs": scenario.get("writing_pairs", 0),
        "driven": scenario.get("driven", 0),
        "left_out": scenario.get("left_out", []),
    }
