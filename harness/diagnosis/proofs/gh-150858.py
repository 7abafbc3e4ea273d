"""gh-150858: `C.__qualname__` stored while another thread reads it frees the string that is being read.

`type_set_qualname` (Objects/typeobject.c) swaps the pointer and releases the old string without a lock;
`type_qualname` takes a reference to whatever it finds. Measured on CPython 3.13.5, free-threaded: MEASURED_150858
Exit status 1: it showed. Exit status 0: not within 10 s.
"""

import subprocess
import sys
import threading
import time

NAME = "__qualname__"


def corrupt(seconds):
    class C: ...

    setattr(C, NAME, "name_0")
    done = []

    def read():
        while not done:
            name = getattr(C, NAME)
            if type(name) is not str or not name.startswith("name_"):
                print(f"{NAME} gave something that was never stored", flush=True)
                done.append(True)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    turn = 0
    while not done and time.monotonic() < deadline:
        turn += 1
        setattr(C, NAME, f"name_{turn}")
    sys.exit(3 if done else done.append(True) or 0)


if "child" in sys.argv:
    corrupt(5)
flags = ["-X", f"gil={int(sys._is_gil_enabled())}"] if hasattr(sys, "_is_gil_enabled") else []
for attempt in range(2):
    child = subprocess.run([sys.executable, *flags, __file__, "child"], stderr=subprocess.DEVNULL)
    if child.returncode:
        print(f"a child ended with status {child.returncode}")
        sys.exit(1)
print("not seen in two children of 5 s")
