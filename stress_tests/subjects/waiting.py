"""select, selectors, socket: what waits for files, asked without waiting, and what comes through a pair of sockets."""

from __future__ import annotations

import os
import select
import selectors
import socket
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Asked, Attributes, OwnNumber, Subject, step

READ, WRITE = os.pipe()
"""Files to wait for: nobody writes to them."""
NO_FILE = 1 << 20
"""From here on no number is a file's: whoever waits for it is told so at once."""


def is_known(file: int) -> bool:
    """Whether a file is one of those that are waited for."""
    return file in (READ, WRITE) or file >= NO_FILE


try:
    import termios
except ImportError:  # on Windows
    termios = None  # type: ignore[assignment]


def _terminal() -> int:
    """The file of a terminal that nobody looks at; -1 where there is none to be had."""
    try:
        return os.openpty()[1] if termios is not None else -1
    except OSError:
        return -1


TERMINAL = _terminal()
SETTINGS = termios.tcgetattr(TERMINAL) if TERMINAL >= 0 else []


def _settings() -> Any:
    """What the terminal is set to, each number an object of its own."""
    *numbers, speed, characters = SETTINGS
    return [*map(OwnNumber, numbers), speed, [OwnNumber(one[0]) for one in characters]]


if TERMINAL >= 0:

    class TerminalSettings(Subject):
        """The list of a terminal's settings, which it is set to while others change it: to what they are."""

        most = PROCESS
        may_raise = (TypeError, IndexError, termios.error)

        def fresh(self, size: int) -> Any:
            return _settings()

        def left(self, o: Any) -> Any:
            return None

        @step()
        def set_(o: Any, v: str) -> Any:
            termios.tcsetattr(TERMINAL, termios.TCSANOW, o)

        @step()
        def get(o: Any, v: str) -> Any:
            return len(termios.tcgetattr(TERMINAL)) == len(SETTINGS)

        @step(writes=True)
        def replace_all(o: Any, v: str) -> Any:
            o[:] = _settings()

        @step(writes=True)
        def replace_number(o: Any, v: str) -> Any:
            o[0] = OwnNumber(o[0])

        @step(writes=True)
        def replace_characters(o: Any, v: str) -> Any:
            o[6] = _settings()[6]

        @step(writes=True)
        def replace_character(o: Any, v: str) -> Any:
            for number in range(9):
                o[6][number] = OwnNumber(o[6][number])

        @step(writes=True)
        def clear_characters(o: Any, v: str) -> Any:
            o[6].clear()

        @step(writes=True)
        def clear(o: Any, v: str) -> Any:
            o.clear()


if hasattr(select, "poll"):

    class Poll(Subject):
        """A poll object that has been asked. Whoever polls while another does is told so; at the larger size the next
        file makes its table grow.
        """

        sizes = (1, 5)

        def fresh(self, size: int) -> Any:
            poll = select.poll()
            poll.register(READ, select.POLLIN)
            for number in range(size - 1):
                poll.register(NO_FILE + number)
            poll.poll(0)
            return poll

        def left(self, o: Any) -> Any:
            return all(is_known(file) for file, _ in o.poll(0))

        @step(writes=True, may_raise=(RuntimeError,))
        def poll(o: Any, v: str) -> Any:
            return all(is_known(file) for file, _ in o.poll(0))

        @step(writes=True, may_raise=(RuntimeError,))
        def register_and_poll(o: Any, v: str) -> Any:
            """So many more that it needs room for them."""
            for number in range(8, 16):
                o.register(NO_FILE + number)
            return all(is_known(file) for file, _ in o.poll(0))

        @step(writes=True)
        def register(o: Any, v: str) -> Any:
            o.register(WRITE, select.POLLOUT)

        @step(writes=True)
        def register_again(o: Any, v: str) -> Any:
            o.register(READ)

        @step(writes=True)
        def modify(o: Any, v: str) -> Any:
            o.modify(WRITE, select.POLLOUT)

        @step(writes=True)
        def unregister(o: Any, v: str) -> Any:
            o.unregister(WRITE)

        @step(writes=True)
        def unregister_first(o: Any, v: str) -> Any:
            o.unregister(READ)


