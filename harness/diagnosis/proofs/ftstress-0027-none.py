"""ftstress-0027 for a class that has no annotations: a reader stores an empty dict over what was stored meanwhile.

`type_get_annotations` (Objects/typeobject.c) finds none, makes a dict, and stores it.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time

meet = threading.Barrier(2)
classes: list[type] = []
done: list[bool] = []
turn = [0]


def read() -> None:
    while True:
        meet.wait()
        if done:
            return
        for number, cls in enumerate(classes):
            while turn[0] < number:
                pass
            cls.__annotations__
        meet.wait()


reader = threading.Thread(target=read)
reader.start()
lost, rounds, began = 0, 0, time.monotonic()
while not lost and time.monotonic() - began < 20:
    classes[:] = [type("C", (), {}) for _ in range(300)]
    turn[0] = -1
    meet.wait()
    for number, cls in enumerate(classes):
        turn[0] = number
        cls.__annotations__ = {"stored": int}
    meet.wait()
    rounds += 1
    lost = sum(not cls.__annotations__ for cls in classes)
done.append(True)
meet.wait()
reader.join()
gil = getattr(sys, "_is_gil_enabled", lambda: True)()
seen = f"{lost} of 300 classes have lost what was stored, in round {rounds}"
print(f"{sys.version.split()[0]}, GIL {'on' if gil else 'off'}: {seen}")
sys.exit(bool(lost))
