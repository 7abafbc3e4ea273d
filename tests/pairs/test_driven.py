"""Every public method and slot of containers and iterators is driven by an operation, or left out for a reason."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from harness.kernel.suite import subject_files
from harness.record.target import Target

FILES = {"arrays", "bytes_like", "deques", "dict_views", "dicts", "generators", "iterators", "itertools"}
FILES |= {"lists", "mappings", "sets", "weakrefs"}
SOME = {
    "list",
    "dict",
    "set",
    "deque",
    "bytearray",
    "memoryview",
    "array",
    "OrderedDict",
    "generator",
    "coroutine",
}


@pytest.mark.targets
def test_nothing_of_a_built_in_type_is_forgotten(free_threaded: Target) -> None:
    files = [str(path) for path in subject_files() if path.stem in FILES]
    assert len(files) == len(FILES)
    program = Path(__file__).with_name("_driven.py")
    done = subprocess.run(
        [free_threaded.executable, "-W", "error", program, *files], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    missing: dict[str, list[str]] = json.loads(done.stdout)
    assert missing.keys() >= SOME
    forgotten = {kind: names for kind, names in missing.items() if names}
    assert not forgotten, "write an operation for each, or give the reason in the subject's left_out"
