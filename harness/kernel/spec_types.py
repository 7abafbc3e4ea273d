"""What a child is told, as JSON on its command line: one definition for each thing that it can do."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from harness.kernel.amplifiers import Setting
from harness.kernel.rings import Every


class Started(TypedDict):
    """What each child is told."""

    alarm_s: int
    """When its own alarm ends it."""
    events_fd: NotRequired[int]
    """The descriptor that it writes its events to: there is none before it is started."""
    bytecode: NotRequired[str]
    """A folder for the bytecode of what it imports, where that cannot be kept beside the sources."""


class TrialSpec(TypedDict):
    """What a trial is told: one scenario, one setting of its amplifiers; or some pairs of one subject."""

    file: str
    scenario: str
    knobs: dict[str, Setting]
    """Amplifiers that are not named have their default values."""
    budget_s: float
    threads: NotRequired[int | None]
    """All of them; None: the scenario's."""
    memory_limit_bytes: NotRequired[int]
    left_out: NotRequired[list[str]]
    """Names of operations that are not raced: a smaller trial may show the same. In mixed rows, of pairs."""
    rounds: NotRequired[int | None]
    """The most rounds it may have; None: as many as its budget allows."""
    pairs: NotRequired[list[str]]
    """Of a subject's operations, in a trial of pairs."""
    mixed: NotRequired[bool]
    """All of them, in rows in which each round is another pair's."""
    ring: NotRequired[Every]
    """How often its threads note what they do; ``off`` where it is not said."""
    ring_file: NotRequired[str]
    """Where they do: whoever watches the trial can read it whatever becomes of the process."""


class ChildTrial(Started, TrialSpec):
    """A trial in a child of its own; the manager knows it by this, too."""

    do: Literal["trial", "pairs"]
    seed: str
    """That it was drawn from."""
    with_gil: NotRequired[bool]
    suppressions: NotRequired[str]
    """A file of what its sanitizer is not to report; for whoever starts it."""
    yields: NotRequired[int]
    """By how much its priority is lowered when it falls silent; for whoever watches it."""


class SceneSpec(TypedDict):
    """What a sweep is told of its scenario, or of its subject."""

    file: str
    scenario: str
    knobs: dict[str, Setting]
    stepping: bool
    """Without debug registers."""
    by_ptrace: NotRequired[bool]
    """Whether each stop is a tracer's, also where threads could stop within themselves."""
    threads: NotRequired[int | None]
    limit_s: NotRequired[float]
    """For an operation that nothing holds up."""
    pairs: NotRequired[list[str]]
    """Of a subject's operations: those that are swept, each both ways round."""


class SweepSpec(Started, SceneSpec):
    """A child whose two threads a sweep stops."""

    do: Literal["sweep"]
    page_fd: int
    """The descriptor of the page over which they meet."""


class DescribeSpec(Started):
    """A child that says which scenarios are in some files."""

    do: Literal["describe"]
    what: NotRequired[Literal["scenarios", "subjects"]]
    files: list[str]


class OwnSpec(Started):
    """A child that finds out what there is to do on somebody's own type."""

    do: Literal["own"]
    factory: str
    """What makes an object: MODULE:CALLABLE, or FILE:CALLABLE with a whole path."""
    operations: str
    """A class of the author's own operations, named in the same way; empty: there is none."""
    promise: Literal["atomic", "values", "process"]
    attributes: bool
    """What an instance holds is read and stored, too."""
    path: list[str]
    """Folders in which modules are looked for that are not installed."""
    left_out: dict[str, str]
    """Operations that did not come back, and pairs of them, with the reason."""


class ServeSpec(Started):
    """A child that forks one for each trial that comes through a socket: see ``server``."""

    do: Literal["serve"]
    socket_fd: int
    with_gil: bool
    knobs: dict[str, Setting]
    """Of its trials, what must be known before the interpreter starts."""


class BenchSpec(Started):
    """A child that measures ``pairs`` pairs of ``seconds`` each for an ``oracle``, with ``readers`` readers.

    The harness beside the bare loop; with a ``ring``, noting that beside noting nothing.
    """

    do: Literal["bench"]
    oracle: str
    seconds: float
    pairs: int
    readers: int
    ring: Every


ChildSpec = ChildTrial | SweepSpec | DescribeSpec | OwnSpec | ServeSpec | BenchSpec
