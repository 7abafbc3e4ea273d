#!/bin/sh
# pytest-freethreaded runs each test's body in a pool of threads, as often as its mark or its options say. It does so in a
# hook that comes beside pytest's own and does not take its place: after the pool, pytest runs the body once more, alone.
# So freethreaded(threads=1, iterations=1) runs a test twice, iterations=3 four times, and a test of what may happen only
# once fails. Installing the plugin is enough, too: a test with no mark and no option runs 201 times. The fixtures are set up
# once for all of them. The guess "iterations is how often the body runs" is wrong, and so is "nothing marked, nothing changed".
#
# Seen with pytest-freethreaded 0.1.0 and pytest 9.2.0 on CPython 3.13.5t and 3.14.7+t, twice.
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
    "$pip" --python "$py" install -q --target "$dir/packages" pytest==9.2.0 pytest-freethreaded==0.1.0; } >"$dir/log" 2>&1; then
    echo "the packages could not be installed: $(tail -n 1 "$dir/log")" >&2
    exit 3
fi
cat >"$dir/test_count.py" <<'END'
import itertools
from pathlib import Path

import pytest

names = ("once", "three_times", "no_mark", "fixture")
counters = {name: itertools.count(1) for name in names}

@pytest.fixture(scope="module", autouse=True)
def told_last():
    yield
    Path("counts").write_text(" ".join(f"{name}={next(counters[name]) - 1}" for name in names))

@pytest.fixture
def value():
    next(counters["fixture"])

@pytest.mark.freethreaded(threads=1, iterations=1)
def test_once():
    next(counters["once"])

@pytest.mark.freethreaded(threads=3, iterations=3)
def test_three_times(value):
    next(counters["three_times"])

def test_no_mark():
    next(counters["no_mark"])
END
cd "$dir" && PYTHONPATH="$dir/packages" "$py" -m pytest -q -p no:cacheprovider test_count.py >log 2>&1 || { cat log; exit 1; }
cat counts && echo
[ "$(cat counts)" = "once=2 three_times=4 no_mark=201 fixture=1" ]
