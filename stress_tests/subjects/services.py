"""Profilers, tracemalloc, faulthandler, queues and channels: what one process has, for all of its threads."""

from __future__ import annotations

import _lsprof
import faulthandler
import signal
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Asked, Subject, fresh_strings, step

OFTEN = 50
"""As often is done what is over before another thread's switch is thrown."""


def _called(depth: int) -> int:
    return depth and _called(depth - 1) + len("x")


def _raises(v: str) -> int:
    return int(v)


def _resumed(v: str) -> Iterator[str]:
    yield v
    yield v


class Profiler(Subject):
    """A profiler, which is told of calls by all threads while one has it on."""

    most = PROCESS
    left_out: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            "_ccall_callback",
            "_creturn_callback",
            "_pystart_callback",
            "_pyreturn_callback",
            "_pythrow_callback",
        ),
        "called by the interpreter",
    ) | {"__init__": "called once, by who makes it"}

    def fresh(self, size: int) -> Any:
        return _lsprof.Profiler()

    def left(self, o: Any) -> Any:
        o.disable()
        return None

    @step(writes=True)
    def on_and_off(o: Any, v: str) -> Any:
        """It goes on with one that another thread has on."""
        with suppress(ValueError):
            o.enable()
        try:
            return [_called(3) for _ in range(20)][-1]
        finally:
            o.disable()

    @step(writes=True)
    def on_with_builtins(o: Any, v: str) -> Any:
        o.enable(subcalls=True, builtins=True)
        try:
            return sorted([v, "x"])
        finally:
            o.disable()

    @step()
    def calls(o: Any, v: str) -> Any:
        return [_called(3) for _ in range(OFTEN)][-1]

    @step()
    def calls_raise(o: Any, v: str) -> Any:
        for _ in range(OFTEN):
            with suppress(ValueError):
                _raises(v)

    @step()
    def resumes(o: Any, v: str) -> Any:
        return [one for _ in range(OFTEN) for one in _resumed(v)][-1]

    @step(writes=True)
    def off(o: Any, v: str) -> Any:
        o.disable()

    @step()
    def getstats(o: Any, v: str) -> Any:
        return [len(o.getstats()) for _ in range(OFTEN)][-1]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        for _ in range(OFTEN):
            o.clear()


class MemoryTraces(Subject):
    """The process's traces of its memory, which is given and taken back meanwhile."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return fresh_strings(size)

    def left(self, o: Any) -> Any:
        tracemalloc.stop()
        return None

    @step(writes=True)
    def start(o: Any, v: str) -> Any:
        tracemalloc.start()

    @step(writes=True)
    def start_deep(o: Any, v: str) -> Any:
        tracemalloc.start(5)
        return tracemalloc.get_traceback_limit()

    @step(writes=True)
    def stop(o: Any, v: str) -> Any:
        tracemalloc.stop()

    @step(writes=True)
    def clear_traces(o: Any, v: str) -> Any:
        tracemalloc.clear_traces()

    @step()
    def traced_memory(o: Any, v: str) -> Any:
        return tracemalloc.get_traced_memory()[0] >= 0, tracemalloc.is_tracing()

    @step(writes=True)
    def reset_peak(o: Any, v: str) -> Any:
        tracemalloc.reset_peak()

    @step()
    def get_traces(o: Any, v: str) -> Any:
        return len(tracemalloc._get_traces()) >= 0  # type: ignore[attr-defined]

    @step()
    def object_traceback(o: Any, v: str) -> Any:
        return tracemalloc.get_object_traceback(o) is None

    @step()
    def tracemalloc_memory(o: Any, v: str) -> Any:
        return tracemalloc.get_tracemalloc_memory() >= 0

    @step(writes=True)
    def allocate(o: Any, v: str) -> Any:
        o.extend([v * 300 for _ in range(9)])
        return bytearray(9999)[0]

    @step(writes=True)
    def free(o: Any, v: str) -> Any:
        o.clear()


class MemoryTraced(Subject):
    """Memory that is traced from the beginning, while others stop that, and ask where it came from."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        if not tracemalloc.is_tracing():
            tracemalloc.start(2)
        return [bytearray(700) for _ in range(3 * size)]

    def left(self, o: Any) -> Any:
        tracemalloc.stop()
        return None

    @step(writes=True)
    def stop(o: Any, v: str) -> Any:
        tracemalloc.stop()

    @step(writes=True)
    def clear_traces(o: Any, v: str) -> Any:
        for _ in range(9):
            tracemalloc.clear_traces()

    @step()
    def get_traces(o: Any, v: str) -> Any:
        return len(tracemalloc._get_traces()) >= 0  # type: ignore[attr-defined]

    @step()
    def object_traceback(o: Any, v: str) -> Any:
        return [len(tracemalloc.get_object_traceback(one) or ()) for one in list(o)][-1]

    @step()
    def memory(o: Any, v: str) -> Any:
        return tracemalloc.get_tracemalloc_memory() >= 0, tracemalloc.get_traced_memory()[0] >= 0

    @step(writes=True)
    def reset_peak(o: Any, v: str) -> Any:
        tracemalloc.reset_peak()

    @step(writes=True)
    def allocate(o: Any, v: str) -> Any:
        o.extend([bytearray(700) for _ in range(9)])

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        mine = bytearray(9)
        for _ in range(9):
            mine *= 2
        return len(mine)

    @step(writes=True)
    def free(o: Any, v: str) -> Any:
        o.clear()


