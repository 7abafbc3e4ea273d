"""Reports in the sanitizers' formats, of programs that there are not."""

from __future__ import annotations

from collections.abc import Sequence

Line = tuple[str, str, int]
"""Function, file and line."""

STORE = [("store_it", "Objects/boxobject.c", 120), ("box_setattr", "/src/tree/Objects/boxobject.c", 200)]
LOAD = [
    ("_Py_load_ptr", "Include/cpython/atomics.h", 300),
    ("look_up.isra.0", "./Objects/boxobject.c", 88),
    ("box_getattr", "Objects/boxobject.c", 210),
]
MAIN = [("main", "Programs/box.c", 15)]


def frames(lines: Sequence[Line], asan: bool = False) -> str:
    where = "0x55d0c0ffee42 in " if asan else ""
    module = "" if asan else " (python3.16t+0x1de68b)"
    return "".join(f"    #{n} {where}{f} {file}:{line}{module}\n" for n, (f, file, line) in enumerate(lines))


def race(
    first: Sequence[Line] = STORE,
    second: Sequence[Line] | None = LOAD,
    *,
    kind: str = "data race",
    names: tuple[str, str] = ("writer-0", "reader-1"),
) -> str:
    """The thread sanitizer's, with its rules around it; ``second``: None where its stack was not kept."""
    previous = "    [failed to restore the stack]\n" if second is None else frames(second)
    threads = "".join(
        f"  Thread T{n} {repr(name) + ' ' if name else ''}(tid={4000 + n}, running) created by main thread at:\n"
        f"    #0 pthread_create ../../../../src/libsanitizer/tsan/tsan_interceptors.cpp:1 (libtsan.so.2+0x5e686)\n"
        f"{frames(MAIN)}\n"
        for n, name in enumerate(names, 1)
    )
    return (
        "==================\n"
        f"WARNING: ThreadSanitizer: {kind} (pid=4000)\n"
        "  Write of size 8 at 0x7fffb49cb370 by thread T1 (mutexes: write M0):\n"
        f"{frames(first)}\n"
        "  Previous atomic read of size 8 at 0x7fffb49cb370 by thread T2:\n"
        f"{previous}\n"
        "  Location is heap block of size 64 at 0x7b1000000000 allocated by main thread:\n"
        f"    #0 malloc ../../../../src/libsanitizer/tsan/tsan_interceptors.cpp:2 (libtsan.so.2+0x4)\n{frames(MAIN)}\n"
        f"{threads}"
        f"SUMMARY: ThreadSanitizer: {kind} {first[0][1]}:{first[0][2]} in {first[0][0]}\n"
        "==================\n"
    )


def use_after_free() -> str:
    """The address sanitizer's."""
    freed = [
        ("free", "../../../../src/libsanitizer/asan/asan_malloc_linux.cpp", 52),
        ("box_dealloc", "Objects/boxobject.c", 40),
    ]
    made = [
        ("malloc", "../../../../src/libsanitizer/asan/asan_malloc_linux.cpp", 69),
        ("box_new", "Objects/boxobject.c", 30),
    ]
    return (
        "=================================================================\n"
        "==4000==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55 bp 0x7f sp 0x7e\n"
        "READ of size 8 at 0x602000000010 thread T2 (reader-0)\n"
        f"{frames(LOAD, asan=True)}\n"
        "0x602000000010 is located 0 bytes inside of 16-byte region [0x602000000010,0x602000000020)\n"
        "freed by thread T1 (writer-0) here:\n"
        f"{frames(freed, asan=True)}\n"
        "previously allocated by thread T0 here:\n"
        f"{frames(made, asan=True)}\n"
        "SUMMARY: AddressSanitizer: heap-use-after-free Objects/boxobject.c:88 in look_up\n"
        "Shadow bytes around the buggy address:\n  0x0c047fff7fb0: fa fa\n"
    )


def overflow() -> str:
    return (
        "==4000==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000010 at pc 0x55 bp 0x7f sp 0x7e\n"
        "WRITE of size 1 at 0x602000000010 thread T0\n"
        f"{frames(STORE, asan=True)}\n"
        "0x602000000010 is located 0 bytes to the right of 16-byte region [0x602000000000,0x602000000010)\n"
        "allocated by thread T0 here:\n"
        f"{frames(MAIN, asan=True)}\n"
        "SUMMARY: AddressSanitizer: heap-buffer-overflow Objects/boxobject.c:120 in store_it\n"
    )


def inversion() -> str:
    taken = [("take_first", "Modules/_boxmodule.c", 10)], [("take_second", "Modules/_boxmodule.c", 20)]
    return (
        "==================\n"
        "WARNING: ThreadSanitizer: lock-order-inversion (potential deadlock) (pid=4000)\n"
        "  Cycle in lock order graph: M1 (0x7b1000000010) => M2 (0x7b1000000020) => M1\n\n"
        "  Mutex M2 acquired here while holding mutex M1 in thread T1:\n"
        f"{frames(taken[0])}\n"
        "  Mutex M1 acquired here while holding mutex M2 in main thread:\n"
        f"{frames(taken[1])}\n"
        "SUMMARY: ThreadSanitizer: lock-order-inversion (potential deadlock) Modules/_boxmodule.c:10 in take_first\n"
        "==================\n"
    )
