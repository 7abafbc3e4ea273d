"""A child that speaks the event protocol and does one thing: what the last part of its scenario's name says.

Run as ``python _fake_child.py JSON``. It needs nothing of the kernel's but the lifeline.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from harness.kernel.child import die_with_parent

COUNTS = {"samples": 1000, "stores": 100, "reads": 1000, "live_reads": 900, "overlap_ns": 90, "span_ns": 100}


def main(spec: dict[str, Any]) -> None:
    die_with_parent(spec["alarm_s"])
    faulthandler.enable()
    pipe = spec["events_fd"]

    def send(event: str, **fields: Any) -> None:
        os.write(pipe, json.dumps({"event": event, **fields}).encode() + b"\n")

    def progress(rounds: int = 5, **changed: Any) -> None:
        send("progress", elapsed_s=0.1, rounds=rounds, rounds_hit=0, **(COUNTS | changed))

    behaviour = spec["scenario"].rpartition(".")[2]
    if behaviour == "stillborn":
        raise SystemExit("this target cannot even import os")
    send("hello", pid=os.getpid(), version="3.13.5", free_threaded=True, gil_enabled=behaviour == "gil_on")
    if behaviour == "no_rounds":
        progress(0, **dict.fromkeys(COUNTS, 0))
    elif behaviour == "no_samples":
        progress(samples=0)
    elif behaviour == "no_overlap":
        progress(overlap_ns=0)
    else:
        progress()
    if behaviour == "finds_without_gil":
        behaviour = "well" if spec.get("with_gil") else "finds"
    BEHAVIOURS.get(behaviour, lambda *_: None)(send, progress, pipe)
    until = time.monotonic() + (spec["budget_s"] if behaviour == "slow" else min(spec["budget_s"], 0.3))
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))
        if behaviour == "slow":
            progress()
    send("done", reason="budget")


def killed(number: signal.Signals) -> Any:
    return lambda *_: os.kill(os.getpid(), number)


def left(status: int) -> Any:
    return lambda *_: os._exit(status)


def for_ever(*_: Any) -> None:
    while True:
        time.sleep(60)


def waits_for_itself(*_: Any) -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def says_it_is_alive(send: Any, progress: Any, pipe: int) -> None:
    while True:
        progress()
        time.sleep(0.05)


def eats_memory(send: Any, progress: Any, pipe: int) -> None:
    kept = []
    while True:
        kept.append(b"x" * (8 << 20))
        progress()


def lets_a_grandchild_eat(send: Any, progress: Any, pipe: int) -> None:
    eater = "kept = [b'x' * (8 << 20) for _ in range(60)]; import time; time.sleep(600)"
    subprocess.Popen([sys.executable, "-c", eater], start_new_session=True)
    says_it_is_alive(send, progress, pipe)


def leaves_grandchildren(send: Any, progress: Any, pipe: int) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    print(subprocess.Popen(sleeper).pid, flush=True)


def hides_a_grandchild(send: Any, progress: Any, pipe: int) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    print(subprocess.Popen(sleeper, start_new_session=True).pid, flush=True)
    for_ever()


def floods_output(send: Any, progress: Any, pipe: int) -> None:
    for _ in range(400):
        os.write(1, b"out" * 30_000)
        os.write(2, b"err" * 30_000)


def writes_garbage(send: Any, progress: Any, pipe: int) -> None:
    os.write(pipe, b"\x00\xff\x1b[31m garbage\n{\n[]\n{}\nnull\n\n")
    os.write(pipe, b'{"event":"campaign_end","complete":true}\n{"event":"progress","rounds":"many"}\n')
    os.write(pipe, b'{"event":"progress","elapsed_s":NaN}\n' + b"[" * 100_000 + b"\n")
    os.write(pipe, b"no line end" * 100_000 + b"\n")
    progress(7)
    os.write(pipe, b'{"event":"finding","kind":"half a line')
    os.write(pipe, b"\n")


def floods_events(send: Any, progress: Any, pipe: int) -> None:
    while True:
        os.write(pipe, b"garbage" * 10_000)


def finds(send: Any, progress: Any, pipe: int) -> None:
    send(
        "finding",
        kind="violation",
        oracle="order",
        where="read",
        message="the second read was older",
        details={"seen": ["x#2", "x#1"]},
        round=3,
        elapsed_s=0.1,
    )
    progress(6, samples=1200)


def fails(send: Any, progress: Any, pipe: int) -> None:
    send("failure", message="ZeroDivisionError: division by zero", traceback="Traceback ...")
    os._exit(70)


def turns_the_gil_on(send: Any, progress: Any, pipe: int) -> None:
    send("gil", enabled=True, when="in round 3")


BEHAVIOURS: dict[str, Any] = {
    "sigkill": killed(signal.SIGKILL),
    "sigsegv": killed(signal.SIGSEGV),
    "sigabrt": killed(signal.SIGABRT),
    "sigalrm": killed(signal.SIGALRM),
    "exit_0": left(0),
    "exit_3": left(3),
    "silent": for_ever,
    "deadlocked": waits_for_itself,
    "endless": says_it_is_alive,
    "eater": eats_memory,
    "eating_tree": lets_a_grandchild_eat,
    "parent": leaves_grandchildren,
    "hiding": hides_a_grandchild,
    "loud": floods_output,
    "garbage": writes_garbage,
    "flood": floods_events,
    "finds": finds,
    "fails": fails,
    "gil": turns_the_gil_on,
}

if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
