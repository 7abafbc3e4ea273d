"""ftstress-0051: a TextIOWrapper is detached by two threads, and one of them gets neither the buffer nor an error.

`_io_TextIOWrapper_detach_impl` (Modules/_io/textio.c) looks whether it is attached, and flushes, which lets another
thread in; then it takes the buffer, which that one has taken: SystemError. What is flushed here goes into a pipe that
is full, so that both have looked when the first one goes on; the buffer is held meanwhile, which detach() does not.
Measured: every run on 3.13.5, 3.14.7+ and 3.15.0rc1+, with either -X gil, and on 3.11.7; never on 3.16.0a0.
Exit status 1: it showed. Exit status 0: not.
"""

import os
import sys
import threading
import time

said: list[str] = []


def detach() -> None:
    """Detach the text beside the other thread."""
    try:
        text.detach()
    except SystemError as error:
        said.append(str(error))
    except ValueError:  # the other one has
        pass


for _ in range(20):
    read, write = os.pipe()
    os.set_blocking(write, False)
    try:
        while True:
            os.write(write, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(write, True)
    text = open(write, "w", encoding="ascii")
    text.write("x")
    held = text.buffer
    threads = [threading.Thread(target=detach) for _ in range(2)]
    for one in threads:
        one.start()
    time.sleep(0.05)
    os.read(read, 1 << 20)
    for one in threads:
        one.join()
    held.close()
    os.close(read)
print(f"{sys.version.split()[0]}: {len(said)} of 20: {said[:1]}")
sys.exit(bool(said))
