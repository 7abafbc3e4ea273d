"""A toy CPython under git: configured and made in a moment into a shell script that shows it, or does not.

What each commit is like is in ``Modules/state.h``, which the Makefile does not know about (the compiler's note of what
an object was made from does); how it builds is in ``Modules/state.c``.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.builds.test_fingerprint import recorded

CONFIGURE = """#!/bin/sh
echo "checking for everything... $*"
test -z "$TOY_LOG" || echo "configure $*" >> "$TOY_LOG"
cp Makefile.in Makefile
"""
MAKEFILE = """
all: python
python: Modules/state.o Modules/getbuildinfo.o interpreter.in
\t@sed -e "s/@STATE@/$$(cat Modules/state.o)/" -e "s/@COMMIT@/$$($(GITVERSION))/" interpreter.in > python
\t@chmod +x python
Modules/state.o: Modules/state.c
\t@echo gcc -c Modules/state.c
\t@test -z "$$TOY_LOG" || echo compile >> "$$TOY_LOG"
\t@if grep -q broken Modules/state.c; then echo "Modules/state.c:1:1: error: no"; exit 1; fi
\t@if grep -q clean Modules/state.c && test -e Modules/left; then echo "error: left"; exit 1; fi
\t@touch Modules/left
\t@if grep -q big Modules/state.c && test -n "$$TOY_FULL"; then cat Modules/state.c > /dev/full; fi
\t@if grep -q slow Modules/state.c && test -n "$$TOY_SLOW"; then touch "$$TOY_SLOW"; sleep 3; fi
\t@cp Modules/state.h Modules/state.o
\t@echo "Modules/state.o: Modules/state.c ./Modules/state.h" > Modules/state.d
Modules/getbuildinfo.o:
\t@touch Modules/getbuildinfo.o
"""
ANSWER = recorded(
    version="3.16.0a0", version_info=[3, 16, 0], free_threaded=True, gil_enabled=False, commit="@COMMIT@"
)
INTERPRETER = f"""#!/bin/sh
case "$*" in *ftstress-fingerprint*) echo '{ANSWER}'; exit 0;; esac
for script; do :; done
test -z "$TOY_ONLY" || grep -q "$TOY_ONLY" "$script" || exit 0
case @STATE@ in
late) echo >> "$TOY_LATE"; test $(wc -l < "$TOY_LATE") -le 5 || {{ echo "seen: at last"; exit 1; }};;
shows) echo "seen: it"; exit 1;;
breaks) echo "Traceback" >&2; exit 1;;
esac
"""
PROGRAM = '"""It shows."""\n'
PATCHLEVEL = '#define PY_VERSION "3.16.0a0"\n'


def git(folder: Path, *arguments: str) -> str:
    who = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        who |= {f"GIT_{role}_NAME": "somebody", f"GIT_{role}_EMAIL": "somebody@example.org"}
    command = ["git", "-C", str(folder), "-c", "init.defaultBranch=main", *arguments]
    done = subprocess.run(command, env=os.environ | who, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path, state: str, how: str = "") -> str:
    """A commit in that state, which builds as ``how`` says."""
    (folder / "Modules" / "state.h").write_text(state)
    (folder / "Modules" / "state.c").write_text(how)
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "--allow-empty", "-m", f"{state} {how}".strip())
    return git(folder, "rev-parse", "HEAD")


def clone(folder: Path, *states: str) -> list[str]:
    """A repository with a commit for each: ``fine``, ``shows broken`` … The commits, oldest first."""
    for name in ("Include", "Modules", "Doc", "Lib/test"):
        (folder / name).mkdir(parents=True)
    (folder / "Include" / "patchlevel.h").write_text(PATCHLEVEL)
    (folder / "Doc" / "library.rst").write_text("library")
    (folder / "Lib" / "test" / "test_type.py").touch()
    (folder / "Makefile.in").write_text(MAKEFILE)
    for name, text in (("configure", CONFIGURE), ("interpreter.in", INTERPRETER)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    git(folder, "init", "-q")
    return [commit(folder, *state.split(maxsplit=1)) for state in states]


def lose(folder: Path, name: str) -> None:
    """Take a file's contents out of the repository: what a partial clone looks like."""
    blob = git(folder, "rev-parse", name)
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