NOWHERE = open("/dev/null", "w")  # noqa: SIM115  # as long as the process
LATER = 1000
"""Seconds, which nobody waits."""


class FaultHandler(Subject):
    """Who writes where the process stands, when it dies or after a while: there is one for all. It stays enabled."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return NOWHERE

    def left(self, o: Any) -> Any:
        faulthandler.cancel_dump_traceback_later()
        faulthandler.enable()
        return None

    @step(writes=True)
    def dump_later(o: Any, v: str) -> Any:
        faulthandler.dump_traceback_later(LATER, file=o)

    @step(writes=True)
    def dump_later_again(o: Any, v: str) -> Any:
        for number in range(3):
            faulthandler.dump_traceback_later(LATER + number, repeat=True, file=o)

    @step(writes=True)
    def dump_later_elsewhere(o: Any, v: str) -> Any:
        """To a file that nobody else holds."""
        faulthandler.dump_traceback_later(LATER, file=open("/dev/null", "w"))  # noqa: SIM115

    @step(writes=True)
    def cancel(o: Any, v: str) -> Any:
        faulthandler.cancel_dump_traceback_later()

    @step(writes=True)
    def dump_later_and_cancel(o: Any, v: str) -> Any:
        faulthandler.dump_traceback_later(LATER, file=o)
        faulthandler.cancel_dump_traceback_later()

    @step(writes=True)
    def enable(o: Any, v: str) -> Any:
        faulthandler.enable()

    @step(writes=True)
    def enable_elsewhere(o: Any, v: str) -> Any:
        for _ in range(3):
            faulthandler.enable(open("/dev/null", "w"), all_threads=False)  # noqa: SIM115
        faulthandler.enable()

    @step(writes=True)
    def disable(o: Any, v: str) -> Any:
        faulthandler.disable()
        was = faulthandler.is_enabled()
        faulthandler.enable()
        return was

    @step()
    def is_enabled(o: Any, v: str) -> Any:
        return faulthandler.is_enabled()

    @step()
    def dump(o: Any, v: str) -> Any:
        """Of this thread."""
        faulthandler.dump_traceback(o, all_threads=False)


class _Sink:
    """A file to who asks for its number: it dies when nobody writes there any more."""

    def fileno(self) -> int:
        return NOWHERE.fileno()

    def flush(self) -> None:
        """Nothing is kept back."""


class FaultSignals(Subject):
    """A signal that has the process say where it stands: to a file, which others replace. Nobody sends it."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return signal.SIGUSR1

    def left(self, o: Any) -> Any:
        faulthandler.unregister(o)
        return None

    @step(writes=True, makes=True)
    def register(o: Any, v: str) -> Any:
        made = _Sink()
        faulthandler.register(o, made, all_threads=False)
        return made

    @step(writes=True)
    def register_often(o: Any, v: str) -> Any:
        for _ in range(OFTEN):
            faulthandler.register(o, _Sink(), all_threads=False)

    @step(writes=True)
    def unregister(o: Any, v: str) -> Any:
        faulthandler.unregister(o)

    @step(writes=True)
    def register_and_unregister(o: Any, v: str) -> Any:
        for _ in range(OFTEN):
            faulthandler.register(o, _Sink(), all_threads=False)
            faulthandler.unregister(o)


