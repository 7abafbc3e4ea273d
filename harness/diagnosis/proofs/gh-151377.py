"""gh-151377: `C.__subclasses__()` crashes while classes below C come and go.

`_PyType_GetSubclasses` (Objects/typeobject.c) walks the dict of subclasses without the type lock, with borrowed
references, while `add_subclass` and `remove_subclass` change it under that lock. Measured on CPython 3.13.5,
free-threaded: 9 of 10 runs with -X gil=0 (in 0.5 to 15 s), 0 of 5 with -X gil=1.
Exit status 1: it showed. Exit status 0: not within 12 s.
"""

import subprocess
import sys
import threading
import time


def crash(seconds: float) -> None:
    class A: ...

    class B: ...

    class D(A): ...

    done: list[bool] = []

    def read() -> None:
        while not done:
            A.__subclasses__()

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < deadline:
        turn += 1
        D.__bases__ = ((B, A)[turn % 2],)
    done.append(True)


if "child" in sys.argv:
    crash(5)
    sys.exit(0)
flags = ["-X", f"gil={int(sys._is_gil_enabled())}"] if hasattr(sys, "_is_gil_enabled") else []
for attempt in range(2):
    child = subprocess.run([sys.executable, *flags, __file__, "child"], stderr=subprocess.DEVNULL)
    if child.returncode:
        print(f"a child died with status {child.returncode}")
        sys.exit(1)
print("not seen in two children of 5 s")
