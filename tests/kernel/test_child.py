"""The child ends with its parent, whatever it is doing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import harness.kernel
from tests.kernel.conftest import Write

CHILD = Path(harness.kernel.__file__).with_name("child.py")

PARENT = """
import json, os, subprocess, sys, time
spec = json.loads(sys.argv[2])
read, write = os.pipe()
spec["events_fd"] = write
child = subprocess.Popen([sys.executable, "-P", sys.argv[1], json.dumps(spec)], pass_fds=[write],
                         stdin=subprocess.PIPE, start_new_session=True)
os.close(write)
os.read(read, 100)
print(child.pid, flush=True)
time.sleep(600)
"""

NEVER = """
import time
class Sample(Scenario):
    "Holds on for ever."
    needs_parallelism = False
    @operation(actor="writer", stores=1)
    def hold(self):
        time.sleep(600)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="SIGIO from a closed pipe is Linux; elsewhere the alarm ends it"
)
def test_a_child_in_the_middle_of_a_trial_dies_when_its_manager_is_killed(scenario_file: Write) -> None:
    spec = {
        "do": "trial",
        "file": str(scenario_file(NEVER)),
        "scenario": "sample.sample",
        "knobs": {},
        "budget_s": 500,
        "alarm_s": 550,
    }
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(CHILD), json.dumps(spec)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        child = psutil.Process(int(parent.stdout.readline()))
        time.sleep(0.5)
        assert child.is_running()
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    gone, alive = psutil.wait_procs([child], timeout=60)
    for process in alive:
        process.kill()
    assert gone and not alive
