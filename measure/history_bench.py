"""How fast the history checker is, how much memory it takes, and whether its time grows as n log n.

    python3 measure/history_bench.py [--writes 0.5] [--svg docs/history-checker.svg] [OPERATIONS ...]

Makes linearizable histories of 10⁴ to 10⁷ operations of eight threads, decides each in a process of its own, and prints
a line each: operations, seconds, operations a second, and the largest resident size of that process, history included.
The seconds are the processor's, of the checker alone: what else runs on the machine does not count.

Standard library only. Exit status 0, or 1 when a history was not found linearizable.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import random
import resource
import subprocess
import sys
import time
from itertools import chain, islice, repeat
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.kernel.history import INITIAL, History, Log, key_of
from harness.kernel.linearizability import Linearizable, decide

SIZES = (10**4, 3 * 10**4, 10**5, 3 * 10**5, 10**6, 3 * 10**6, 10**7)
THREADS = 8
CYCLE_NS = 2000


def linearizable_history(operations: int, writes: float, seed: int) -> History:
    """A history that is linearizable by construction: a share ``writes`` of its threads write, the others read.

    Each cycle, every thread does one operation that covers the cycle's middle, where they take effect in an order
    drawn anew; so all operations of a cycle overlap, and none of two cycles that are not neighbours.
    """
    draw = random.Random(seed)
    writers = round(THREADS * writes)
    logs = [Log("x", thread < writers, f"thread {thread}") for thread in range(THREADS)]
    cycles = operations // THREADS
    for log in logs:
        middles = range(CYCLE_NS // 2, CYCLE_NS * cycles, CYCLE_NS)
        before = islice(_drawn(draw), cycles)
        after = islice(_drawn(draw), cycles)
        log.calls.extend(middle - early for middle, early in zip(middles, before, strict=True))
        log.returns.extend(middle + late for middle, late in zip(middles, after, strict=True))
    orders = [draw.sample(range(THREADS), THREADS) for _ in range(997)]
    notes = [log.keys.append for log in logs]
    held = INITIAL
    for cycle in range(cycles):
        for thread in orders[cycle % len(orders)]:
            if thread < writers:
                held = key_of(cycle + 1, thread)
            notes[thread](held)
    return History("x", tuple(logs))


def _drawn(draw: random.Random) -> chain[int]:
    pool = [draw.randrange(1, CYCLE_NS // 2) for _ in range(9973)]
    return chain.from_iterable(repeat(pool))


def measure(operations: int, writes: float) -> dict[str, float]:
    """Decide one history in this process: operations, seconds, peak in MiB. Raises AssertionError if refused."""
    history = linearizable_history(operations, writes, seed=operations)
    began = time.process_time()
    verdict = decide(history)
    seconds = time.process_time() - began
    assert isinstance(verdict, Linearizable), verdict
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "linux" else 1024)
    return {"operations": verdict.operations, "seconds": seconds, "peak_mib": peak / 1024}


def plot(rows: list[dict[str, float]], title: str) -> str:
    """The measured times over the numbers of operations, both axes logarithmic, beside ``n log n``, as an SVG."""
    left, top, width, height = 90, 60, 560, 380
    xs = [math.log10(row["operations"]) for row in rows]
    ys = [math.log10(row["seconds"]) for row in rows]
    x_ticks = range(math.floor(xs[0]), math.ceil(xs[-1]) + 1)
    y_ticks = range(math.floor(min(ys)), math.ceil(max(ys)) + 1)

    def place(x: float, y: float) -> str:
        across = left + width * (x - x_ticks[0]) / (x_ticks[-1] - x_ticks[0])
        return f"{across:.1f},{top + height * (y_ticks[-1] - y) / (y_ticks[-1] - y_ticks[0]):.1f}"

    # n log n, laid through the largest measurement.
    scale = ys[-1] - math.log10(10 ** xs[-1] * xs[-1])
    ideal = [(x, scale + x + math.log10(x)) for x in xs]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 40} {top + height + 70}" '
        'font-family="sans-serif" font-size="14" fill="#222">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{left}" y="30" font-size="16">{title}</text>',
    ]
    for power in x_ticks:
        across, bottom = place(power, y_ticks[0]).split(",")
        parts.append(f'<path d="M{place(power, y_ticks[0])} L{place(power, y_ticks[-1])}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{across}" y="{float(bottom) + 22}" text-anchor="middle">{_power(power)}</text>'
        )
    for power in y_ticks:
        _, up = place(x_ticks[0], power).split(",")
        parts.append(f'<path d="M{place(x_ticks[0], power)} L{place(x_ticks[-1], power)}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 10}" y="{float(up) + 5}" text-anchor="end">{_power(power)} s</text>')
    line = " ".join(place(x, y) for x, y in ideal)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#999" stroke-dasharray="6 5"/>')
    line = " ".join(place(x, y) for x, y in zip(xs, ys, strict=True))
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1f6fb4" stroke-width="2"/>')
    for x, y in zip(xs, ys, strict=True):
        across, up = place(x, y).split(",")
        parts.append(f'<circle cx="{across}" cy="{up}" r="4" fill="#1f6fb4"/>')
    middle = left + width / 2
    parts += [
        f'<text x="{middle}" y="{top + height + 52}" text-anchor="middle">operations in the history</text>',
        f'<text x="{left + 16}" y="{top + 22}" fill="#1f6fb4">measured</text>',
        f'<text x="{left + 16}" y="{top + 42}" fill="#777">n log n, through the last point</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _power(exponent: int) -> str:
    raised = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(abs(exponent)))
    return f"10{'⁻' if exponent < 0 else ''}{raised}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the history checker.")
    parser.add_argument(
        "operations", nargs="*", type=int, help="operations in a history (default: 10⁴ … 10⁷)"
    )
    parser.add_argument("--writes", type=float, default=0.5, help="share of the operations that write (0.5)")
    parser.add_argument("--svg", type=Path, help="write a plot there")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one, arguments.writes)))
        return 0
    what = f"{platform.python_implementation()} {platform.python_version()}"
    if hasattr(sys, "_is_gil_enabled") and not sys._is_gil_enabled():
        what += ", free-threaded"
    print(f"{what}, one core, {arguments.writes:.0%} writes")
    print(f"{'operations':>12}  {'seconds':>9}  {'operations/s':>12}  {'peak MiB':>8}")
    rows = []
    for operations in sorted(arguments.operations) or SIZES:
        command = [sys.executable, __file__, "--one", str(operations), "--writes", str(arguments.writes)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            return 1
        row = json.loads(done.stdout)
        rows.append(row)
        rate = row["operations"] / row["seconds"]
        print(
            f"{row['operations']:>12,}  {row['seconds']:>9.3f}  {rate:>12,.0f}  {row['peak_mib']:>8.0f}",
            flush=True,
        )
    if arguments.svg and len(rows) > 1:
        arguments.svg.write_text(
            plot(rows, f"Time to decide a history: {what}, {arguments.writes:.0%} writes")
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
