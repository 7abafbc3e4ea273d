"""ftstress-0006 with one name: a class gives what is stored only later, and its dict, read after that, has it not yet.

The look-up is ftstress-0006's: the value is freed between the reader's taking its address and its taking a reference,
the writer's next value moves into the same memory, and the reader gets that one before it is stored.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time
import weakref
from collections.abc import Callable

READERS = 6
STORES = 900  # a class is cached for its first 1,000 versions only


def answering(count: int) -> Callable[[], int]:
    def answer() -> int:
        return count

    weakref.ref(answer)  # from now on other threads may take a reference without a lock
    return answer


def fresh() -> type:
    return type("C", (), {"x": staticmethod(answering(0))})


current = fresh()
done: list[bool] = []
wrong: list[str] = []


def store() -> None:
    global current
    while not done:
        cls = current = fresh()
        for count in range(1, STORES):
            following = answering(count)
            for _ in range(500):  # in which a reader that has it has it too early
                pass
            cls.x = following
            del following


def read() -> None:
    while not done:
        cls = current
        stored = vars(cls)
        for _ in range(100):
            early, later = cls.x(), stored["x"]()
            if later < early:
                wrong.append(f"C.x gave {early}, and C.__dict__['x'] after that {later}")


threads = [threading.Thread(target=store), *(threading.Thread(target=read) for _ in range(READERS))]
for thread in threads:
    thread.start()
began = time.monotonic()
while not wrong and time.monotonic() - began < 20:
    time.sleep(0.02)
done.append(True)
for thread in threads:
    thread.join()
gil = getattr(sys, "_is_gil_enabled", lambda: True)()
print(f"{sys.version.split()[0]}, GIL {'on' if gil else 'off'}: {wrong[0] if wrong else 'nothing in 20 s'}")
sys.exit(bool(wrong))
