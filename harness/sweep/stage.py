"""A child of the target with its two threads in the tracer's hands: one operation at a time, on command."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Sequence
from contextlib import suppress

from harness.campaign import child
from harness.campaign.streams import EventLines, Excerpt
from harness.kernel.page import (
    AGAIN,
    AIMED,
    B_NEXT,
    B_RESTS,
    BREAKPOINT,
    COUNTS,
    DO_A,
    DO_B,
    EXTENT,
    FRESH,
    GATE,
    GATE_WITHIN,
    GO,
    HEAD,
    INSIDE_A,
    INSIDE_B,
    LEFT,
    MADE_BY_B,
    NEW_CODE,
    NEXT,
    NUMBER,
    OBJECT,
    PAIR,
    QUIET,
    REST,
    SHARED_BYTES,
    SIZE,
    SPENT,
    STANDS,
    STATE,
    STATES,
    SWEPT,
    TELL,
    TELL_WHERE,
    TURNS,
    WARM,
    WRONG_A,
    WRONG_B,
)
from harness.kernel.spec_types import SceneSpec, Started, SweepSpec
from harness.kernel.within import attributes, why_not
from harness.record.events import ChildEvent
from harness.record.target import Target
from harness.sweep import ptrace
from harness.sweep.held import Gone, Held, Patience
from harness.sweep.jobs import Job, OperationInfo
from harness.sweep.ptrace import CannotTrace, Thread
from harness.sweep.shared import Layout
from harness.sweep.untraced import Untraced, Words

START_S = 30.0
"""For the target to start, and for its threads to come."""
LIMIT_S = 10.0
"""For an operation that nothing holds up; after that it hangs."""
ALARM_S = 3600
"""The child's own last resort; it dies with its parent long before."""
LOOK_S = 0.05
"""Between two looks at what a thread says that is not back yet."""
STATE_BYTES = 1024
"""Of a thread's state, searched for its frame: it is among the first two hundred."""
DEAD_MEMORY = {"PYTHONMALLOC": "mimalloc_debug"}
"""What is freed is filled with 0xDD: who still uses it is found out at once, and each time. From 3.16 on what a class
store replaces is freed when no thread can be reading it any more, so not at all while A stands inside an operation;
what B replaced in the turn before is freed at the stop, for its queue is kept full (``FullQueue``)."""
ALIKE = {"PYTHONHASHSEED": "0"}
"""Of a subject: a string's way through a set or a dict follows from its hash, and an operation's points are listed in
one child, and gone to in others."""
THREAD_FAILED = "Exception in thread "
PAGE_NAME = "ftstress-sweep"
CHUNK = 64 << 10
PASSED_ON = frozenset({14, 15, 17, 18, 28, 29})
"""Signals that a thread may be stopped with and that mean nothing here: alarms, children, windows."""


