"""ftstress-0065: two threads that come to the end of one iterator over a str or bytes object release the object twice.

`unicodeiter_next`, `unicode_ascii_iter_next` (Objects/unicodeobject.c) and `striter_next` (Objects/bytesobject.c) read
`it_seq`, clear it, and release what they read: so do two threads that read it before either has cleared it. Here
thousands of references are held besides, so that nothing is freed; some are gone when the threads are done.
Exit status 1: it showed. Exit status 0: not.
"""

import sys
import threading
import time

HELD = 4000
END = time.monotonic() + 15
lost: dict[str, int] = {}
rounds = 0


def end(iterators: list[object], gate: threading.Barrier) -> None:
    """Ask each iterator, all of whose items were taken, for one more."""
    gate.wait()
    for one in iterators:
        next(one, None)  # type: ignore[call-overload]


while not lost and time.monotonic() < END:
    rounds += 1
    now = str(time.monotonic_ns())
    for what, taken in (("ASCII", now), ("other text", now + "\u0416"), ("bytes", now.encode())):
        held = [taken] * HELD
        before = sys.getrefcount(taken)
        iterators: list[object] = [iter(taken) for _ in range(1000)]
        for iterator in iterators:
            for _ in taken:
                next(iterator)  # type: ignore[call-overload]
        gate = threading.Barrier(2)
        threads = [threading.Thread(target=end, args=(iterators, gate)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        del iterators, iterator
        if (after := sys.getrefcount(taken)) < before:
            lost[what] = before - after
print(
    f"{sys.version.split()[0]}: references lost by iterators that two threads end: {lost}, in {rounds} rounds"
)
sys.exit(bool(lost))
