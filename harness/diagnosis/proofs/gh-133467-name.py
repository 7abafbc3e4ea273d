"""gh-133467: `C.__name__` stored while another thread reads it frees the string that is being read.

`type_set_name` (Objects/typeobject.c) swaps the pointer and releases the old string without a lock;
`type_name` takes a reference to whatever it finds. What follows is whatever a freed object does: a crash,
a string that is another one, a hang. CPython 3.13.5, free-threaded: 10 of 10 runs with -X gil=0, 0 of 5 with gil=1.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import subprocess
import sys
import threading
import time
from typing import Any


class Text(str):
    __slots__ = ("number",)


def text(number: int) -> Any:
    made: Any = Text(f"name_{number}")
    made.number = number
    return made


def corrupt(cls: Any, seconds: float) -> bool:
    cls.__name__ = text(0)
    done: list[bool] = []

    def read() -> None:
        earlier = 0
        while not done:
            try:
                earlier = cls.__name__.number
                later = cls.__name__.number
            except AttributeError:
                later = -1
            if later < earlier:
                print("__name__ gave a string that was never stored", flush=True)
                done.append(True)

    for _ in range(3):
        threading.Thread(target=read).start()
    turn, deadline = 0, time.monotonic() + seconds
    while not done and time.monotonic() < deadline:
        turn += 1
        cls.__name__ = text(turn)
    done.append(True)
    return len(done) > 1


if "child" in sys.argv:
    sys.exit(3 if corrupt(type("C", (), {}), 10) else 0)
flags = ["-X", f"gil={int(sys._is_gil_enabled())}"] if hasattr(sys, "_is_gil_enabled") else []
try:
    status = subprocess.call([sys.executable, *flags, __file__, "child"], timeout=18)
except subprocess.TimeoutExpired:
    sys.exit(1)  # it hangs
print(f"the child's exit status: {status}")
sys.exit(1 if status else 0)
