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


@pytest.mark.parametrize(
    ("file", "is_theirs"),
    [
        ("src/Modules/core.c", True),
        ("/build/quick/Python/binding.cpp", True),
        ("/v/site-packages/pythonic.cpython-314t.so", True),
        ("/v/site-packages/python3_ext.so", True),
        ("src/deep_nptl/queue.c", True),
        ("src/mysysdeps.c", True),
        ("Objects/listobject.c", False),
        ("./Objects/listobject.c", False),
        ("../Objects/listobject.c", False),
        ("./build/../Objects/listobject.c", False),
        ("/usr/src/Python-3.14.0/Objects/listobject.c", False),
        ("/usr/src/python3.13/Objects/listobject.c", False),
        ("/home/me/cpython-main/Objects/listobject.c", False),
        ("/home/me/pythonic/Objects/listobject.c", True),
        ("/opt/py/bin/python3.14td", False),
        ("/opt/py/lib/libpython3.14t.so.1.0", False),
    ],
)
def test_whose_a_file_is(file: str, is_theirs: bool) -> None:
    said = whose({"native": f"#0  work ({file}:3)"})
    assert said == (
        f"in the extension ({file.rpartition('/')[2]} work)" if is_theirs else "inside CPython (work)"
    )


def test_frames_as_gdb_itself_writes_them() -> None:
    theirs = "#0  0x… in pop () from /v/site-packages/_core.abi3.so"
    ours = "#1  list_dealloc (op=0x…) at Objects/listobject.c:12"
    assert whose({"native": f"{theirs}\n{ours}"}) == "in the extension (_core.abi3.so pop)"
    assert whose({"native": ours}) == "inside CPython (list_dealloc)"


def test_without_native_frames_nothing_is_said() -> None:
    assert whose({"stderr": "Fatal Python error: Segmentation fault\n"}) == whose({}) == ""
