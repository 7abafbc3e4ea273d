"""What a process has one of: loggers, its environment, its users, folders; and what is kept of names."""

from __future__ import annotations

import copy
import gettext
import grp
import io
import ipaddress
import itertools
import linecache
import logging
import os
import pickle
import pwd
import signal
import socket
import struct
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Subject, giving, step

NUMBERS = itertools.count()
ARGUMENTS = sys.argv
CHANGED = (RuntimeError,)


class _Kept(logging.Handler):
    """A handler that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


class Logger(Subject):
    """A logger of a name of its own, in the tree that all share, with a handler that keeps what it is told."""

    said = "logging, Thread Safety"
    left_out: ClassVar[dict[str, str]] = {
        "callHandlers": "called by handle",
        "findCaller": "called by all that log",
        "fatal": "critical by another name",
        "warn": "deprecated: it warns",
        "root": "the class's",
        "manager": "the class's",
    }

    def fresh(self, size: int) -> Any:
        logger = logging.getLogger(f"pairs{next(NUMBERS)}")
        handler = _Kept()
        logger.addHandler(handler)
        logger.propagate = False
        logger.setLevel(logging.INFO)
        return logger, handler

    def wrong(self, o: Any) -> str:
        logger, _ = o
        levels = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)
        stale = [
            one
            for one in levels
            if logger.isEnabledFor(one) != (one >= logger.getEffectiveLevel() and not logger.disabled)
        ]
        return f"level {logger.level}, but it is wrong of {stale} whether they are enabled" if stale else ""

    def left(self, o: Any) -> Any:
        logger, handler = o
        for name in [name for name in logger.manager.loggerDict if name.startswith(logger.name)]:
            del logger.manager.loggerDict[name]
        return handler.told

    @step(writes=True)
    def info(o: Any, v: str) -> Any:
        o[0].info(v)

    @step(writes=True)
    def error(o: Any, v: str) -> Any:
        o[0].error("%s", v)

    @step(writes=True)
    def debug(o: Any, v: str) -> Any:
        o[0].debug(v)

    @step(writes=True)
    def others(o: Any, v: str) -> Any:
        o[0].warning(v)
        o[0].critical(v)
        o[0].log(logging.INFO, v)
        o[0].exception(v, exc_info=False)

    @step(writes=True)
    def handle(o: Any, v: str) -> Any:
        record = o[0].makeRecord(o[0].name, logging.INFO, "", 1, v, (), None)
        o[0].handle(record)
        return bool(o[0].filter(record)), record.getMessage()

    @step(writes=True)
    def set_level_debug(o: Any, v: str) -> Any:
        o[0].setLevel("DEBUG")

    @step(writes=True)
    def set_level_error(o: Any, v: str) -> Any:
        o[0].setLevel(logging.ERROR)

    @step()
    def is_enabled_for(o: Any, v: str) -> Any:
        return o[0].isEnabledFor(logging.WARNING), o[0].getEffectiveLevel()

    @step(writes=True)
    def add_handler(o: Any, v: str) -> Any:
        o[0].addHandler(logging.NullHandler())

    @step(writes=True)
    def remove_handler(o: Any, v: str) -> Any:
        o[0].removeHandler(o[1])

    @step()
    def has_handlers(o: Any, v: str) -> Any:
        return o[0].hasHandlers()

    @step(PROCESS, writes=True)
    def add_filter(o: Any, v: str) -> Any:
        o[0].addFilter(_refuses_none)

    @step(PROCESS, writes=True)
    def remove_filter(o: Any, v: str) -> Any:
        """It looks whether there is one, and then removes it."""
        o[0].removeFilter(_refuses_none)

    @step(writes=True)
    def get_child(o: Any, v: str) -> Any:
        return o[0].getChild(v).name == f"{o[0].name}.{v}"

    @step()
    def get_logger(o: Any, v: str) -> Any:
        return logging.getLogger(o[0].name) is o[0]

    @step()
    def get_children(o: Any, v: str) -> Any:
        return len(o[0].getChildren()) < 3

    @step(writes=True)
    def disabled(o: Any, v: str) -> Any:
        o[0].disabled = not o[0].disabled

    @step(writes=True)
    def handler_level(o: Any, v: str) -> Any:
        o[1].setLevel(logging.WARNING)

    @step()
    def handler_lock(o: Any, v: str) -> Any:
        with o[1].lock:
            return o[1].get_name()

    @step()
    def level_names(o: Any, v: str) -> Any:
        logging.addLevelName(35, "NOTICE")
        return logging.getLevelName(35) == "NOTICE"

    @step()
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o[0])) > 9, pickle.loads(pickle.dumps(o[0])) is o[0]


def _refuses_none(record: Any) -> bool:
    return True


class LoggerOfTwo(Subject):
    """A logger with a handler that comes and goes and one that stays, which is told of all that was logged."""

    said = "logging, Thread Safety"

    def fresh(self, size: int) -> Any:
        logger = logging.Logger("pairs")
        goes, stays = _Kept(), _Kept()
        logger.addHandler(goes)
        logger.addHandler(stays)
        return logger, goes, stays, []

    def wrong(self, o: Any) -> str:
        told, logged = sorted(o[2].told), sorted(o[3])
        return "" if told == logged else f"{logged} was logged, and the handler that stays was told {told}"

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def info(o: Any, v: str) -> Any:
        o[0].info(v)
        o[3].append(v)

    @step(writes=True)
    def error(o: Any, v: str) -> Any:
        o[0].error("%s", v)
        o[3].append(v)

    @step(writes=True)
    def remove(o: Any, v: str) -> Any:
        o[0].removeHandler(o[1])

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o[0].addHandler(o[1])

    @step(writes=True)
    def remove_and_add(o: Any, v: str) -> Any:
        o[0].removeHandler(o[1])
        o[0].addHandler(o[1])

    @step()
    def asks(o: Any, v: str) -> Any:
        return o[0].hasHandlers(), len(repr(o[0])) > 3


class StreamHandler(Subject):
    """A handler that writes lines to a text in memory: its lock keeps lines whole."""

    said = "logging, Thread Safety"
    left_out: ClassVar[dict[str, str]] = {
        "createLock": "called once, by who makes it",
        "handleError": "it prints",
        "terminator": "the class's",
        "get_name": "driven by name",
    }

    def fresh(self, size: int) -> Any:
        return logging.StreamHandler(io.StringIO())

    def left(self, o: Any) -> Any:
        return o.stream.getvalue().split()

    @step(writes=True)
    def handle(o: Any, v: str) -> Any:
        return bool(o.handle(logging.makeLogRecord({"msg": v})))

    @step(writes=True)
    def set_formatter(o: Any, v: str) -> Any:
        o.setFormatter(logging.Formatter("%(message)s"))

    @step()
    def format_(o: Any, v: str) -> Any:
        return o.format(logging.makeLogRecord({"msg": v}))

    @step(writes=True)
    def set_level(o: Any, v: str) -> Any:
        o.setLevel("ERROR")

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o.flush()

    @step(writes=True)
    def emit(o: Any, v: str) -> Any:
        """As handle does, with the lock that it takes."""
        o.acquire()
        try:
            o.emit(logging.makeLogRecord({"msg": v}))
        finally:
            o.release()

    @step(PROCESS, writes=True)
    def filters(o: Any, v: str) -> Any:
        o.addFilter(_refuses_none)
        o.removeFilter(_refuses_none)
        return bool(o.filter(logging.makeLogRecord({"msg": v})))

    @step(writes=True)
    def name(o: Any, v: str) -> Any:
        o.set_name(v)
        return o.name is not None

    @step(PROCESS, writes=True)
    def set_stream(o: Any, v: str) -> Any:
        return o.setStream(o.stream)

    @step(PROCESS, writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()


class Environment(Subject):
    """A name in the process's environment, as os.environ has it."""

    left_out: ClassVar[dict[str, str]] = {
        "encodevalue": "for the interpreter alone",
        "decodevalue": "for the interpreter alone",
        "encodekey": "for the interpreter alone",
        "decodekey": "for the interpreter alone",
        "clear": "others need it",
        "popitem": "it takes what others need",
    }

    def fresh(self, size: int) -> Any:
        """One of a few names, made again and again: C's library never forgets one."""
        name = f"FTSTRESS_PAIR_{next(NUMBERS) % 4096}"
        os.environ[name] = "x0"
        return name

    def left(self, o: Any) -> Any:
        return os.environ.pop(o, None)

    @step()
    def item(o: Any, v: str) -> Any:
        return os.environ[o]

    @step()
    def getenv(o: Any, v: str) -> Any:
        return os.getenv(o), os.environ.get(o, v)

    @step()
    def getenvb(o: Any, v: str) -> Any:
        return os.getenvb(o.encode(), v.encode()).decode(), o.encode() in os.environb

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        os.environ[o] = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del os.environ[o]

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return os.environ.pop(o)

    @step(PROCESS, writes=True)
    def setdefault(o: Any, v: str) -> Any:
        """It looks, stores, and then reads."""
        return os.environ.setdefault(o, v)

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        os.environ.update({o: v})

    @step(writes=True)
    def putenv(o: Any, v: str) -> Any:
        os.putenv(o, v)

    @step(writes=True)
    def unsetenv(o: Any, v: str) -> Any:
        os.unsetenv(o)

    @step()
    def contains(o: Any, v: str) -> Any:
        return o in os.environ

    @step(may_raise=CHANGED)
    def list_(o: Any, v: str) -> Any:
        return o in list(os.environ)

    @step(PROCESS)
    def items(o: Any, v: str) -> Any:
        return dict(os.environ.items()).get(o), len(os.environ.keys()), len(list(os.environ.values()))

    @step(PROCESS)
    def copy(o: Any, v: str) -> Any:
        return os.environ.copy().get(o), len(os.environ), len(os.environ | {o: v}), len(repr(os.environ)) > 9

    @step()
    def expandvars(o: Any, v: str) -> Any:
        return len(os.path.expandvars("$" + o)) > 1


