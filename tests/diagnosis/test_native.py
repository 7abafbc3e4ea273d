"""Native stacks: read from what gdb prints, and taken from real children where there is a gdb."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.diagnosis.native import NO_GDB, attached, details, read, under_gdb
from harness.kernel.hang import APART_S, ASLEEP_LOOKS, Sleepers, kept_waiting_s, kind_of_hang, running
from harness.record.target import Target

PRINTED = """\
Thread 3 "python3.13t" received signal SIGSEGV, Segmentation fault.
ftstress stacks
#0  __pthread_kill_implementation (signo=11, threadid=<optimized out>) at ./nptl/pthread_kill.c:44
#1  0x00005581a3 in faulthandler_fatal_error () at ./Modules/faulthandler.c:334
#2  0x00005581b4 in _PyType_LookupRef (type=0x2000, name=0x3000) at Objects/typeobject.c:5245
#3  type_getattro () at Objects/typeobject.c:5600

Thread 2 (Thread 0x7f01 (LWP 5359) "python3.13t"):
#0  __futex_abstimed_wait_common (op=0x7f02) at ./nptl/futex-internal.c:57

ftstress fault address $1 = (void *) 0xdeadbeef
"""
GDB = pytest.mark.skipif(shutil.which("gdb") is None, reason="there is no gdb on this machine")

SLEEPS = "import time; print('there', flush=True); time.sleep(60)"
SPINS = "print('there', flush=True)\nwhile True: pass"
WAITS = """
from threading import Lock, Thread
lock = Lock()
lock.acquire()
Thread(target=lock.acquire, daemon=True).start()
print('there', flush=True)
lock.acquire()
"""
LOOKS_AGAIN = WAITS.rpartition("lock.")[0] + "while True: lock.acquire(timeout=0.005)"
FOR_A_TIME = WAITS.rpartition("lock.")[0] + "lock.acquire(timeout=60)"
ONE_SLEEPS = WAITS.rpartition("lock.")[0] + "import time; time.sleep(60)"
ONE_READS = WAITS.rpartition("lock.")[0] + "import os; os.read(os.pipe()[0], 1)"
ONE_SPINS = WAITS.rpartition("lock.")[0] + "while True: pass"
WAIT_FOR_ONE_ANOTHER = """\
import threading
one, other, both = threading.Lock(), threading.Lock(), threading.Barrier(3)
def first():
    one.acquire()
    both.wait()
    both.wait()
    other.acquire()
def second():
    other.acquire()
    both.wait()
    both.wait()
    one.acquire()
for each in (first, second):
    threading.Thread(target=each).start()
