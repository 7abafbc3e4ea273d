"""What sweeps have looked at, in numbers and in words: what can be claimed, and what was not covered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, median_high

from harness.campaign.gather import Report
from harness.campaign.plan import SWEEP
from harness.record.coverage import (
    BEFORE,
    CLEAN,
    HELD,
    HIT,
    LOCK,
    MISSED,
    NOT_TRIED,
    NOW,
    OFF,
    OUTCOMES,
    SEQUENCE,
    WAITED,
    WORLD,
    PairCoverage,
    Variant,
    Window,
    total,
)
from harness.report.numbers import counted, percent

STOPS = tuple(one for one in OUTCOMES if one != NOT_TRIED)
COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("stops", STOPS),
    ("clean", (CLEAN,)),
    ("hits", (HIT,)),
    ("lock", (LOCK,)),
    ("sequence lock", (SEQUENCE,)),
    ("held world", (HELD,)),
    ("not sweepable", (WORLD, WAITED)),
    ("not reached", (MISSED,)),
    ("not tried", (NOT_TRIED,)),
)
"""Of every table of coverage, with the outcomes that each sums up."""
LEGEND = (
    "lock, sequence lock, held world: excluded, the other operation waited there until the stopped one had gone on,"
    " which had the lock, or had stopped the world; not sweepable: the other operation stops the world, which waits for"
    " the stopped one, or it neither ended nor slept; not reached: the stopped operation took another path; not tried:"
    " no time was left"
)
SPECIALIZED = {OFF: "", NOW: ", while it is specialized", BEFORE: ", specialized"}
MOST_STOPPING = 5
"""Operations that are named in a sentence."""
ENOUGH = 20
"""Stops of a pair whose speed counts: below, the first one's preparation is most of it."""


@dataclass(frozen=True)
class Speed:
    """Stops a second in the median pair."""

    per_s: float
    pairs: int
    """With ``ENOUGH`` stops."""


def counts(pairs: Sequence[PairCoverage]) -> list[int]:
    """The numbers of a row of ``COLUMNS``."""
    found = total(list(pairs))
    return [sum(found[outcome] for outcome in outcomes) for _, outcomes in COLUMNS]


