"""What is told of a campaign: one definition an event. Whoever holds one knows by its name what is in it.

Here is what a child says. The manager stamps what belongs to a trial, and writes it into the journal with what it
tells itself (``journal_types``, ``harness/record/events.py``); ``docs/journal.schema.json`` is made from all three.
JSON gives a list where a tuple stands here. Nothing in the target needs these classes while it runs: it imports them
for the type checker only, for to make them would take 6 ms of each child's start.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from harness.kernel.amplifiers import Setting

Kind = Literal["violation", "crash", "hang", "leak", "sanitizer", "exception"]


class Stamp(TypedDict):
    """What the journal adds to an event of a trial."""

    trial: NotRequired[int]
    """Its number, from 1 on."""
    scenario: NotRequired[str]
    at_s: NotRequired[float]
    """Seconds after the campaign's start."""


class HelloEvent(Stamp):
    """A trial's interpreter has started."""

    event: Literal["hello"]
    version: str
    free_threaded: bool
    """How it was built."""
    gil_enabled: bool
    """What it runs with."""
    pid: NotRequired[int]
    """Of a child."""


class ProgressEvent(Stamp):
    """What a trial has done so far, several times a second; ``harness.kernel.trial.Count`` says what is counted."""

    event: Literal["progress"]
    elapsed_s: float
    """Since the trial's start."""
    rounds: int
    rounds_hit: int
    samples: int
    stores: int
    reads: int
    live_reads: int
    overlap_ns: int
    span_ns: int
    histories: NotRequired[int]
    unknown_histories: NotRequired[int]


class PointData(TypedDict):
    """Where a thread was stopped by a sweep."""

    address: int
    file: NotRequired[str]
    """That the address is of: an extension module's name; empty for the interpreter's own file."""
    occurrence: int
    """How often its instruction had been reached in the operation."""
    calls: list[str]
    """The functions that were being executed, the outermost first."""
    instruction: str
    """In front of which it stood; empty where it cannot be decoded."""
    places: NotRequired[list[str]]
    """The source lines of the address, the innermost first."""


class StopData(TypedDict):
    """How a sweep came to its finding."""

    a: str
    """The operation that was stopped."""
    b: str
    """The one that ran meanwhile."""
    turns: int
    """How often it ran."""
    warm: bool
    specialized: NotRequired[str]
    size: NotRequired[int | None]
    """Of the object, where it is a subject's."""
    made_by: NotRequired[str]
    """By which of the two threads, A or B."""
    replayed: str
    """How many of how many stops at the point showed it again."""
    steps: list[tuple[str, str, str]]
    """Thread, operation and what it gave, of a stop that showed it."""
    point: NotRequired[PointData]
    """A's; none where it showed while nothing was stopped."""
    other: NotRequired[PointData]
    """B's, where both were stopped."""


class StackData(TypedDict):
    """A stack in a sanitizer's report."""

    what: str
    """``write of size 8``, ``freed``, ``allocated``."""
    thread: str
    """Its actor where it has a name, else the sanitizer's number."""
    place: str
    """The function whose doing it is, its file and its line; empty where the stack was not kept."""
    frames: list[str]
    """The innermost first."""


class Details(TypedDict, total=False):
    """A finding's evidence: what there is of it depends on its kind. A finding is not told apart by it, but for
    ``exception``, ``fatal`` and ``frames``, which are part of its signature.
    """

    actor: str
    thread: int | str
    """Its index among the trial's threads; in a sweep A or B."""
    operation: int
    """Turns that the thread had made in the round."""
    seen: list[str]
    read: str
    """What was read when all actors were parked."""
    history: str
    """Of the round's operations, a column a thread."""
    exception: str
    """Its type's name."""
    traceback: str
    inside: list[str]
    """The threads that did not return."""
    state: str
    """Of one that hangs: whether its threads wait or run."""
    last_operations: str
    """Of each thread, before it showed."""
    ending: str
    """How the child ended (``harness.diagnosis.ending.How``)."""
    frames: list[str]
    """Where it ended, the innermost first, as faulthandler says."""
    fatal: str | None
    """What the interpreter itself gave as the reason."""
    last_event: SaidEvent | None
    """The child's last word."""
    stderr: str
    stdout: str
    native: str | list[str]
    """The threads' C stacks, as gdb gives them, down to their Python frames; of a sweep the functions of the thread
    that was stopped."""
    native_missing: str
    """Why there are none."""
    fault_address: str
    pair: str
    """Of operations on one subject."""
    variant: str
    """What was raced of it."""
    size: int
    """Of the subject."""
    alone: str
    """The operation that tells that the process is broken: what it gives alone is not what it gave before."""
    windows: list[str]
    """Between which two accesses another thread must come, by the name of what a sweep found (``Window.name``)."""
    waits: str
    """Who waits for whom, of threads that hang, a line a thread, as far as that can be told."""
    cycle: str
    """Of those, in one sentence that names functions and no threads."""
    poisoned: bool
    """Whether it died of what it had read from freed memory, as a debug allocator fills it."""
    freed: str
    """Who freed the memory that was used: functions, the innermost first."""
    report: str
    """A sanitizer's."""
    stacks: list[StackData]
    """In it."""
    location: str
    """What memory it is about."""
    whose: str
    """Of somebody's own type: in whose code it died or hung."""
    came_with: str
    """The commit of CPython's, as ``ftstress bisect`` has found it."""
    left_with: str
    without_specializer: str
    """What became of it with ``-X tlbc=0``."""
    script: str
    """A program that showed it."""
    sweep: StopData
    knobs: dict[str, Setting]
    """With ``trial``, ``seed`` and ``threads``: of the trial that showed it first."""
    trial: int
    seed: str
    threads: int


