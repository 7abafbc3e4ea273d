"""profilers, tracemalloc, faulthandler, ssl, sqlite3, queues: modules that stand before somebody else's code."""

from __future__ import annotations

import _lsprof
import faulthandler
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Asked, AskedItems, Attributes, Subject, fresh_strings, giving, step

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


try:
    import ssl
except ImportError:
    pass
else:

    class MemoryBIO(Attributes):
        """Bytes in memory that ssl reads and writes."""

        left_out: ClassVar[dict[str, str]] = {"__new__": "called once, by who makes it"}

        def fresh(self, size: int) -> Any:
            memory = ssl.MemoryBIO()
            memory.write("".join(fresh_strings(size)).encode())
            return memory

        def left(self, o: Any) -> Any:
            text = o.read().decode()
            return [text[at : at + 2] for at in range(0, len(text), 2)]

        @step(writes=True)
        def write(o: Any, v: str) -> Any:
            return o.write(v.encode())

        @step(writes=True)
        def write_more(o: Any, v: str) -> Any:
            return o.write(v.encode() * 3000)

        @step(writes=True)
        def read(o: Any, v: str) -> Any:
            return len(o.read()) % 2

        @step(writes=True)
        def read_some(o: Any, v: str) -> Any:
            return o.read(2).decode()

        @step()
        def pending(o: Any, v: str) -> Any:
            return o.pending % 2, o.eof

        @step(writes=True)
        def write_eof(o: Any, v: str) -> Any:
            o.write_eof()

    class SSLContext(Attributes):
        """Settings of connections. They are said to be thread-safe unless they are changed."""

        said = "ssl, class SSLContext"
        most = PROCESS
        left_out: ClassVar[dict[str, str]] = dict.fromkeys(
            (
                *("load_default_certs", "load_dh_params", "load_verify_locations"),
                *("set_default_verify_paths", "keylog_filename", "wrap_socket", "_set_sigalgs"),
            ),
            "it reads or writes files",
        ) | {
            "__new__": "called once, by who makes it",
            "load_cert_chain": "driven by ssl_server",
            "set_client_sigalgs": "since 3.15; set as groups are",
            "set_server_sigalgs": "since 3.15; set as groups are",
            "set_npn_protocols": "deprecated: it warns",
            "set_psk_server_callback": "a server's, set as the client's is",
            "set_servername_callback": "sni_callback by another name",
            "sslobject_class": "the class's",
            "sslsocket_class": "the class's",
        }

        def fresh(self, size: int) -> Any:
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

        def left(self, o: Any) -> Any:
            return None

        @step()
        def wrap_bio(o: Any, v: str) -> Any:
            return o.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="x0").pending()

        @step()
        def hello(o: Any, v: str) -> Any:
            return o.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="x0").do_handshake()

        @step()
        def get_ciphers(o: Any, v: str) -> Any:
            return len(o.get_ciphers()) > 0

        @step(writes=True)
        def set_ciphers(o: Any, v: str) -> Any:
            o.set_ciphers("DEFAULT" if v[1] == "1" else "HIGH")

        @step(writes=True)
        def groups(o: Any, v: str) -> Any:
            """Since 3.15."""
            o.set_groups("x25519" if v[1] == "1" else "P-256")
            o.set_ciphersuites("TLS_AES_128_GCM_SHA256")
            return len(o.get_groups())

        @step(writes=True)
        def set_alpn_protocols(o: Any, v: str) -> Any:
            o.set_alpn_protocols([v * 9])

        @step(writes=True)
        def options(o: Any, v: str) -> Any:
            o.options |= ssl.OP_NO_TICKET
            return int(o.options) > 0

        @step(writes=True)
        def verify(o: Any, v: str) -> Any:
            o.check_hostname = False
            o.verify_mode = ssl.CERT_NONE
            o.verify_flags |= ssl.VERIFY_X509_STRICT
            return o.check_hostname, int(o.verify_mode)

        @step(writes=True)
        def versions(o: Any, v: str) -> Any:
            o.minimum_version = ssl.TLSVersion.TLSv1_2
            return int(o.minimum_version), int(o.maximum_version), int(o.protocol)

        @step(writes=True)
        def settings(o: Any, v: str) -> Any:
            o.num_tickets = o.num_tickets
            o.post_handshake_auth = True
            o.hostname_checks_common_name = True
            return o.security_level

        @step(writes=True)
        def callbacks(o: Any, v: str) -> Any:
            o.sni_callback = _sni if v[1] == "1" else None
            return o.sni_callback is None

        @step(writes=True)
        def psk(o: Any, v: str) -> Any:
            o.set_psk_client_callback(lambda hint: (v, b"x"))

        @step(writes=True)
        def curve(o: Any, v: str) -> Any:
            o.set_ecdh_curve("prime256v1")

        @step()
        def statistics(o: Any, v: str) -> Any:
            return o.cert_store_stats(), o.session_stats(), o.get_ca_certs()

    def _sni(*about: Any) -> None:
        pass

    class SSLServer(Attributes):
        """A server's settings while connections are made with them, each over bytes in memory of its own thread's."""

        said = "ssl, class SSLContext"
        most = PROCESS

        def fresh(self, size: int) -> Any:
            return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def left(self, o: Any) -> Any:
            return None

        @step()
        def accept(o: Any, v: str) -> Any:
            """Somebody says hello, and names the server."""
            _hello(o).do_handshake()

        @step()
        def accept_alone(o: Any, v: str) -> Any:
            """What the functions that are called would be told of is dead."""
            inner = _hello(o)._sslobj
            return inner.do_handshake()

        @step(writes=True, makes=True)
        def sni_callback(o: Any, v: str) -> Any:
            o.sni_callback = made = giving(None)
            return made

        @step(writes=True, makes=True)
        def sni_callback_meddling(o: Any, v: str) -> Any:
            """It is another one after it was called."""
            o.sni_callback = made = lambda one, name, context: setattr(context, "sni_callback", None)
            return made

        @step(writes=True, makes=True)
        def sni_callback_changes(o: Any, v: str) -> Any:
            """It gives the connection other settings."""
            o.sni_callback = made = lambda one, name, context: setattr(one, "context", SERVER)
            return made

        @step(writes=True)
        def no_callback(o: Any, v: str) -> Any:
            o.sni_callback = None

        @step(writes=True)
        def msg_callback(o: Any, v: str) -> Any:
            o._msg_callback = (lambda *about: None) if v[0] == "a" else None

        @step(writes=True)
        def psk(o: Any, v: str) -> Any:
            o.set_psk_server_callback(lambda identity: v.encode(), v)

        @step(writes=True)
        def load_cert_chain(o: Any, v: str) -> Any:
            o.load_cert_chain(IDENTITY, password="x0")

        @step(writes=True)
        def verify(o: Any, v: str) -> Any:
            o.load_verify_locations(cadata=CERTIFICATE)
            return len(o.get_ca_certs()), o.cert_store_stats()["x509"]

        @step(writes=True)
        def alpn(o: Any, v: str) -> Any:
            o.set_alpn_protocols([v])

        @step(writes=True)
        def ciphers(o: Any, v: str) -> Any:
            o.set_ciphers("DEFAULT")
            return len(o.get_ciphers()) > 0

    class SSLChain(Subject):
        """A server's certificate and key are loaded, by each with a password of its own."""

        said = "ssl, method SSLContext.load_cert_chain"

        def fresh(self, size: int) -> Any:
            return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def left(self, o: Any) -> Any:
            return None

        @step(writes=True)
        def load(o: Any, v: str) -> Any:
            o.load_cert_chain(IDENTITY, password="x0")

        @step(writes=True)
        def load_asked(o: Any, v: str) -> Any:
            o.load_cert_chain(IDENTITY, password=lambda: "x0")

        @step(writes=True)
        def load_wrong(o: Any, v: str) -> Any:
            try:
                o.load_cert_chain(IDENTITY, password=v)
            except ssl.SSLError:
                return "refused"

    SERVER = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CLIENT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    CLIENT.check_hostname = False
    CLIENT.verify_mode = ssl.CERT_NONE
    CLIENT.set_alpn_protocols(["a1", "b1"])

    def _hello(server: ssl.SSLContext) -> Any:
        """A server's end of a connection to which a client has said hello."""
        there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
        with suppress(ssl.SSLWantReadError):
            CLIENT.wrap_bio(back, there, server_hostname="x0").do_handshake()
        return server.wrap_bio(there, back, server_side=True)

    CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBcjCCARegAwIBAgIUNA528UCOjJ/wJ6VuUZmpsp2D+ogwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCeDAwIBcNMjYxMTI4MTAxODM5WhgPMjEyNjExMDQxMDE4Mzla
MA0xCzAJBgNVBAMMAngwMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEijJ28Pog
0xEaSBuIsULk3vckomspC8ngjZZfRS73P/c8nV9UG7BLDblRQyyfW6ip6+SZvCyW
oQ41KJdnCY1I06NTMFEwHQYDVR0OBBYEFMK5O17uqFNPVmXcDa2TpYE+4nypMB8G
A1UdIwQYMBaAFMK5O17uqFNPVmXcDa2TpYE+4nypMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSQAwRgIhAPX9c3qv9BD9Otx3GTudwjYrDzQoKw/A6TRe7XZO
toZxAiEAmVa9vMDAuPd4DX7WabuuHJq/R7p9NYfZ735xZtwIyP0=
-----END CERTIFICATE-----
"""
    KEY = """-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,F65EEC2047E9864F1024ABC80F280FA4

3KCrxtJ27btgjeQv7Om0S/BC619s9tQ8ftDjtpIoUVopIkSUYkDnuEQ/SU4fBQs5
NretVc7rP8WCgJHSCogYtY9At8ebig2cag1lKMcbXeeo+526z5FrNWUswEUHv+Gc
1neUIomBWlwlFD4gqbFN7ix9mpaWAdQ0XIbXUH7TWN8=
-----END EC PRIVATE KEY-----
"""
    """Of nobody's, made for this file; its password is x0."""
    FILE = tempfile.TemporaryFile("w")  # noqa: SIM115  # as long as the process
    FILE.write(KEY + CERTIFICATE)
    FILE.flush()
    IDENTITY = f"/dev/fd/{FILE.fileno()}"

    CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    class SSLObject(Attributes):
        """A connection over bytes in memory that nobody answers."""

        most = PROCESS
        left_out: ClassVar[dict[str, str]] = {
            "verify_client_post_handshake": "a server's",
            "selected_npn_protocol": "deprecated: it warns",
            "client_sigalg": "since 3.15; asked for as group is",
            "server_sigalg": "since 3.15; asked for as group is",
        }

        def fresh(self, size: int) -> Any:
            bytes_in, bytes_out = ssl.MemoryBIO(), ssl.MemoryBIO()
            return CONTEXT.wrap_bio(bytes_in, bytes_out, server_hostname="x0"), bytes_in, bytes_out

        def left(self, o: Any) -> Any:
            return None

        @step(writes=True)
        def do_handshake(o: Any, v: str) -> Any:
            o[0].do_handshake()

        @step(writes=True)
        def read(o: Any, v: str) -> Any:
            return o[0].read(9)

        @step(writes=True)
        def read_into(o: Any, v: str) -> Any:
            return o[0].read(9, bytearray(9))

        @step(writes=True)
        def write(o: Any, v: str) -> Any:
            return o[0].write(v.encode())

        @step(writes=True)
        def unwrap(o: Any, v: str) -> Any:
            o[0].unwrap()

        @step(writes=True)
        def answer(o: Any, v: str) -> Any:
            return o[1].write(v.encode() * 9), len(o[2].read())

        @step(writes=True)
        def context(o: Any, v: str) -> Any:
            o[0].context = CONTEXT
            return o[0].context is CONTEXT

        @step()
        def asks(o: Any, v: str) -> Any:
            return o[0].version(), o[0].cipher(), o[0].compression(), o[0].pending(), o[0].server_side

        @step()
        def protocols(o: Any, v: str) -> Any:
            return o[0].selected_alpn_protocol(), o[0].shared_ciphers(), o[0].server_hostname

        @step()
        def certificates(o: Any, v: str) -> Any:
            return (
                o[0].get_channel_binding("tls-unique"),
                o[0].get_verified_chain(),
                o[0].get_unverified_chain(),
            )

        @step()
        def getpeercert(o: Any, v: str) -> Any:
            return o[0].getpeercert()

        @step()
        def group(o: Any, v: str) -> Any:
            """Since 3.15."""
            return o[0].group()

        @step()
        def session(o: Any, v: str) -> Any:
            return o[0].session is None, o[0].session_reused

    class SSLConnected(SSLObject):
        """A client's end of a connection that is made, with a session, over bytes in memory."""

        left_out: ClassVar[dict[str, str]] = {}

        def fresh(self, size: int) -> Any:
            there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
            client = CLIENT_12.wrap_bio(back, there, server_hostname="x0")
            server = KNOWN_SERVER.wrap_bio(there, back, server_side=True)
            for end in (client, server, client, server):
                with suppress(ssl.SSLWantReadError):
                    end.do_handshake()
            server.write(b"x0" * 9)
            return client, back, there

        @step()
        def certificate(o: Any, v: str) -> Any:
            return len(o[0].getpeercert(True)), len(o[0].get_unverified_chain())

        @step(writes=True)
        def session_store(o: Any, v: str) -> Any:
            o[0].session = o[0].session
            session = o[0].session
            return session.id, session.time, session.timeout, session.has_ticket, session == session

        @step()
        def binding(o: Any, v: str) -> Any:
            return len(o[0].get_channel_binding()), o[0].pending()

    CLIENT_12 = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    CLIENT_12.check_hostname, CLIENT_12.verify_mode = False, ssl.CERT_NONE
    CLIENT_12.maximum_version = ssl.TLSVersion.TLSv1_2
    KNOWN_SERVER = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    KNOWN_SERVER.load_cert_chain(IDENTITY, password="x0")


