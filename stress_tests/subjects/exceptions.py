"""Exceptions: their attributes, and raising one that others hold."""

from __future__ import annotations

import codecs
import copy
import pickle
import sys
import traceback
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from harness.kernel.pairs import PROCESS, Nosy, Subject, arm, caught, fresh_strings, refuse, step, waiting

REPR_DIES = sys.version_info[:2] == (3, 14)
"""With one thread, of a group's repr after its args were set (gh-146096)."""


def _of_others(o: Any) -> Any:
    """It has a cause and a context, that nobody else has: what is stored instead frees them."""
    o.__cause__, o.__context__ = map(KeyError, fresh_strings(2))
    return o


class _Exceptions(Subject):
    """What is done with any exception."""

    left_out = {"__new__": "other subjects' fresh objects come from it"}

    def left(self, o: Any) -> Any:
        return [list(o.args), getattr(o, "__notes__", None), o.__suppress_context__]

    @step()
    def args(o: Any, v: str) -> Any:
        return o.args

    @step(writes=True, makes=True)
    def store_args(o: Any, v: str) -> Any:
        o.args = made = (v, v)
        return made

    @step(writes=True, makes=True)
    def store_args_from_list(o: Any, v: str) -> Any:
        o.args = made = [v]
        return made

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(v)

    @step(text=True)
    def text(o: Any, v: str) -> Any:
        return len(str(o)) >= 0, len(repr(o)) > 0

    @step()
    def cause(o: Any, v: str) -> Any:
        return o.__cause__ is None, o.__suppress_context__ in (False, True)

    @step(writes=True, makes=True)
    def store_cause(o: Any, v: str) -> Any:
        o.__cause__ = made = KeyError(v)
        return made

    @step(writes=True)
    def store_no_cause(o: Any, v: str) -> Any:
        o.__cause__ = None

    @step()
    def context(o: Any, v: str) -> Any:
        return o.__context__ is None

    @step(writes=True, makes=True)
    def store_context(o: Any, v: str) -> Any:
        o.__context__ = made = KeyError(v)
        return made

    @step(writes=True)
    def store_no_context(o: Any, v: str) -> Any:
        o.__context__ = None

    @step(writes=True)
    def suppress_context(o: Any, v: str) -> Any:
        o.__suppress_context__ = True

    @step()
    def traceback_(o: Any, v: str) -> Any:
        return len(list(traceback.walk_tb(o.__traceback__))) >= 0

    @step(writes=True)
    def store_no_traceback(o: Any, v: str) -> Any:
        o.__traceback__ = None

    @step(writes=True)
    def with_traceback(o: Any, v: str) -> Any:
        return o.with_traceback(None) is o

    @step(writes=True)
    def raise_(o: Any, v: str) -> Any:
        try:
            raise o
        except type(o) as error:
            return error is o

    @step(writes=True)
    def raise_from(o: Any, v: str) -> Any:
        try:
            raise o from KeyError(v)
        except type(o) as error:
            return error is o

    @step(writes=True)
    def raise_while_handling(o: Any, v: str) -> Any:
        try:
            try:
                raise KeyError(v)
            except KeyError:
                raise o  # noqa: B904  # the context is what is raced
        except type(o) as error:
            return error is o

    @step(writes=True)
    def raise_another_while_handling(o: Any, v: str) -> Any:
        try:
            try:
                raise o
            except type(o):
                raise KeyError(v)  # noqa: B904
        except KeyError as error:
            return error.__context__ is o

    @step(writes=True)
    def raise_through_generator(o: Any, v: str) -> Any:
        generator = waiting(v, v)
        next(generator)
        try:
            return generator.throw(o)
        except type(o) as error:
            return error is o

    @step(writes=True)
    def add_note(o: Any, v: str) -> Any:
        o.add_note(v)

    @step()
    def notes(o: Any, v: str) -> Any:
        return list(getattr(o, "__notes__", ()))

    @step(writes=True)
    def delete_notes(o: Any, v: str) -> Any:
        del o.__notes__

    @step(writes=True)
    def store_attribute(o: Any, v: str) -> Any:
        o.mark = v

    @step()
    def attribute(o: Any, v: str) -> Any:
        return getattr(o, "mark", None)

    @step(writes=True, makes=True)
    def store_dict(o: Any, v: str) -> Any:
        o.__dict__ = made = {"mark": v}
        return made

    @step()
    def vars_(o: Any, v: str) -> Any:
        return dict(vars(o)).get("mark")

    @step()
    def reduce(o: Any, v: str) -> Any:
        return o.__reduce__()[0] is type(o), len(o.__reduce_ex__(2)) > 1

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.__setstate__({"mark": v})

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o).args

    @step(may_raise=(RuntimeError,))
    def deepcopy(o: Any, v: str) -> Any:
        return copy.deepcopy(o).args

    @step(may_raise=(RuntimeError,))
    def pickle_(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o)).args

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, hash(o) == hash(o)

    @step(PROCESS)
    def format_only(o: Any, v: str) -> Any:
        return len(traceback.format_exception_only(o)) > 0