USERS = sorted(one.pw_name for one in pwd.getpwall())
GROUPS = sorted(one.gr_name for one in grp.getgrall())


class Users(Subject):
    """The system's users and groups, which C's library goes through one after the other in one place for all."""

    def fresh(self, size: int) -> Any:
        return os.getuid(), os.getgid()

    def left(self, o: Any) -> Any:
        return None

    @step()
    def getpwall(o: Any, v: str) -> Any:
        return sorted(one.pw_name for one in pwd.getpwall()) == USERS or "users twice, or not at all"

    @step()
    def getgrall(o: Any, v: str) -> Any:
        return sorted(one.gr_name for one in grp.getgrall()) == GROUPS or "groups twice, or not at all"

    @step()
    def getpwuid(o: Any, v: str) -> Any:
        return pwd.getpwuid(o[0]).pw_uid == o[0] or "another user"

    @step()
    def getpwnam(o: Any, v: str) -> Any:
        return pwd.getpwnam(USERS[0]).pw_name == USERS[0] or "another user"

    @step()
    def getgrgid(o: Any, v: str) -> Any:
        return grp.getgrgid(o[1]).gr_gid == o[1] or "another group"

    @step()
    def getgrnam(o: Any, v: str) -> Any:
        return grp.getgrnam(GROUPS[0]).gr_name == GROUPS[0] or "another group"

    @step()
    def expanduser(o: Any, v: str) -> Any:
        return len(os.path.expanduser("~" + USERS[0])) > 0


