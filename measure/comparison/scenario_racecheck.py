"""The scenario as one writes it for racecheck: operations on fresh state, an invariant on what they leave.

racecheck judges the final state and whatever an operation raises, so the order rule is an assertion in the reader.
Runs until something is found, or for ever.
"""

from __future__ import annotations

from racecheck import check
from scenario import THREADS, Race


def main() -> None:
    while True:
        result = check(
            setup=Race,
            ops=[Race.write] + [Race.read] * (THREADS - 1),
            invariant=Race.agrees,
            timeout=30,
        )
        assert result.ok, result.report()


if __name__ == "__main__":
    main()