class Error(_Exceptions):
    """A ValueError that was raised and caught."""

    def fresh(self, size: int) -> Any:
        return _of_others(caught(*fresh_strings(2)))

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o


class ErrorOfNosyParts(_Exceptions):
    """An exception whose parts change it, or raise, when their text is made."""

    sizes = (0, 1, 2, 3, 4)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        elements = [Nosy(f"x{number}", None, MEDDLES[(number + size) % len(MEDDLES)]) for number in range(3)]
        o = MADE[size](*elements)
        for one in elements:
            one.home = o
        arm(elements)
        return o


def _store_parts(o: Any) -> None:
    for name in ("args", "errno", "strerror", "filename", "filename2", "msg", "text", "name", "path"):
        if hasattr(o, name):
            setattr(o, name, ("m",) if name == "args" else "m")


MEDDLES = (_store_parts, refuse, lambda o: o.__init__("m"))
MADE: tuple[Callable[..., Any], ...] = (
    lambda first, *rest: KeyError(first),
    ValueError,
    lambda first, second, third: OSError(first, second, third, None, first),
    lambda first, second, third: SyntaxError(first, (second, 1, 1, third)),
    lambda first, second, third: ImportError(first, name=second, path=third),
)
"""Exceptions of three parts."""


class MemoryErrors(Subject):
    """MemoryErrors that threads keep in a list, make, raise and drop: some are kept ready for when memory is short."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return [MemoryError(one) for one in fresh_strings(size)]

    def left(self, o: Any) -> Any:
        return len(o) >= 0

    @step(writes=True)
    def make(o: Any, v: str) -> Any:
        return MemoryError(v).args, len(o)

    @step(writes=True)
    def make_many(o: Any, v: str) -> Any:
        return len([MemoryError(v) for _ in range(20)])

    @step(writes=True)
    def keep(o: Any, v: str) -> Any:
        o.append(MemoryError(v))

    @step(writes=True)
    def drop(o: Any, v: str) -> Any:
        o.pop()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def raise_(o: Any, v: str) -> Any:
        try:
            return bytes(1 << 62)
        except MemoryError as error:
            return len(error.args), error.__traceback__ is not None

    @step(writes=True)
    def raise_and_keep(o: Any, v: str) -> Any:
        try:
            return [v] * (1 << 59)
        except MemoryError as error:
            o.append(error)

    @step(writes=True)
    def raise_kept(o: Any, v: str) -> Any:
        try:
            raise o[0]
        except MemoryError as error:
            return error.args


class ErrorOfSystem(_Exceptions):
    """An OSError, with its numbers and names."""

    def fresh(self, size: int) -> Any:
        o = OSError(2, "x0", "x1", None, "x2")
        # What it is made of is held by its args, too, and would not die.
        o.strerror, o.filename, o.filename2 = fresh_strings(3)
        return _of_others(o)

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.errno, o.strerror, o.filename, o.filename2

    @step(writes=True)
    def store_parts(o: Any, v: str) -> Any:
        o.strerror, o.filename, o.filename2 = v, v, v

    @step(writes=True)
    def delete_filename(o: Any, v: str) -> Any:
        del o.filename

    @step(writes=True)
    def store_errno(o: Any, v: str) -> Any:
        o.errno = v

    @step(writes=True)
    def store_written(o: Any, v: str) -> Any:
        o.characters_written = 7

    @step()
    def written(o: Any, v: str) -> Any:
        return o.characters_written


class ErrorOfUnicode(_Exceptions):
    """A UnicodeDecodeError, with its object and positions."""

    def fresh(self, size: int) -> Any:
        o = UnicodeDecodeError("x0", b"x1", 0, 1, "x2")
        o.encoding, data, o.reason = fresh_strings(3)
        o.object = data.encode()
        return _of_others(o)

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.encoding, o.object, o.start, o.end, o.reason

    @step(writes=True)
    def store_object(o: Any, v: str) -> Any:
        o.object = v.encode() + b"..."

    @step(writes=True)
    def store_reason(o: Any, v: str) -> Any:
        o.reason = v

    @step(writes=True)
    def store_encoding(o: Any, v: str) -> Any:
        o.encoding = v

    @step(writes=True)
    def store_position(o: Any, v: str) -> Any:
        o.start, o.end = 1, 2

    @step(writes=True)
    def init_whole(o: Any, v: str) -> Any:
        o.__init__(v, v.encode(), 0, 1, v)


class ErrorOfSyntax(_Exceptions):
    """A SyntaxError, with its place."""

    left_out = {"__new__": _Exceptions.left_out["__new__"], "_metadata": "the compiler's own"}

    def fresh(self, size: int) -> Any:
        o = SyntaxError("x0", ("x1", 1, 2, "x2", 1, 3))
        o.msg, o.filename, o.text = fresh_strings(3)
        return _of_others(o)

    @step()
    def parts(o: Any, v: str) -> Any:
        return (
            o.msg,
            o.filename,
            o.lineno,
            o.offset,
            o.text,
            o.end_lineno,
            o.end_offset,
            o.print_file_and_line,
        )

    @step(writes=True)
    def store_parts(o: Any, v: str) -> Any:
        o.msg, o.filename, o.text = v, v, v

    @step(writes=True)
    def init_whole(o: Any, v: str) -> Any:
        o.__init__(v, (v, 2, 3, v, 2, 4))


class ErrorOfImport(_Exceptions):
    """An ImportError, with the names of what was imported."""

    def fresh(self, size: int) -> Any:
        name, path, said = fresh_strings(3)
        o = ImportError("x2", name=name, path=path)
        o.msg = said
        return _of_others(o)

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.msg, o.name, o.path, o.name_from

    @step(writes=True)
    def store_parts(o: Any, v: str) -> Any:
        o.msg, o.name, o.path = v, v, v

    @step(writes=True)
    def delete_name(o: Any, v: str) -> Any:
        del o.name


class ErrorOfAttribute(_Exceptions):
    """An AttributeError that nobody has looked at: it knows whose attribute was asked for."""

    def fresh(self, size: int) -> Any:
        said, name, held = fresh_strings(3)
        return _of_others(AttributeError(said, name=name, obj=[held]))

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.name, o.obj, o.__getstate__() is None

    @step(writes=True)
    def store_parts(o: Any, v: str) -> Any:
        o.name, o.obj = v, v


class EndOfIteration(_Exceptions):
    """A StopIteration, with what a generator returned."""

    def fresh(self, size: int) -> Any:
        o = StopIteration("x0")
        (o.value,) = fresh_strings(1)
        return _of_others(o)

    @step()
    def value(o: Any, v: str) -> Any:
        return o.value

    @step(writes=True)
    def store_value(o: Any, v: str) -> Any:
        o.value = v


class ErrorGroup(_Exceptions):
    """An ExceptionGroup of three, one of them a group itself."""

    def fresh(self, size: int) -> Any:
        first, second, third = fresh_strings(3)
        inner = ExceptionGroup("x1", [KeyError(second), ValueError(third)])
        return _of_others(ExceptionGroup("x0", [ValueError(first), inner]))

    @step(text=True)
    def text(o: Any, v: str) -> Any:
        return len(str(o)) > 0, REPR_DIES or len(repr(o)) > 0

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.message, len(o.exceptions)

    @step()
    def split(o: Any, v: str) -> Any:
        found, rest = o.split(ValueError)
        return len(found.exceptions), len(rest.exceptions)

    @step()
    def subgroup(o: Any, v: str) -> Any:
        return len(o.subgroup(lambda error: isinstance(error, KeyError)).exceptions)

    @step()
    def derive(o: Any, v: str) -> Any:
        return o.derive([KeyError(v)]).message

    @step(writes=True)
    def except_star(o: Any, v: str) -> Any:
        try:
            raise o
        except* KeyError as error:
            seen = len(error.exceptions)
        except* ValueError as error:
            seen = len(error.exceptions)
        return seen

    @step(writes=True)
    def reraise_star(o: Any, v: str) -> Any:
        try:
            try:
                raise o
            except* KeyError as error:
                raise error.exceptions[0] from None
        except ExceptionGroup as error:
            return len(error.exceptions)

    @step(writes=True)
    def note_inner(o: Any, v: str) -> Any:
        o.exceptions[0].add_note(v)

    @step()
    def generic(o: Any, v: str) -> Any:
        return type(o)[int] is not None


class HandledError(Subject):
    """An exception that each thread raises, and looks at while it handles it."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return caught(*fresh_strings(2))

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def exc_info(o: Any, v: str) -> Any:
        try:
            raise o
        except ValueError:
            kind, error, trace = sys.exc_info()
            return kind is ValueError, error is o, len(type(trace).__name__)

    @step(writes=True)
    def with_(o: Any, v: str) -> Any:
        with _Looks():
            raise o

    @step(writes=True)
    def raise_another(o: Any, v: str) -> Any:
        """It becomes the context of what is raised while it is handled."""
        try:
            try:
                raise o
            except ValueError:
                raise KeyError(v)
        except KeyError as error:
            return error.__context__ is o

    @step(writes=True)
    def raise_again(o: Any, v: str) -> Any:
        try:
            try:
                raise o
            except ValueError:
                raise
        except ValueError as error:
            return error is o

    @step(writes=True)
    def log(o: Any, v: str) -> Any:
        try:
            raise o
        except ValueError:
            return len(traceback.format_exc(limit=1)) > 0

    @step(writes=True)
    def no_traceback(o: Any, v: str) -> Any:
        for _ in range(9):
            o.__traceback__ = None

    @step(writes=True)
    def with_traceback(o: Any, v: str) -> Any:
        return o.with_traceback(None) is o

    @step(writes=True)
    def no_context(o: Any, v: str) -> Any:
        o.__context__ = None
        o.__cause__ = None

    @step(writes=True)
    def throw(o: Any, v: str) -> Any:
        """Into what handles it, and goes on."""
        made = _handles()
        next(made)
        return made.throw(o) is not None


