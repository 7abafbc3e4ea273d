"""Numbers as people read them in a table or in a sentence."""

from __future__ import annotations

from harness.record.statistics import upper_bound_95


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """``1 round``, ``51,234 rounds``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def short(number: float) -> str:
    """At most six characters: ``999``, ``51.2k``, ``181M``."""
    for scale, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= scale * 0.9995:
            scaled = number / scale
            return f"{scaled:.0f}{unit}" if scaled >= 99.95 else f"{scaled:.1f}{unit}"
    return f"{number:.0f}"


def percent(share: float | None) -> str:
    """``93 %``; ``-`` where the question does not arise. 100 % is exactly all of it, 0 % none."""
    if share is None:
        return "-"
    if share >= 1:
        return "100 %"
    if share >= 0.99:
        return ">99 %"
    if 0 < share < 0.01:
        return "<1 %"
    return f"{share * 100:.0f} %"


def rate(value: float | None) -> str:
    """A rate or a bound per round, two digits: ``5.9e-05``, ``0.03``."""
    return "-" if value is None else f"{value:.2g}"


def duration(seconds: float) -> str:
    """``0.41 s``, ``30 s``, ``2 min 05 s``, ``1 h 02 min``."""
    if seconds < 9.995:
        return f"{seconds:.2f} s" if seconds < 0.995 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def nothing_in(rounds: int, samples: int) -> str:
    """A quiet run's claim and bound: ``0 in N rounds (M samples); below 3/N a round at 95 %``."""
    claim = f"0 in {counted(rounds, 'round')} ({counted(samples, 'sample')})"
    bound = upper_bound_95(0, rounds)
    return claim if bound is None else f"{claim}; below {rate(bound)} a round at 95 %"
