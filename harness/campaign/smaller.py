"""Makes a program smaller while it still shows the same: by halves of its operations, then by single ones.

Which candidates there are is said here, and which of them showed it by whoever runs them: the campaign in one child
after the other, or ``ftstress repro``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.kernel.pairs.program import Program, Threads, parse


def candidates(text: str, chunk: int) -> list[str]:
    """The program without each of its parts of ``chunk`` operations in turn, whole threads first; with a ``chunk`` of 0
    it keeps its operations, and its objects are kept in fewer places, or are of the first size.
    """
    program = parse(text)
    found = _plainer(program) if not chunk else _shorter(program, chunk)
    return [one for one in dict.fromkeys(map(str, found)) if one != text]


def first_chunk(text: str) -> int:
    """How many operations are tried to be left out at first."""
    return max(1, parse(text).length // 2)


def finer(chunk: int) -> int:
    """How many are, where leaving out ``chunk`` shows nothing; below 0: that was all."""
    return chunk // 2 if chunk > 1 else chunk - 1


def _shorter(program: Program, chunk: int) -> Iterator[Program]:
    threads = program.threads
    for number in range(len(threads) if len(threads) > 1 else 0):
        yield program.with_threads(threads[:number] + threads[number + 1 :])
    for number, thread in enumerate(threads):
        for at in range(0, len(thread), chunk):
            left: Threads = (
                *threads[:number],
                thread[:at] + thread[at + chunk :],
                *threads[number + 1 :],
            )
            left = tuple(filter(None, left))
            if left:
                yield program.with_threads(left)


def _plainer(program: Program) -> Iterator[Program]:
    for number, member in enumerate(program.members):
        simpler = [
            replace(member, places=member.places[:at] + member.places[at + 1 :])
            for at in range(len(member.places))
        ]
        if member.size:
            simpler.append(replace(member, size=0))
        for one in simpler:
            yield replace(program, members=(*program.members[:number], one, *program.members[number + 1 :]))
    for number, thread in enumerate(program.threads):
        for at, step in enumerate(thread):
            if step.other is not None and not step.own:
                plain = (*thread[:at], replace(step, other=None), *thread[at + 1 :])
                yield program.with_threads((*program.threads[:number], plain, *program.threads[number + 1 :]))
