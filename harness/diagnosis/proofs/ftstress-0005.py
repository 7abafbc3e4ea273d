"""ftstress-0005: `C.x` stays "old" after `C.x = "new"`: a key looked it up in the middle of the store. One thread.

Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Key(str):
    looking = False
    __hash__ = str.__hash__

    def __eq__(self, other):
        if not Key.looking:
            Key.looking = True
            C.x, C.x  # look-ups in the middle of the store; the first one may be cached where nobody looks
            Key.looking = False
        return str.__eq__(self, other)


C = type("C", (), {Key("x"): "old"})
C.x = "new"
seen = C.x != vars(C)["x"]
print(f"{'' if seen else 'not '}seen: C.x is {C.x!r}, vars(C)['x'] is {vars(C)['x']!r}")
sys.exit(seen)
