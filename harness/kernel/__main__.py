"""``python -m harness.kernel [PATTERN ...] [--budget SECONDS] [--seed N]``: the suite, in this process only.

Exit status: 0 not observed, 1 a finding, 2 bad arguments, 3 nothing was exercised.
"""

from __future__ import annotations

import argparse
import random
import sys

from harness.kernel.suite import run_suite


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m harness.kernel", description="Run the suite in this process."
    )
    parser.add_argument(
        "patterns", nargs="*", metavar="PATTERN", help="a glob on dotted names, or a part of one"
    )
    parser.add_argument("--budget", type=float, default=120.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=None)
    args = parser.parse_args()
    seed = random.SystemRandom().randrange(2**32) if args.seed is None else args.seed
    return run_suite(args.patterns, args.budget, seed)


if __name__ == "__main__":
    sys.exit(main())
