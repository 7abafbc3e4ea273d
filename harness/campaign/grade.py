"""From a journal's events to the result: pure, so that a campaign can be graded again, and while it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace

from harness.campaign import own
from harness.campaign.again import Control, of_event
from harness.campaign.causes import causes, shows, told
from harness.campaign.plan import FUZZ, PAIRS, STRESS, SWEEP, trials_to_cover, why_skipped
from harness.campaign.select import ScenarioInfo
from harness.campaign.suppressions import Suppression
from harness.diagnosis.whose import whose
from harness.kernel import known
from harness.kernel.event_types import (
    Details,
    DoubtedEvent,
    FailureEvent,
    FindingEvent,
    GilEvent,
    HelloEvent,
    Kind,
    ProgressEvent,
    TrialEvent,
)
from harness.kernel.journal_types import CampaignEndEvent, CampaignEvent, TrialEndEvent, TrialStartEvent
from harness.kernel.known import KnownIssue
from harness.kernel.pairs.subject import JOIN
from harness.kernel.pairs.totals import SINCE
from harness.kernel.signature import short_id, signature
from harness.record import severity
from harness.record.coverage import PairCoverage, Window
from harness.record.events import ControlEvent, Event, LaterEvent, ResumeEvent, SweptEvent
from harness.record.journal import JournalError
from harness.record.raced import RacedTaker
from harness.record.result import (
    Finding,
    IdleAmplifier,
    Result,
    ScenarioResult,
    Totals,
    Verdict,
    WithGil,
)
from harness.record.severity import SEVERITIES, UNCOUNTED, Severity, severity_of
from harness.record.statistics import upper_bound_95
from harness.record.target import Target

MOST_NOTICES = 20
COUNTED = (
    *("rounds", "rounds_hit", "samples", "stores", "reads", "live_reads", "overlap_ns", "span_ns"),
    *("histories", "unknown_histories"),
)
TORN = SEVERITIES[:2]
"""What leaves nothing in a process to be relied on."""
LOST = "lost"
"""Counts the rounds in which the target itself ended: no progress event has them."""


@dataclass
class _Tally:
    """What one scenario has shown so far."""

    info: ScenarioInfo
    counts: Counter[str] = field(default_factory=Counter)
    """``COUNTED``, and ``trials``."""
    gil: str | None = None
    unwell: str | None = None
    """How its last trial ended, where that was not well."""


@dataclass
class _Seen:
    """Everything that has one signature."""

    first: FindingEvent
    start: TrialStartEvent
    """Of the trial that saw it first."""
    scenario: str
    known: str | None
    trials: set[int] = field(default_factory=set)
    with_gil: WithGil = "not tried"
    later: Details = field(default_factory=Details)
    """What was added to its details after the campaign: its native stacks, its script."""

    @property
    def details(self) -> Details:
        return self.first["details"] | self.later

    @property
    def pair(self) -> str:
        """The operations on a subject that were raced, where it shows in a trial of pairs; of a report that came in
        mixed rows nobody knows them.
        """
        return self.details.get("pair", "" if self.first["kind"] == "sanitizer" else self.first["where"])

    @property
    def severity(self) -> Severity:
        return severity_of(self.first["kind"], self.first["oracle"], self.details)


class Grader:
    """Takes a journal's events in order; ``result()`` grades what has come so far."""

    def __init__(self, issues: list[KnownIssue] | None = None) -> None:
        self.issues = known.load() if issues is None else issues
        self.torn: dict[str, bool] = {}
        """What ``tears`` says of a subject, once it has been asked."""
        self.header: CampaignEvent | None = None
        self.target: Target
        self.kind = STRESS
        self.strict = False
        self.complete = False
        self.elapsed_s = 0.0
        self.tallies: dict[str, _Tally] = {}
        self.graded: dict[str, tuple[Counter[str], ScenarioResult]] = {}
        """What was counted of scenarios, and their results, as long as nothing new comes of them: with hundreds, each
        trial's end would else take longer than the trial.
        """
        self.trials: dict[int, TrialStartEvent] = {}
        """The starts of those that have not ended; a campaign may have a hundred thousand that have."""
        self.progress: dict[int, ProgressEvent] = {}
        """The last word of those."""
        self.seen: dict[str, _Seen] = {}
        self.pairs = RacedTaker()
        self.asked_totals: Counter[str] = Counter()
        """How often a debug build's reference totals were asked, by subject."""
        self.doubted: set[tuple[str, str]] = set()
        """Pairs that showed something in a child in which another one had done so before."""
        self.unproved: dict[Kind, tuple[FindingEvent, TrialStartEvent]] = {}
        """The shortest program in which a child crashed, or hung, of those that are not made smaller yet."""
        self.windows: dict[str, list[Window]] = {}
        """That a sweep found, by scenario."""
        self.suppressed: dict[str, Suppression] = {}
        """What sanitizers were told not to report, by pattern."""
        self.matched: Counter[str] = Counter()
        """How many reports each of these hid, of children that ended by themselves."""
        self.failures: Counter[tuple[str, str]] = Counter()
        """Subjects in whose children the harness failed, and what it said; of no subject where it was elsewhere."""
        self.notices: dict[str, None] = {}

    def feed(self, event: Event) -> None:
        """Take in one event. What it does not know it passes over, so that a newer journal can be read."""
        kind, number = event["event"], event.get("trial")
        if (self.header is None) != (kind == "campaign"):
            return
        if number is not None and number not in self.trials and kind != "trial_start":
            return
        if number is None:
            self.graded.clear()
        elif number in self.trials:
            self.graded.pop(self.trials[number]["scenario"], None)
        at_s = event.get("at_s", 0.0)
        if at_s > self.elapsed_s:
            self.elapsed_s = float(at_s)
        match event["event"]:
            case "progress":  # nine of ten events: its last word is cumulative, those before it need no look
                self.progress[event["trial"]] = event
            case "campaign":
                self._on_campaign(event)
            case "resume":
                self._on_resume(event)
            case "trial_start":
                self._on_trial_start(event)
            case "hello":
                self._on_hello(event)
            case "gil":
                self._on_gil(event)
            case "finding":
                self._on_finding(event)
            case "pair_begin" | "pair_end" | "mixed":
                self.pairs.feed(event)
            case "totals":
                self.asked_totals[event["scenario"]] += 1
            case "doubted":
                self._on_doubted(event)
            case "swept":
                self._on_swept(event)
            case "failure":
                self._on_failure(event)
            case "trial_end":
                self._on_trial_end(event)
            case "control":
                self._on_control(event)
            case "later":
                self._on_later(event)
            case "suppressed":
                given = map(Suppression.from_json, event["suppressions"])
                self.suppressed |= {one.pattern: one for one in given}
            case "campaign_end":
                self._on_campaign_end(event)

    def counting(self) -> bool:
        """Whether a finding that counts has been seen."""
        return bool(self.counting_ids())

    def counting_ids(self) -> frozenset[str]:
        """The ids of the findings that count."""
        return frozenset(
            short_id(text)
            for text, one in self.seen.items()
            if severity.counts(one.known, one.severity, self.strict)
        )

    def infos(self) -> dict[str, ScenarioInfo]:
        """The scenarios as the target described them, by name."""
        return {name: tally.info for name, tally in self.tallies.items()}

    def counts(self) -> dict[str, Counter[str]]:
        """What a scenario's rates are made of, by its name: ``scenario_result`` takes the sum of several campaigns'."""
        return {name: self._graded(name)[0] for name in self.tallies}

    def samples(self) -> int:
        """Of all scenarios, so far."""
        return sum(count["samples"] for count in self.counts().values())

    def uncontrolled(self) -> list[Control]:
        """The new findings that have not been tried with the GIL on, with the trials that showed them. Of known ones
        the list says it; and the GIL orders what a sanitizer calls a race: of those nothing is to be learnt.
        """
        return [
            Control(text, of_event(self.tallies[one.scenario].info, one.start, one.pair))
            for text, one in self.seen.items()
            if one.known is None and one.with_gil == "not tried" and one.severity != UNCOUNTED
        ]

    def may_be_another_s(self, name: str, event: FindingEvent, others: Iterable[str]) -> bool:
        """Whether it may be the doing of one of the other pairs of a child that its process has ended, or is not as it
        was: of one that is known to do that to the target.

        A sweep leaves a child that has ended, and shows its pair again in others.
        """
        sweep = event["details"].get("sweep")
        if sweep is not None and event["kind"] != "violation" and not sweep["replayed"].startswith("0"):
            return False
        broken = event["kind"] in ("crash", "hang") or (event["kind"], event["oracle"]) == (
            "violation",
            "process",
        )
        return (
            broken
            and JOIN in event["where"]  # of mixed rows as a whole nothing smaller can be tried
            and known.find(self.issues, self.target, name, signature(name, event)) is None
            and known.breaks(self.issues, self.target, name, others)
        )

    def result(self) -> Result:
        """The result so far. Raises JournalError when no campaign has begun."""
        if self.header is None:
            raise JournalError("the journal has no beginning: its campaign was ended before it began")
        scenarios = tuple(self._graded(name)[1] for name in self.tallies)
        counting = self.counting_ids()
        findings = sorted(
            (self._finding(text, one) for text, one in self.seen.items()),
            key=lambda found: severity.order(found.id in counting, found.severity, found.first_seen_s),
        )
        cause = told(causes(findings, self._windows, self.issues))
        return Result(
            complete=self.complete,
            exit_status=self._exit_status(scenarios),
            seed=self.header["seed"],
            budget_s=self.header["budget_s"],
            elapsed_s=round(self.elapsed_s, 3),
            target=self.target,
            totals=self.totals(),
            scenarios=scenarios,
            findings=tuple(replace(found, cause=cause[found.id]) for found in findings),
            notices=self._told(),
            idle_amplifiers=idle_amplifiers(self.infos().values(), self.target, self.kind),
        )

    def totals(self) -> Totals:
        """What has been done so far, without the findings' causes: to group these takes as long as a trial of pairs."""
        scenarios = [self._graded(name)[1] for name in self.tallies]
        return Totals(
            trials=sum(scenario.trials for scenario in scenarios),
            rounds=sum(scenario.rounds for scenario in scenarios),
            samples=sum(scenario.samples for scenario in scenarios),
            findings=len(self.seen),
            pairs=self.pairs.totals(),
            triples=self.pairs.totals(3),
        )

    def untold(self, told: Container[str]) -> list[Finding]:
        """The findings whose ids are not among those that have been ``told``, without their causes."""
        return [self._finding(text, one) for text, one in self.seen.items() if short_id(text) not in told]

    def _on_campaign(self, event: CampaignEvent) -> None:
        self.header = event
        self.target = Target.from_json(event["target"])
        self.kind = event.get("kind", STRESS)
        self.strict = event["options"]["strict"]
        self.tallies = {data["name"]: _Tally(ScenarioInfo.from_json(data)) for data in event["scenarios"]}

    def _on_resume(self, event: ResumeEvent) -> None:
        self.complete = False
        self.strict = event["strict"]

    def _on_doubted(self, event: DoubtedEvent) -> None:
        self.doubted.add((event["scenario"], event["pair"]))
        if found := event.get("found"):
            shortest = self.unproved.get(found["kind"])
            if shortest is None or len(found["where"]) < len(shortest[0]["where"]):
                stamped: FindingEvent = {**found, "trial": event["trial"], "at_s": event["at_s"]}
                self.unproved[found["kind"]] = stamped, self.trials[event["trial"]]

    def _on_campaign_end(self, event: CampaignEndEvent) -> None:
        self.complete = event["complete"]
        for kind, (found, start) in self.unproved.items():
            # No child may crash or hang. Where a new finding of the same kind counts already, this may be its doing.
            if not any(one.first["kind"] == kind and one.known is None for one in self.seen.values()):
                self._see(start["scenario"], found, start)

    def _on_trial_start(self, event: TrialStartEvent) -> None:
        self.trials[event["trial"]] = event
        self.graded.pop(event["scenario"], None)
        self.tallies[event["scenario"]].counts["trials"] += 1

    def _on_trial_end(self, event: TrialEndEvent) -> None:
        tally = self._tally(event)
        if last := self.progress.pop(event["trial"], None):
            tally.counts.update(_counted(last))
        tally.unwell = event.get("unwell")
        self.matched.update(event["ending"].get("suppressed", {}))
        del self.trials[event["trial"]]
        if notice := event.get("notice"):
            self.notices[notice] = None

    def _on_hello(self, event: HelloEvent) -> None:
        if event["gil_enabled"]:
            self._gil(event, "from the start")

    def _on_gil(self, event: GilEvent) -> None:
        if event["enabled"]:
            self._gil(event, event["when"])

    def _gil(self, event: HelloEvent | GilEvent, when: str) -> None:
        tally = self._tally(event)
        if self.target.free_threaded:
            tally.gil = tally.gil or f"the GIL was on {when}"
            self.notices[f"{tally.info.name}: {tally.gil}, in a target built to run without it"] = None

    def _on_failure(self, event: FailureEvent) -> None:
        raced = self.kind in (PAIRS, FUZZ) and event["traceback"]
        self.failures[self._tally(event).info.name if raced else "", event["message"]] += 1

    def _on_finding(self, event: FindingEvent) -> None:
        tally = self._tally(event)
        name = tally.info.name
        if self.kind in (PAIRS, FUZZ):
            self.pairs.feed(event)
        self._see(name, event, self.trials[event["trial"]])
        # A report of a sanitizer is of no round, and takes none away.
        tally.counts[LOST] += event.get("round") is None and event["kind"] != "sanitizer"
        if missing := event["details"].get("native_missing"):
            self.notices[f"native stacks are missing: {missing}"] = None

    def _see(self, name: str, event: FindingEvent, start: TrialStartEvent) -> None:
        text = signature(name, event)
        if text not in self.seen:
            issue = known.find(self.issues, self.target, name, text)
            self.seen[text] = _Seen(event, start, name, issue)
        self.seen[text].trials.add(event["trial"])

    def _on_control(self, event: ControlEvent) -> None:
        one = self.seen.get(event["signature"])
        if one is not None and one.with_gil != "observed":
            one.with_gil = "observed" if event["hits"] else "not observed"

    def _on_later(self, event: LaterEvent) -> None:
        if event["signature"] in self.seen:
            self.seen[event["signature"]].later |= event["details"]

    def _on_swept(self, event: SweptEvent) -> None:
        name, pair = event["scenario"], PairCoverage.from_json(event["pair"])
        self.windows.setdefault(name, []).extend(pair.windows)
        either = pair.a + JOIN + pair.b, pair.b + JOIN + pair.a
        for one in self.tallies[name].info.pairs:
            if one in either:
                self.pairs.swept(name, one, pair.reached)

    def _windows(self, finding: Finding) -> list[Window]:
        return [window for window in self.windows.get(finding.scenario, ()) if shows(window, finding)]

    def _tally(self, event: TrialEvent | TrialEndEvent) -> _Tally:
        return self.tallies[self.trials[event["trial"]]["scenario"]]

    def _graded(self, name: str) -> tuple[Counter[str], ScenarioResult]:
        if name not in self.graded:
            tally = self.tallies[name]
            counts = self._counts(tally)
            self.graded[name] = counts, self._scenario(tally, counts)
        return self.graded[name]

    def _counts(self, tally: _Tally) -> Counter[str]:
        counts = tally.counts.copy()
        for event in self.progress.values():
            if self._tally(event) is tally:
                counts.update(_counted(event))
        counts["trials_hit"] = len(set().union(*(one.trials for one in self._seen_in(tally).values())))
        return counts

    def _seen_in(self, tally: _Tally) -> dict[str, _Seen]:
        return {text: one for text, one in self.seen.items() if one.scenario == tally.info.name}

    def _scenario(self, tally: _Tally, counts: Counter[str]) -> ScenarioResult:
        seen = self._seen_in(tally)
        verdict, reason = self._verdict(tally, counts, list(seen.values()))
        ids = tuple(short_id(text) for text in seen)
        return scenario_result(tally.info.name, counts, verdict, reason, ids)

    def _verdict(self, tally: _Tally, counts: Counter[str], seen: list[_Seen]) -> tuple[Verdict, str | None]:
        if any(one.known is None for one in seen):
            return "new", None
        if seen:
            return "known", None
        if reason := why_skipped(tally.info, self.target, self.kind):
            return "skipped", reason
        if reason := self._why_not_exercised(tally, counts):
            return "not exercised", reason
        return "not observed", None

    def _why_not_exercised(self, tally: _Tally, counts: Counter[str]) -> str | None:
        if not counts["trials"]:
            if not self.complete:
                return "no trial of it was started"
            more = ", or known issues leave no program of it" if self.kind == FUZZ else ""
            return f"no trial of it was started: the budget was too short{more}"
        if tally.gil:
            return tally.gil
        if not counts["rounds"]:
            return "no trial finished a round" + (f": the last one {tally.unwell}" if tally.unwell else "")
        if self.kind in (PAIRS, FUZZ) and self.target.gil_enabled:
            return None  # with the GIL two C operations never overlap, and what they promise is kept all the same
        if sum(tally.info.actors.values()) > 1 and not counts["overlap_ns"]:
            return f"its actors never overlapped in {counts['rounds']} rounds"
        if not counts["samples"] and self.kind not in (
            PAIRS,
            FUZZ,
        ):  # of some pairs nothing is asked but that the process goes on
            return f"nothing was observed while its actors raced: 0 samples in {counts['rounds']} rounds"
        return None

    def _finding(self, text: str, one: _Seen) -> Finding:
        event, start = one.first, one.start
        again: Details = {
            "trial": event["trial"],
            "knobs": start["knobs"],
            "seed": start["seed"],
            "threads": start["threads"],
        }
        details = one.details | again
        is_own = bool(self.tallies[one.scenario].info.driven)
        if is_own and (told := whose(details)):
            details["whose"] = told
        return Finding(
            id=short_id(text),
            kind=event["kind"],
            scenario=one.scenario,
            oracle=event["oracle"],
            signature=text,
            known=one.known,
            with_gil=one.with_gil if self._gil_tells(one) else "not applicable",
            first_seen_s=event["at_s"],
            trials_hit=len(one.trials),
            trials_run=self.tallies[one.scenario].counts["trials"],
            message=event["message"],
            severity=one.severity,
            details=details,
        )

    def _gil_tells(self, one: _Seen) -> bool:
        return self.target.free_threaded and self.kind != SWEEP and one.severity != UNCOUNTED

    def _exit_status(self, scenarios: tuple[ScenarioResult, ...]) -> int:
        # The contract's order: the first that applies. 2 is told before a campaign begins.
        if any(not self._is_explained(subject, times) for (subject, _), times in self.failures.items()):
            return 4
        if self.counting():
            return 1
        if not self.complete:
            return 130
        gil_on = self.target.free_threaded and (
            self.target.gil_enabled or any(t.gil for t in self.tallies.values())
        )
        exercised = any(scenario.verdict in ("new", "known", "not observed") for scenario in scenarios)
        return 0 if exercised and not gil_on and not self._uncovered() else 3

    def tears(self, subject: str) -> bool:
        """Whether operations of the subject are on the list of what crashes here, or uses memory that was freed."""
        if subject not in self.torn:
            self.torn[subject] = any(
                issue.severity in TORN and issue.covers(subject) and issue.applies_to(self.target)
                for issue in self.issues
            )
        return self.torn[subject]

    def _is_explained(self, subject: str, times: int) -> bool:
        """Whether the harness failed because the process that it lives in is torn, by the list or by what was found:
        any object of its own may be another one then. What fails twice alike is the harness's own fault.
        """
        return times == 1 and (
            self.tears(subject)
            or any(one.scenario == subject and one.severity in TORN for one in self.seen.values())
        )

    def _failed(self) -> Iterator[str]:
        for (subject, message), times in self.failures.items():
            if self._is_explained(subject, times):
                yield f"the harness failed in a child of {subject}, whose operations use freed memory here: {message}"
            else:
                yield f"the harness failed: {message}"

    def _uncovered(self) -> str:
        """That fewer operations of somebody's own types are driven than were to be; empty where there are enough."""
        assert self.header is not None
        wanted = self.header["options"].get("min_coverage")
        driven, there = own.coverage(list(self.infos().values()))
        if wanted is None or driven >= wanted * there:
            return ""
        return f"{driven} of {there} operations are driven: --min-coverage asks for a share of {wanted:g}"

    def _told(self) -> tuple[str, ...]:
        told = [
            *filter(None, [self._uncovered()]),
            *self.notices,
            *dict.fromkeys(self._failed()),
            *self._left_out(),
            *self._doubts(),
            *self._undecided(),
            *self._counted_references(),
            *self._stale(),
        ]
        more = len(told) - MOST_NOTICES
        return (*told[:MOST_NOTICES], *([f"{more} more notices are in the journal"] if more > 0 else []))

    def _counted_references(self) -> Iterator[str]:
        """How much of a campaign of pairs on a debug build was asked for leaks."""
        if self.target.debug and self.kind == PAIRS and self.target.version_info >= SINCE:
            asked, subjects = self.asked_totals.total(), len(self.asked_totals)
            yield f"reference totals: asked {asked} times, of {subjects} of {len(self.tallies)} subjects"

    def _stale(self) -> Iterator[str]:
        """Known issues that nothing looked like, though all that their scenarios can be set to was tried."""
        if not self.complete or self.kind != STRESS:
            return
        for issue in self.issues:
            if not issue.applies_to(self.target):
                continue
            tried = [tally for name, tally in self.tallies.items() if issue.covers(name)]
            # More than cover them: the first was a glance.
            full = all(tally.counts["trials"] > trials_to_cover(tally.info) for tally in tried)
            seen = any(issue.matches(one.scenario, text) for text, one in self.seen.items())
            exercised = any(self._graded(tally.info.name)[0]["samples"] for tally in tried)
            if exercised and full and not seen:
                trials = sum(tally.counts["trials"] for tally in tried)
                yield (
                    f"{issue.id} is known on this version, and {trials} trials of {issue.scenario} showed nothing like"
                    f" it: it is stale, or rare (ftstress known {issue.id})"
                )

    def _left_out(self) -> Iterator[str]:
        """What sanitizers were told not to report."""
        for one in self.suppressed.values():
            hid = self.matched[one.pattern]
            if one.issue and self.complete and not hid:
                yield f"the suppression {one.pattern} ({one.issue}) matched nothing: it is stale, or too little was run"
            elif one.issue:
                yield f"suppressed: {one.pattern}, {hid} reports ({one.issue}: {one.reason})"
            else:
                yield f"suppressed from then on, so that others show: {one.pattern}, {hid} reports ({one.reason})"

    def _doubts(self) -> Iterator[str]:
        if self.kind == FUZZ:
            if self.doubted:
                yield (
                    f"programs that showed something, with those on the way to a smaller one: {len(self.doubted)};"
                    " findings are what the smallest show, raced by themselves, and a crash or a hang of which none has"
                    " been (doubted in the journal)"
                )
            return
        left = sum(not self.pairs.has_found(subject, pair) for subject, pair in self.doubted)
        if left:
            yield (
                "pairs that showed something only in a child in which another one had done so before, or may have"
                f" broken the process: {left}; no findings until a fresh child shows them (doubted in the journal)"
            )

    def _undecided(self) -> Iterator[str]:
        for name, counts in self.counts().items():
            if unknown := counts["unknown_histories"]:
                every = counts["histories"]
                yield f"{name}: {unknown} of {every} histories are not decided: an actor raised in their rounds"


