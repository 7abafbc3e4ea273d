#!/bin/sh
# A test or a benchmark is to run once without and once with the GIL on one free-threaded binary. `-X gil=1` stops at the
# process it is given to: pytest-xdist's workers and pyperf's run without the GIL all the same, and neither says so
# (pyperf's result file holds nothing about the GIL). The environment variable PYTHON_GIL=1 reaches all of them. Two guesses
# are wrong: that a flag of the interpreter is handed on (`multiprocessing` does, and so does
# subprocess._args_from_interpreter_flags), and that pyperf, which drops most of the environment, drops this one.
#
# Seen with pytest 9.2.0, pytest-xdist 3.8.0, pyperf 2.10.0 on CPython 3.13.5t and 3.14.7+t, twice.
#
# Exit status: 0 as seen, 1 not any more, 3 it could not be tried.
set -u
py=$(command -v "${PYTHON3T:-python3.13t}")
if ! "$py" -c 'import sys; sys.exit(sys._is_gil_enabled())' 2>/dev/null; then
    echo "This needs a free-threaded CPython: set PYTHON3T to its path, or put python3.13t on PATH." >&2
    exit 3
fi
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
pip="$dir/tools/bin/pip"
if ! { python3 -m venv "$dir/tools" && "$pip" install -q pip==26.3 &&
    "$pip" --python "$py" install -q --target "$dir/packages" pytest==9.2.0 pytest-xdist==3.8.0 pyperf==2.10.0; } >"$dir/log" 2>&1; then
    echo "the packages could not be installed: $(tail -n 1 "$dir/log")" >&2
    exit 3
fi
cat >"$dir/test_gil.py" <<'END'
import sys

def test_gil():
    assert sys._is_gil_enabled()
END
cat >"$dir/bench.py" <<'END'
import sys

import pyperf

runner = pyperf.Runner(processes=1, values=1, warmups=0, loops=1)
runner.bench_time_func("gil", lambda loops: 1.0 if sys._is_gil_enabled() else 2.0)
END
cd "$dir" && export PYTHONPATH="$dir/packages" PYTHONDONTWRITEBYTECODE=1
ways() { # what pytest, pytest -n 1 and pyperf ran with; "$@" is how the GIL is asked for
    for more in "" "-n 1"; do
        env "$@" -m pytest -q -p no:cacheprovider $more test_gil.py >log 2>&1
        case "$?$(tail -n 1 log)" in 0*) printf 'on ' ;; 1*"1 failed"*) printf 'off ' ;; *) printf 'failed ' ;; esac
    done
    case $(env "$@" bench.py -q 2>&1) in *"gil: 1.00 sec"*) echo on ;; *"gil: 2.00 sec"*) echo off ;; *) echo failed ;; esac
}
echo "                 pytest, pytest -n 1, pyperf"
flag=$(ways "$py" -X gil=1) && echo "-X gil=1         $flag"
variable=$(ways PYTHON_GIL=1 "$py") && echo "PYTHON_GIL=1     $variable"
[ "$flag" = "on off off" ] && [ "$variable" = "on on on" ]
