"""ftstress-0014: once `__getattribute__` is stored into a class, some instructions never call it.

`analyze_descriptor_load` (Python/specialize.c) looks at the class's `tp_getattro`, and asks for the class's version
after that. A store of `__getattribute__` that comes in between makes a new version, and the instruction is specialised
for that, as if the class had none. In the same way `analyze_descriptor_store` looks at `tp_setattro`,
`specialize_class_load_attr` at the metaclass's `tp_getattro`, and `specialize_class_call` at `tp_new`.
Each class here is read by 400 instructions, which are all specialised at about the time of the store.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time
from random import Random

INSTRUCTIONS = 400
CODE = compile(f"def read(obj): return [{'obj.x, ' * INSTRUCTIONS}]", "read", "exec")
meet = threading.Barrier(2)
state: dict = {"read": None}


def reader() -> None:
    while True:
        meet.wait()
        if state["read"] is None:
            return
        read, obj = state["read"], state["obj"]
        read(obj)
        state["warm"] = True
        for _ in range(3):
            read(obj)
        meet.wait()  # the store has returned
        state["given"] = read(obj)
        meet.wait()


thread = threading.Thread(target=reader)
thread.start()
random, wrong, rounds, began = Random(1), 0, 0, time.monotonic()
while not wrong and time.monotonic() - began < 20:
    cls = type("C", (), {})
    subclasses = [type("D", (cls,), {"x": None}) for _ in range(30)]
    for subclass in subclasses:
        subclass.x  # what has a version makes the store take longer
    obj = cls()
    obj.x = "attribute"
    exec(CODE, state)
    state.update(obj=obj, warm=False)
    meet.wait()
    while not state["warm"]:
        pass
    for _ in range(random.randrange(2000)):
        pass
    cls.__getattribute__ = lambda self, name: "special"
    meet.wait()
    meet.wait()
    rounds += 1
    wrong = state["given"].count("attribute")
state["read"] = None
meet.wait()
thread.join()
gil = getattr(sys, "_is_gil_enabled", lambda: True)()
seen = f"{wrong} of {INSTRUCTIONS} instructions pass it by, after {rounds} rounds"
print(f"{sys.version.split()[0]}, GIL {'on' if gil else 'off'}: {seen}")
sys.exit(bool(wrong))
