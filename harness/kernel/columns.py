"""A history as text: one column a thread, time downwards, and only the operations that contradict each other."""

from __future__ import annotations

from harness.kernel.history import Event, key_name
from harness.kernel.linearizability import Contradiction

WIDTH = 96
"""Columns of the terminal that are used at most: a report indents what it shows by four."""
TIME = 10


def columns(found: Contradiction) -> list[str]:
    """The lines to print, at most ``WIDTH`` wide.

    Each operation is a bracket in its thread's column: the upper end is its call, the lower one its return. A store
    names its value at the call, a read at the return. Times are microseconds after the first line. Of six threads,
    which is the most there can be, each has a column of its own.
    """
    threads = sorted({event.thread for event in found.events})
    width = (WIDTH - TIME) // max(len(threads), 1)
    width = min(width, 2 + max(len(text) for text in [*threads, *map(_store, found.events)]))
    began = min(event.call for event in found.events)
    lines = [f"{'µs':>{TIME - 2}}  " + "".join(f"{_cut(thread, width):<{width}}" for thread in threads)]
    for moment, event, is_return in _edges(found.events):
        cells = [_cell(found.events, event, is_return, thread, moment, width) for thread in threads]
        lines.append(f"{(moment - began) / 1000:>{TIME - 2}.3f}  " + "".join(cells))
    return [line.rstrip() for line in lines]


def _edges(events: tuple[Event, ...]) -> list[tuple[int, Event, bool]]:
    # At equal times calls come first: the operations overlap, and are drawn so.
    edges = [(event.call, event, False) for event in events] + [(e.returned, e, True) for e in events]
    return sorted(edges, key=lambda edge: (edge[0], edge[2]))


def _cell(events: tuple[Event, ...], at: Event, is_return: bool, thread: str, moment: int, width: int) -> str:
    if at.thread == thread:
        text = f"└ {key_name(at.key)}" if is_return and not at.writes else "└" if is_return else _call(at)
    else:
        text = "│" if any(e.thread == thread and e.call < moment < e.returned for e in events) else ""
    return f"{_cut(text, width):<{width}}"


def _call(event: Event) -> str:
    return _store(event) if event.writes else "┌ read"


def _store(event: Event) -> str:
    return f"┌ store {key_name(event.key)}"


def _cut(text: str, width: int) -> str:
    return text if len(text) < width else text[: width - 2] + "…"
