"""The share of live-cache reads is arithmetic about the version budget: checked against the interpreter's own count."""

from __future__ import annotations

import subprocess

from harness.kernel.objects import MAX_VERSIONS_PER_CLASS, VERSION_BUDGET
from harness.record.target import Target

COUNT = """
try:
    from _testinternalcapi import type_get_version
except ImportError:  # 3.13 has it here
    from _testcapi import type_get_version
cls = type("C", (), {"x": 0})
for stores in range(1, 3000):
    cls.x = stores
    cls.x, cls.x
    if not type_get_version(cls):
        break
print(stores - 1)
"""


def test_a_round_stays_below_the_versions_that_a_class_gets(free_threaded: Target) -> None:
    done = subprocess.run(
        [free_threaded.executable, "-c", COUNT], capture_output=True, text=True, check=True, timeout=60
    )
    assert VERSION_BUDGET < int(done.stdout) <= MAX_VERSIONS_PER_CLASS
