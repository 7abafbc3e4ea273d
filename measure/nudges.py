"""What it is worth that in some rows of rounds a thread is held up by signals.

    python -m measure.nudges [BUSY]

takes about two minutes on two cores. BUSY (default: 1) processes do nothing but keep the cores busy, while scenarios
have trials of half a second on faults that they see, in turn as they are and with nobody nudged
(``harness.kernel.nudges``). Prints a table: in how many trials the fault was seen, and how soon.
"""

from __future__ import annotations

import sys

from harness.campaign.trial import run_in_child
from measure.cores import PAIRS as OF_CORES
from measure.cores import compare, run_changed

PAIRS = OF_CORES | {"each_its_own_name": "sequence-not-advanced"}
"""Scenarios, and a fault that each sees."""
run_unnudged = run_changed("nudges.give = lambda last_resort_s: None")


def main(arguments: list[str]) -> int:
    return compare("nudges", PAIRS, {"nudged": run_in_child, "not": run_unnudged}, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