def lines_of(pairs: Iterable[PairCoverage]) -> dict[str, dict[int, Counter[str]]]:
    """By file and line, in order: how many stops of all pairs together had each outcome."""
    found: dict[str, dict[int, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for pair in pairs:
        for file, lines in pair.lines.items():
            for line, outcomes in lines.items():
                found[file][int(line)].update(outcomes)
    return {file: dict(sorted(lines.items())) for file, lines in sorted(found.items())}


def variant(pair: PairCoverage) -> str:
    """How a pair was swept: ``once, caches filled``."""
    return ran(pair.variant) + (", both stopped" if pair.bound > 1 else "")


def ran(variant: Variant) -> str:
    """How often B ran at a stop, and what it found."""
    _, _, turns, warm, specialized, size, made_by = variant
    times = {1: "once", 2: "twice"}.get(turns, f"{turns} times")
    found = f"caches {'filled' if warm else 'emptied'}" if size is None else f"size {size}, made by {made_by}"
    return f"{times}, {found}{SPECIALIZED[specialized]}"


def told(pair: PairCoverage) -> list[str]:
    """What a pair's numbers leave open, a line each: where the windows are, what excluded, why it was not ended."""
    lines = [f"{window.symptom}: {window_text(window)}" for window in pair.windows]
    lines += [
        f"{counted(points, 'stop')} excluded ({how}): {waits or '?'} waited{f' for {holder}' if holder else ''}"
        for how, holder, waits, points in pair.holders
    ]
    if pair.gap:
        share = _share(pair.points - pair.count(NOT_TRIED), pair.points)
        lines.append(f"stopped at {share} of its points: a window longer than {pair.gap} would have been met")
    return lines + ([pair.reason] if pair.reason else [])


def window_text(window: Window) -> str:
    """How wide it is, and from where to where; of what is inlined, the line of the function that was called."""
    first, last = (places[-1] if places else "?" for places in (window.places, window.end))
    return f"{counted(window.points, 'point')}, from {first} to {last}"


def speed(coverage: Mapping[str, Sequence[PairCoverage]]) -> Speed | None:
    """None where no pair has had enough stops."""
    rates = [
        pair.count(*STOPS) / pair.seconds
        for pairs in coverage.values()
        for pair in pairs
        if pair.count(*STOPS) >= ENOUGH and pair.seconds > 0
    ]
    return Speed(median(rates), len(rates)) if rates else None


def sentences(report: Report) -> list[str]:
    """What its sweeps may claim, each a paragraph; nothing where no pair was swept."""
    coverage = report.coverage
    once = {name: [pair for pair in pairs if pair.bound == 1] for name, pairs in coverage.items()}
    found = any(one.result.findings for one in report.of_kind(SWEEP))
    clean = not found and any(pair.count(CLEAN) for pairs in once.values() for pair in pairs)
    told = [f"{'clean' if clean else 'swept'}: {_claim(once)}"] if any(once.values()) else []
    both = total([pair for pairs in coverage.values() for pair in pairs if pair.bound > 1])
    twice = [pair for pairs in coverage.values() for pair in pairs if pair.bound > 1]
    met, possible = (sum(getattr(pair, name) for pair in twice) for name in ("met", "meetings"))
    if stops := sum(both[one] for one in STOPS):
        told.append(
            f"both stopped: at {counted(stops, 'pair')} of points, {counted(both[HIT], 'hit')}; {met:,} of"
            f" {counted(possible, 'meeting')} covered (a store and a load of the same bytes, in one order, both threads"
            " inside); nothing is claimed of the others"
        )
    told += _traced(once)
    told += _repeated(once)
    told += _widths(report, once)
    told += _subjects(report, once)
    told += _specializer(once)
    return told + speed_sentence(report)


def speed_sentence(report: Report) -> list[str]:
    """How fast its sweeps were, in a sentence; none where no pair has had enough stops."""
    quick = speed(report.coverage)
    if quick is None:
        return []
    return [
        f"speed: {quick.per_s:,.0f} stops a second in the median pair"
        f" (of {counted(quick.pairs, 'pair')} with {ENOUGH} stops or more)"
    ]


def _traced(coverage: Mapping[str, Sequence[PairCoverage]]) -> Iterator[str]:
    """Why a tracer took stops, where one did for want of something."""
    reasons = Counter(pair.traced for pairs in coverage.values() for pair in pairs if pair.traced)
    for reason, _ in reasons.most_common(1):
        yield f"traced: stops and listings were a tracer's, which are slower, because {reason}"


def _repeated(coverage: Mapping[str, Sequence[PairCoverage]]) -> Iterator[str]:
    """How many of the stops that were made twice were the same."""
    repeated = sum(pair.repeated for pairs in coverage.values() for pair in pairs)
    alike = sum(pair.alike for pairs in coverage.values() for pair in pairs)
    if repeated:
        yield (
            f"repeated: {alike:,} of {counted(repeated, 'stop')} that were made again, by a tracer, came to the same"
            f" instruction, occurrence, calls and outcome ({_share(alike, repeated)})"
        )


def _widths(report: Report, coverage: Mapping[str, Sequence[PairCoverage]]) -> Iterator[str]:
    """Of scenarios that were not swept to the end: how wide a window may be that was passed over."""
    pairs = [
        pair for name, of in coverage.items() if not report.infos[name].pairs for pair in of if pair.reached
    ]
    wide = [pair.gap for pair in pairs if pair.gap]
    if wide:
        yield (
            f"points: {len(pairs) - len(wide):,} of {counted(len(pairs), 'variant')} stopped at each of theirs, of"
            f" the others each window was met that is longer than {median_high(wide)} points (median)"
            f", {max(wide)} (at most)"
        )


def _subjects(report: Report, coverage: Mapping[str, Sequence[PairCoverage]]) -> Iterator[str]:
    """Of subjects: how many of their pairs were swept, and how wide a window may be that was passed over."""
    every = {name: len(report.infos[name].pairs) for name in coverage if report.infos[name].pairs}
    if not every:
        return
    gaps: dict[tuple[str, str, str], int] = {}
    for name in every:
        for pair in coverage[name]:
            if pair.reached:
                key = (name, pair.a, pair.b)
                gaps[key] = min(gaps.get(key, pair.gap), pair.gap)
    swept = {(name, frozenset((a, b))) for name, a, b in gaps}
    wide = [gap for gap in gaps.values() if gap]
    told = f"pairs: {len(swept):,} of {sum(every.values()):,} swept, of {counted(len(every), 'subject')}"
    told += f"; {len(gaps) - len(wide):,} of {counted(len(gaps), 'order')} to be stopped in at each point of a variant"
    if wide:
        told += f", of the others each window was met that is longer than {median_high(wide)} points (median)"
    yield told


def _specializer(coverage: Mapping[str, Sequence[PairCoverage]]) -> Iterator[str]:
    """What scenarios that were swept with the specializer off and on have shown in only one of the two, or that all is
    the same; nothing where none was swept in both.
    """
    both = {
        name: pairs
        for name, pairs in coverage.items()
        if len({pair.specialized == OFF for pair in pairs if pair.reached}) == 2
    }
    if not both:
        return
    found: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    for name, pairs in both.items():
        for pair in pairs:
            for window in pair.windows:
                found[name, window.symptom][pair.specialized == OFF] += window.points
    same = sum(len(points) == 2 for points in found.values())
    told = [
        f"{same} of {counted(len(found), 'symptom')} found in {counted(len(both), 'scenario')} with it off and on"
    ]
    for (name, symptom), points in sorted(found.items()):
        if len(points) == 1:
            (off,) = points
            tried = sum(pair.reached for pair in both[name] if (pair.specialized == OFF) != off)
            told.append(
                f"only with it {'off' if off else 'on'}: {name.rpartition('.')[2]} ({symptom}), at"
                f" {counted(points[off], 'point')}; not at {counted(tried, 'stop')} with it {'on' if off else 'off'}"
            )
    yield f"specializer: {'; '.join(told)}"


def _claim(coverage: Mapping[str, Sequence[PairCoverage]]) -> str:
    pairs = [pair for found in coverage.values() for pair in found]
    found = total(pairs)
    stops = sum(found[one] for one in STOPS)
    longest: Counter[tuple[str, str]] = Counter()
    for name, of in coverage.items():
        for pair in of:
            longest[name, pair.a] = max(longest[name, pair.a], pair.instructions)
    unlisted = sum(pair.reason is not None for pair in pairs)
    whole = not found[NOT_TRIED] and not unlisted
    where = "at every instruction" if whole else f"at {_share(stops, stops + found[NOT_TRIED])} of the points"
    left = list(_left(found, _stopping(coverage)))
    if unlisted:
        left.append(f"{counted(unlisted, 'variant')} not listed, or not swept, to the end")
    return (
        f"{counted(len(longest), 'operation')} of {counted(sum(map(bool, coverage.values())), 'scenario')}"
        f", stopped {where} that they execute in the functions swept"
        f" ({counted(sum(longest.values()), 'instruction')} on their longest paths; those after which nothing shared"
        f" was touched are one point with the next), with another operation run there: {counted(stops, 'stop')} in"
        f" {counted(len(pairs), 'variant')} of pairs, {found[CLEAN]:,} clean, {counted(found[HIT], 'hit')};"
        " at one preemption, sequentially consistent, against these operations."
        f" Not covered: {', '.join([*left, 'more preemptions', 'weaker memory orders'])}."
    )


def _share(part: int, whole: int) -> str:
    """Never all of it unless it is."""
    return percent(part / whole if whole else 0.0)


def _stopping(coverage: Mapping[str, Sequence[PairCoverage]]) -> str:
    """The operations that stop the world, those first at which most stops could not be swept."""
    found: Counter[str] = Counter()
    for name, pairs in coverage.items():
        for pair in pairs:
            found[f"{name.rpartition('.')[2]}.{pair.b}"] += pair.count(WORLD)
    names = [name for name, stops in found.most_common() if stops]
    more = [f"{len(names) - MOST_STOPPING} more"] if len(names) > MOST_STOPPING else []
    return ", ".join(names[:MOST_STOPPING] + more)


def _left(found: Counter[str], stopping: str) -> Iterator[str]:
    for outcome, said in (
        (LOCK, "excluded by a lock"),
        (SEQUENCE, "excluded by a sequence lock"),
        (HELD, "excluded, for the stopped operation had stopped the world"),
        (WORLD, f"not sweepable, for the other operation stops the world ({stopping})"),
        (WAITED, "at which the other operation neither ended nor slept"),
        (MISSED, "not reached"),
    ):
        if found[outcome]:
            yield f"{counted(found[outcome], 'stop')} {said}"
    if found[NOT_TRIED]:
        yield f"{counted(found[NOT_TRIED], 'point')} not tried for lack of time"
