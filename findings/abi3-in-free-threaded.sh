#!/bin/sh
# An extension of the stable ABI (abi3) is no good to a free-threaded CPython 3.13 or 3.14. Yet `.abi3.so` is among the suffixes that
# they look for, so such a file is found, and its import ends with
# "SystemError: init function of _pystack returned uninitialized object", not with ModuleNotFoundError, and with not a word
# about ABIs. It gets there by pip itself: `pip --python python3.14t install` of pip 23.2.1 (what CPython 3.11.7 and 3.12.0 come
# with) takes the wheel tagged cp312-abi3 although the release has one for cp314t; pip 26.3 takes that. The guess that a
# wheel which pip has chosen for an interpreter can be imported there is wrong.
#
# Seen with pystack 1.7.2 on CPython 3.13.5t and 3.14.7+t, twice.
#
# Exit status: 0 as seen, 1 not any more, 3 it could not be tried.
set -u
py=$(command -v "${PYTHON3T:-python3.13t}")
if ! "$py" -c 'import sys; sys.exit(sys._is_gil_enabled() or sys.version_info >= (3, 15))' 2>/dev/null; then
    echo "This needs a free-threaded CPython 3.13 or 3.14: set PYTHON3T to its path, or put python3.13t on PATH." >&2
    exit 3
fi
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
takes() { # the tags of the wheel that this release of pip takes for the interpreter; it is left in a folder named so
    if ! { python3 -m venv "$dir/pip-$1" && "$dir/pip-$1/bin/pip" install -q "pip==$1" && "$dir/pip-$1/bin/pip" --python "$py" \
        download -q --no-deps --only-binary :all: -d "$dir/$1" pystack==1.7.2; } >"$dir/log" 2>&1; then
        echo "pip $1 or pystack 1.7.2 could not be installed: $(tail -n 1 "$dir/log")" >&2
        exit 3
    fi
    basename "$dir/$1/"*.whl | cut -d- -f3,4
}
old=$(takes 23.2.1) || exit 3
new=$(takes 26.3) || exit 3
"$py" -m zipfile -e "$dir/23.2.1/"*.whl "$dir/packages"
says=$(PYTHONPATH="$dir/packages" "$py" -c "import pystack" 2>&1 | tail -n 1)
printf '%s\n' "pip 23.2.1 takes $old, pip 26.3 takes $new" "import of the first: $says"
tag=$("$py" -c 'import sys; v = "cp%d%d" % sys.version_info[:2]; print(f"{v}-{v}t")')
[ "$old $new $says" = "cp312-abi3 $tag SystemError: init function of _pystack returned uninitialized object" ]
