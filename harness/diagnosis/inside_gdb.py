"""Run by the Python inside gdb: what a stopped process's threads do, down to their Python frames, as a line of
JSON, packed.

It reads memory and asks for no types: a build has line tables at least, seldom more, and there (tried with -O2 -g1) the
target's own ``python-gdb.py`` can read no frame. Where things lie, CPython says itself from 3.13 on, in the
``_Py_DebugOffsets`` with which ``_PyRuntime`` begins (``Include/internal/pycore_debug_offsets.h``); which of these
numbers is which depends on the version. Who sleeps for which lock is in the parking lot's table, which is the same in
all of these (``Python/parking_lot.c``).

Standard library only, and whatever Python gdb was built with.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import NamedTuple, TypedDict

import gdb

MARK = "ftstress threads "
MOST_FRAMES = 200
MOST_PYTHON = 60
MOST_STACK = 1 << 20
"""Bytes of a frame that are looked through."""
BUCKETS = 257
"""Of the parking lot, each of four words: a mutex, the first and the last waiter, and how many there are."""
NODE = 48
"""Where a waiter's link to the next lies in it; the address that it waits for is its second word."""
FREED = 0xDDDDDDDDDDDDDDDD
"""With which a debug allocator fills what is freed (``PYMEM_DEADBYTE`` in ``Objects/obmalloc.c``)."""
NEAR = 4096
"""A field of what was thought to be an object lies that near."""
USED = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", *(f"r{number}" for number in range(8, 16)))
USED = (*USED, *(f"x{number}" for number in range(31)))
SAVED = ("rbx", "rbp", "r12", "r13", "r14", "r15", *(f"x{number}" for number in range(19, 29)))
"""Registers that a function gives back as it found them: what its caller had in them is known."""

NAMES = (
    *("thread next", "current frame", "native id", "previous", "executable", "instruction"),
    *("file", "name", "lines", "first line", "code", "type", "type name"),
    *("bytes size", "bytes", "length", "text"),
)
COPIES = ("copy", "copies")
"""Of the bytecode: each thread has its own from 3.14 on."""
WORDS = {
    13: (21, 23, 25, 29, 30, 31, 35, 37, 38, 39, 43, 45, 47, 65, 66, 69, 70),
    14: (24, 26, 28, 32, 33, 34, 40, 42, 43, 44, 48, 51, 53, 75, 76, 79, 80, 38, 49),
    15: (24, 26, 31, 40, 41, 42, 48, 50, 51, 52, 56, 59, 61, 87, 88, 91, 92, 46, 57),
}
"""By the minor version: which of the words at ``_PyRuntime`` is that of each of the names."""
WORDS[16] = WORDS[15]
INTERPRETERS, NEXT_INTERPRETER, THREADS = 5, 8, 9
"""The same in all of them."""


class FrameData(TypedDict):
    """A native frame."""

    function: str
    file: str
    line: int
    has: list[int]
    """Of the addresses that are looked for, those that lie in it."""


class ThreadData(TypedDict):
    """One thread."""

    number: int
    lwp: int
    name: str
    frames: list[FrameData]
    """The innermost first."""
    python: list[str]
    waits: int
    """The address that it waits for; 0: for none."""
    whom: int
    """The thread (its native id) that is named beside it; 0: none is."""


class Collected(TypedDict):
    """What is printed."""

    threads: list[ThreadData]
    lost: list[str]
    """Sentences on what could not be had."""
    died: int
    """The native id of a thread that died; 0: none did."""
    poison: list[str]
    """Its registers that hold what was read from freed memory."""
    blocks: list[int]
    """The freed blocks that its registers lead into."""


class Frame(NamedTuple):
    """A native frame, and where to look for addresses."""

    told: FrameData
    stack: int
    """Where its part of the stack begins."""
    saved: list[int]
    """What its caller had in the registers that it gives back."""


class Memory:
    """The process's memory, a word or a text at a time. Raises gdb.MemoryError."""

    def __init__(self) -> None:
        self.inferior = gdb.selected_inferior()

    def read(self, address: int, size: int) -> bytes:
        return bytes(self.inferior.read_memory(address, size))

    def word(self, address: int) -> int:
        return int(struct.unpack("<Q", self.read(address, 8))[0])

    def text(self, address: int) -> str:
        """What ends with a zero byte."""
        found = b""
        while b"\0" not in found and len(found) < 200:
            found += self.read(address + len(found), 8)
        return found.partition(b"\0")[0].decode(errors="replace")