def _alone(ask: Any, *what: Any) -> Any:
    """What one thread alone is answered; None where the system does not know it."""
    try:
        return ask(*what)
    except (OSError, OverflowError):
        return None


def _as_alone(ask: Any, v: str, firsts: Any, seconds: Any) -> None:
    """Ask what each thread asks for itself; the answer is that which one thread alone was given."""
    what = firsts if v[0] == "a" else seconds
    due = ANSWERS[ask, what]
    if due is None:
        return
    given = ask(*what)
    if given != due:
        raise AssertionError(f"{given!r} is answered where {due!r} was due")


HTTP, SSH, TCP, UDP = "http", "ssh", "tcp", "udp"
ASKED: tuple[tuple[Any, Any, Any], ...] = (
    (socket.getservbyport, (80,), (22,)),
    (socket.getservbyport, (80, TCP), (53, UDP)),
    (socket.getservbyname, (HTTP,), (SSH,)),
    (socket.getservbyname, (HTTP, TCP), ("domain", UDP)),
    (socket.getprotobyname, (TCP,), (UDP,)),
    (socket.getnameinfo, (("127.0.0.1", 80), socket.NI_NUMERICHOST), (("::1", 22), socket.NI_NUMERICHOST)),
    (socket.gethostbyname_ex, ("127.0.0.1",), ("127.0.0.2",)),
    (socket.inet_ntoa, (b"\x7f\0\0\1",), (b"\n\x0b\x0c\r",)),
    (os.strerror, (2,), (13,)),
    (os.strerror, (77777,), (88888,)),
    (signal.strsignal, (2,), (15,)),
)
"""What is asked with which arguments, by one thread and by the other."""
ANSWERS = {(ask, what): _alone(ask, *what) for ask, *both in ASKED for what in both}


