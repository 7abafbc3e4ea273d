#!/bin/sh
# Two threads go through the lines of one binary file. Each `readline` is a method in C, the GIL is on, and the documents of
# `io` say that buffered objects "are safe" to be called from many threads, for they have a lock: so each line comes once,
# and whole. It does not: now and then one comes in two pieces, and thousands do not come at all. The lock is taken after it
# was looked how much is read ahead. Without the GIL it is the same. more-itertools' `serialize` around the file, which lets
# one thread at a time take a line, does what the lock seems to do.
#
# Seen with more-itertools 11.2.1 on CPython 3.11.7 (with the GIL) and 3.14.7+t (without), twice: within some seconds.
#
# Exit status: 0 as seen, 1 not any more, 3 it could not be tried.
set -u
py=$(command -v "${PYTHON3T:-python3}")
if ! "$py" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "This needs CPython 3.11 or later as python3, or its path in PYTHON3T." >&2
    exit 3
fi
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
if ! { python3 -m venv "$dir/tools" &&
    "$dir/tools/bin/pip" install -q --target "$dir/packages" more-itertools==11.2.1; } >"$dir/log" 2>&1; then
    echo "the package could not be installed: $(tail -n 1 "$dir/log")" >&2
    exit 3
fi
cat >"$dir/lines.py" <<'END'
import sys
import tempfile
import threading
import time

from more_itertools import serialize

LINES = [b"line number %d of a file that two threads read\n" % number for number in range(20_000)]
WHOLE = set(LINES)


def taken(wrap):
    """What two threads take from one file."""
    with tempfile.TemporaryFile() as shared:
        shared.writelines(LINES)
        shared.seek(0)
        lines, taken = wrap(shared), ([], [])
        threads = [threading.Thread(target=mine.extend, args=[lines]) for mine in taken]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return taken[0] + taken[1]


def rounds(name, wrap, seconds):
    """How many rounds gave anything else than each line once, in so many seconds, or until two did."""
    wrong, number, until = [], 0, time.monotonic() + seconds
    while len(wrong) < 2 and time.monotonic() < until:
        number += 1
        came = taken(wrap)
        if sorted(came) != sorted(LINES):
            pieces = [one for one in came if one not in WHOLE]
            wrong.append(f"{len(WHOLE - {*came})} lines did not come, and {pieces[:2]} did")
    print(f"{name:24} {len(wrong)} of {number} rounds are wrong", *wrong[:1], sep="; ")
    return len(wrong)


gil = getattr(sys, "_is_gil_enabled", lambda: True)()
print(f"CPython {sys.version.split()[0]}, the GIL is {'on' if gil else 'off'}")
torn = rounds("the file itself", lambda file: file, 90)
serialized = rounds("serialize(file)", serialize, 20)
sys.exit(not torn or bool(serialized))
END
PYTHONPATH="$dir/packages" PYTHONDONTWRITEBYTECODE=1 "$py" "$dir/lines.py"
