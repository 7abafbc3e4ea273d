"""ftstress-0053: select.select raises SystemError while another thread fills the list that it was given.

`seq2set` (Modules/selectmodule.c) reads a list's length and its items without its lock. A list that grows has its new
length before its new item: there is a null pointer, and select fails without an exception.
Measured: every run on 3.13.5, 3.14.7+, 3.15.0rc1+ and 3.16.0a0, within some seconds; with -X gil=1 never.
Exit status 1: it showed. Exit status 0: not.
"""

import os
import select
import sys
import threading
import time

LOOKS_S = 20.0
read, write = os.pipe()
files = [read]
end = time.monotonic() + LOOKS_S
said = ""


def grow() -> None:
    """Let one list after the other grow."""
    global files
    while not said and time.monotonic() < end:
        growing = files = [read]
        for _ in range(40):
            growing.append(read)


grower = threading.Thread(target=grow)
grower.start()
while not said and time.monotonic() < end:
    try:
        select.select(files, [], [], 0)
    except SystemError as error:
        said = str(error)
grower.join()
print(f"{sys.version.split()[0]}: {said or 'nothing'}")
sys.exit(bool(said))
