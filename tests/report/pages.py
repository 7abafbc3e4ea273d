"""Reports for tests of the page, each from a journal written by hand."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Any

from harness.campaign.gather import Campaign, Report, campaign, merge
from harness.campaign.grade import Grader
from harness.campaign.plan import PAIRS
from harness.record.course import CourseTaker
from harness.record.coverage import PairCoverage
from tests.campaign.fakes import fake_scenario
from tests.campaign.journals import HandWritten

HISTORY = "      µs  reader 0    writer 0\n   0.000              ┌ store #1\n  17.190  └ #1        └"
STACK = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f (most recent call first):\n"
HOSTILE = (
    "</script><script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "\" onfocus=alert(1) autofocus x=' onmouseover=alert(1) ",
    "</style></title></textarea><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "\x00\x07\x1b[2J\x7f\x9b31m",
    "broken \ud800 UTF-8 \udcff",
    "\u202egnp.exe\u2066 \u200f\u2028\u2029\ufeff",
    "javascript:alert(1)",
    "&lt;b&gt; &amp;amp;",
)


def graded(journal: HandWritten | list[Any], name: str = "results/one") -> Campaign:
    grader, taker, swept = Grader(), CourseTaker(), []
    for event in journal.end() if isinstance(journal, HandWritten) else journal:
        grader.feed(event)
        taker.add(event)
        if event["event"] == "swept":
            swept.append((event["scenario"], PairCoverage.from_json(event["pair"])))
    return campaign(name, grader, taker.course(), swept)


def report(*journals: HandWritten) -> Report:
    return merge([graded(journal, f"results/{number}") for number, journal in enumerate(journals, 1)])


def quiet() -> HandWritten:
    return HandWritten().trial().progress().ended()


def busy() -> HandWritten:
    """Findings of several kinds, a known one among them; scenarios of all verdicts."""
    known = fake_scenario(name="type_attributes.set_module")
    skipped = fake_scenario("skipped", unavailable="needs Python 3.99")
    journal = HandWritten(fake_scenario(), known, fake_scenario("crashes"), skipped, fake_scenario("never"))
    journal.trial().progress()
    journal.finding(oracle="linearizability", where="x", details={"history": HISTORY}).ended()
    journal.trial(known.name).progress().finding(where="read").ended()
    journal.trial("fake.crashes").progress()
    journal.finding(
        kind="crash",
        oracle="process",
        where="SIGSEGV",
        message="the target died of SIGSEGV in trial 3 of fake.crashes",
        details={"frames": ["_PyType_Lookup", "type_getattro"], "stderr": STACK, "ending": "signal"},
        round=None,
    )
    return journal.ended(unwell="died of SIGSEGV", notice="trial 3 wrote a line that was no event")


def paired(operations: int = 4) -> HandWritten:
    """Pairs of one subject in all states: something new, something known, one that never overlapped, one not raced; of
    two more subjects nothing was seen, or nothing was raced.
    """
    names = [f"operation_number_{number}" for number in range(operations)]
    pairs = tuple("+".join(pair) for pair in combinations_with_replacement(names, 2))
    subjects = [
        fake_scenario(name=f"pairs.{name}", pairs=pairs, writing_pairs=len(pairs) - 1)
        for name in ("stack", "quiet", "never")
    ]
    journal = HandWritten(*subjects, kind=PAIRS)
    journal.trial("pairs.stack").progress()
    journal.said("mixed", scenario="pairs.stack", raced=[(pairs[0], 40, 10), (pairs[1], 20, 0)])
    for pair in (pairs[0], *pairs[3:]):
        journal.said("pair_begin", scenario="pairs.stack", pair=pair)
        counts = {"rounds": 12_000, "overlapped": 4_000, "outcomes": 2, "promise": "values"}
        journal.said("pair_end", scenario="pairs.stack", pair=pair, **counts)
    journal.finding(scenario="pairs.stack", oracle="outcomes", where=pairs[3]).ended()
    journal.trial("pairs.quiet").progress()
    journal.said("mixed", scenario="pairs.quiet", raced=[(pair, 40, 10) for pair in pairs])
    triple = "+".join([names[0]] * 3)
    journal.said("pair_begin", scenario="pairs.quiet", pair=triple)
    journal.said(
        "pair_end", scenario="pairs.quiet", pair=triple, rounds=9, overlapped=1, outcomes=1, promise=""
    )
    return journal.ended()


def hostile() -> HandWritten:
    """A target that puts markup, controls and halves of characters wherever it has a word."""
    text = " ".join(HOSTILE)
    scenarios = [fake_scenario(name=f"fake.{end}", doc=end, unavailable=end) for end in HOSTILE]
    journal = HandWritten(fake_scenario(doc=text), *scenarios)
    journal.trial().progress()
    for number, end in enumerate(HOSTILE):
        details = {"stderr": end, "history": end, "traceback": end, end: end, "script": end, "seen": [end]}
        journal.finding(message=end, oracle=end, where=f"{end} {number}", details=details | {"frames": [end]})
    return journal.ended(notice=text)
