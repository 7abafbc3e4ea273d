"""Values on the command line, each with its own clear sentence when it is wrong."""

from __future__ import annotations

import argparse
import re

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
MAX_BUDGET_S = 30 * 24 * 3600


def budget(text: str) -> float:
    """Seconds from ``30s``, ``2m``, ``1.5h`` or plain seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text.strip(), re.ASCII)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration: write 30s, 2m, 1h or plain seconds")
    seconds = float(match[1]) * _UNITS[match[2]]
    if not 0 < seconds <= MAX_BUDGET_S:
        raise argparse.ArgumentTypeError(f"{text!r} is out of range: more than 0, at most 30 days")
    return seconds


def seed(text: str) -> int:
    """A whole number from 0 to 2**64 - 1."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number < 2**64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a seed: give a whole number from 0 to 2**64 - 1")
    return number


def count(text: str) -> int:
    """A whole number from 1 to 1000: of jobs, of threads."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1000")
    return number


def share(text: str) -> float:
    """A share between 0 and 1, both excluded: a rate to be reached, a confidence."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a share: give a number between 0 and 1, such as 0.9"
        )
    return number