class SystemNames(Subject):
    """Names and numbers of services, protocols, addresses and errors, which C's library looks up and keeps in one place
    for all, or in one for each thread. Each thread asks for its own.
    """

    def fresh(self, size: int) -> Any:
        return ["x0"]

    def left(self, o: Any) -> Any:
        return None

    @step()
    def getservbyport(o: Any, v: str) -> Any:
        _as_alone(socket.getservbyport, v, (80,), (22,))

    @step()
    def getservbyport_of_protocol(o: Any, v: str) -> Any:
        _as_alone(socket.getservbyport, v, (80, TCP), (53, UDP))

    @step()
    def getservbyname(o: Any, v: str) -> Any:
        _as_alone(socket.getservbyname, v, (HTTP,), (SSH,))

    @step()
    def getservbyname_of_protocol(o: Any, v: str) -> Any:
        _as_alone(socket.getservbyname, v, (HTTP, TCP), ("domain", UDP))

    @step()
    def getprotobyname(o: Any, v: str) -> Any:
        _as_alone(socket.getprotobyname, v, (TCP,), (UDP,))

    @step()
    def getnameinfo(o: Any, v: str) -> Any:
        _as_alone(socket.getnameinfo, v, *ASKED[5][1:])

    @step()
    def gethostbyname(o: Any, v: str) -> Any:
        """Of what is an address already: nobody else is asked."""
        _as_alone(socket.gethostbyname_ex, v, ("127.0.0.1",), ("127.0.0.2",))

    @step()
    def inet_ntoa(o: Any, v: str) -> Any:
        _as_alone(socket.inet_ntoa, v, *ASKED[7][1:])

    @step()
    def strerror(o: Any, v: str) -> Any:
        _as_alone(os.strerror, v, (2,), (13,))

    @step()
    def strerror_unknown(o: Any, v: str) -> Any:
        _as_alone(os.strerror, v, (77777,), (88888,))

    @step()
    def strsignal(o: Any, v: str) -> Any:
        _as_alone(signal.strsignal, v, (2,), (15,))

    @step()
    def missing(o: Any, v: str) -> Any:
        return socket.getservbyname("missing" + v)


try:
    import readline
except ImportError:
    pass
else:

    class Readline(Subject):
        """What is kept for lines that a person will type: who completes them, and those typed before. Nobody types."""

        most = PROCESS

        def fresh(self, size: int) -> Any:
            readline.add_history("x0")
            return readline

        def left(self, o: Any) -> Any:
            o.clear_history()
            o.set_completer(None)
            o.set_startup_hook(None)
            return None

        @step(writes=True)
        def set_completer(o: Any, v: str) -> Any:
            o.set_completer(giving(None))

        @step(writes=True)
        def no_completer(o: Any, v: str) -> Any:
            o.set_completer(None)

        @step()
        def get_completer(o: Any, v: str) -> Any:
            return o.get_completer() is None, len(o.get_completer_delims()) > 0

        @step(writes=True)
        def hooks(o: Any, v: str) -> Any:
            """The second one can be asked for since 3.15."""
            o.set_startup_hook(giving(None))
            o.set_pre_input_hook(giving(None))
            return o.get_pre_input_hook() is None

        @step(writes=True)
        def delimiters(o: Any, v: str) -> Any:
            o.set_completer_delims(v)

        @step(writes=True)
        def add_history(o: Any, v: str) -> Any:
            o.add_history(v)

        @step(writes=True)
        def change_history(o: Any, v: str) -> Any:
            o.replace_history_item(0, v)
            o.remove_history_item(0)

        @step(writes=True)
        def clear_history(o: Any, v: str) -> Any:
            o.clear_history()

        @step()
        def history(o: Any, v: str) -> Any:
            return o.get_history_item(1), o.get_current_history_length(), o.get_history_length()

        @step()
        def line(o: Any, v: str) -> Any:
            return o.get_line_buffer(), o.get_begidx(), o.get_endidx(), o.get_completion_type()


try:
    import locale
    import syslog
except ImportError:
    pass