both.wait()
print("there", flush=True)
both.wait()
"""
LINUX = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc here")


@pytest.fixture
def child(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", request.param], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"there\n"
        yield process
        process.kill()


def test_stacks_are_kept_without_addresses_and_the_top_is_what_died() -> None:
    found = read(PRINTED, "")
    assert found.missing is None
    assert found.fault_address == "0xdeadbeef"
    assert found.top() == ["_PyType_LookupRef", "type_getattro"]
    assert "0x2000" not in found.stacks and "received signal" not in found.stacks
    assert details(found)["fault_address"] == "0xdeadbeef"


@pytest.mark.parametrize(
    ("err", "reason"),
    [
        ("ptrace: Operation not permitted.", "ptrace is forbidden here"),
        ("The program is not being run.", "did not die under gdb"),
        ("a.out: No such file", "gdb gave no stacks: a.out: No such file"),
        ("", "it said nothing"),
    ],
)
def test_what_kept_gdb_from_it_is_a_sentence(err: str, reason: str) -> None:
    found = read("", err)
    assert found.missing is not None and reason in found.missing
    assert details(found) == {"native_missing": found.missing}


def test_without_gdb_it_says_so_and_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert attached(1) is NO_GDB
    assert under_gdb(["python3"]) is None


@GDB
@pytest.mark.parametrize("child", [SLEEPS], indirect=True)
def test_a_running_process_is_looked_at_and_goes_on(child: subprocess.Popen[bytes]) -> None:
    found = attached(child.pid)
    if found.missing and "ptrace is forbidden" in found.missing:
        pytest.skip(found.missing)
    assert "Thread 1" in found.stacks and "#0" in found.stacks
    assert child.poll() is None


@GDB
@pytest.mark.targets
def test_each_thread_is_told_down_to_its_python_frames(free_threaded: Target, tmp_path: Path) -> None:
    """On every branch: where things lie in memory differs. The two threads wait for one another's lock."""
    script = tmp_path / "dead.py"
    script.write_text(WAIT_FOR_ONE_ANOTHER)
    command = [free_threaded.executable, "-X", "gil=0", str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == b"there\n"
            deadline = time.monotonic() + 100
            while f"{script}:12" not in (found := attached(process.pid)).stacks:
                if "ptrace is forbidden" in (found.missing or ""):
                    pytest.skip(str(found.missing))
                assert time.monotonic() < deadline, found
        finally:
            process.kill()
    for thread, line in (("first", 7), ("second", 12)):
        assert f"Python: {thread} ({script}:{line})" in found.stacks
    assert "Python: _shutdown (" in found.stacks  # the main thread, which waits for both
    assert "__futex" not in found.stacks and not found.lost
    assert "waits in ThreadHandle_join for" in found.waits


@GDB
def test_a_crash_under_gdb_names_the_function_and_the_address(tmp_path: Path) -> None:
    script = tmp_path / "crashes.py"
    script.write_text("import ctypes\nctypes.string_at(0x10)\n")
    command = under_gdb([sys.executable, str(script)])
    assert command is not None
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    found = read(done.stdout, done.stderr)
    if found.missing and "ptrace is forbidden" in found.missing:
        pytest.skip(found.missing)
    assert found.missing is None
    assert found.fault_address == "0x10"
    assert found.top()


@LINUX
@pytest.mark.parametrize(("child", "kind"), [(SLEEPS, "deadlock"), (SPINS, "livelock")], indirect=["child"])
def test_waiting_and_running_are_told_apart(child: subprocess.Popen[bytes], kind: str) -> None:
    deadline = time.monotonic() + 100  # a busy machine may give it no core for a while
    while not kind_of_hang(running(child.pid)).startswith(kind):
        assert time.monotonic() < deadline


@LINUX
@pytest.mark.parametrize("child", [SPINS], indirect=True)
def test_who_is_kept_from_the_cores_has_waited(child: subprocess.Popen[bytes]) -> None:
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(child.pid, {core})
    beside = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        os.sched_setaffinity(beside.pid, {core})
        before, deadline = kept_waiting_s(child.pid), time.monotonic() + 100
        while kept_waiting_s(child.pid) - before < 0.5:
            assert time.monotonic() < deadline
    finally:
        beside.kill()
        beside.wait()


@LINUX
@pytest.mark.parametrize("child", [WAITS, LOOKS_AGAIN], indirect=True)
def test_all_must_have_waited_for_one_another_for_many_looks(child: subprocess.Popen[bytes]) -> None:
    sleepers, began, looks = Sleepers(), time.monotonic(), 1
    while not sleepers.look(child.pid):
        looks += 1
        assert time.monotonic() - began < 100
        time.sleep(APART_S / 4)
    assert looks > ASLEEP_LOOKS and time.monotonic() - began >= (ASLEEP_LOOKS - 1) * APART_S


@LINUX
@pytest.mark.parametrize(
    "child", [SLEEPS, SPINS, FOR_A_TIME, ONE_SLEEPS, ONE_READS, ONE_SPINS], indirect=True
)
def test_where_one_may_go_on_by_itself_they_are_not_called_asleep(child: subprocess.Popen[bytes]) -> None:
    sleepers = Sleepers()
    for _ in range(ASLEEP_LOOKS + 10):
        time.sleep(APART_S)
        assert not sleepers.look(child.pid)


def test_what_cannot_be_told_is_not_guessed() -> None:
    assert running(2**30, [1]) is None
    assert kind_of_hang(None) == ""
    assert running("self", [threading.get_native_id()]) == []
    nobody = Sleepers()
    for _ in range(3):
        assert not nobody.look(2**30)
        assert nobody.looks == 0
        time.sleep(APART_S)
