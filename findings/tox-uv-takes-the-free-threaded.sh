#!/bin/sh
# `tox -e py314` asks for a CPython 3.14 with the GIL: where the only python3.14 is a free-threaded one, tox refuses ("could not
# find python interpreter"). With tox-uv installed beside it, nothing else changed, the same command runs the tests on the
# free-threaded one and passes. And what it takes depends on the file's name: uv refuses the same interpreter for 3.14 where
# it is called python3.14t, but takes that for ">=3.14" (of 3.13, it takes a free-threaded one for neither).
# tox-uv also ignores `--discover`, tox's way to name an interpreter that is not on PATH. Three wrong guesses: that a plugin
# that makes tox faster asks for the same interpreters, that an exact version and a range agree, that names do not matter.
#
# Seen with tox 4.67.13, tox-uv-bare 1.37.1 (tox-uv without uv's binary) and uv 0.13.8 on CPython 3.14.7+t, twice.
#
# Exit status: 0 as seen, 1 not any more, 3 it could not be tried.
set -u
py=$(command -v "${PYTHON3T:-python3.14t}")
if ! "$py" -c 'import sys; sys.exit(sys._is_gil_enabled() or sys.version_info[:2] != (3, 14))' 2>/dev/null; then
    echo "This needs a free-threaded CPython 3.14: set PYTHON3T to its path, or put python3.14t on PATH." >&2
    exit 3
fi
py=$("$py" -c 'import os, sys; print(os.path.realpath(sys.executable))')
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
for tool in tox tox-uv; do
    also=$([ $tool = tox ] || echo tox-uv-bare==1.37.1 uv==0.13.8)
    if ! { python3 -m venv "$dir/$tool" && "$dir/$tool/bin/pip" install -q tox==4.67.13 $also; } >"$dir/log" 2>&1; then
        echo "$tool could not be installed: $(tail -n 1 "$dir/log")" >&2
        exit 3
    fi
done
mkdir "$dir/home" "$dir/plain" "$dir/named" "$dir/work" && cd "$dir/work"
ln -s "$py" "$dir/plain/python3.14" && ln -s "$py" "$dir/named/python3.14t"
cat >tox.ini <<'END'
[tox]
no_package = true
[testenv]
skip_install = true
commands = python -c "import sys; print('ran', sys.version_info[:2], 'GIL', sys._is_gil_enabled())"
END
clean() { # a command that sees the interpreters of one folder only
    env -i HOME="$dir/home" PATH="$dir/$1:/usr/bin:/bin" UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1 sh -c "$2" 2>&1
}
told() { # what tox ran; $1: folder, $2: tox or tox-uv, the rest: its arguments
    folder=$1 tool=$2 && shift 2 && rm -rf .tox
    case $(clean "$folder" "'$dir/$tool/bin/tox' $*") in *"GIL False"*) echo ran ;; *"o interpreter found"* | *"not find python"*) echo refused ;; *) echo failed ;; esac
}
found() { clean "$1" "'$dir/tox-uv/bin/uv' python find --no-project --system '$2'" >log && echo found || echo "not found"; }
seen="py314: tox $(told plain tox -e py314), with tox-uv $(told plain tox-uv -e py314)
--discover: tox $(told empty tox --discover "$py" -e py314t), with tox-uv $(told empty tox-uv --discover "$py" -e py314t)
uv python find 3.14: python3.14 $(found plain 3.14), python3.14t $(found named 3.14); '>=3.14': python3.14t $(found named '>=3.14')"
echo "$seen"
[ "$seen" = "py314: tox refused, with tox-uv ran
--discover: tox ran, with tox-uv refused
uv python find 3.14: python3.14 found, python3.14t not found; '>=3.14': python3.14t found" ]