try:
    import sqlite3
except ImportError:
    pass
else:

    def _database(size: int) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        connection.execute("create table t (number integer primary key, text text, bytes blob)")
        connection.executemany(
            "insert into t values (null, ?, zeroblob(9))", [(one,) for one in fresh_strings(size)]
        )
        return connection

    class Connection(Attributes):
        """A database in memory whose connection threads share, and which any of them may close."""

        said = "sqlite3, check_same_thread"
        most = PROCESS
        left_out: ClassVar[dict[str, str]] = {
            name: f"an exception, to be had without the module: sqlite3.{name}"
            for name in dir(sqlite3)
            if name in ("Warning", "Error") or name.endswith("Error")
        } | {
            "__init__": "called once, by who makes it",
            "__del__": "called by the interpreter alone",
            "__call__": "driven by execute",
            "load_extension": "it needs a file",
            "enable_load_extension": "it needs a file",
        }

        def fresh(self, size: int) -> Any:
            return _database(size)

        def left(self, o: Any) -> Any:
            o.close()
            return None

        @step(writes=True)
        def insert(o: Any, v: str) -> Any:
            return o.execute("insert into t (text) values (?)", (v,)).lastrowid

        @step(writes=True)
        def insert_many(o: Any, v: str) -> Any:
            return o.executemany("insert into t (text) values (?)", [(v,), (v,)]).rowcount

        @step()
        def select(o: Any, v: str) -> Any:
            return o.execute("select text from t").fetchall()

        @step()
        def iterate(o: Any, v: str) -> Any:
            return [text for (text,) in o.execute("select text from t")]

        @step(writes=True)
        def script(o: Any, v: str) -> Any:
            o.executescript("update t set text = 'x1'; delete from t where number = 2;")

        @step(writes=True)
        def transaction(o: Any, v: str) -> Any:
            o.execute("begin")
            o.execute("insert into t (text) values (?)", (v,))
            o.commit()
            return o.in_transaction

        @step(writes=True)
        def rollback(o: Any, v: str) -> Any:
            o.rollback()

        @step(writes=True)
        def with_(o: Any, v: str) -> Any:
            with o:
                o.execute("insert into t (text) values (?)", (v,))

        @step(writes=True)
        def close(o: Any, v: str) -> Any:
            o.close()

        @step()
        def cursor(o: Any, v: str) -> Any:
            return o.cursor().connection is o

        @step()
        def blobopen(o: Any, v: str) -> Any:
            with o.blobopen("t", "bytes", 1) as blob:
                return blob.read()

        @step(writes=True)
        def function(o: Any, v: str) -> Any:
            o.create_function("f", 1, str.upper)
            return o.execute("select f('x')").fetchone()

        @step(writes=True)
        def aggregates(o: Any, v: str) -> Any:
            o.create_aggregate("g", 1, _Count)
            return o.execute("select g(text) from t").fetchone()

        @step(writes=True)
        def window(o: Any, v: str) -> Any:
            o.create_window_function("w", 1, _Count)
            return o.execute("select w(text) over (order by number) from t").fetchall()

        @step(writes=True)
        def collation(o: Any, v: str) -> Any:
            o.create_collation("c", lambda one, other: (one > other) - (one < other))
            return o.execute("select text from t order by text collate c").fetchall()

        @step(writes=True)
        def callbacks(o: Any, v: str) -> Any:
            o.set_authorizer(giving(sqlite3.SQLITE_OK))
            o.set_progress_handler(giving(0), 1)
            o.set_trace_callback(giving(None))

        @step(writes=True)
        def callbacks_that_change(o: Any, v: str) -> Any:
            """Each takes itself back when it is called."""
            o.set_authorizer(lambda *about: o.set_authorizer(None) or sqlite3.SQLITE_OK)
            o.set_progress_handler(lambda: o.set_progress_handler(None, 0) or 0, 1)
            o.set_trace_callback(lambda statement: o.set_trace_callback(None))
            return o.execute("select text from t").fetchall()

        @step(writes=True)
        def function_that_changes(o: Any, v: str) -> Any:
            """It is another function after it was called, and its connection is closed."""
            o.create_function("h", 1, lambda text: o.create_function("h", 1, None) or text)
            o.create_function("k", 1, lambda text: o.close() or text)
            return o.execute("select h(text), k(text) from t").fetchall()

        @step(writes=True)
        def collation_that_changes(o: Any, v: str) -> Any:
            o.create_collation("d", lambda one, other: o.create_collation("d", None) or 0)
            return o.execute("select text from t order by text collate d").fetchall()

        @step(writes=True)
        def rows_that_change(o: Any, v: str) -> Any:
            """Whoever makes a row, or a text, has another one make the next."""
            o.row_factory = lambda cursor, row: o.__setattr__("row_factory", None) or row
            o.text_factory = lambda text: o.__setattr__("text_factory", str) or v
            return o.execute("select text from t").fetchall()

        @step(writes=True)
        def autocommit(o: Any, v: str) -> Any:
            """What a store leaves behind, and does not tell, is told where partial looks at what it gets."""
            partial(setattr, o, "autocommit", v[0] == "a")()
            partial(setattr, o, "autocommit", 1 << 70)()

        @step(writes=True)
        def parameters_asked(o: Any, v: str) -> Any:
            """Of a sequence that ends the transaction when it is asked for an item."""
            return o.execute("select ?, ?", AskedItems(o, sqlite3.Connection.rollback, [1, 2])).fetchall()

        @step(writes=True)
        def many_asked(o: Any, v: str) -> Any:
            o.executemany(
                "insert into t (text) values (?)", AskedItems(o, sqlite3.Connection.rollback, [(v,), (v,)])
            )

        @step(writes=True)
        def callbacks_off(o: Any, v: str) -> Any:
            o.set_authorizer(None)
            o.set_progress_handler(None, 0)
            o.set_trace_callback(None)

        @step(writes=True)
        def factories(o: Any, v: str) -> Any:
            o.row_factory = sqlite3.Row
            o.text_factory = bytes
            return o.row_factory, o.text_factory

        @step(writes=True)
        def factories_off(o: Any, v: str) -> Any:
            o.row_factory = None
            o.text_factory = str

        @step(writes=True)
        def isolation(o: Any, v: str) -> Any:
            o.isolation_level = "DEFERRED"
            return o.isolation_level, o.autocommit

        @step()
        def iterdump(o: Any, v: str) -> Any:
            return len(list(o.iterdump())) > 1

        @step(writes=True)
        def backup(o: Any, v: str) -> Any:
            with sqlite3.connect(":memory:") as other:
                o.backup(other)
            other.close()

        @step(writes=True)
        def serialize(o: Any, v: str) -> Any:
            return len(o.serialize())

        @step(writes=True)
        def deserialize(o: Any, v: str) -> Any:
            o.deserialize(o.serialize())

        @step(writes=True)
        def interrupt(o: Any, v: str) -> Any:
            o.interrupt()

        @step()
        def counts(o: Any, v: str) -> Any:
            return o.total_changes, o.in_transaction, o.getlimit(sqlite3.SQLITE_LIMIT_COLUMN)

        @step(writes=True)
        def limits(o: Any, v: str) -> Any:
            return o.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, 99)

        @step(writes=True)
        def config(o: Any, v: str) -> Any:
            o.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, True)  # type: ignore[attr-defined]
            return o.getconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER)  # type: ignore[attr-defined]

    class _Count:
        """What counts rows."""

        def __init__(self) -> None:
            self.rows = 0

        def step(self, *about: Any) -> None:
            self.rows += 1

        def inverse(self, *about: Any) -> None:
            self.rows -= 1

        def value(self) -> int:
            return self.rows

        def finalize(self) -> int:
            return self.rows

    class Cursor(Attributes):
        """A cursor in the middle of what it was asked, which threads share."""

        said = "sqlite3, check_same_thread"
        most = PROCESS
        left_out: ClassVar[dict[str, str]] = {
            "__init__": "called once, by who makes it",
            "setinputsizes": "does nothing",
            "setoutputsize": "does nothing",
        }

        def fresh(self, size: int) -> Any:
            return _database(size).execute("select text from t")

        def left(self, o: Any) -> Any:
            return None

        @step(writes=True)
        def row_factory_that_changes(o: Any, v: str) -> Any:
            """It asks the cursor for more, and closes it."""
            o.row_factory = lambda cursor, row: cursor.close() or cursor.fetchone()
            return o.fetchall()

        @step(writes=True)
        def execute_asked(o: Any, v: str) -> Any:
            """With parameters that are asked by having the cursor do something else, and be made again."""
            return o.execute(
                "select ?, ?", AskedItems(o, lambda o: o.__init__(o.connection), [1, 2])
            ).fetchall()

        @step(writes=True)
        def fetchone(o: Any, v: str) -> Any:
            return o.fetchone()

        @step(writes=True)
        def fetchmany(o: Any, v: str) -> Any:
            return o.fetchmany(2)

        @step(writes=True)
        def fetchall(o: Any, v: str) -> Any:
            return o.fetchall()

        @step(writes=True)
        def next_(o: Any, v: str) -> Any:
            return next(o)

        @step(writes=True)
        def iterate(o: Any, v: str) -> Any:
            return list(o)

        @step(writes=True)
        def execute(o: Any, v: str) -> Any:
            return o.execute("select text, number from t") is o

        @step(writes=True)
        def insert(o: Any, v: str) -> Any:
            return o.execute("insert into t (text) values (?)", (v,)).lastrowid

        @step(writes=True)
        def executemany(o: Any, v: str) -> Any:
            return o.executemany("insert into t (text) values (?)", [(v,), (v,)]).rowcount

        @step(writes=True)
        def executescript(o: Any, v: str) -> Any:
            o.executescript("delete from t")

        @step(writes=True)
        def close(o: Any, v: str) -> Any:
            o.close()

        @step(writes=True)
        def close_connection(o: Any, v: str) -> Any:
            o.connection.close()

        @step()
        def members(o: Any, v: str) -> Any:
            return o.description, o.rowcount, o.lastrowid, o.arraysize

        @step(writes=True)
        def row_factory(o: Any, v: str) -> Any:
            o.row_factory = sqlite3.Row
            o.arraysize = 2

    class Row(Subject):
        """A row of a database, which never changes."""

        left_out: ClassVar[dict[str, str]] = {"__new__": "called by who makes it"}

        def fresh(self, size: int) -> Any:
            connection = _database(1)
            connection.row_factory = sqlite3.Row
            row = connection.execute("select text, number from t").fetchone()
            connection.close()
            return row

        def left(self, o: Any) -> Any:
            return list(o)

        @step()
        def item(o: Any, v: str) -> Any:
            return o[0], o["text"], o["TEXT"], o[-1]

        @step()
        def slice_(o: Any, v: str) -> Any:
            return o[:1]

        @step()
        def keys(o: Any, v: str) -> Any:
            return o.keys() == ["text", "number"], len(o), dict(o)["text"]

        @step()
        def list_(o: Any, v: str) -> Any:
            return list(o), o == o, hash(o) == hash(o)

    class Blob(Subject):
        """Bytes in a database that are read and written in place, by threads that share the place."""

        most = PROCESS

        def fresh(self, size: int) -> Any:
            connection = _database(1)
            return connection.blobopen("t", "bytes", 1), connection

        def left(self, o: Any) -> Any:
            o[0].close()
            o[1].close()
            return None

        @step(writes=True)
        def read(o: Any, v: str) -> Any:
            return len(o[0].read(2))

        @step(writes=True)
        def write(o: Any, v: str) -> Any:
            o[0].write(v.encode())

        @step(writes=True)
        def seek(o: Any, v: str) -> Any:
            o[0].seek(0)
            return o[0].tell()

        @step()
        def item(o: Any, v: str) -> Any:
            return o[0][0], o[0][1:3], len(o[0])

        @step(writes=True)
        def store(o: Any, v: str) -> Any:
            o[0][0] = 97
            o[0][1:3] = v.encode()

        @step(writes=True)
        def close(o: Any, v: str) -> Any:
            o[0].close()

        @step(writes=True)
        def close_connection(o: Any, v: str) -> Any:
            o[1].close()

        @step(writes=True)
        def update(o: Any, v: str) -> Any:
            o[1].execute("update t set bytes = zeroblob(5)")

        @step(writes=True)
        def with_(o: Any, v: str) -> Any:
            with o[0] as entered:
                return entered is o[0]