class Python:
    """Python's frames. Raises ValueError where the target's version is not known."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.runtime = address_of("_PyRuntime")
        if memory.read(self.runtime, 8) != b"xdebugpy":
            raise ValueError("the target does not say where its frames are")
        minor = memory.word(self.runtime + 8) >> 16 & 0xFF
        if minor not in WORDS:
            raise ValueError(f"where 3.{minor} has its frames is not known")
        self.places = dict(zip((*NAMES, *COPIES), WORDS[minor], strict=False))  # 3.13 has no copies
        self.states: dict[int, int] = {}

    def at(self, name: str) -> int:
        return self._offset(self.places[name])

    def _offset(self, number: int) -> int:
        return self.memory.word(self.runtime + 8 * number)

    def frames(self) -> dict[int, list[str]]:
        """By native thread id, the innermost first: ``function (file:line)``. Notes whose thread state is where."""
        word = self.memory.word
        found: dict[int, list[str]] = {}
        interpreter = word(self.runtime + self._offset(INTERPRETERS))
        while interpreter:
            thread = word(interpreter + self._offset(THREADS))
            while thread and len(found) < 1000:
                told: list[str] = []
                native_id = word(thread + self.at("native id"))
                found[native_id] = told
                self.states[thread] = native_id
                frame = word(thread + self.at("current frame"))
                while frame and len(told) < MOST_PYTHON:
                    try:
                        told += self._told(frame)
                    except gdb.MemoryError:
                        told.append("(a frame that cannot be read)")
                        break
                    frame = word(frame + self.at("previous"))
                thread = word(thread + self.at("thread next"))
            interpreter = word(interpreter + self._offset(NEXT_INTERPRETER))
        return found

    def _told(self, frame: int) -> list[str]:
        """Nothing of a frame that is the interpreter's own."""
        code = self.memory.word(frame + self.at("executable")) & ~7
        if not code:
            return []
        kind = self.memory.word(code + self.at("type"))
        if self.memory.text(self.memory.word(kind + self.at("type name"))) != "code":
            return []
        function, file = (self._str(self.memory.word(code + self.at(name))) for name in ("name", "file"))
        return [f"{function} ({file}:{self._line(frame, code)})"]

    def _line(self, frame: int, code: int) -> int:
        """Of the instruction that is executed, in whichever copy of the bytecode the thread has."""
        first = struct.unpack("<i", self.memory.read(code + self.at("first line"), 4))[0]
        begin = code + self.at("code")
        if "copies" in self.places and (copies := self.memory.word(code + self.at("copies"))):
            (number,) = struct.unpack("<i", self.memory.read(frame + self.at("copy"), 4))
            begin = self.memory.word(copies + 8 + 8 * number) or begin
        table = self.memory.word(code + self.at("lines"))
        size = self.memory.word(table + self.at("bytes size"))
        at = self.memory.word(frame + self.at("instruction")) - begin
        if not 0 <= at < 1 << 20 or size > 1 << 20:
            return int(first)
        return line_of(self.memory.read(table + self.at("bytes"), size), at // 2, first)

    def _str(self, text: int) -> str:
        length = self.memory.word(text + self.at("length"))
        return self.memory.read(text + self.at("text"), min(length, 300)).decode("latin-1")


def line_of(table: bytes, unit: int, line: int) -> int:
    """The line of a code unit: see ``InternalDocs/code_objects.md`` in CPython's source."""
    at = done = 0
    while at < len(table):
        code, units = table[at] >> 3 & 15, (table[at] & 7) + 1
        at += 1
        if code in (13, 14):
            delta, shift, begin = 0, 0, at
            while True:
                delta |= (table[at] & 63) << shift
                shift += 6
                at += 1
                if not table[at - 1] & 64:
                    break
            line += -(delta >> 1) if delta & 1 else delta >> 1
            assert at > begin
        elif 10 <= code <= 12:
            line += code - 10
        done += units
        if unit < done:
            break
        while at < len(table) and not table[at] & 128:
            at += 1
    return line


def address_of(symbol: str) -> int:
    return int(gdb.parse_and_eval(f"(unsigned long)&{symbol}"))


def parked(memory: Memory) -> list[tuple[int, int]]:
    """Who sleeps in the parking lot: where its entry is, on its own stack, and the address that it waits for."""
    buckets = address_of("buckets")
    found: list[tuple[int, int]] = []
    for number in range(BUCKETS):
        root = buckets + 32 * number + 8
        node = memory.word(root)
        while node not in (root, 0) and len(found) < 1000:
            found.append((node - NODE, memory.word(node - NODE + 8)))
            node = memory.word(node)
    return found


def native(thread: gdb.InferiorThread) -> list[Frame]:
    """A thread's frames, the innermost first."""
    thread.switch()
    found: list[Frame] = []
    frame: gdb.Frame | None = gdb.newest_frame()
    while frame is not None and frame.is_valid() and len(found) < MOST_FRAMES:
        place = frame.find_sal()
        told: FrameData = {
            "function": frame.name() or "??",
            "file": place.symtab.filename if place.symtab else library(frame),
            "line": place.line,
            "has": [],
        }
        saved = [value for name in SAVED if (value := register(frame, name))]
        found.append(Frame(told, register(frame, "sp"), saved))
        try:
            frame = frame.older()
        except gdb.error:
            break
    return found


def library(frame: gdb.Frame) -> str:
    """Of which shared library it is, where nothing says of which source; empty for the program itself."""
    return (gdb.solib_name(frame.pc()) or "").rpartition("/")[2]


def register(frame: gdb.Frame, name: str) -> int:
    try:
        return int(frame.read_register(name)) & 0xFFFFFFFFFFFFFFFF
    except (gdb.error, ValueError):
        return 0


def collect() -> Collected:
    """All threads."""
    memory = Memory()
    lost: list[str] = []
    died, blocks, poison = freed(memory)
    python: dict[int, list[str]] = {}
    states: dict[int, int] = {}
    try:
        reader = Python(memory)
        python, states = reader.frames(), reader.states
    except (gdb.error, ValueError, struct.error) as error:
        lost.append(f"Python frames are missing: {error}")
    try:
        waiting = parked(memory)
    except gdb.error as error:
        waiting = []
        lost.append(f"who waits for which lock is missing: {error}")
    threads: list[ThreadData] = []
    stacks: list[list[Frame]] = []
    handles: dict[int, int] = {}
    for thread in gdb.selected_inferior().threads():
        lwp = thread.ptid[1] or thread.ptid[0]
        stacks.append(native(thread))
        threads.append(
            {
                "number": thread.num,
                "lwp": lwp,
                "name": thread.name or "",
                "frames": [frame.told for frame in stacks[-1]],
                "python": python.get(lwp, []),
                "waits": 0,
                "whom": 0,
            }
        )
        handles[register(gdb.newest_frame(), "fs_base")] = lwp
    for entry, address in waiting:
        below = [n for n, frames in enumerate(stacks) if frames and frames[0].stack <= entry]
        if below:
            one = threads[max(below, key=lambda n: stacks[n][0].stack)]
            one["waits"] = address
            one["whom"] = whom(memory, one["frames"], address, states, handles)
    wanted = {one["waits"] for one in threads if one["waits"]}
    for frames in stacks:
        look_for(memory, frames, wanted | blocks)
    return {
        "threads": threads,
        "lost": lost,
        "died": died,
        "poison": poison,
        "blocks": sorted(blocks),
    }


def freed(memory: Memory) -> tuple[int, set[int], list[str]]:
    """Of a thread that died: its native id, the freed blocks that its registers lead into, and which registers hold
    what was read from one. A block is known by what fills it; of the object in it, or of what lies in front of that,
    the address is kept.
    """
    frame = gdb.newest_frame()
    values = {name: value for name in USED if (value := register(frame, name))}
    poison = [name for name, value in values.items() if abs(value - FREED) < NEAR]
    blocks: set[int] = set()
    for value in values.values():
        try:
            words = struct.unpack("<6Q", memory.read(value, 48)) if value % 8 == 0 else ()
        except gdb.MemoryError:
            continue
        if words.count(FREED) >= 2:
            blocks |= {value - back for back in (0, 16, 32)}
    lwp = gdb.selected_thread().ptid[1]
    return lwp, blocks, poison


def whom(
    memory: Memory,
    frames: list[FrameData],
    address: int,
    states: dict[int, int],
    handles: dict[int, int],
) -> int:
    """The thread (its native id) that is written beside what another one waits for; 0 where none is.

    Who stops the world notes the one that has asked for it, two words behind the mutex that it takes
    (``struct _stoptheworld_state``); a thread that is joined has its handle in the words in front of the event.
    """
    asked = {frame["function"] for frame in frames}
    try:
        if "stop_the_world" in asked:
            return states.get(memory.word(address + 16), 0)
        if "ThreadHandle_join" in asked:
            words = [memory.word((address & ~7) - 8 * back) for back in range(1, 9)]
            return next((handles[word] for word in words if word in handles), 0)
    except gdb.MemoryError:
        pass
    return 0


def look_for(memory: Memory, frames: list[Frame], wanted: set[int]) -> None:
    """Note in each frame which of the wanted addresses it has: on its part of the stack, or in a register."""
    for frame, outer in zip(frames, [*frames[1:], None], strict=True):
        held = {value for value in frame.saved if value in wanted}
        begin, end = frame.stack, outer.stack if outer else 0
        if wanted and begin < end < begin + MOST_STACK:
            try:
                data = memory.read(begin, (end - begin) & ~7)
            except gdb.error:
                data = b""
            held |= wanted.intersection(word for (word,) in struct.iter_unpack("<Q", data))
        frame.told["has"] = sorted(held)


def main() -> None:
    try:
        found = collect()
    except Exception as error:  # noqa: BLE001  # whatever it is, the stacks that gdb prints itself are still there
        lost = [f"threads cannot be told: {type(error).__name__}: {error}"]
        found = {"threads": [], "lost": lost, "died": 0, "poison": [], "blocks": []}
    packed = base64.b64encode(
        zlib.compress(json.dumps(found).encode())
    )  # a child's output is kept in part only
    gdb.write(f"{MARK}{packed.decode()}\n")
    gdb.flush()
    if found["threads"]:  # else gdb goes on, and tells the stacks itself
        attached = gdb.selected_inferior().was_attached
        gdb.execute("detach" if attached else "kill")
        gdb.execute("quit")


main()
