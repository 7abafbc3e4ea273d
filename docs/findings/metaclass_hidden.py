"""A class gives its own attribute, which a data descriptor on its metaclass hides: ftstress-0006 in the metatype's look-up.

Arguments: readers, seconds, rest. `3 20 1000` on 2 cores of a loaded machine: 5 of 6 runs; on a quiet one seldom. It is
not reliable enough yet to be a proof on the known-issue list. Exit status 1: it showed. Exit status 0: it did not.
"""

import sys
import threading
import time
import weakref

READERS = int(sys.argv[1])
SECONDS = float(sys.argv[2])
REST = int(sys.argv[3])
NAMES = "abcdef"


class Value:
    __slots__ = ("__weakref__", "a", "b", "c")

    def __init__(self):
        weakref.ref(self)


class Carrying:
    __slots__ = ("__weakref__", "a", "b", "c")

    def __init__(self):
        weakref.ref(self)

    __get__ = staticmethod(lambda *a: True)

    def __set__(self, thing, value):
        raise AttributeError


def fresh():
    meta = type("M", (type,), {n: Carrying() for n in NAMES})
    return meta, meta("C", (), dict.fromkeys(NAMES, "hidden"))


current = fresh()
done = []
wrong = []
stores = 0


def store():
    global current, stores
    rest = range(REST)
    while not done:
        meta, cls = current = fresh()
        for n in range(0, 900, 6):
            for name in NAMES:
                setattr(meta, name, Carrying())
            keep = [Value() for _ in range(8)]
            for _ in rest:
                pass
            del keep
        stores += 900


def read():
    while not done:
        meta, cls = current
        for name in NAMES * 20:
            v = getattr(cls, name)
            if v is not True:
                wrong.append(v)


ts = [threading.Thread(target=store)] + [threading.Thread(target=read) for _ in range(READERS)]
[t.start() for t in ts]
t0 = time.monotonic()
while time.monotonic() - t0 < SECONDS and len(wrong) < 1:
    time.sleep(0.05)
done.append(1)
[t.join() for t in ts]
print(READERS, REST, f"{time.monotonic() - t0:.1f}s stores {stores}", wrong[:5], len(wrong))
sys.exit(bool(wrong))