if hasattr(select, "epoll"):

    class Epoll(Attributes):
        """An epoll object, which is closed: what has its number still may meet the next file of that number."""

        left_out: ClassVar[dict[str, str]] = {"fromfd": "makes one of a file"}

        def fresh(self, size: int) -> Any:
            poll = select.epoll()
            poll.register(READ, select.EPOLLIN)
            return poll

        def left(self, o: Any) -> Any:
            o.close()
            return None

        @step(writes=True)
        def poll(o: Any, v: str) -> Any:
            return all(file in (READ, WRITE) for file, _ in o.poll(0, 4))

        @step(writes=True)
        def register(o: Any, v: str) -> Any:
            o.register(WRITE, select.EPOLLOUT)

        @step(writes=True)
        def modify(o: Any, v: str) -> Any:
            o.modify(READ, select.EPOLLIN | select.EPOLLET)

        @step(writes=True)
        def unregister(o: Any, v: str) -> Any:
            o.unregister(READ)

        @step()
        def members(o: Any, v: str) -> Any:
            return o.closed

        @step(PROCESS)
        def fileno(o: Any, v: str) -> Any:
            return o.fileno() > 2

        @step(PROCESS, writes=True)
        def close(o: Any, v: str) -> Any:
            o.close()

        @step(PROCESS, writes=True)
        def with_(o: Any, v: str) -> Any:
            with o as entered:
                return entered is o


class _Selector(Subject):
    """A selector, which is Python code over one of select's objects. Nothing is said of it."""

    kind: ClassVar[type[selectors.BaseSelector]]
    most = PROCESS

    def fresh(self, size: int) -> Any:
        selector = self.kind()
        selector.register(READ, selectors.EVENT_READ, "x0")
        return selector

    def left(self, o: Any) -> Any:
        o.close()
        return None

    @step()
    def select(o: Any, v: str) -> Any:
        return [key.data for key, _ in o.select(0)]

    @step(writes=True)
    def register(o: Any, v: str) -> Any:
        return o.register(WRITE, selectors.EVENT_WRITE, v).data

    @step(writes=True)
    def modify(o: Any, v: str) -> Any:
        return o.modify(READ, selectors.EVENT_READ, v).data

    @step(writes=True)
    def unregister(o: Any, v: str) -> Any:
        return o.unregister(READ).data

    @step()
    def get_key(o: Any, v: str) -> Any:
        return o.get_key(READ).data

    @step()
    def get_map(o: Any, v: str) -> Any:
        return [key.data for key in o.get_map().values()]


class DefaultSelector(_Selector):
    """The best selector of the platform."""

    kind = selectors.DefaultSelector


class SelectSelector(_Selector):
    """A selector over select itself, with sets of files."""

    kind = selectors.SelectSelector


class SelectLists(Subject):
    """Lists of files that select is asked for while others change them."""

    sizes = (3, 30)

    def fresh(self, size: int) -> Any:
        return [READ] * size

    def left(self, o: Any) -> Any:
        return len(o)

    @step()
    def select(o: Any, v: str) -> Any:
        return [len(one) for one in select.select(o, [], o, 0)]

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(WRITE)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        o.pop()


class _File:
    """What is waited for in a file's stead."""

    def fileno(self) -> int:
        return READ


class FilesReplaced(Subject):
    """A list of objects with files, which select goes through while others put new ones in their places: as many as
    there were.
    """

    most = PROCESS
    sizes = (3, 30)

    def fresh(self, size: int) -> Any:
        return [_File() for _ in range(size)]

    def left(self, o: Any) -> Any:
        return None

    @step()
    def select(o: Any, v: str) -> Any:
        return len(select.select(o, [], [], 0)[0])

    @step()
    def select_all(o: Any, v: str) -> Any:
        return len(select.select(o, [], o, 0)[2])

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        for number in range(len(o)):
            o[number] = _File()

    @step(writes=True)
    def replace_all(o: Any, v: str) -> Any:
        o[:] = [_File() for _ in range(len(o))]

    @step(writes=True)
    def turn(o: Any, v: str) -> Any:
        o.reverse()
        o[0] = _File()


class _Sockets(Attributes):
    """A pair of sockets, neither of which waits; values come through whole."""

    def fresh(self, size: int) -> Any:
        pair = socket.socketpair()
        for one in pair:
            one.setblocking(False)
        pair[0].send(b"x0x1x2")
        return pair

    def left(self, o: Any) -> Any:
        for one in o:
            one.close()
        return None

    @step(writes=True)
    def send(o: Any, v: str) -> Any:
        return o[0].send(v.encode())

    @step(writes=True)
    def recv(o: Any, v: str) -> Any:
        return o[1].recv(2).decode()


