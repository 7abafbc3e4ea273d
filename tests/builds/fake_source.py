"""A source that is built like CPython's, in a moment, into a program that answers like it."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path

from tests.builds.test_fingerprint import recorded

PATCHLEVEL = '#define PY_VERSION  "{version}"\n'
CONFIGURE = """#!/bin/sh
for argument; do case $argument in --prefix=*) prefix=${argument#--prefix=};; esac; done
echo "checking for everything... $*"
printf 'prefix=%s\\n' "$prefix" > Makefile
cat Makefile.in >> Makefile
"""
MAKEFILE = """
all:
\t@echo gcc -c Objects/typeobject.c
\t@echo The necessary bits to build these optional modules were not found:
\t@echo _dbm  zlib
\t@echo To find the necessary bits, look in configure.ac and config.log.
\t@echo revision $$($(GITVERSION))
\t@echo branch $$($(GITBRANCH))
install: all
\t@mkdir -p $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/lib
\t@cp interpreter $(DESTDIR)$(prefix)/bin/python3.13t
\t@echo > $(DESTDIR)$(prefix)/lib/libpython3.13t.a
"""


def folder(parent: Path, *, version: str = "3.13.5", makefile: str = MAKEFILE, **answers: object) -> Path:
    """Write such a source; what the built program answers can be changed."""
    top = parent / f"Python-{version}"
    (top / "Include").mkdir(parents=True)
    (top / "Lib" / "test").mkdir(parents=True)
    (top / "Lib" / "test" / "test_type.py").touch()
    (top / "Include" / "patchlevel.h").write_text(PATCHLEVEL.format(version=version))
    (top / "Makefile.in").write_text(makefile)
    info = [int(number) for number in re.findall(r"\d+", version)[:3]]
    own = {"version": version, "version_info": info, "free_threaded": True, "gil_enabled": False}
    answer = recorded(**(own | answers))
    for name, text in (("configure", CONFIGURE), ("interpreter", f"#!/bin/sh\necho '{answer}'\n")):
        (top / name).write_text(text)
        (top / name).chmod(0o755)
    return top


def tarball(parent: Path, **changes: str) -> Path:
    """The same, packed as a release is."""
    top = folder(parent / "packed", **changes)
    path = parent / f"{top.name}.tar.xz"
    with tarfile.open(path, "w:xz") as archive:
        archive.add(top, top.name)
    return path
