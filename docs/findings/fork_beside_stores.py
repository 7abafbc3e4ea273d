"""A child forked beside threads that store into a class and read from it hangs at its first look-up.

    python3.13t -X gil=0 -W ignore fork_beside_stores.py [SECONDS]

Exit status 1 when a child hung (it is given 5 s for 50 look-ups), 0 when none did.
"""

import os
import signal
import sys
import threading
import time


class Base:
    pass


class Below(Base):
    pass


NAMES = [f"name_{number}" for number in range(50)]
for name in NAMES:
    setattr(Base, name, object())
done = []


def read():
    while not done:
        for name in NAMES:
            getattr(Below, name)


def store():
    while not done:
        for name in NAMES:
            setattr(Base, name, object())


threads = [threading.Thread(target=target, daemon=True) for target in (read, read, store)]
for thread in threads:
    thread.start()
end = time.monotonic() + float(sys.argv[1] if len(sys.argv) > 1 else 15)
forks = hangs = 0
while time.monotonic() < end:
    forks += 1
    child = os.fork()
    if child == 0:
        for name in NAMES:
            getattr(Below, name)
        os._exit(0)
    limit = time.monotonic() + 5
    while not os.waitpid(child, os.WNOHANG)[0]:
        if time.monotonic() > limit:
            hangs += 1
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            break
        time.sleep(0.0005)
done.append(True)
print(f"{hangs} of {forks} children hung")
sys.exit(hangs > 0)
