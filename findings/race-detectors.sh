#!/bin/sh
# Two data race detectors for free-threaded Python, both by rewriting a program's syntax tree and by vector clocks, and each is
# blind to what the other sees: pyvft reports attributes of objects and classes and items of lists, and says "NO DATA RACES
# DETECTED" of a module's global or a nonlocal variable; threadcheck reports those two and says "No data races detected" of
# attributes and items. The guess "`x += 1` by two threads is the one thing that each race detector sees" is wrong for both;
# a clean report of either is about half of the variables. And pyvft exits with 0 when it has found races.
#
# Seen with pyvft 0.2.0 and threadcheck 0.0.1.2 on CPython 3.14.7+t, twice.
#
# Exit status: 0 as seen, 1 not any more, 3 it could not be tried.
set -u
py=$(command -v "${PYTHON3T:-python3.14t}")
if ! "$py" -c 'import sys; sys.exit(sys._is_gil_enabled() or sys.version_info < (3, 14))' 2>/dev/null; then
    echo "This needs a free-threaded CPython of 3.14 or later: set PYTHON3T to its path, or put python3.14t on PATH." >&2
    exit 3
fi
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
pip="$dir/tools/bin/pip"
if ! { python3 -m venv "$dir/tools" && "$pip" install -q pip==26.3 &&
    "$pip" --python "$py" install -q --target "$dir/packages" pyvft==0.2.0 threadcheck==0.0.1.2; } >"$dir/log" 2>&1; then
    echo "the packages could not be installed: $(tail -n 1 "$dir/log")" >&2
    exit 3
fi
cd "$dir" && export PYTHONPATH="$dir/packages"
program() { # writes $1.py: two threads add to one variable, $4; $2 is done first, $3 says whose it is
    printf '%s\n' "import threading" "class Box: pass" "def main():" "    $2" "    def add():" "        $3" \
        "        for _ in range(1000): $4 += 1" "    threads = [threading.Thread(target=add) for _ in range(2)]" \
        "    for thread in threads: thread.start()" "    for thread in threads: thread.join()" "box = Box()" "main()" >"$1.py"
}
status=0
reports() { # $1: the program's name, $2: whether pyvft is to report its race, $3: whether threadcheck is
    "$py" -m pyvft "$1.py" >log 2>&1
    case "$? $(cat log)" in "0 "*"NO DATA RACES"*) a=no ;; "0 "*"DATA RACE"*) a=yes ;; *) a=failed ;; esac
    "$py" -m threadcheck run "$1.py" >log 2>&1
    case "$? $(cat log)" in "0 "*"No data races"*) b=no ;; "1 "*"Data races detected"*) b=yes ;; *) b=failed ;; esac
    echo "$1: pyvft $a, threadcheck $b"
    [ "$a $b" = "$2 $3" ] || status=1
}
program attribute "box.x = 0" "pass" "box.x" && reports attribute yes no
program class_attribute "Box.x = 0" "pass" "Box.x" && reports class_attribute yes no
program list_item "x = [0]" "pass" "x[0]" && reports list_item yes no
program global "globals()['x'] = 0" "global x" "x" && reports global no yes
program nonlocal "x = 0" "nonlocal x" "x" && reports nonlocal no yes
exit $status
