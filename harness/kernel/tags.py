"""Version tags: every class is given them from one counter, and what a counter gives can be steered to."""

from __future__ import annotations

from typing import Any

from harness.kernel.objects import fresh_class, fresh_subclasses

try:
    from _testcapi import type_assign_version, type_get_version  # type: ignore[import-not-found]
except ImportError:  # a build without CPython's own test modules
    type_assign_version = type_get_version = None

CACHE_SIZE = 4096
"""Entries of the type cache: what is cached under version v and a name lies at v ^ name, modulo this."""
BURNERS = 300
"""Fifteen versions of each align once: in a round all stay below the number that a class is given."""


def tag_burners() -> list[type]:
    """Classes that use up version tags, which are given out one by one to all classes; all are below the first."""
    first = fresh_class(x=0)
    return [first, *fresh_subclasses(first, BURNERS)]


def align_tags(burners: list[Any]) -> None:
    """The next tag that a class is given is a multiple of the cache's size, unless another thread takes it."""
    left = int(type_assign_version is not None)
    while left:
        burners[0].x = 0  # and no class below it has a version any more
        given = len([*map(type_assign_version, burners[:left])])  # the first one's tag, and those behind it
        left = -(given + type_get_version(burners[0])) % CACHE_SIZE
