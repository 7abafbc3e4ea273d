#!/bin/sh
# wrapt wraps a class's `__init__`, and the wrapper is taken off again. A call of the class that was specialised in between
# stays what it became then, `CALL_NON_PY_GENERAL`: that is guarded by what is called not being a Python function, which a
# class never is, so it is never specialised again and runs slower for as long as its code lives. An instruction that was
# specialised for a type or a version gives that up when it no longer fits; this one always fits. So what is warm in a test
# or a benchmark depends on what was wrapped when it ran first.
#
# Seen with wrapt 2.5.2 on CPython 3.14.7+t, 3.15.0rc1+t and 3.16.0a0t, each time: 1.2 to 1.4 times the time of a copy of
# the same function that has met the class as it is.
#
# Exit status: 0 as seen, 1 not any more, 3 it could not be tried.
set -u
py=$(command -v "${PYTHON3T:-python3.14t}")
if ! "$py" -c 'import sys; sys.exit(sys.version_info < (3, 14))' 2>/dev/null; then
    echo "This needs CPython 3.14 or later as python3.14t, or its path in PYTHON3T." >&2
    exit 3
fi
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
if ! { python3 -m venv "$dir/tools" &&
    "$dir/tools/bin/pip" install -q --target "$dir/packages" wrapt==2.5.2; } >"$dir/log" 2>&1; then
    echo "the package could not be installed: $(tail -n 1 "$dir/log")" >&2
    exit 3
fi
cat >"$dir/wrapped.py" <<'END'
import dis
import sys
import time
from types import FunctionType

import wrapt


class Thing:
    def __init__(self):
        self.x = 1


def make(cls):
    return cls()


def called_by(function):
    """The instruction that calls, once it is warm."""
    for _ in range(1_000_000):
        function(Thing)
    return [one.opname for one in dis.get_instructions(function, adaptive=True) if one.opname.startswith("CALL")]


def seconds(function):
    """The best of some: other work of the machine makes them longer only."""
    times = []
    for _ in range(7):
        began = time.perf_counter()
        for _ in range(100_000):
            function(Thing)
        times.append(time.perf_counter() - began)
    return min(times)


def passed_on(wrapped, instance, arguments, named):
    return wrapped(*arguments, **named)


again = FunctionType(make.__code__.replace(), {})
before = Thing.__init__
wrapt.wrap_function_wrapper(Thing, "__init__", passed_on)
print("wrapped:            ", *called_by(make))
Thing.__init__ = before
was, new = called_by(make), called_by(again)
print("no longer wrapped:  ", *was)
print("a copy of the same: ", *new)
print(f"the time of a call, against the copy's: {seconds(make) / seconds(again):.2f}")
sys.exit((was, new) != (["CALL_NON_PY_GENERAL"], ["CALL_ALLOC_AND_ENTER_INIT"]))
END
PYTHONPATH="$dir/packages" "$py" -P "$dir/wrapped.py"