class _Refuses:
    """A stream that what is written in Python cannot write to; what is written in C can."""

    def write(self, text: str) -> None:
        if sys._getframe(1).f_globals["__name__"] == "traceback":
            raise ValueError(text)

    def flush(self) -> None:
        pass


class PrintedError(Subject):
    """An exception that C prints, for traceback could not, while its traceback and its chain are changed."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        sys.stderr = _Refuses()
        return _of_others(caught(*fresh_strings(2)))

    def left(self, o: Any) -> Any:
        sys.stderr = sys.__stderr__
        return None

    @step()
    def print_(o: Any, v: str) -> Any:
        sys.__excepthook__(type(o), o, o.__traceback__)

    @step(writes=True)
    def cut(o: Any, v: str) -> Any:
        if o.__traceback__ is not None:
            o.__traceback__.tb_next = None

    @step(writes=True)
    def no_traceback(o: Any, v: str) -> Any:
        o.__traceback__ = None

    @step(writes=True)
    def traceback_of_another(o: Any, v: str) -> Any:
        o.__traceback__ = caught(v, v).__traceback__

    @step(writes=True)
    def chain(o: Any, v: str) -> Any:
        o.__cause__ = KeyError(v)
        o.__context__ = None

    @step(writes=True)
    def notes(o: Any, v: str) -> Any:
        o.__notes__ = [v]
        o.add_note(v)
        del o.__notes__

    @step(writes=True)
    def args(o: Any, v: str) -> Any:
        o.args = (v,)


class _Looks:
    """A manager that looks at what left its block, and ends it there."""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        return len(type(trace).__name__) > 0


def _handles() -> Any:
    try:
        yield None
    except ValueError:
        yield len(type(sys.exc_info()[2]).__name__)


def _chain(length: int) -> ValueError:
    """An exception with so many contexts, one behind the other."""
    first = ValueError("x0")
    last: BaseException = first
    for number in range(length):
        last.__context__ = ValueError("x" + str(number))
        last = last.__context__
    return first


LONGEST = 20
"""As far a chain is looked through: what others put together may end in itself."""


def _contexts(error: BaseException) -> Iterator[BaseException]:
    for _ in range(LONGEST):
        if error.__context__ is None:
            return
        error = error.__context__
        yield error


class ChainedError(Subject):
    """An exception with a chain of contexts that threads raise, and raise others beside, while the chain is changed."""

    most = PROCESS
    sizes = (3, 9)

    def fresh(self, size: int) -> Any:
        return _chain(size)

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def raise_(o: Any, v: str) -> Any:
        raise o

    @step(writes=True)
    def raise_another(o: Any, v: str) -> Any:
        """It is looked for in the chain of what is handled."""
        for _ in range(3):
            try:
                try:
                    raise o
                except ValueError:
                    raise KeyError(v)
            except KeyError as error:
                found = error.__context__ is o
        return found

    @step(writes=True)
    def raise_another_from(o: Any, v: str) -> Any:
        try:
            try:
                raise o
            except ValueError as error:
                raise KeyError(v) from error
        except KeyError as error:
            return error.__cause__ is o, error.__context__ is o

    @step(writes=True)
    def raise_in_finally(o: Any, v: str) -> Any:
        try:
            try:
                raise o
            finally:
                raise KeyError(v)
        except KeyError as error:
            return error.__context__ is o

    @step(writes=True)
    def raise_by_function(o: Any, v: str) -> Any:
        """C's functions raise it."""
        try:
            raise o
        except ValueError:
            return int(v)

    @step(writes=True)
    def raise_again(o: Any, v: str) -> Any:
        """It is in the chain already: it is taken out where it was."""
        try:
            try:
                raise o
            except ValueError:
                try:
                    raise KeyError(v)
                except KeyError:
                    raise o
        except ValueError as error:
            return error is o

    @step(writes=True)
    def raise_context(o: Any, v: str) -> Any:
        """What is behind it is raised while it is handled: the chain is cut."""
        try:
            raise o
        except ValueError:
            inner = o.__context__
            if inner is not None:
                raise inner

    @step(writes=True)
    def raise_while_chain_handled(o: Any, v: str) -> Any:
        try:
            try:
                raise _chain(3)
            except ValueError:
                raise o
        except ValueError as error:
            return error is o

    @step(writes=True)
    def throw(o: Any, v: str) -> Any:
        """Into what handles another one: it becomes a context."""
        made = _waits_handling(v)
        next(made)
        return made.throw(o)

    @step(writes=True)
    def throw_handled(o: Any, v: str) -> Any:
        """Into what handles it: another one."""
        made = _waits_handling(o)
        next(made)
        return made.throw(KeyError(v))

    @step(writes=True)
    def no_context(o: Any, v: str) -> Any:
        for _ in range(3):
            o.__context__ = None

    @step(writes=True)
    def new_chain(o: Any, v: str) -> Any:
        for _ in range(3):
            o.__context__ = _chain(5)

    @step(writes=True, makes=True)
    def new_second(o: Any, v: str) -> Any:
        o.__context__.__context__ = made = _chain(3)
        return made

    @step(writes=True)
    def cut_second(o: Any, v: str) -> Any:
        o.__context__.__context__ = None

    @step(writes=True)
    def cut_all(o: Any, v: str) -> Any:
        """Each link for itself, the last one first."""
        for one in reversed(list(_contexts(o))):
            one.__context__ = None

    @step(writes=True)
    def into_itself(o: Any, v: str) -> Any:
        """The chain ends where it begins."""
        o.__context__.__context__ = o

    @step(writes=True)
    def new_cause(o: Any, v: str) -> Any:
        o.__cause__ = o.__context__ or _chain(3)
        o.__cause__ = None

    @step()
    def walk(o: Any, v: str) -> Any:
        return [str(one.args[0]) for one in _contexts(o)][:3]

    @step()
    def walk_causes(o: Any, v: str) -> Any:
        return [one.__cause__ is None and one.__suppress_context__ for one in _contexts(o)][-1:]


