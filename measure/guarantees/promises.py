"""What CPython's documents promise of objects that threads share, in own words, a promise a row.

Of ``Doc/library/threadsafety.rst`` and ``Doc/data/threadsafety.dat`` on 3.14, 3.15 and main of 21 August 2026: the
former is the same on all, the latter lacks tuples on 3.14. 3.13 has neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.kernel.pairs.subject import ATOMIC, VALUES, Promise


@dataclass(frozen=True)
class Said:
    """One promise."""

    where: str
    """The section of the page, or the table's functions."""
    words: str
    level: Promise = VALUES
    """``ATOMIC``: at one moment. ``VALUES``: nothing is corrupted."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """By which operations of which subjects: ``{"list": "item last"}``."""
    why: str = ""
    """Why it is not asked, where no operation can."""
    against: tuple[str, ...] = ()
    """Known issues that break it, each shown without the harness and read in CPython's source."""


LIST, DICT, SET = "list", "dict", "set"
BYTES, VIEW = "bytearray", "memoryview"
SAID = (
    Said(
        LIST,
        "Reading one item happens at one moment.",
        ATOMIC,
        {"list": "item last"},
        against=("gh-130744",),
    ),
    Said(
        LIST,
        "`in`, `index` and `count` read each item at one moment; what others change meanwhile may count or not.",
        asked={"list": "contains index count"},
    ),
    Said(LIST, "Storing one item does not corrupt the list.", asked={"list": "setitem"}),
    Said(
        LIST,
        "Joining two, repeating and copying make a new list at one moment.",
        ATOMIC,
        {"list": "add mul rmul copy", "two_lists": "add"},
    ),
    Said(
        LIST,
        "`append`, and `pop` of the last item, happen at one moment.",
        ATOMIC,
        {"list": "append pop", "two_lists": "append pop"},
    ),
    Said(
        LIST,
        "`clear` happens at one moment: nobody sees items being removed.",
        ATOMIC,
        {"list": "clear", "two_lists": "clear"},
    ),
    Said(
        LIST,
        "While a list is sorted it looks empty, and nobody sees it half sorted.",
        asked={"list": "sort sort_by_key"},
    ),
    Said(
        LIST,
        "`insert`, `pop` elsewhere and `*=` may be seen half done by who reads without the lock, and by nobody else.",
        asked={"list": "insert pop_first imul empty_by_imul"},
    ),
    Said(LIST, "`remove` may let others change the list while it compares.", asked={"list": "remove"}),
    Said(
        LIST,
        "`extend` and `+=` are safe; of a list, tuple, set, dict or view, what they take from is locked, too.",
        asked={
            "list": "extend extend_by_iterator extend_by_self iadd",
            "two_lists": "extend extend_other iadd",
        },
    ),
    Said(
        LIST,
        "Assigning to a slice is safe; another list is locked, too.",
        asked={
            "list": "set_slice set_self set_stride",
            "two_lists": "set_slice set_slice_other set_stride",
        },
    ),
    Said(
        LIST,
        "All other operations hold the lock.",
        asked={"list": "slice stride delitem del_slice del_stride reverse tuple eq repr"},
    ),
    Said(
        DICT,
        "Making a dict of a dict happens at one moment; `fromkeys` of a dict, too.",
        ATOMIC,
        {"dict": "dict fromkeys"},
    ),
    Said(DICT, "`fromkeys` of a set happens at one moment.", ATOMIC, {"set": "fromkeys"}),
    Said(
        DICT,
        "Reading an item, `get`, `in` and `len` take no lock, and happen at one moment.",
        ATOMIC,
        {"dict": "item get contains len", "dict_of_mixed_keys": "item get contains len"},
    ),
    Said(
        DICT,
        "Storing or removing one item does not corrupt the dict.",
        asked={
            "dict": "setitem insert delitem pop popitem setdefault pop_or",
            "dict_of_mixed_keys": "setitem insert delitem pop popitem setdefault",
        },
    ),
    Said(
        DICT,
        "`copy`, `|` and the views are made under the lock.",
        asked={"dict": "copy or ror keys values items", "two_dicts": "or"},
    ),
    Said(DICT, "`clear` holds the lock: nobody sees items being removed.", ATOMIC, {"dict": "clear"}),
    Said(
        DICT,
        "`update`, `|=` and `==` with another dict lock both.",
        asked={"dict": "update update_by_names ior eq", "two_dicts": "update update_other ior eq"},
    ),
    Said(
        DICT,
        "`update`, `|=` and `fromkeys` with what is no dict lock the target only.",
        asked={"dict": "update_by_pairs", "two_dicts": "update_by_items fromkeys"},
    ),
    Said(
        DICT,
        "To go over a copy is safe.",
        why="a copy that nobody else has is nothing that threads share; that it is made whole is the row above",
    ),
    Said(SET, "`len` takes no lock, and happens at one moment.", ATOMIC, {"set": "len", "frozenset": "len"}),
    Said(SET, "`in` takes no lock, and may see what others have half done.", asked={"set": "contains"}),
    Said(
        SET,
        "Adding or removing one element does not corrupt the set.",
        asked={"set": "add remove discard pop", "two_sets": "add pop"},
    ),
    Said(SET, "`copy` happens at one moment.", ATOMIC, {"set": "copy", "frozenset": "copy"}),
    Said(
        SET,
        "`clear` holds the lock: nobody sees elements being removed.",
        asked={"set": "clear", "two_sets": "clear"},
    ),
    Said(
        SET,
        "`|`, `&`, `-`, `^` and their assignments lock both sets.",
        asked={
            "set": "or and sub xor reflected ior iand isub ixor with_itself",
            "two_sets": "ior iand isub ixor or and sub",
        },
    ),
    Said(
        SET,
        "`update`, `union`, `intersection`, `difference` and `symmetric_difference` lock the set and, where it is a set"
        " or a dict, the other one.",
        asked={
            "set": "union intersection difference symmetric_difference update intersection_update"
            " difference_update symmetric_difference_update",
            "two_sets": "update",
        },
    ),
    Said(
        SET,
        "`isdisjoint`, `issubset` and `issuperset` lock both.",
        asked={"set": "isdisjoint issubset", "two_sets": "order"},
    ),
    Said(BYTES, "`len` takes no lock, and happens at one moment.", asked={"bytearray": "len"}),
    Said(
        BYTES,
        "Joining and comparing keep it from being resized, and may see what others have half written.",
        asked={"bytearray": "add eq order", "two_bytearrays": "add eq"},
    ),
    Said(BYTES, "Reading a byte or a slice is safe.", asked={"bytearray": "item slice"}),
    Said(
        BYTES,
        "Storing a byte or a slice, `append`, `extend`, `insert`, `pop`, `remove`, `reverse` and `clear` are safe, and"
        " do not corrupt it.",
        asked={
            "bytearray": "setitem set_slice append extend extend_by_iterator insert pop pop_first remove reverse clear"
        },
        against=("gh-156995",),
    ),
    Said(
        BYTES,
        "Assigning another bytearray to a slice locks both.",
        asked={"two_bytearrays": "set_slice set_slice_other", "bytearray": "set_slice_to_itself"},
    ),
    Said(BYTES, "`copy` and `*` hold the lock.", asked={"bytearray": "copy mul"}),
    Said(BYTES, "`in` holds the lock.", asked={"bytearray": "contains"}),
    Said(
        BYTES,
        "All other methods hold the lock as long as they last.",
        asked={
            "bytearray": "searches ends replaces splits strips pads cases kinds decode join init take_bytes"
        },
        against=("gh-157076", "gh-156995"),
    ),
    Said(
        VIEW,
        "Making and releasing views is safe.",
        asked={"memoryview": "release with cast another"},
        against=("gh-127716",),
    ),
    Said(
        VIEW,
        "What a view tells of itself stays as it is till it is released.",
        asked={"memoryview": "attributes len obj"},
    ),
    Said(
        VIEW,
        "Reading bytes through several views is safe.",
        why="views of one bytes object share nothing that changes",
    ),
    Said(
        VIEW,
        "What is seen through a view cannot be resized.",
        asked={"memoryview": "resize_what_is_seen"},
    ),
    Said("`PyDict_Contains`, `PyDict_GetItemRef`", "shared", asked={"dict": "contains item get"}),
    Said("`PyDict_Size`", "atomic", ATOMIC, {"dict": "len"}),
    Said(
        "`PyDict_SetItem`, `PyDict_DelItem`, `PyDict_SetDefaultRef`, `PyDict_Pop`",
        "shared",
        asked={"dict": "setitem insert delitem setdefault pop"},
    ),
    Said("`PyDict_Clear`, `PyDict_Copy`", "atomic", ATOMIC, {"dict": "clear copy"}),
    Said(
        "`PyDict_Update`, `PyDict_Merge`, `PyDict_MergeFromSeq2`",
        "shared",
        asked={"dict": "update update_by_pairs ior", "two_dicts": "update update_other"},
    ),
    Said(
        "`PyDict_ContainsString`, `PyDict_GetItemStringRef`, `PyDict_SetItemString`, `PyDict_DelItemString`,"
        " `PyDict_PopString`, `PyDict_Keys`, `PyDict_Values`, `PyDict_Items`",
        "atomic",
        why="no operation of Python's is one of these calls",
    ),
    Said("`PyList_Size`", "atomic", asked={"list": "len"}),
    Said("`PyList_GetItemRef`", "atomic", ATOMIC, {"list": "item"}),
    Said(
        "`PyList_SetItem`",
        "atomic",
        why="an item is stored by another function; the row of storing one asks that",
    ),
    Said(
        "`PyList_Append`, `PyList_Clear`, `PyList_AsTuple`", "atomic", ATOMIC, {"list": "append clear tuple"}
    ),
    Said("`PyList_GetSlice`", "atomic", asked={"list": "slice"}),
    Said(
        "`PyList_Insert`, `PyList_Reverse`, `PyList_SetSlice`, `PyList_Sort`, `PyList_Extend`",
        "shared",
        asked={"list": "insert reverse set_slice sort extend"},
    ),
    Said("`PyBytes_FromObject`, `PyBytes_Join`", "shared", asked={"bytearray": "bytes join"}),
    Said("`PyByteArray_Size`", "atomic", asked={"bytearray": "len"}),
    Said("`PyByteArray_FromObject`, `PyByteArray_Concat`", "shared", asked={"bytearray": "copy add"}),
    Said("`PySet_Size`", "atomic", ATOMIC, {"set": "len"}),
    Said(
        "`PySet_New`, `PyFrozenSet_New`, `PySet_Contains`, `PySet_Add`, `PySet_Discard`",
        "shared",
        asked={"set": "set contains add discard"},
    ),
    Said("`PySet_Pop`, `PySet_Clear`", "atomic", asked={"set": "pop clear"}),
    Said(
        "checks of a type, `PyDict_New`, `PyList_New`, `PyBytes_…`, `PyByteArray_FromStringAndSize`, `PyTuple_…`,"
        " `PyCapsule_…`, `PyStructSequence_…`, `PyMutex_…`",
        "atomic",
        why="they make something new, or look at what never changes, or no operation of Python's is one",
    ),
)
