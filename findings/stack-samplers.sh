#!/bin/sh
# What does a free-threaded process do just now? py-spy 0.4.3, the sampler that most would reach for, fails with "Failed to find a
# python interpreter in the .data section": no word on free threading, as if the process were no Python. pystack 1.7.2, from
# an ordinary Python with the GIL, reads it from outside: every thread, and with --native the C functions between the
# Python ones; of CPython's development branch, too, where py-spy says "Unsupported version of Python". The guess that each new
# layout of the interpreter has to be taught to a sampler first, so that both can or neither, is wrong.
#
# Seen with CPython 3.13.5t, 3.14.7+t, 3.15.0rc1+t and 3.16.0a0t, twice. py-spy reads 3.11.7 and 3.13.0 with the GIL.
#
# Exit status: 0 as seen, 1 not any more, 3 it could not be tried.
set -u
py=$(command -v "${PYTHON3T:-python3.13t}")
if ! "$py" -c 'import sys; sys.exit(sys._is_gil_enabled())' 2>/dev/null; then
    echo "This needs a free-threaded CPython: set PYTHON3T to its path, or put python3.13t on PATH." >&2
    exit 3
fi
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
if ! { python3 -m venv "$dir/tools" && "$dir/tools/bin/pip" install -q py-spy==0.4.3 pystack==1.7.2; } >"$dir/log" 2>&1; then
    echo "py-spy 0.4.3 or pystack 1.7.2 could not be installed: $(tail -n 1 "$dir/log")" >&2
    exit 3
fi
cat >"$dir/program.py" <<'END'
import threading
import time

def sleeps_in_a_thread():
    time.sleep(60)

def sleeps_in_the_main_thread():
    print("ready", flush=True)
    time.sleep(60)

threading.Thread(target=sleeps_in_a_thread, daemon=True).start()
sleeps_in_the_main_thread()
END
"$py" "$dir/program.py" >"$dir/ready" &
process=$!
"$dir/tools/bin/python" "$dir/program.py" >"$dir/ready-2" &
ordinary=$!
trap 'kill $process $ordinary; rm -rf "$dir"' EXIT
until grep -q ready "$dir/ready" && grep -q ready "$dir/ready-2"; do sleep 0.1; done
"$dir/tools/bin/pystack" remote --native "$process" >"$dir/pystack" 2>&1
"$dir/tools/bin/py-spy" dump --pid "$process" >"$dir/py-spy" 2>&1
"$dir/tools/bin/py-spy" dump --pid "$ordinary" >"$dir/control" 2>&1
if grep -qi "permi" "$dir/pystack" "$dir/py-spy" || ! grep -q sleeps_in_a_thread "$dir/control"; then
    echo "Other processes cannot be read here: run it as root, or with kernel.yama.ptrace_scope=0. $(tail -n 1 "$dir/control")" >&2
    exit 3
fi
for name in sleeps_in_a_thread sleeps_in_the_main_thread "(C) .*time_sleep"; do
    printf '%-28s pystack: %s, py-spy: %s\n' "$name" "$(grep -c "$name\$\|$name " "$dir/pystack")" "$(grep -c "$name" "$dir/py-spy")"
done >"$dir/table"
cat "$dir/table" && head -n 1 "$dir/py-spy" && echo "py-spy of an ordinary python3: every thread"
[ "$(grep -c 'pystack: [1-9].*py-spy: 0$' "$dir/table")" = 3 ] && grep -q "find a python interpreter in the .data section\|Unsupported version of Python: 3.16" "$dir/py-spy"
