"""gh-118492: a value's __del__ sees a stale type cache. One thread; shows on every CPython up to 3.12.

Exit status 1: it showed. Exit status 0: it did not.
"""

import sys

ROUNDS = 1000
stale: list[bool] = []


class Value:
    """Looks, while it is being replaced, at what replaces it."""

    def __del__(self) -> None:
        seen = [getattr(C, "x", None) for _ in range(2)]  # the first miss after a change fills the wrong slot
        if seen != [C.__dict__.get("x")] * 2:
            stale.append(True)


class C:
    x: object = None


for _ in range(ROUNDS):
    C.x = Value()
    for _ in range(2):
        hasattr(C, "x")  # fill the cache: what it holds is about to be replaced
    C.x = None

print(f"{len(stale)} of {ROUNDS} finalizers saw a stale value")
sys.exit(1 if stale else 0)
