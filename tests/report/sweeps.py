"""Journals of sweeps, written by hand; and the source of a target that was compiled nowhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from harness.campaign.plan import SWEEP
from harness.record.coverage import PairCoverage, Window
from harness.record.target import Target
from tests.campaign.fakes import fake_scenario, fake_target
from tests.campaign.journals import HandWritten

SCENARIO = fake_scenario(name="fake.swept")
PLACES = (
    "_PyMutex_Unlock (cpython/lock.h:2)",
    "PyType_Modified (Objects/typeobject.c:12)",
)
END = ("insertdict (Objects/dictobject.c:1877)",)
POINT: Any = {
    "address": 1468307,
    "occurrence": 2,
    "calls": ["PyObject_SetAttr", "type_setattro", "PyType_Modified"],
    "instruction": "jne 0x1667bc",
    "places": list(PLACES),
}
STEPS = [
    ("A", "store", "None"),
    ("B", "read", "(x#2, x#2)"),
    ("B", "look", "x#2"),
    ("B", "read", "(x#2, x#3)"),
    ("B", "look", "x#4"),
    ("A", "check", "x#5"),
]
DETAILS: Any = {
    "a": "store",
    "b": "read",
    "turns": 2,
    "warm": True,
    "replayed": "3 of 3",
    "steps": STEPS,
}
SOURCE = [f"line {number} <b>of</b> typeobject" for number in range(1, 31)]


def pair(**changed: Any) -> PairCoverage:
    """An ordered pair all of whose points but one have been tried."""
    fields: dict[str, Any] = {
        "a": "store",
        "b": "read",
        "turns": 2,
        "warm": True,
        "bound": 1,
        "instructions": 400,
        "points": 101,
        "outcomes": {"clean": 80, "lock": 14, "sequence lock": 2, "held world": 1, "stopped world": 1}
        | {"not reached": 2, "not tried": 1},
        "lines": {
            "Objects/typeobject.c": {
                "12": {"lock": 4, "clean": 1},
                "14": {"clean": 76},
                "25": {"not tried": 1},
            },
            "cpython/lock.h": {"2": {"lock": 11}},
        },
        "holders": (("lock", "type_setattro", "_PyType_LookupRef", 14),),
        "seconds": 0.1,
    }
    return PairCoverage(**(fields | changed))


HIT = pair(
    outcomes={"clean": 90, "hit": 7, "lock": 3},
    points=100,
    lines={"Objects/typeobject.c": {"12": {"hit": 7, "clean": 1, "lock": 3}}},
    windows=(Window("violation | order | read", 7, PLACES, END),),
)


def sweep(*pairs: PairCoverage, target: Target | None = None) -> HandWritten:
    """A sweep of one scenario without a finding."""
    journal = HandWritten(SCENARIO, target=target, kind=SWEEP).trial(SCENARIO.name)
    journal.progress(rounds=sum(one.points for one in pairs))
    for one in pairs:
        journal.said("swept", scenario=SCENARIO.name, pair=one.to_json())
    return journal


def clean(*pairs: PairCoverage, target: Target | None = None) -> HandWritten:
    return sweep(*(pairs or (pair(),)), target=target).ended()


def hit(target: Target | None = None, **changed: Any) -> HandWritten:
    """A sweep with a finding; what it recorded of the stop is ``changed``."""
    details = DETAILS | {"point": POINT} | changed
    journal = sweep(HIT, pair(turns=1), target=target)
    return journal.finding(message="read x#3 behind x#2", details={"thread": "B", "sweep": details}).ended()


def in_its_source(folder: Path) -> Target:
    """A target that lies in its own source tree, as ``./python`` does; it was made after the source."""
    for name, text in (
        ("Include/patchlevel.h", ['#define PY_VERSION "3.13.5"']),
        ("Objects/typeobject.c", SOURCE),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n".join(text))
        os.utime(folder / name, (1, 1))
    (folder / "python").touch()
    return fake_target(executable=str(folder / "python"))