else:

    class Locale(Subject):
        """How numbers and texts are written where the process runs: C's library has one of it. It stays what it is."""

        most = PROCESS

        def fresh(self, size: int) -> Any:
            return ["C", "x0"]

        @step(writes=True)
        def set_(o: Any, v: str) -> Any:
            return locale.setlocale(locale.LC_ALL, o[0])

        @step()
        def conventions(o: Any, v: str) -> Any:
            return sorted(map(repr, locale.localeconv().items()))

        @step()
        def asks(o: Any, v: str) -> Any:
            return locale.setlocale(locale.LC_ALL), locale.nl_langinfo(locale.CODESET), locale.getencoding()

        @step()
        def compares(o: Any, v: str) -> Any:
            return locale.strcoll(o[1], v) == 0, locale.strxfrm(v) == v

    class TextDomain(Subject):
        """The name of the catalogue that C's library takes texts from, and where it lies: what is told somebody set."""

        def fresh(self, size: int) -> Any:
            locale.textdomain("x0x0")
            locale.bindtextdomain("x0x0", "/x0x0")
            return ["x0"]

        def left(self, o: Any) -> Any:
            locale.textdomain("messages")
            return None

        @step(writes=True)
        def set_(o: Any, v: str) -> Any:
            return TextDomain.known(locale.textdomain(v * 2))

        @step(writes=True)
        def set_longer(o: Any, v: str) -> Any:
            return [TextDomain.known(locale.textdomain(v * 20)) for _ in range(9)]

        @step()
        def ask(o: Any, v: str) -> Any:
            return TextDomain.known(locale.textdomain(None))

        @step(writes=True)
        def bind(o: Any, v: str) -> Any:
            """It lies in a folder that is not there."""
            return TextDomain.known(locale.bindtextdomain("x0x0", "/" + v * 2)[1:])

        @step()
        def bind_ask(o: Any, v: str) -> Any:
            return [TextDomain.known(locale.bindtextdomain("x0x0", None)[1:]) for _ in range(9)]

        @staticmethod
        def known(name: str) -> str:
            """Nothing, where somebody set it."""
            of_somebody = name[:2].isalnum() and name == name[:2] * (len(name) // 2)
            return "" if name == "messages" or of_somebody else name or "no name"

    class SystemLog(Subject):
        """The process's name in the system's log, which is told nothing: all that is said here is masked."""

        most = PROCESS

        def fresh(self, size: int) -> Any:
            syslog.setlogmask(syslog.LOG_UPTO(syslog.LOG_EMERG))
            return ["x0"]

        def left(self, o: Any) -> Any:
            syslog.closelog()
            sys.argv = ARGUMENTS
            return None

        @step(writes=True)
        def open_(o: Any, v: str) -> Any:
            syslog.openlog(v + v)

        @step(writes=True)
        def open_by_argument(o: Any, v: str) -> Any:
            """By the program's name, which others replace, too."""
            for _ in range(2):
                sys.argv = [v + "/" + v]
            syslog.openlog()

        @step(writes=True)
        def replace_argument(o: Any, v: str) -> Any:
            for _ in range(4):
                sys.argv[0] = v + "/" + v

        @step(writes=True)
        def open_with_facility(o: Any, v: str) -> Any:
            syslog.openlog(v, facility=syslog.LOG_USER)

        @step(writes=True)
        def say(o: Any, v: str) -> Any:
            syslog.syslog(syslog.LOG_DEBUG, v)

        @step(writes=True)
        def close(o: Any, v: str) -> Any:
            syslog.closelog()

        @step()
        def mask(o: Any, v: str) -> Any:
            return syslog.setlogmask(0) == syslog.LOG_UPTO(syslog.LOG_EMERG)


class Lines(Subject):
    """Lines of files, which are kept once they were asked for: getline is said never to raise."""

    said = "linecache.getline"

    def fresh(self, size: int) -> Any:
        return f"<pairs{next(NUMBERS) % 8}>", {"__name__": "pairs", "__loader__": _Loader()}

    def left(self, o: Any) -> Any:
        linecache.cache.pop(o[0], None)
        return None

    @step(writes=True)
    def lazycache(o: Any, v: str) -> Any:
        return linecache.lazycache(o[0] + v, o[1]) in (False, True)

    @step()
    def getline(o: Any, v: str) -> Any:
        return linecache.getline(__file__, 1) in ("", THIS)

    @step()
    def getlines(o: Any, v: str) -> Any:
        return len(linecache.getlines(o[0], o[1])) >= 0

    @step(writes=True, may_raise=(KeyError,))
    def checkcache(o: Any, v: str) -> Any:
        linecache.checkcache(__file__)
        linecache.checkcache()

    @step(writes=True, may_raise=(KeyError,))
    def updatecache(o: Any, v: str) -> Any:
        return len(linecache.updatecache(__file__)) >= 0

    @step(writes=True)
    def clearcache(o: Any, v: str) -> Any:
        linecache.clearcache()


class _Loader:
    """What gives a module's source."""

    def get_source(self, name: str) -> str:
        return "x0\nx1\n"


THIS = '"""What a process has one of: loggers, its environment, its users, folders; and what is kept of names."""\n'


HERE = str(Path(__file__).parent)


class FolderIterator(Subject):
    """What goes through a folder, and is closed by who has enough."""

    said = "Python support for free threading, Iterators"
    most = PROCESS

    def fresh(self, size: int) -> Any:
        return os.scandir(HERE)

    def left(self, o: Any) -> Any:
        o.close()
        return None

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return len(next(o).name)

    @step(writes=True)
    def drain(o: Any, v: str) -> Any:
        return len([one.name for one in o])

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(writes=True)
    def with_(o: Any, v: str) -> Any:
        with o as entered:
            return entered is o


class FolderEntry(Subject):
    """One file of a folder, which keeps what it was told of it."""

    left_out: ClassVar[dict[str, str]] = {
        "__class_getitem__": "a class's",
        "is_junction": "false but on Windows",
    }

    def fresh(self, size: int) -> Any:
        with os.scandir(HERE) as folder:
            return next(one for one in folder if one.name.endswith(".py"))

    def left(self, o: Any) -> Any:
        return o.is_file()

    @step()
    def stat(o: Any, v: str) -> Any:
        return o.stat().st_ino == o.inode()

    @step()
    def lstat(o: Any, v: str) -> Any:
        return o.stat(follow_symlinks=False).st_size > 0

    @step()
    def same_stat(o: Any, v: str) -> Any:
        return o.stat().st_size == o.stat().st_size

    @step()
    def is_file(o: Any, v: str) -> Any:
        return o.is_file(), o.is_dir(), o.is_symlink()

    @step(text=True)
    def names(o: Any, v: str) -> Any:
        return o.name, len(o.path), len(os.fspath(o)), len(repr(o))


class FileNames(Subject):
    """tempfile's sequence of names for files, which makes its generator when it is first asked."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return tempfile._RandomNameSequence()  # type: ignore[attr-defined]

    def left(self, o: Any) -> Any:
        return len(next(o))

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return len(next(o))

    @step()
    def rng(o: Any, v: str) -> Any:
        return o.rng is o.rng

    @step()
    def candidates(o: Any, v: str) -> Any:
        return len(next(tempfile._get_candidate_names()))  # type: ignore[attr-defined]

    @step()
    def folder(o: Any, v: str) -> Any:
        return len(tempfile.gettempdir()) > 0, tempfile.gettempprefix()


def _catalogue() -> bytes:
    """A catalogue of texts: two of them, one with a plural."""
    texts = {
        "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n",
        "one": "x0",
        "one\0many": "x1\0x2",
    }
    ids, values, places = b"", b"", []
    for key, text in sorted(texts.items()):
        places.append((len(ids), len(key.encode()), len(values), len(text.encode())))
        ids += key.encode() + b"\0"
        values += text.encode() + b"\0"
    count = len(places)
    start = 28 + 16 * count
    index = [part for at, length, _, _ in places for part in (length, start + at)]
    index += [part for _, _, at, length in places for part in (length, start + len(ids) + at)]
    return (
        struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
        + struct.pack(f"<{len(index)}I", *index)
        + ids
        + values
    )


CATALOGUE = _catalogue()


class Translations(Subject):
    """A catalogue of texts in another language, with one to fall back to."""

    left_out: ClassVar[dict[str, str]] = {
        "install": "it changes what all have",
        "CONTEXT": "a constant",
        "LE_MAGIC": "a constant",
        "BE_MAGIC": "a constant",
        "VERSIONS": "a constant",
    }

    def fresh(self, size: int) -> Any:
        return gettext.GNUTranslations(io.BytesIO(CATALOGUE))

    def left(self, o: Any) -> Any:
        return o.gettext("one")

    @step()
    def gettext(o: Any, v: str) -> Any:
        return o.gettext("one"), o.gettext(v)

    @step()
    def ngettext(o: Any, v: str) -> Any:
        return o.ngettext("one", "many", 2), o.ngettext("one", "many", 1)

    @step()
    def pgettext(o: Any, v: str) -> Any:
        return o.pgettext("x0", v), o.npgettext("x0", v, v, 2)

    @step()
    def info(o: Any, v: str) -> Any:
        return len(o.info()), o.charset() == "UTF-8"

    @step(writes=True)
    def add_fallback(o: Any, v: str) -> Any:
        o.add_fallback(gettext.NullTranslations())

    @step(writes=True)
    def plural(o: Any, v: str) -> Any:
        return gettext.c2py("n != 1 ? 1 : 0")(int(v[1]))


class Network(Subject):
    """A network of addresses, which keeps what it was asked of itself."""

    left_out: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("is_global", "is_link_local", "is_loopback", "is_multicast", "is_reserved", "is_site_local"),
            *("is_unspecified", "reverse_pointer", "max_prefixlen", "compressed", "exploded"),
        ),
        "arithmetic on what never changes",
    )

    def fresh(self, size: int) -> Any:
        return ipaddress.ip_network("10.0.0.0/29")

    def left(self, o: Any) -> Any:
        return int(o.broadcast_address) == 167772167

    @step()
    def addresses(o: Any, v: str) -> Any:
        return int(o.network_address), int(o.broadcast_address), o.prefixlen, o.num_addresses

    @step()
    def masks(o: Any, v: str) -> Any:
        return int(o.netmask), int(o.hostmask), o.version, len(o.with_netmask), len(o.with_hostmask)

    @step()
    def hosts(o: Any, v: str) -> Any:
        return len(list(o.hosts())), len(list(o)), int(o[1])

    @step()
    def subnets(o: Any, v: str) -> Any:
        return (
            len(list(o.subnets(2))),
            o.supernet().prefixlen,
            len(list(o.address_exclude(next(o.subnets())))),
        )

    @step()
    def relations(o: Any, v: str) -> Any:
        return (
            o.overlaps(o),
            o.subnet_of(o),
            o.supernet_of(o),
            o == o,
            o < o,
            o.compare_networks(o),
            o[0] in o,
        )

    @step()
    def is_private(o: Any, v: str) -> Any:
        return o.is_private, hash(o) == hash(o), len(str(o)), len(repr(o))

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, copy.deepcopy(o) == o, pickle.loads(pickle.dumps(o)) == o

    @step()
    def address(o: Any, v: str) -> Any:
        address = ipaddress.ip_address("10.0.0." + v[1])
        return address.is_private, address.is_loopback, int(address + 1), len(address.packed)


class Uuid(Subject):
    """A UUID, which never changes, and what makes new ones from what the process knows."""

    left_out: ClassVar[dict[str, str]] = {"is_safe": "a constant of its own"}

    def fresh(self, size: int) -> Any:
        return uuid.UUID(int=size)

    def left(self, o: Any) -> Any:
        return o.int

    @step()
    def members(o: Any, v: str) -> Any:
        return (
            o.int,
            len(o.hex),
            len(o.bytes),
            len(o.bytes_le),
            o.version,
            len(o.variant),
            len(o.urn),
            o.fields,
        )

    @step()
    def fields(o: Any, v: str) -> Any:
        return (
            o.time_low,
            o.time_mid,
            o.time_hi_version,
            o.clock_seq_hi_variant,
            o.clock_seq_low,
            o.time,
            o.node,
        )

    @step()
    def comparisons(o: Any, v: str) -> Any:
        return (
            o == uuid.UUID(int=3),
            o < uuid.UUID(int=4),
            hash(o) == hash(o),
            len(str(o)),
            len(repr(o)),
            int(o),
        )

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, pickle.loads(pickle.dumps(o)) == o

    @step()
    def uuid1(o: Any, v: str) -> Any:
        return uuid.uuid1(1, 1).version, o.clock_seq

    @step()
    def uuid3(o: Any, v: str) -> Any:
        return uuid.uuid3(o, "x0") == uuid.uuid3(o, "x0"), uuid.uuid5(o, v).version

    @step()
    def uuid4(o: Any, v: str) -> Any:
        return uuid.uuid4() != uuid.uuid4()

    @step()
    def uuid7(o: Any, v: str) -> Any:
        return uuid.uuid7().version, uuid.uuid6(1, 1).version  # type: ignore[attr-defined]
