"""ftstress-0032: an `__annotate__` that was stored is lost to somebody who asks for it.

`type_get_annotate` (Objects/typeobject.c) finds none and stores None, over whatever has been stored meanwhile.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time

meet = threading.Barrier(2)
classes: list[type] = []
done: list[bool] = []
turn = [0]


def annotate(form: int) -> dict:
    return {"stored": int}


def read() -> None:
    while True:
        meet.wait()
        if done:
            return
        for number, cls in enumerate(classes):
            while turn[0] < number:
                pass
            getattr(cls, "__annotate__", None)
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
        cls.__annotate__ = annotate
    meet.wait()
    rounds += 1
    lost = sum(cls.__annotate__ is not annotate for cls in classes)
done.append(True)
meet.wait()
reader.join()
gil = getattr(sys, "_is_gil_enabled", lambda: True)()
seen = f"{lost} of 300 classes have lost what was stored, in round {rounds}"
print(f"{sys.version.split()[0]}, GIL {'on' if gil else 'off'}: {seen}")
sys.exit(bool(lost))