class SocketPair(_Sockets):
    """A pair of sockets, neither of which waits; values come through whole."""

    left_out: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("accept", "bind", "connect", "connect_ex", "listen", "sendmsg_afalg", "share", "ioctl"),
            *("sendfile", "sendto", "set_inheritable"),
        ),
        "for sockets of another kind",
    ) | {"close": "driven by closed_sockets", "detach": "driven by closed_sockets"}

    @step(writes=True)
    def sendall(o: Any, v: str) -> Any:
        o[0].sendall(v.encode())

    @step(writes=True)
    def sendmsg(o: Any, v: str) -> Any:
        return o[0].sendmsg([v.encode()])

    @step(PROCESS, writes=True)
    def sendmsg_asked(o: Any, v: str) -> Any:
        """Of buffers of which one empties their list when it is asked for its bytes."""
        many: list[Any] = [v.encode(), v.encode()]
        many.insert(1, Asked(many, list.clear, v.encode()))
        return o[0].sendmsg(many)

    @step(PROCESS, writes=True)
    def sendmsg_with(o: Any, v: str) -> Any:
        """With data beside it, of which an item empties their list when it is asked for its number."""
        many: list[Any] = []
        many += [(Asked(many, list.clear, socket.SOL_SOCKET), 0, v.encode())] * 3
        return o[0].sendmsg([v.encode()], many)

    @step(PROCESS, writes=True)
    def recvmsg_into_asked(o: Any, v: str) -> Any:
        many: list[Any] = [bytearray(1), bytearray(1)]
        many.insert(1, Asked(many, list.clear, bytearray(1)))
        return o[1].recvmsg_into(many)[0]

    @step(writes=True)
    def recv_into(o: Any, v: str) -> Any:
        into = bytearray(2)
        return into[: o[1].recv_into(into)].decode()

    @step(writes=True)
    def recvfrom(o: Any, v: str) -> Any:
        return o[1].recvfrom(2)[0].decode()

    @step(writes=True)
    def recvfrom_into(o: Any, v: str) -> Any:
        into = bytearray(2)
        return into[: o[1].recvfrom_into(into)[0]].decode()

    @step(writes=True)
    def recvmsg(o: Any, v: str) -> Any:
        return o[1].recvmsg(2)[0].decode()

    @step(writes=True)
    def recvmsg_into(o: Any, v: str) -> Any:
        into = bytearray(2)
        return into[: o[1].recvmsg_into([into])[0]].decode()

    @step()
    def peek(o: Any, v: str) -> Any:
        return o[1].recv(2, socket.MSG_PEEK).decode()

    @step(writes=True)
    def settimeout(o: Any, v: str) -> Any:
        o[1].settimeout(0)
        return o[1].gettimeout()

    @step(writes=True)
    def setblocking(o: Any, v: str) -> Any:
        o[1].setblocking(False)
        return o[1].getblocking()

    @step(writes=True)
    def setsockopt(o: Any, v: str) -> Any:
        o[1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        return o[1].getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) > 0

    @step()
    def names(o: Any, v: str) -> Any:
        return o[0].getsockname(), o[0].getpeername(), o[0].family, o[0].type, o[0].proto, o[0].timeout

    @step()
    def dup(o: Any, v: str) -> Any:
        with o[0].dup() as other:
            return other.fileno() != o[0].fileno(), other.get_inheritable()

    @step(PROCESS)
    def makefile(o: Any, v: str) -> Any:
        with o[1].makefile("rb", buffering=0) as file:
            return file.read(2)

    @step(PROCESS)
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o[0])) > 9

    @step(writes=True)
    def shutdown(o: Any, v: str) -> Any:
        o[0].shutdown(socket.SHUT_WR)


class ClosedSockets(_Sockets):
    """A pair of sockets that are closed and given away: what has a number still may meet the next file of it."""

    most = PROCESS

    @step()
    def fileno(o: Any, v: str) -> Any:
        return o[0].fileno() > 2

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o[0].close()

    @step(writes=True)
    def close_other(o: Any, v: str) -> Any:
        o[1].close()

    @step(writes=True)
    def detach(o: Any, v: str) -> Any:
        os.close(o[0].detach())

    @step(writes=True)
    def with_(o: Any, v: str) -> Any:
        with o[0] as entered:
            return entered is o[0]

    @step(writes=True)
    def makefile(o: Any, v: str) -> Any:
        with o[0].makefile("wb") as file:
            file.write(v.encode())