try:
    import _remote_debugging  # type: ignore[import-not-found]  # since 3.14

    _remote_debugging.BinaryWriter  # noqa: B018  # since 3.15
except (ImportError, AttributeError):
    _remote_debugging = None


def _sample(seed: str) -> list[Any]:
    """What a profiler has seen: threads and the frames of each."""
    place = _remote_debugging.LocationInfo((1, 2, 3, 4))
    frames = [
        _remote_debugging.FrameInfo((seed + name, place, name + seed, None)) for name in fresh_strings(5)
    ]
    return [
        _remote_debugging.InterpreterInfo(
            (0, [_remote_debugging.ThreadInfo((number, 0, list(frames))) for number in range(1, 4)])
        )
    ]


WRITTEN = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the process
READ = tempfile.TemporaryFile()  # noqa: SIM115
WRITTEN_PATH, READ_PATH = f"/dev/fd/{WRITTEN.fileno()}", f"/dev/fd/{READ.fileno()}"


def _write(path: str) -> Any:
    return _remote_debugging.BinaryWriter(path, 1000, 0)


if _remote_debugging is not None:
    with _write(READ_PATH) as _writer:
        for _number in range(20):
            _writer.write_sample(_sample(f"x{_number % 3}"), 1000 * _number + 1)


class ProfileWriter(Subject):
    """What writes a profiler's samples to a file, and one of them, which others change. Nobody reads the file."""

    most = PROCESS
    minimum_version = (3, 15)

    def fresh(self, size: int) -> Any:
        writer = _write(WRITTEN_PATH)
        writer.write_sample(_sample("x0"), 1)
        return writer, _sample("x1")

    def left(self, o: Any) -> Any:
        o[0].close()
        return None

    @step(writes=True)
    def write_sample(o: Any, v: str) -> Any:
        for number in range(3):
            o[0].write_sample(_sample(v), 1000 * number + 5)

    @step(writes=True)
    def write_shared_sample(o: Any, v: str) -> Any:
        o[0].write_sample(o[1], 5000)

    @step(writes=True)
    def change_sample(o: Any, v: str) -> Any:
        for thread in o[1][0].threads:
            thread.frame_info[:] = _sample(v)[0].threads[0].frame_info

    @step(writes=True)
    def clear_sample(o: Any, v: str) -> Any:
        o[1][0].threads[0].frame_info.clear()
        o[1][0].threads.clear()

    @step(writes=True)
    def finalize(o: Any, v: str) -> Any:
        o[0].finalize()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o[0].close()

    @step(writes=True)
    def with_(o: Any, v: str) -> Any:
        with o[0] as entered:
            entered.write_sample(_sample(v), 7000)

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o[0].__init__(WRITTEN_PATH, 1000, 0)

    @step(writes=True)
    def init_asked(o: Any, v: str) -> Any:
        """With a path that closes it when it is asked."""
        o[0].__init__(Asked(o[0], lambda writer: writer.close(), WRITTEN_PATH), 1000, 0)

    @step()
    def get_stats(o: Any, v: str) -> Any:
        return len(o[0].get_stats())

    @step()
    def total_samples(o: Any, v: str) -> Any:
        return o[0].total_samples >= 0


class ProfileReader(Subject):
    """What reads a profiler's samples from a file, and gives them to who collects them."""

    most = PROCESS
    minimum_version = (3, 15)

    def fresh(self, size: int) -> Any:
        return _remote_debugging.BinaryReader(READ_PATH)

    def left(self, o: Any) -> Any:
        o.close()
        return None

    @step(writes=True)
    def replay(o: Any, v: str) -> Any:
        return o.replay(_Collects(o, lambda reader: None))

    @step(writes=True)
    def replay_with_progress(o: Any, v: str) -> Any:
        return o.replay(_Collects(o, lambda reader: None), lambda *told: None)

    @step(writes=True)
    def replay_closing(o: Any, v: str) -> Any:
        """Who collects them closes it."""
        return o.replay(_Collects(o, lambda reader: reader.close()))

    @step(writes=True)
    def replay_again(o: Any, v: str) -> Any:
        """Who collects them has it begin anew."""
        return o.replay(_Collects(o, lambda reader: reader.__init__(READ_PATH)))

    @step(writes=True)
    def progress_closing(o: Any, v: str) -> Any:
        return o.replay(_Collects(o, lambda reader: None), lambda *told: o.close())

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(writes=True)
    def with_(o: Any, v: str) -> Any:
        with o as entered:
            return entered.sample_count

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(READ_PATH)

    @step(writes=True)
    def init_asked(o: Any, v: str) -> Any:
        o.__init__(Asked(o, lambda reader: reader.close(), READ_PATH))

    @step()
    def get_info(o: Any, v: str) -> Any:
        return len(o.get_info())

    @step()
    def get_stats(o: Any, v: str) -> Any:
        return len(o.get_stats())

    @step()
    def members(o: Any, v: str) -> Any:
        return o.sample_count, o.sample_interval_us


