"""Native frames say in whose code a process was."""

from __future__ import annotations

import pytest

from harness.diagnosis.whose import whose

PYTHON = '  Binary file "/opt/py/bin/python3.14t", at {}+0x2e [0x556f]'
LIBC = '  Binary file "/lib/x86_64-linux-gnu/libc.so.6", at {}+0x3c050 [0x7f27]'
THEIRS = '  Binary file "/v/lib/python3.14t/site-packages/p/_core.cpython-314t-x86_64-linux-gnu.so", at {}+0x88 [0x7f]'
OURS = '  Binary file "/opt/py/lib/python3.14t/lib-dynload/_ctypes.cpython-314t-x86_64-linux-gnu.so", at {}+0x88 [0x7f]'
HANDLER = [PYTHON.format("_Py_DumpStack"), PYTHON.format(""), LIBC.format("")]
CORE = "_core.cpython-314t-x86_64-linux-gnu.so"


@pytest.mark.parametrize(
    ("frames", "says"),
    [
        ([THEIRS.format("pop"), PYTHON.format("cfunction_call")], f"in the extension ({CORE} pop)"),
        ([LIBC.format("memcpy"), THEIRS.format(""), PYTHON.format("call")], f"in the extension ({CORE})"),
        (
            [PYTHON.format("list_dealloc"), THEIRS.format("clear"), PYTHON.format("call")],
            f"inside CPython (list_dealloc), called by the extension ({CORE} clear)",
        ),
        ([PYTHON.format("gen_close"), PYTHON.format("call")], "inside CPython (gen_close)"),
        ([OURS.format("call"), PYTHON.format("main")], "inside CPython (call)"),
    ],
)
def test_a_stack_that_the_target_has_written(frames: list[str], says: str) -> None:
    text = "Current thread's C stack trace (most recent call first):\n" + "\n".join([*HANDLER, *frames])
    assert whose({"stderr": text}) == says


def test_stacks_of_threads_that_hang() -> None:
    one = "Thread 1:\n#0  __futex_wait (./nptl/futex.c:57)\n#1  acquire (Modules/_threadmodule.c:3)"
    other = "Thread 2:\n#0  __futex_wait (libc.so.6)\n#1  take (_core.abi3.so)\n#2  call (Objects/call.c:3)"
    assert whose({"native": one}) == "inside CPython (acquire)"
    assert whose({"native": f"{one}\n\n{other}"}) == "in the extension (_core.abi3.so take)"


def test_without_native_frames_nothing_is_said() -> None:
    assert whose({"stderr": "Fatal Python error: Segmentation fault\n"}) == whose({}) == ""
