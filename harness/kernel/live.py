"""Whether what a scenario reads could still be in the type cache: the target's own test modules are asked, if it has
them.

A class is given ``MAX_VERSIONS_PER_CLASS`` version tags in its life and is not cached after that, however it spent
them: finalizers that store, or an instance's attribute that is new to the class (from 3.16 on), take some too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress

try:
    from _testcapi import type_assign_version  # type: ignore[import-not-found]  # from 3.12 on
except ImportError:  # a build without CPython's own test modules
    type_assign_version = None
try:
    from _testinternalcapi import type_cache_lookup  # type: ignore[import-not-found]  # from 3.16 on
except ImportError:
    type_cache_lookup = None

is_interned = getattr(sys, "_is_interned", lambda name: True)  # from 3.13 on
LONGEST_NAME = 100
"""Characters of a name that the cache takes, before 3.16 (``MCACHE_MAX_ATTR_SIZE``)."""


def all_live(cached: Iterable[tuple[type, str | None]]) -> bool | None:
    """Whether each class can be cached, under the name if there is one; None: there is no class, or nobody to ask."""
    asked = [_is_live(cls, name) for cls, name in cached] if type_assign_version else []
    return all(asked) if asked else None


def _is_live(cls: type, name: str | None) -> bool:
    if not type_assign_version(cls):  # a class that has a version keeps it
        return False
    if name is None:
        return True
    if type_cache_lookup is None:
        return type(name) is str and len(name) <= LONGEST_NAME
    if type(name) is not str or not is_interned(name):  # it would be interned by being asked for
        return False
    with suppress(Exception):  # the scenario's own code may run, and its readers have seen what that raises
        getattr(cls, name, None)
    return bool(type_cache_lookup(cls, name)[0])
