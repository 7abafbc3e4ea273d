"""What is nudged is held up, and nothing else of the process is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness.record.target import Target

REPOSITORY = Path(__file__).parents[2]
PROGRAM = """
import os, signal, sys, threading, time
sys.path.insert(0, {repository!r})
from harness.kernel import nudges

def work():
    assert signal.SIGALRM not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        for _ in range(1000):
            pass
    time.sleep(0.1)
    with open("/dev/null") as file:
        file.read()

assert nudges.nudged(work, 0, 0, 2) is work, "nothing is nudged where nobody has given the timer"
nudges.give(60)
noted = []
signal.signal(signal.SIGALRM, lambda number, frame: noted.append(threading.current_thread()))
signal.siginterrupt(signal.SIGALRM, False)
time.sleep(0.1)
assert not noted, "before"
raised = []
threading.excepthook = lambda about: raised.append(about.exc_value)
thread = threading.Thread(target=nudges.nudged(work, 0, 0, 2))
thread.start()
thread.join()
time.sleep(0.1)
assert not raised, raised
assert noted, "in the course of it"
assert {{*noted}} == {{threading.main_thread()}}
noted.clear()
time.sleep(0.1)
assert not noted, "behind it"
each = [[nudges.nudged(work, row, me, 3) is not work for me in range(3)] for row in range(6 * nudges.OF_ROWS)]
assert all(sum(one) == (row % nudges.OF_ROWS < nudges.NUDGED) for row, one in enumerate(each)), "one, or none"
assert all(map(any, zip(*each))), "each in its turn"
two = [[nudges.nudged(work, row, me, 2) is not work for me in range(2)] for row in range(4 * nudges.OF_ROWS)]
assert all(map(any, zip(*two[::2]))) and all(map(any, zip(*two[1::2]))), "each, where cores take turns with rows"
assert signal.SIGALRM in signal.pthread_sigmask(signal.SIG_BLOCK, [])
assert signal.getsignal(signal.SIGPROF) == signal.SIG_DFL and signal.getitimer(signal.ITIMER_PROF)[0] > 0
"""


@pytest.mark.targets
@pytest.mark.skipif(sys.platform != "linux", reason="nudges need Linux's timers")
def test_one_thread_is_nudged_while_it_works(free_threaded: Target) -> None:
    said = subprocess.run(
        [free_threaded.executable, "-c", PROGRAM.format(repository=str(REPOSITORY))],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode == 0, said.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="nudges need Linux's timers")
def test_a_process_that_may_be_nudged_ends_when_its_processor_time_is_spent(free_threaded: Target) -> None:
    program = f"""
import sys
sys.path.insert(0, {str(REPOSITORY)!r})
from harness.kernel import nudges
nudges.give(0.05)
while True:
    pass
"""
    said = subprocess.run([free_threaded.executable, "-c", program], capture_output=True, timeout=60)
    assert said.returncode == -27, "SIGPROF"