class FindingEvent(Stamp):
    """Something a correct interpreter would not do, told once a trial."""

    event: Literal["finding"]
    kind: Kind
    oracle: str
    where: str
    """Operation, register, or how a process died: part of its signature."""
    message: str
    details: Details
    round: NotRequired[int]
    """None where the target itself ended: its last rounds are not counted."""
    elapsed_s: NotRequired[float]
    """Since the trial's start."""
    binaries: NotRequired[list[str]]
    """On its way from a sweep: the files that the addresses of ``details["sweep"]`` are of."""


class GilEvent(Stamp):
    """The GIL came on in the middle of a trial."""

    event: Literal["gil"]
    enabled: bool
    when: str


class FailureEvent(Stamp):
    """The harness itself failed in a trial, or could not start it."""

    event: Literal["failure"]
    message: str
    traceback: str


class DoneEvent(Stamp):
    """A child's last word: why it ended."""

    event: Literal["done"]
    reason: str


class PairBeginEvent(Stamp):
    """A trial of pairs has come to one of them."""

    event: Literal["pair_begin"]
    pair: str


class PairEndEvent(Stamp):
    """A pair has been raced for its share of the trial's time."""

    event: Literal["pair_end"]
    pair: str
    rounds: int
    overlapped: int
    """Rounds in which its operations were at it at the same time."""
    outcomes: int
    """Different ones that were seen and allowed."""
    promise: str
    """What was asked of it (``harness.kernel.pairs.subject.Promise``); empty where it was not raced."""


class MixedEvent(Stamp):
    """A subject's pairs have been raced in mixed rows."""

    event: Literal["mixed"]
    raced: list[tuple[str, int, int]]
    """Each pair that came, how many rounds it had, and in how many of them its operations were at it at once."""


class TotalsEvent(Stamp):
    """A debug build's references were counted while a pair was raced, or all pairs of a subject."""

    event: Literal["totals"]
    pair: str
    blocks: int
    """Of rows, in each of which they were counted four times."""
    rounds: int
    """That were raced in these; as many were done in either order."""


class DoubtedEvent(Stamp):
    """Something that a correct interpreter would not do, in a child in which another pair had shown something before:
    it may be that pair's doing. It is no finding until a fresh child shows it; what a random program shows is none
    until the smallest program that shows the same does.
    """

    event: Literal["doubted"]
    pair: str
    after: str
    """The pair that had shown something, or an earlier round of whatever pair; empty: none, but it is a program that is
    to be made smaller first.
    """
    message: str
    symptom: NotRequired[str]
    """Kind, oracle and exception of what was seen, joined by `` | ``."""
    found: NotRequired[FindingEvent]
    """A program's crash or hang: where no smaller one shows it, it is told all the same."""


class AmplifierData(TypedDict):
    """An amplifier of a scenario, as far as it does something on the target."""

    name: str
    values: list[Setting]
    widens: str


class ScenarioFacts(TypedDict):
    """A scenario as the target describes it."""

    name: str
    file: str
    line: int
    class_name: str
    doc: str
    issues: list[str]
    oracle: str
    actors: dict[str, int]
    """Threads per actor when every amplifier has its default value."""
    needs_parallelism: bool
    unavailable: str | None
    """Why the target cannot run it."""
    swept: NotRequired[bool]
    idle_amplifiers: NotRequired[list[tuple[str, str]]]
    """Name (with a value where it is only that) and why it does nothing on the target."""
    pairs: NotRequired[list[str]]
    """Of a subject's operations; those of which one writes come first."""
    writing_pairs: NotRequired[int]
    """How many these are."""
    driven: NotRequired[int]
    """Of somebody's own type: how many operations there are."""
    left_out: NotRequired[list[tuple[str, str]]]
    """Of somebody's own type: what no operation drives, and why."""