def idle_amplifiers(
    scenarios: Iterable[ScenarioInfo], target: Target, kind: str
) -> tuple[IdleAmplifier, ...]:
    """What of the amplifiers of the scenarios that are planned is not drawn on ``target``."""
    if kind != STRESS:
        return ()
    planned = [one for one in scenarios if why_skipped(one, target, kind) is None]
    found = Counter(idle for one in planned for idle in one.idle_amplifiers)
    return tuple(IdleAmplifier(name, reason, number) for (name, reason), number in sorted(found.items()))


def grade(events: Iterable[Event]) -> Result:
    """The result that a journal's events amount to. Raises JournalError when they hold no campaign."""
    grader = Grader()
    for event in events:
        grader.feed(event)
    return grader.result()


def scenario_result(
    name: str, counts: Counter[str], verdict: Verdict, reason: str | None, findings: tuple[str, ...]
) -> ScenarioResult:
    """A scenario's line of the result, from what was counted. Rates and bounds are per round."""
    hits = max(counts["rounds_hit"] + counts[LOST], counts["trials_hit"])
    raced = max(counts["rounds"] + counts[LOST], hits)
    return ScenarioResult(
        name=name,
        trials=counts["trials"],
        rounds=counts["rounds"],
        samples=counts["samples"],
        stores=counts["stores"],
        overlap=_share(counts["overlap_ns"], counts["span_ns"]),
        cache_live=_share(counts["live_reads"], counts["reads"]),
        verdict=verdict,
        reason=reason,
        findings=findings,
        rate_per_round=hits / raced if raced else 0.0,
        bound_95=upper_bound_95(hits, raced),
    )


def _counted(progress: ProgressEvent) -> dict[str, int]:
    return {name: count for name in COUNTED if isinstance(count := progress.get(name), int)}


def _share(part: int, whole: int) -> float | None:
    return min(1.0, part / whole) if whole else None
