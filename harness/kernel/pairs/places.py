"""Where an object of a random program's world may be kept."""

from __future__ import annotations

from dataclasses import dataclass

from harness.kernel.scenario import ScenarioError


@dataclass(frozen=True)
class Place:
    """How an object X is kept in a holder P: what makes the holder, takes X from it, stores it, and removes it."""

    make: str
    get: str
    put: str
    drop: str
    subject: str
    """The subject of the catalogue that has the same operations."""
    gets: str
    puts: str
    drops: str
    """Their names there: what is known of them is known of the place."""


PLACES = {
    "list": Place("[X]", "P[0]", "P[0] = X", "P.clear()", "pairs.list", "item", "setitem", "clear"),
    "deque": Place(
        *("collections.deque([X])", "P[0]", "P[0] = X", "P.clear()"),
        *("pairs.deque", "item", "setitem", "clear"),
    ),
    "dict": Place(
        *("{'h': X}", "P['h']", "P['h'] = X", "P.pop('h', None)"),
        *("pairs.dict", "item", "setitem", "pop"),
    ),
    "ordered": Place(
        *("collections.OrderedDict(h=X)", "P['h']", "P['h'] = X", "P.clear()"),
        *("pairs.ordered_dict_of_strings", "item", "setitem", "clear"),
    ),
    "instance": Place(
        *("types.SimpleNamespace(h=X)", "P.h", "P.h = X", "P.__dict__.clear()"),
        *("pairs.namespace", "get", "set", "clear"),
    ),
    "class": Place(
        *("type('C', (), {'h': X})", "P.h", "P.h = X", "del P.h"),
        *("pairs.class", "get", "store", "delete"),
    ),
    "slot": Place(
        *("type('C', (), {'__slots__': 'h'})()", "P.h", "P.h = X", "del P.h"),
        *("pairs.instance_with_slots", "get", "store", "delete"),
    ),
    "module": Place(
        *("types.ModuleType('m')", "P.h", "P.h = X", "del P.h"),
        *("pairs.module_names", "attribute", "store", "delete"),
    ),
    "cell": Place(
        *("types.CellType(X)", "P.cell_contents", "P.cell_contents = X", "del P.cell_contents"),
        *("pairs.cell", "contents", "store", "delete"),
    ),
    "defaults": Place(
        *("defaulted(X)", "P.__defaults__[0]", "P.__defaults__ = (X,)", "P.__defaults__ = None"),
        *("pairs.function", "defaults", "store_defaults", "store_no_defaults"),
    ),
    "frame": Place(
        *("kept(X)", "P.gi_frame.f_locals['h']", "P.gi_frame.f_locals['h'] = X", "P.close()"),
        *("pairs.frame", "locals_get", "locals_store", "clear"),
    ),
    "exception": Place(
        *("Exception(X)", "P.args[0]", "P.args = (X,)", "P.args = ()"),
        *("pairs.error", "args", "store_args", "store_args"),
    ),
}


def place(name: str) -> Place:
    """Raises ScenarioError where there is none of that name."""
    if name not in PLACES:
        raise ScenarioError(f"there is no place named {name}: {', '.join(PLACES)}")
    return PLACES[name]