class Ended(Exception):
    """The target is no more. ``status`` as ``waitpid`` gives it, None where it is not known."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


class Fatal(Exception):
    """A thread was stopped by a signal that ends a process."""

    def __init__(self, thread: Held, number: int) -> None:
        super().__init__(number)
        self.thread = thread
        self.number = number


class Hang(Exception):
    """A thread did not come back within the limit, although nothing keeps the other one from running."""

    def __init__(self, thread: Held) -> None:
        super().__init__(thread)
        self.thread = thread


class NotStarted(Exception):
    """The target could not get as far as two threads at their gates; the message says why."""


class Stage:
    """Two threads of one child. All waits have a limit; the child dies with this process whatever it is doing."""

    def __init__(self, target: Target, spec: SceneSpec) -> None:
        """Start the child and take hold of its threads.

        Raises NotStarted, CannotTrace where ptrace is not to be had, and OSError when the target cannot be executed.
        """
        self.machine = ptrace.machine()
        self.limit_s = spec.get("limit_s", LIMIT_S)
        page_fd = os.memfd_create(PAGE_NAME)
        os.ftruncate(page_fd, SHARED_BYTES)
        self.page = mmap.mmap(page_fd, SHARED_BYTES)
        self.events: list[ChildEvent] = []
        self.lines = EventLines()
        self.stderr = Excerpt()
        self.began = time.monotonic()
        ptrace.quiet(False)

        def command(events_fd: int) -> list[str]:
            started: Started = {"alarm_s": ALARM_S, "events_fd": events_fd}
            asked: SweepSpec = {**spec, **started, "do": "sweep", "page_fd": page_fd}
            return child.command(target, asked)

        environment = (DEAD_MEMORY if target.free_threaded else {}) | (ALIKE if spec.get("pairs") else {})
        try:
            self.child = child.start(command, [page_fd], environment or None)
        finally:
            ptrace.quiet(True)
            os.close(page_fd)
        for descriptor in (self.child.events, self.child.stdout, self.child.stderr):
            os.set_blocking(descriptor, False)
        self.pid = self.child.process.pid
        self.words = Words(self.page)
        self.threads: list[Held] = []
        try:
            self._take_hold()
        except BaseException:
            self.close()
            raise

    def _take_hold(self) -> None:
        self.tids = self.words.tids = self._thread_ids()
        traced = [Thread(self.pid, tid, self.machine) for tid in self.tids]
        self._has(traced)
        self.page[GO] = 1
        for thread in self.threads:
            self.until_gate(thread, START_S)
        self.within = why_not(self.page)
        """Why its threads cannot stop within themselves; empty where they can."""
        self.frames = [self._find_frame(*one) for one in zip(traced, STATES, strict=True)]
        mapped = self._mapped()
        self.insides = [[begin + inside for begin in mapped] for inside in (INSIDE_A, INSIDE_B)]
        """Where the child has the byte that says that A, and B, is inside its operation: once for each mapping of the
        page."""

    def _has(self, threads: Sequence[Held]) -> None:
        self.threads = [*threads]
        self.a, self.b = threads

    @property
    def is_traced(self) -> bool:
        """Whether this process traces its threads."""
        return isinstance(self.a, Thread)

    def traced(self, thread: Held) -> Thread:
        """The thread, which is traced."""
        assert isinstance(thread, Thread)
        return thread

    def trace(self, on: bool) -> None:
        """Have the threads traced, or stop within themselves. Both are at their first gates. Raises as ``fresh``."""
        if on == self.is_traced:
            return
        page = self.page
        page[DO_A] = page[DO_B] = AGAIN
        page[GATE_WITHIN] = not on
        if on:
            waiting = self.threads
            self._has([Thread(self.pid, tid, self.machine) for tid in self.tids])
            for thread in waiting:
                thread.go()
        else:
            for thread in self.threads:
                self.traced(thread).let_go()
            self._has(
                [Untraced(self.pid, tid, self.machine, self.words, who) for who, tid in enumerate(self.tids)]
            )
        for thread in self.threads:
            self.until_gate(thread)

    def aim(self, address: int, occurrence: int, turns: int) -> None:
        """Have A, which is not traced, stand at its next operation in front of an address of the process, when it is
        about to be executed for the ``occurrence``th time; there B begins ``turns`` operations, behind which A goes on.
        """
        page = self.page
        at = attributes(address, disabled=False)
        page[BREAKPOINT : BREAKPOINT + len(at)] = at
        self.words.set(LEFT, occurrence)
        self.words.set(AIMED, 1)
        page[TURNS] = turns
        page[DO_B] = SWEPT

    @property
    def quiet(self) -> bool:
        """Whether A does not wait for B at the end of its operation: B has finished."""
        return bool(self.page[QUIET])

    @property
    def stands(self) -> bool:
        """Whether A, which is not traced, stands at its point, and has let B go."""
        return self.words.get(STANDS) == 2

    def _mapped(self) -> list[int]:
        """Where the child has mapped the page."""
        with open(f"/proc/{self.pid}/maps") as maps:
            return [int(line.partition("-")[0], 16) for line in maps if PAGE_NAME in line]

    def tell_where(self, on: bool) -> None:
        """Have who makes a subject's object tell where it is, for ``layout``."""
        self.page[TELL_WHERE] = on

    def layout(self) -> Layout | None:
        """Where a subject's object is now, before anybody touches it; None where that cannot be told."""
        if not self.sizes:
            return None
        head, count = COUNTS.unpack_from(self.page, HEAD)
        objects = [EXTENT.unpack_from(self.page, OBJECT + EXTENT.size * number) for number in range(count)]
        with suppress(OSError), open(f"/proc/{self.pid}/mem", "rb", buffering=0) as memory:
            return Layout(head, objects, lambda address, size: os.pread(memory.fileno(), size, address))
        return None

    def _find_frame(self, thread: Held, where: int) -> int | None:
        """Where a thread at its gate keeps the address of the Python frame that it is in; None where that is not found.

        The offset in a thread's state is another in each version. What is looked for is a pointer to a frame, which
        begins with a pointer to its code, whose lowest bits may tell what kind of reference that is.
        """
        state, code = STATE.unpack_from(self.page, where)
        for address in range(state, state + STATE_BYTES, 8) if state else ():
            with suppress(OSError):
                if thread.word(thread.word(address)) & ~7 == code:
                    return address
        return None

    def frame_of(self, thread: Held) -> int | None:
        """The address of the Python frame that a stopped thread is in; None where it cannot be told."""
        where = self.frames[0 if thread is self.a else 1]
        return None if where is None else thread.word(where)

    def _thread_ids(self) -> tuple[int, int]:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            for event in self.take_events():
                if event["event"] == "threads":
                    told = [OperationInfo(**one) for one in event["operations"]]
                    self.pairs = [(told[one], told[other]) for one, other in event["pairs"]]
                    self.sizes = event["sizes"]
                    return event["a"], event["b"]
                if event["event"] == "failure" or event["event"] == "load_error":
                    raise NotStarted(event["message"])
            if self.child.process.poll() is not None:
                raise NotStarted(f"the target ended at its start: {self.stderr.text().strip()[-300:]}")
            time.sleep(0.002)
        raise NotStarted(f"the target did not start two threads within {START_S:.0f} s")

    def take_events(self) -> list[ChildEvent]:
        """What the child has said since this was last asked."""
        self._read()
        found, self.events = self.events, []
        return found

    def _read(self) -> None:
        for descriptor in (self.child.stdout, self.child.stderr):
            with suppress(BlockingIOError):
                self.stderr.add(os.read(descriptor, CHUNK))
        with suppress(BlockingIOError):
            while data := os.read(self.child.events, CHUNK):
                self.events += self.lines.feed(data)

    def until(self, thread: Held, limit_s: float) -> int | None:
        """The signal that stops ``thread`` next, GATE and SIGTRAP among them; None after ``limit_s``.

        Raises Fatal for a signal that ends a process, and Ended.
        """
        deadline = time.monotonic() + limit_s
        while True:
            try:
                number = thread.wait(max(0.0, deadline - time.monotonic()))
            except Gone as gone:
                self._refuse_own_failure()
                raise Ended(gone.status) from None
            if number is None or number in (GATE, ptrace.SIGTRAP, 0):
                return number
            if number not in PASSED_ON:
                raise Fatal(thread, number)
            self.go(thread, number)

    def _refuse_own_failure(self) -> None:
        """A thread that ended with a traceback is the harness's own failure, not the target's."""
        self._read()
        said = self.stderr.text()
        if THREAD_FAILED in said:
            raise RuntimeError(said[said.index(THREAD_FAILED) :][-2000:])

    def until_gate(self, thread: Held, limit_s: float | None = None) -> None:
        """Wait until ``thread`` is at its gate. Raises Hang, Fatal, Ended."""
        patience = Patience(thread, self.limit_s if limit_s is None else limit_s)
        while (number := self.until(thread, LOOK_S)) != GATE:
            if number is not None:
                self.go(thread)
                continue
            self._read()  # it may be telling something, and must not wait for a reader
            self._pass_on(self.b if thread is self.a else self.a)
            if patience.is_over():
                raise Hang(thread)

    def _pass_on(self, other: Held) -> None:
        """Who is waited for may wait for the other one, which has stopped the world, forked, and been stopped itself by
        the news that its child has ended.
        """
        if self.is_traced:
            with suppress(Gone):  # the one that is waited for is no more, either
                self.traced(other).pass_on(PASSED_ON)

    def go(self, thread: Held, number: int = 0) -> None:
        """Let a stopped thread run. Raises Ended."""
        try:
            thread.go(number)
        except Gone as gone:
            raise Ended(gone.status) from None

    def fresh(self, job: Job, new_code: int = 0) -> None:
        """A fresh state for a job's pair, and one turn that nobody stops: what is first on it takes other paths than
        what follows. ``new_code``: as the page's. Raises Hang, Fatal, Ended.
        """
        page = self.page
        NUMBER.pack_into(page, PAIR, job.pair)
        page[WARM], page[NEW_CODE] = job.warm, new_code
        if job.size is not None:
            page[SIZE], page[MADE_BY_B] = self.sizes.index(job.size), job.made_by == "B"
        page[DO_A] = page[DO_B] = FRESH
        for thread in self.threads:
            self.go(thread)
            self.until_gate(thread)
        self.begin_a()
        self.until_gate(self.a)
        self.let_b_pass()
        self.end_turn()

    def let_b_pass(self) -> None:
        """B's operation, whole, with A at its second gate. Raises as ``fresh``."""
        self.begin_b(1)
        self.until_gate(self.b)
        self.let_a_end()

    def end_turn(self) -> bool:
        """From A's second gate, or its point, with B's operation done, to both first gates; whether anything was wrong.

        Raises as ``fresh``.
        """
        self.go(self.a)
        self.until_gate(self.a)
        return self.end_both()

    def end_both(self) -> bool:
        """The same from where A is at its first gate by now."""
        page = self.page
        if page[B_RESTS]:
            self._do(DO_B, REST, self.b)
            self._do(DO_A, NEXT, self.a)
        wrong = self.wrong
        if wrong or page[B_NEXT]:
            self._do(DO_B, NEXT, self.b)
            wrong |= self.wrong
        return wrong

    def _do(self, who: int, what: int, thread: Held) -> None:
        self.page[who] = what
        self.go(thread)
        self.until_gate(thread)

    def begin_a(self, step: bool = False) -> None:
        """Let A go into its operation, or one instruction towards it, B not being there yet."""
        self.page[QUIET] = 0
        self.page[DO_A] = SWEPT
        if step:
            self.traced(self.a).step()
        else:
            self.go(self.a)

    def enter(self, thread: Held) -> int | None:
        """Let A go up to the beginning of its operation, B not being there yet; or B, A being at its second gate: what
        stops it, as ``until`` says. Where nothing can be watched it is stepped there by whoever steps on from here.
        """
        watches = self.traced(thread).watch(self.insides[thread is self.b])
        if thread is self.a:
            self.begin_a(step=not watches)
        else:
            self.begin_b(1, step=not watches)
        number = self.until(thread, self.limit_s)
        if watches:
            self.traced(thread).watch(())
        return number

    def let_a_end(self) -> None:
        """B has finished: A need not wait for it at the end of its operation."""
        self.page[QUIET] = 1

    def step(self, thread: Held) -> int | None:
        """Let a stopped thread run one instruction: what stops it, as ``until`` says."""
        self.traced(thread).step()
        return self.until(thread, ptrace.STEP_S)

    def begin_b(self, turns: int, step: bool = False) -> None:
        """Let B go into its operation, which it does so often, or one instruction towards it."""
        self.page[TURNS] = turns
        self.page[DO_B] = SWEPT
        if step:
            self.traced(self.b).step()
        else:
            self.go(self.b)

    def inside(self, thread: Held) -> bool:
        """Whether a thread is inside its operation."""
        return bool(self.page[INSIDE_A if thread is self.a else INSIDE_B])

    @property
    def spent(self) -> bool:
        """Whether the state's classes are about to run out of versions."""
        return bool(self.page[SPENT])

    @property
    def wrong(self) -> bool:
        """Whether an oracle has refused something since this was last asked."""
        page = self.page
        found = bool(page[WRONG_A] or page[WRONG_B])
        page[WRONG_A] = page[WRONG_B] = 0
        return found

    def tell(self, on: bool) -> None:
        """Have each operation's result told as a ``step`` event."""
        self.page[TELL] = on

    def resident_bytes(self) -> int:
        """Of the child; 0 where it has gone."""
        try:
            with open(f"/proc/{self.pid}/statm", "rb") as file:
                return int(file.read().split()[1]) * mmap.PAGESIZE
        except (OSError, IndexError):
            return 0

    def close(self) -> None:
        """End the child with everything it started, and reap it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, 9)
        traced = self.threads if self.threads and self.is_traced else ()
        for (
            thread
        ) in traced:  # the tracer is told of each thread's end, and the process cannot be reaped before
            with suppress(Gone, ChildProcessError):
                while True:
                    os.waitpid(thread.tid, ptrace.WALL)
                    if not os.path.exists(f"/proc/{self.pid}/task/{thread.tid}"):
                        break
        self.child.process.wait()
        self.child.close()
        self.words.close()
        self.page.close()


__all__ = ["CannotTrace", "Ended", "Fatal", "Hang", "NotStarted", "Stage"]