class _Collects:
    """Who is given samples, and does something to the reader at the second."""

    def __init__(self, reader: Any, meddle: Any) -> None:
        self.reader, self.meddle, self.given = reader, meddle, 0

    def collect(self, *about: Any, **more: Any) -> None:
        self.given += 1
        if self.given == 2:
            self.meddle(self.reader)

    def collect_failed_sample(self) -> None:
        """There is none."""


try:
    from concurrent import interpreters  # type: ignore[attr-defined]
except ImportError:  # before 3.14
    pass
else:

    class InterpretersQueue(Subject):
        """A queue between interpreters, of which there is one: what was put there is taken once, in its order."""

        minimum_version = (3, 14)
        left_out: ClassVar[dict[str, str]] = {
            "get": "it waits",
            "__del__": "called by the interpreter alone",
            "__new__": "called by who makes it",
            "__getstate__": "raises only; asked for by pickle",
        }

        def fresh(self, size: int) -> Any:
            queue = interpreters.create_queue()
            for one in fresh_strings(size):
                queue.put(one)
            return queue

        def left(self, o: Any) -> Any:
            left = []
            while not o.empty():
                left.append(o.get_nowait())
            return left

        @step(writes=True)
        def put(o: Any, v: str) -> Any:
            o.put(v)

        @step(writes=True)
        def put_nowait(o: Any, v: str) -> Any:
            o.put_nowait(v)

        @step(writes=True)
        def put_list(o: Any, v: str) -> Any:
            o.put([v, v])

        @step(writes=True)
        def get_nowait(o: Any, v: str) -> Any:
            return o.get_nowait()

        @step()
        def qsize(o: Any, v: str) -> Any:
            return 0 <= o.qsize() < 9, o.empty(), o.full()

        @step()
        def members(o: Any, v: str) -> Any:
            return o.maxsize, o.id >= 0, hash(o) == hash(o), len(repr(o)) > 3, o.unbounditems is None

        @step()
        def same(o: Any, v: str) -> Any:
            return interpreters.Queue(o.id) is o

        @step()
        def list_all(o: Any, v: str) -> Any:
            return len(interpreters.list_all()) > 0, interpreters.get_current().id


class Channel(Subject):
    """A channel between interpreters, of which there is one, and their module: what was sent comes once."""

    most = PROCESS
    minimum_version = (3, 13)

    def fresh(self, size: int) -> Any:
        import _interpchannels as channels  # type: ignore[import-not-found]  # since 3.13

        channel = channels.create(1)
        for one in fresh_strings(size):
            channels.send(channel, one, blocking=False)
        return channels, channel

    def left(self, o: Any) -> Any:
        with suppress(o[0].ChannelNotFoundError):
            o[0].destroy(o[1])
        return None

    @step(writes=True)
    def send(o: Any, v: str) -> Any:
        o[0].send(o[1], v, blocking=False)

    @step(writes=True)
    def send_buffer(o: Any, v: str) -> Any:
        o[0].send_buffer(o[1], v.encode(), blocking=False)

    @step(writes=True)
    def recv(o: Any, v: str) -> Any:
        return len(o[0].recv(o[1], b"")[0])

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o[0].close(o[1], force=v[1] == "1")

    @step(writes=True)
    def release(o: Any, v: str) -> Any:
        o[0].release(o[1], send=True, recv=True, force=True)

    @step(writes=True)
    def destroy(o: Any, v: str) -> Any:
        o[0].destroy(o[1])

    @step(writes=True)
    def create(o: Any, v: str) -> Any:
        o[0].destroy(o[0].create(1))

    @step()
    def list_all(o: Any, v: str) -> Any:
        return len(o[0].list_all()) >= 0

    @step()
    def asks(o: Any, v: str) -> Any:
        return (
            o[0].get_count(o[1]),
            o[0].get_info(o[1]).count,
            len(o[0].list_interpreters(o[1], send=True)),
        )
