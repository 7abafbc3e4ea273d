"""The order of CPython's versions, pre-releases and builds between two tags included."""

from __future__ import annotations

import re

_VERSION = re.compile(
    r"(?P<branch>\d+\.\d+)\.(?P<micro>\d+)((?P<level>a|b|rc)(?P<serial>\d+))?(?P<beyond>\+\S*)?"
)
_LEVELS = ("a", "b", "rc", None)

Version = tuple[int, int, int, int, int, int]
"""Major, minor, micro, level, serial, and 1 where the build is beyond that tag."""


def version(text: str) -> Version:
    """What ``sys.version`` begins with, as something to compare: ``3.15.0rc1`` < ``3.15.0rc1+`` < ``3.15.0``.

    An ``X.Y.0a0`` is no tag: it is what main is called before the branch's first one. It is taken for the last of
    these builds, which is as good as ``X.Y.0a1``. Raises ValueError for what is no such version.
    """
    match = _VERSION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a version such as 3.14.1, 3.15.0rc1 or 3.15.0rc1+")
    level, serial = _LEVELS.index(match["level"]), int(match["serial"] or 0)
    if (level, serial) == (0, 0):
        serial = 1
    return *branch(match["branch"]), int(match["micro"]), level, serial, int(bool(match["beyond"]))


def branch(text: str) -> tuple[int, int]:
    """``3.14`` as two numbers. Raises ValueError for what is no branch; main is the branch that it will become."""
    if not re.fullmatch(r"\d+\.\d+", text):
        raise ValueError(f"{text!r} is not a branch such as 3.14")
    major, minor = map(int, text.split("."))
    return major, minor