class ScenarioEvent(ScenarioFacts):
    """A scenario as the target describes it. Not in a journal: its first event lists them."""

    event: Literal["scenario"]
    amplifiers: list[AmplifierData]


class LoadErrorEvent(TypedDict):
    """A file of scenarios cannot be loaded. Not in a journal."""

    event: Literal["load_error"]
    message: str
    file: NotRequired[str]
    lacks: NotRequired[bool]
    """Whether the target was built without what the file imports."""


class TryingEvent(TypedDict):
    """An operation of somebody's own type is about to be tried: where nothing follows, it did not come back. Not in a
    journal.
    """

    event: Literal["trying"]
    operation: str


class OwnEvent(TypedDict):
    """All operations of somebody's own type have been tried. Not in a journal."""

    event: Literal["own"]
    name: str
    """Of the subject's class."""
    source: str
    """Of a file of subjects."""


class PairEvent(TypedDict):
    """Two speeds that a bench measured, in samples a second. Not in a journal."""

    event: Literal["pair"]
    harness: float
    beside: float


class OperationData(TypedDict):
    """An operation of a scenario, or of a subject, that is swept."""

    name: str
    actor: str
    stores: int


class ThreadsEvent(TypedDict):
    """The two threads of a child that is to be swept, by their native ids, and what they can do. Not in a journal."""

    event: Literal["threads"]
    a: int
    b: int
    operations: list[OperationData]
    pairs: list[tuple[int, int]]
    """Indices of these."""
    sizes: list[int]
    """Of a subject; none of a scenario."""


class StepEvent(TypedDict):
    """What an operation gave at a stop of a sweep. Not in a journal: ``StopData.steps`` has it."""

    event: Literal["step"]
    thread: str
    operation: str
    seen: str


class Swept(TypedDict):
    """What became of one ordered pair of operations (``harness.record.coverage.PairCoverage``)."""

    a: str
    b: str
    turns: int
    warm: bool
    specialized: NotRequired[str]
    size: NotRequired[int | None]
    made_by: NotRequired[str]
    gap: NotRequired[int]
    """Of points that follow one another, the most at none of which A was stopped: a longer window was met."""
    traced: NotRequired[str]
    """Why a tracer took its stops; empty where the threads stopped within themselves, or both were stopped."""
    meetings: NotRequired[int]
    """With two stops: a store and a load of the same bytes, in one order each, that are possible."""
    met: NotRequired[int]
    """Those of them that both threads were stopped at."""
    repeated: NotRequired[int]
    """Stops that were made again, by a tracer."""
    alike: NotRequired[int]
    """Those of them that came to the same instruction, occurrence, calls and outcome."""
    bound: int
    instructions: int
    points: int
    outcomes: dict[str, int]
    holders: list[tuple[str, str, str, int]]
    """Of what was excluded: by what, A's function, what B waited in, and how many points."""
    reason: str | None
    """Why it was not swept to the end."""
    seconds: NotRequired[float]


class AddressWindow(TypedDict):
    """Points that follow one another at which something showed (``harness.sweep.progress.Hits``), by address."""

    symptom: str
    points: int
    opens: int
    first: int
    last: int
    function: str
    below: list[list[str]]
    """What ``function`` had called where the window opens, and where it closes."""


class SweptAddresses(Swept):
    """As its tracer has it: by address."""

    windows: list[AddressWindow]


class StopsEvent(TypedDict):
    """A pair has been swept. It is a tracer's, which stands between the manager and a target, and is on its way: the
    journal's ``swept`` has source lines for addresses.
    """

    event: Literal["stops"]
    binaries: list[str]
    """The files that the addresses are of; these are places (``harness.sweep.program``)."""
    addresses: dict[str, dict[str, int]]
    """How many stops there had each outcome."""
    pair: SweptAddresses


TrialEvent = (
    HelloEvent
    | ProgressEvent
    | FindingEvent
    | PairBeginEvent
    | PairEndEvent
    | MixedEvent
    | TotalsEvent
    | DoubtedEvent
    | GilEvent
    | FailureEvent
    | DoneEvent
)
"""What a trial says."""

KernelEvent = (
    TrialEvent
    | ScenarioEvent
    | LoadErrorEvent
    | TryingEvent
    | OwnEvent
    | PairEvent
    | ThreadsEvent
    | StepEvent
)
"""What is said inside the target."""

SaidEvent = KernelEvent | StopsEvent
"""What comes through a pipe."""