def _waits_handling(what: Any) -> Any:
    """What handles an exception, and waits there."""
    try:
        if isinstance(what, ValueError):
            raise what
        raise RuntimeError(what)
    except (ValueError, RuntimeError):
        yield what


class UnicodeErrorHandled(Subject):
    """A UnicodeError that handlers are given, as a codec gives it to them, while others change what it says."""

    most = PROCESS
    sizes = (0, 1, 2)

    def fresh(self, size: int) -> Any:
        return MADE_OF_UNICODE[size]()

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def store_object(o: Any, v: str) -> Any:
        for length in (1, 20, 3):
            o.object = _other_object(o, v, length)

    @step(writes=True)
    def store_empty_object(o: Any, v: str) -> Any:
        o.object = _other_object(o, v, 0)

    @step(writes=True)
    def store_start(o: Any, v: str) -> Any:
        o.start = 9

    @step(writes=True)
    def store_end(o: Any, v: str) -> Any:
        o.end = 0

    @step(writes=True)
    def store_far_end(o: Any, v: str) -> Any:
        o.start, o.end = 0, 999

    @step(writes=True)
    def store_reason(o: Any, v: str) -> Any:
        o.reason = v + v

    @step(writes=True)
    def store_encoding(o: Any, v: str) -> Any:
        """What there is none of in an error of translating."""
        o.encoding = "utf-16-le" if v[0] == "a" else v + v

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        other = MADE_OF_UNICODE[MADE_OF.index(type(o))]()
        o.__init__(*other.args)

    @step()
    def members(o: Any, v: str) -> Any:
        return len(o.object), o.start, o.end, len(o.reason), len(o.args)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(str(o))

    @step()
    def strict(o: Any, v: str) -> Any:
        return codecs.lookup_error("strict")(o)

    @step()
    def ignore(o: Any, v: str) -> Any:
        return codecs.lookup_error("ignore")(o)

    @step()
    def replace(o: Any, v: str) -> Any:
        return _handled("replace", o)

    @step()
    def backslashreplace(o: Any, v: str) -> Any:
        return _handled("backslashreplace", o)

    @step()
    def xmlcharrefreplace(o: Any, v: str) -> Any:
        return _handled("xmlcharrefreplace", o)

    @step()
    def namereplace(o: Any, v: str) -> Any:
        return _handled("namereplace", o)

    @step()
    def surrogateescape(o: Any, v: str) -> Any:
        return _handled("surrogateescape", o)

    @step()
    def surrogatepass(o: Any, v: str) -> Any:
        return _handled("surrogatepass", o)


def _handled(name: str, error: Any) -> Any:
    given, position = codecs.lookup_error(name)(error)
    return len(given), position


MADE_OF_UNICODE: tuple[Callable[[], Any], ...] = (
    lambda: UnicodeEncodeError("utf-8", "ab\udc80\ud800" * 5 + "x0", 2, 3, "x1"),
    lambda: UnicodeDecodeError("utf-8", b"ab\xed\xa0\x80" * 5 + b"x0", 2, 5, "x1"),
    lambda: UnicodeTranslateError("ab\u20ac" * 5 + "x0", 2, 3, "x1"),
)
MADE_OF = (UnicodeEncodeError, UnicodeDecodeError, UnicodeTranslateError)


def _other_object(error: Any, v: str, length: int) -> Any:
    """What nobody else holds, and such an error may be about."""
    return v.encode() * length if isinstance(error, UnicodeDecodeError) else (v + "\u20ac") * length
