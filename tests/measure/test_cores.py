"""What is compared with threads that keep to a core each are threads that do not."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.builds.fingerprint import probe
from harness.campaign import plan
from harness.campaign.options import MOST_MEMORY
from harness.campaign.select import describe
from harness.campaign.trial import run_in_child, trial_spec
from measure.cores import main, run_anywhere
from measure.power import RunTrial
from tests.kernel.conftest import HEADER
from tests.kernel.test_cores import KEPT


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2, reason="needs two cores"
)
@pytest.mark.parametrize(("run", "apart"), [(run_in_child, True), (run_anywhere, False)])
def test_the_scheduler_places_the_threads_of_one_way_and_not_of_the_other(
    tmp_path: Path, run: RunTrial, apart: bool
) -> None:
    threads = len(os.sched_getaffinity(0))
    file = tmp_path / "sample.py"
    file.write_text(HEADER + KEPT.replace("THREADS", str(threads)))
    target = probe(sys.executable)
    (scenario,) = describe(target, [file]).scenarios
    planned = plan.PlannedTrial(scenario, 0, {}, "seed", threads, 2.0)
    events: list[Any] = []
    ending = run(target, trial_spec(planned, 2.0, threads, MOST_MEMORY, "off"), events.append, lambda: False)
    found = {event["message"] for event in events if event["event"] == "finding"}
    assert (ending.how, any("a core each in some rounds" in one for one in found)) == ("ok", apart), found
    assert apart or not found


def test_what_is_no_number_of_processes_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["many"]) == 2
    assert "BUSY" in capsys.readouterr().err
