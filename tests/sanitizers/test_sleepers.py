"""A thread of a sanitizer's own, which only sleeps, hides no deadlock; one of the target's may go on by itself."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from harness.kernel.hang import Sleepers

PROGRAM = """
import threading, time

def sleeps():
    while True:
        time.sleep(0.1)

def waits():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()

threading.Thread(target=sleeps).start()
print("begun", flush=True)
waits()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a thread waits for")
@pytest.mark.parametrize(("beside", "seen"), [(0, False), (1, True)])
def test_it_is_a_deadlock_where_only_that_one_sleeps(beside: int, seen: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == "begun\n"
            sleepers = Sleepers()
            deadline = time.monotonic() + (60 if seen else 5)
            found = False
            while not found and time.monotonic() < deadline:
                found = sleepers.look(process.pid, beside=beside)
                time.sleep(0.02)
            assert found == seen
        finally:
            process.kill()
