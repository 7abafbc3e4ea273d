"""Version tags: every class is given them from one counter, and what a counter gives can be steered to."""

from __future__ import annotations

from collections import deque

from harness.kernel.objects import fresh_class, fresh_subclasses

try:
    from _testcapi import type_assign_version, type_get_version  # type: ignore[import-not-found]
except ImportError:  # a build without CPython's own test modules
    type_assign_version = type_get_version = None

CACHE_SIZE = 4096
"""Entries of the type cache: what is cached under version v and a name lies at v ^ name, modulo this."""
BURNERS = 300
"""Fifteen versions of each align once: in a round all stay below the number that a class is given."""


class Tags:
    """Uses up version tags, which are given out one by one to all classes."""

    def __init__(self) -> None:
        self.base = fresh_class(x=0)
        self.burners = fresh_subclasses(self.base, BURNERS)

    def align(self) -> None:
        """The next tag that a class is given is a multiple of the cache's size, unless another thread takes it."""
        if type_assign_version is None:
            return
        self.base.x = 0
        type_assign_version(self.base)
        left = -(type_get_version(self.base) + 1) % CACHE_SIZE
        while left:
            self.base.x = 0  # and no class below it has a version any more
            burnt = [self.base, *self.burners][:left]
            deque(map(type_assign_version, burnt), 0)
            left -= len(burnt)
