"""The two threads of a scenario, or of a subject, at hand, whatever becomes of the children that they run in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.kernel.event_types import FindingEvent, StepEvent
from harness.kernel.levers import OFF as SPECIALIZER_OFF
from harness.kernel.levers import ON as SPECIALIZER_ON
from harness.kernel.levers import specializer
from harness.kernel.pairs.subject import JOIN
from harness.kernel.spec_types import SceneSpec
from harness.record.coverage import BEFORE, HIT, NOW, OFF
from harness.record.target import Target
from harness.sweep.access import Accesses
from harness.sweep.endings import Broken, describe, trapped
from harness.sweep.jobs import Job, jobs_of
from harness.sweep.points import Listing, Point, list_points
from harness.sweep.program import Files, ReadCode
from harness.sweep.recorded import UNTRAPPED, NotRecorded, Recorded, tell
from harness.sweep.shared import accessed
from harness.sweep.stage import Ended, Fatal, Hang, Stage
from harness.sweep.steps import Steps, Traced
from harness.sweep.stops import Stop, Stops

MOST_BYTES = 768 << 20
"""Above this a child is left for another: on a free-threaded 3.13 classes never die, and code nowhere without the
collector.
"""
NEW_CODE = {OFF: 0, NOW: 1, BEFORE: 3}
"""Turns in new bytecode before the swept one: the second turn specialises what the third one executes."""


def has_specializer(target: Target) -> bool:
    """Whether it can be switched off, too: with threads that have bytecode of their own each."""
    return target.free_threaded and target.version_info >= (3, 14)


@dataclass(frozen=True)
class Seen:
    """What one stop showed."""

    stop: Stop
    findings: tuple[FindingEvent, ...] = ()
    steps: tuple[StepEvent, ...] = ()
    """What each operation gave, where that was asked for."""
    calls: tuple[str, ...] = ()
    """The functions that A stood in, the innermost first, where that was asked for."""
    ended: bool = False
    """Whether the target crashed, hung or ended; the next stop has another child."""


class Scene:
    """Prepares states and stops threads, in as many children as it takes.

    All methods raise what the constructor raises: NotStarted, CannotTrace, OSError.
    """

    def __init__(self, target: Target, spec: SceneSpec, code_of: ReadCode) -> None:
        self.target = target
        self.spec = spec
        self.files = Files(code_of, modules=bool(spec.get("pairs")))
        self._refused = "it was asked for" if spec.get("by_ptrace") or spec["stepping"] else ""
        self._open(specializes=False)

    def _open(self, specializes: bool) -> None:
        self.specializes = specializes
        knobs = self.spec["knobs"]
        if has_specializer(self.target):
            knobs = knobs | {specializer.name: SPECIALIZER_ON if self.specializes else SPECIALIZER_OFF}
        self.stage = Stage(self.target, self.spec | {"knobs": knobs})
        self.program = self.files.program(self.stage.pid)
        self.accesses = Accesses(self.program) if self.stage.machine.name == "x86_64" else None
        self.stops = Stops(self.stage, self.program, self.spec["stepping"])
        self.current: Job | None = None
        self.traced = self._refused or self.stage.within
        """Why a tracer lists each path and takes each stop; empty where threads do so within themselves."""
        if not self.traced:
            tell(self.stage, self.program)

    def reopen(self, specializes: bool | None = None) -> None:
        """Another child, with the specializer on or off, or as it was."""
        self.stage.close()
        self._open(self.specializes if specializes is None else specializes)

    def close(self) -> None:
        self.stage.close()

    @property
    def jobs(self) -> list[Job]:
        """All that can be swept, what has shown most first."""
        return jobs_of(self.stage.pairs, has_specializer(self.target), self.stage.sizes)

    def name(self, job: Job) -> str:
        """What a race would call the job's pair; empty where it is no subject's."""
        either = job.a + JOIN + job.b, job.b + JOIN + job.a
        return next((name for name in self.spec.get("pairs", ()) if name in either), "")

    def text(self, point: Point) -> str:
        """The instruction in front of which ``point`` is; empty where it cannot be decoded."""
        return self.accesses.text(point.address) if self.accesses else ""

    def list(self, job: Job) -> Listing | Seen:
        """The points of the job's A, or what happened instead.

        A lists its path itself. Where it comes to no end so a tracer does it again, and what is told is shown in both
        ways; where that is the listing's own doing a tracer does everything from here on.
        """
        if not self.traced:
            try:
                return self._list(job, traced=False)
            except NotRecorded as error:
                self._refused = str(error)
            except Broken as error:
                if trapped(error):
                    self._refused = UNTRAPPED
            self.reopen()
        try:
            return self._list(job, traced=True)
        except Broken as error:
            return self._broken(job, error)

    def _list(self, job: Job, traced: bool) -> Listing:
        self.stage.tell_where(True)
        steps = self.steps(job, traced)
        layout = self.stage.layout()
        self.stage.tell_where(False)
        loop = self.program.interpreter.symbols.loop and job.specialized != OFF and job.one_stores
        listing = list_points(steps, self.program, self.accesses, loop=loop)
        if listing.complete or not traced:
            self.stage.let_b_pass()
            self.stage.end_turn()
        else:
            self.reopen()
        words = ((one.loads, one.stores, len(one.chain)) for one in listing.points)
        return replace(listing, accessed=accessed(words, layout))

    def steps(self, job: Job, traced: bool) -> Steps:
        """The steps of the job's A, on a fresh state: a tracer's, or A's own. Raises Hang, Fatal, Ended."""
        self._fresh(job, traced)
        return Traced(self.stage, self.stage.traced(self.stage.a)) if traced else Recorded(self.stage)

    def list_both(self, job: Job) -> tuple[Listing, Listing] | None:
        """The points of the job's A and B, one operation after the other on one state, so that what both touch has one
        address; None where one of them cannot be listed to its end. By a tracer, as the stops are.
        """
        try:
            self._fresh(job, traced=True)
            stage = self.stage
            mine = list_points(Traced(stage, stage.traced(stage.a)), self.program, self.accesses)
            if mine.complete:
                theirs = list_points(Traced(stage, stage.traced(stage.b)), self.program, self.accesses)
                if theirs.complete:
                    stage.let_a_end()
                    stage.end_turn()
                    return mine, theirs
            self.reopen()
        except Broken:
            self.reopen()
        return None

    def show(
        self, job: Job, point: Point, other: Point | None = None, *, anew: bool = False, look: bool = False
    ) -> Seen:
        """One stop at ``point``, or two; ``anew``: in a fresh state, and everything that was read is told.

        ``look``: what A stands in is told.

        Threads stop within themselves where they can; a tracer stops both of them, and where all is to be told.
        """
        try:
            traced = anew or look or other is not None or bool(self.traced)
            if anew or self.current != job or self.stage.spent:
                self._fresh(job, traced)
            self.stage.trace(traced)
            self.stage.tell(anew)
            stop = (
                self.stops.at(point, job.turns, look) if other is None else self.stops.at_both(point, other)
            )
            self.stage.tell(False)
        except Broken as error:
            return self._broken(job, error)
        if stop.how != HIT and not anew:
            return Seen(stop, calls=self.stops.calls)
        self.current = (
            None  # what was found wrong may stay so, and be found again at points that are innocent
        )
        events = self.stage.take_events()
        return Seen(
            stop,
            tuple(event for event in events if event["event"] == "finding"),
            tuple(event for event in events if event["event"] == "step"),
            self.stops.calls,
        )

    def again(
        self,
        job: Job,
        point: Point,
        other: Point | None,
        wanted: Callable[[FindingEvent], bool],
        times: int,
    ) -> tuple[int, tuple[StepEvent, ...]]:
        """How many of ``times`` stops, each in a fresh state, show what is ``wanted``; and the last one's steps."""
        shown = 0
        steps: tuple[StepEvent, ...] = ()
        for _ in range(times):
            seen = self.show(job, point, other, anew=True)
            if any(map(wanted, seen.findings)):
                shown += 1
                steps = seen.steps
        return shown, steps

    def _fresh(self, job: Job, traced: bool) -> None:
        specializes = job.specialized != OFF
        if specializes != self.specializes or self.stage.resident_bytes() > MOST_BYTES:
            self.reopen(specializes)
        self.stage.trace(traced)
        self.stage.fresh(job, NEW_CODE[job.specialized])
        self.current = job

    def _broken(self, job: Job, error: Hang | Fatal | Ended) -> Seen:
        found = describe(error, self.stage, self.stops, self.name(job))
        self.reopen()
        return Seen(Stop(HIT), (found,), ended=True)
