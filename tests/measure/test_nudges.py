"""What is compared with threads that are nudged are threads that nobody nudges."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from harness.campaign import plan
from harness.campaign.options import MOST_MEMORY
from harness.campaign.select import describe
from harness.campaign.trial import run_in_child, trial_spec
from harness.record.target import Target
from measure.nudges import run_unnudged
from measure.power import RunTrial
from tests.kernel.conftest import HEADER

NUDGED = """
import signal

class Sample(Scenario):
    "Whether its threads were nudged."
    oracle = Permitted()
    amplifiers = ()
    def prepare(self, knobs):
        self.blocked = []
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.blocked.append(signal.SIGALRM in signal.pthread_sigmask(signal.SIG_BLOCK, []))
    @operation(actor="reader")
    def read(self, me):
        return 0, (0,)
    def quiescence(self):
        if signal.getitimer(signal.ITIMER_PROF)[0] > 0 and False in self.blocked:
            raise LookupError("nudged")
        yield "none", True, True
"""


@pytest.mark.skipif(sys.platform != "linux", reason="nudges need Linux's timers")
@pytest.mark.parametrize("knobs", [{}, {"freed": "filled"}])
@pytest.mark.parametrize(("run", "nudged"), [(run_in_child, True), (run_unnudged, False)])
def test_threads_of_one_way_are_nudged_and_those_of_the_other_not(
    free_threaded: Target, tmp_path: Path, run: RunTrial, nudged: bool, knobs: dict[str, Any]
) -> None:
    file = tmp_path / "sample.py"
    file.write_text(HEADER + NUDGED)
    (scenario,) = describe(free_threaded, [file]).scenarios
    planned = plan.PlannedTrial(scenario, 0, knobs, "seed", 2, 1.0)
    events: list[Any] = []
    spec = trial_spec(planned, 1.0, 2, MOST_MEMORY, "off")
    ending = run(free_threaded, spec, events.append, lambda: False)
    found = {event["message"] for event in events if event["event"] == "finding"}
    assert not any(event["event"] == "failure" for event in events), events
    assert (ending.how, any("nudged" in one for one in found)) == ("ok", nudged), found
