"""hashlib, hmac, zlib, bz2, lzma, zstd, binascii: what is fed in pieces, and keeps what it made of them."""

from __future__ import annotations

import binascii
import bz2
import copy
import hashlib
import hmac
import lzma
import zlib
from collections.abc import Callable
from contextlib import suppress
from itertools import permutations
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Attributes, Subject, fresh_strings, step

LONG = 4096
"""Bytes in one go, from which on others run meanwhile, whatever the build."""


SIZES: dict[str, str] = dict.fromkeys(
    ("MAX_DIGEST_SIZE", "MAX_KEY_SIZE", "PERSON_SIZE", "SALT_SIZE"), "a constant"
)


class _Hash(Attributes):
    """A hash. Each update has it to itself: a digest that no order of the updates gives is of torn data."""

    make: Callable[[], Any]
    """A new hash that nothing was fed to."""

    def fresh(self, size: int) -> Any:
        new = type(self).make()
        for one in fresh_strings(size):
            new.update(one.encode())
        return new

    def left(self, o: Any) -> Any:
        return o.hexdigest()

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o.update(v.encode())

    @step(writes=True)
    def update_long(o: Any, v: str) -> Any:
        o.update(v.encode() * LONG)

    @step()
    def digest(o: Any, v: str) -> Any:
        return o.digest().hex()

    @step()
    def hexdigest(o: Any, v: str) -> Any:
        return o.hexdigest()

    @step()
    def copy(o: Any, v: str) -> Any:
        return o.copy().hexdigest()

    @step()
    def copy_update(o: Any, v: str) -> Any:
        """Text made of two: what is copied, and what is added to the copy alone."""
        other = o.copy()
        other.update(b"y")
        return other.hexdigest()

    @step()
    def members(o: Any, v: str) -> Any:
        return o.digest_size, o.block_size, o.name == o.name

    @step(PROCESS)
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o)) > 9


class Md5(_Hash):
    """An md5 hash, OpenSSL's where there is one."""

    make = staticmethod(lambda: hashlib.md5(usedforsecurity=False))


class Sha256(_Hash):
    """A sha256 hash, OpenSSL's where there is one."""

    make = staticmethod(hashlib.sha256)


class Sha3(_Hash):
    """A sha3 hash, OpenSSL's where there is one."""

    make = staticmethod(hashlib.sha3_256)


class Blake2b(_Hash):
    """A blake2b hash, CPython's own."""

    left_out = SIZES

    make = staticmethod(hashlib.blake2b)


class Blake2sKeyed(_Hash):
    """A blake2s hash with a key, CPython's own."""

    left_out = SIZES

    make = staticmethod(lambda: hashlib.blake2s(key=b"x0", digest_size=8, salt=b"x1"))


class Shake(Attributes):
    """A shake hash, of which each digest has the length that is asked for."""

    def fresh(self, size: int) -> Any:
        return hashlib.shake_128(b"x0")

    def left(self, o: Any) -> Any:
        return o.hexdigest(9)

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o.update(v.encode())

    @step(writes=True)
    def update_long(o: Any, v: str) -> Any:
        o.update(v.encode() * LONG)

    @step()
    def digest(o: Any, v: str) -> Any:
        return o.digest(9).hex()

    @step()
    def hexdigest_long(o: Any, v: str) -> Any:
        return o.hexdigest(400)

    @step()
    def copy(o: Any, v: str) -> Any:
        return o.copy().hexdigest(9)

    @step()
    def members(o: Any, v: str) -> Any:
        return o.digest_size, o.block_size, o.name == o.name


class OwnMd5(_Hash):
    """An md5 hash, CPython's own."""

    make = staticmethod(lambda: hashlib.__dict__["__get_builtin_constructor"]("md5")())


class OwnSha1(_Hash):
    """A sha1 hash, CPython's own."""

    make = staticmethod(lambda: hashlib.__dict__["__get_builtin_constructor"]("sha1")())


class OwnSha256(_Hash):
    """A sha256 hash, CPython's own."""

    make = staticmethod(lambda: hashlib.__dict__["__get_builtin_constructor"]("sha256")())


class OwnSha512(_Hash):
    """A sha512 hash, CPython's own."""

    make = staticmethod(lambda: hashlib.__dict__["__get_builtin_constructor"]("sha512")())


class OwnSha3(_Hash):
    """A sha3 hash, CPython's own."""

    make = staticmethod(lambda: hashlib.__dict__["__get_builtin_constructor"]("sha3_512")())


class Hmac(_Hash):
    """A keyed hash of hmac's, over OpenSSL's or CPython's own."""

    make = staticmethod(lambda: hmac.new(b"x0", digestmod="sha256"))


class HashConstructors(Subject):
    """hashlib's constructors, with the cache that they share, each thread's hash being its own."""

    def fresh(self, size: int) -> Any:
        return "".join(fresh_strings(size)).encode()

    @step()
    def new(o: Any, v: str) -> Any:
        return hashlib.new("sha1", o, usedforsecurity=False).hexdigest()

    @step()
    def named(o: Any, v: str) -> Any:
        return hashlib.sha512(o).hexdigest()

    @step()
    def builtin(o: Any, v: str) -> Any:
        return hashlib.__dict__["__get_builtin_constructor"]("md5")(o).hexdigest()

    @step()
    def hmac_digest(o: Any, v: str) -> Any:
        return hmac.digest(b"x0", o, "sha256").hex()

    @step()
    def compare_digest(o: Any, v: str) -> Any:
        return hmac.compare_digest(o, bytes(o))

    @step()
    def pbkdf2(o: Any, v: str) -> Any:
        return hashlib.pbkdf2_hmac("sha256", o, b"x0", 2).hex()

    @step()
    def available(o: Any, v: str) -> Any:
        return "md5" in hashlib.algorithms_available


class HashedBytearray(Subject):
    """A bytearray that is hashed and packed while others change its size: nothing is said of what is seen."""

    sizes = (3, 5000)

    def fresh(self, size: int) -> Any:
        return bytearray(size)

    @step(PROCESS)
    def sha256(o: Any, v: str) -> Any:
        return hashlib.sha256(o).hexdigest()

    @step(PROCESS)
    def blake2b(o: Any, v: str) -> Any:
        return hashlib.blake2b(o).hexdigest()

    @step(PROCESS)
    def crc32(o: Any, v: str) -> Any:
        return zlib.crc32(o), zlib.adler32(o), binascii.crc32(o), binascii.crc_hqx(o, 0)

    @step(PROCESS)
    def compress(o: Any, v: str) -> Any:
        return zlib.decompress(zlib.compress(o, 1))

    @step(PROCESS)
    def texts(o: Any, v: str) -> Any:
        return binascii.hexlify(o), binascii.b2a_base64(o), binascii.b2a_qp(o)

    @step(PROCESS)
    def back(o: Any, v: str) -> Any:
        return binascii.unhexlify(binascii.hexlify(o)), binascii.a2b_base64(o)

    @step(PROCESS, writes=True)
    def extend(o: Any, v: str) -> Any:
        o.extend(v.encode() * 99)

    @step(PROCESS, writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(PROCESS, writes=True)
    def store(o: Any, v: str) -> Any:
        o[:] = v.encode()


class _Compressor(Attributes):
    """What compresses in pieces, and the list of what it gave: in some order, these are what was compressed."""

    FAILS: ClassVar[tuple[type[Exception], ...]] = (EOFError, OSError, ValueError, lzma.LZMAError, zlib.error)
    unpack: Callable[[bytes], bytes]
    """Of all pieces together."""

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        """Each piece was given by a call that had the compressor to itself."""
        packer, pieces = o
        with suppress(*self.FAILS):  # it has been flushed
            pieces.append(packer.flush())
        several = [one for one in pieces if one]
        if len(several) > MOST_PIECES:
            return ""
        for order in permutations(several):
            with suppress(*self.FAILS):
                text = type(self).unpack(b"".join(order))
                if {text[at : at + 2] for at in range(0, len(text), 2)} <= PUT:
                    return ""
        return f"no order of the {len(several)} pieces that it gave is what was compressed"

    @step(writes=True)
    def compress(o: Any, v: str) -> Any:
        o[1].append(o[0].compress(v.encode()))

    @step(writes=True)
    def compress_long(o: Any, v: str) -> Any:
        o[1].append(o[0].compress(v.encode() * LONG))

    @step(writes=True)
    def flush(o: Any, v: str) -> Any:
        o[1].append(o[0].flush())


MOST_PIECES = 5
PUT = frozenset(letter + digit for letter in (b"a", b"b") for digit in (b"1", b"2"))


class ZlibCompress(_Compressor):
    """A zlib compressor."""

    unpack = staticmethod(zlib.decompress)

    left_out: ClassVar[dict[str, str]] = {
        "__copy__": "asked for by copy",
        "__deepcopy__": "asked for by deepcopy",
    }

    def fresh(self, size: int) -> Any:
        return zlib.compressobj(1), []

    @step(writes=True)
    def flush_sync(o: Any, v: str) -> Any:
        o[1].append(o[0].flush(zlib.Z_SYNC_FLUSH))

    @step(writes=True)
    def flush_full(o: Any, v: str) -> Any:
        o[1].append(o[0].flush(zlib.Z_FULL_FLUSH))

    @step()
    def copy(o: Any, v: str) -> Any:
        return len(o[0].copy().flush()) > 0

    @step()
    def copies(o: Any, v: str) -> Any:
        return len(copy.copy(o[0]).flush()) > 0, len(copy.deepcopy(o[0]).flush()) > 0


class Bz2Compressor(_Compressor):
    """A bz2 compressor."""

    sizes = (1,)
    unpack = staticmethod(bz2.decompress)

    def fresh(self, size: int) -> Any:
        return bz2.BZ2Compressor(size), []


class LzmaCompressor(_Compressor):
    """An lzma compressor."""

    sizes = (0,)
    unpack = staticmethod(lzma.decompress)

    def fresh(self, size: int) -> Any:
        return lzma.LZMACompressor(preset=size), []


PLAIN = b"x0" * 1000


def _plain(data: bytes) -> str:
    return "" if data in PLAIN else "torn"


class ZlibDecompress(Attributes):
    """A zlib decompressor, which keeps what it has not yet looked at."""

    left_out: ClassVar[dict[str, str]] = {
        "__copy__": "asked for by copy",
        "__deepcopy__": "asked for by deepcopy",
    }
    PACKED: ClassVar[bytes] = zlib.compress(PLAIN)

    def fresh(self, size: int) -> Any:
        return zlib.decompressobj()

    def left(self, o: Any) -> Any:
        return o.eof, o.unused_data.decode("latin-1") == ""

    @step(writes=True, may_raise=(zlib.error,))
    def decompress(o: Any, v: str) -> Any:
        return _plain(o.decompress(ZlibDecompress.PACKED))

    @step(writes=True, may_raise=(zlib.error,))
    def decompress_some(o: Any, v: str) -> Any:
        return len(o.decompress(ZlibDecompress.PACKED, 9)) <= 9

    @step(writes=True, may_raise=(zlib.error,))
    def decompress_broken(o: Any, v: str) -> Any:
        """What follows an error must not go on where it stood."""
        return len(o.decompress(ZlibDecompress.PACKED[:9] + v.encode() * 20))

    @step(writes=True, may_raise=(zlib.error,))
    def tail(o: Any, v: str) -> Any:
        return len(o.decompress(o.unconsumed_tail, 9)) <= 9

    @step(writes=True, may_raise=(zlib.error,))
    def flush(o: Any, v: str) -> Any:
        return len(o.flush()) % 2

    @step()
    def members(o: Any, v: str) -> Any:
        return len(o.unused_data) >= 0, len(o.unconsumed_tail) >= 0, o.eof

    @step()
    def copy(o: Any, v: str) -> Any:
        return o.copy().eof

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o).eof, copy.deepcopy(o).eof


class _Unpacker(Attributes):
    """A decompressor that keeps what it has not yet given, and what it is fed."""

    PACKED: ClassVar[bytes]
    FAILS: ClassVar[tuple[type[Exception], ...]] = _Compressor.FAILS

    def left(self, o: Any) -> Any:
        return o[0].eof

    @step(writes=True, may_raise=FAILS)
    def decompress(o: Any, v: str) -> Any:
        return _plain(o[0].decompress(o[1]))

    @step(writes=True, may_raise=FAILS)
    def decompress_rest(o: Any, v: str) -> Any:
        """What is left when somebody has fed the first half."""
        return len(o[0].decompress(o[1][20:]))

    @step(writes=True, may_raise=FAILS)
    def decompress_broken(o: Any, v: str) -> Any:
        """What follows an error must not go on where it stood."""
        return len(o[0].decompress(o[1][:9] + v.encode() * 20))

    @step(writes=True, may_raise=FAILS)
    def decompress_more(o: Any, v: str) -> Any:
        """What comes after the end is kept."""
        return _plain(o[0].decompress(o[1] + PLAIN[:60]))

    @step()
    def unused(o: Any, v: str) -> Any:
        return _plain(o[0].unused_data)

    @step(writes=True, may_raise=FAILS)
    def decompress_some(o: Any, v: str) -> Any:
        return len(o[0].decompress(o[1], 9)) <= 9

    @step(writes=True, may_raise=FAILS)
    def decompress_half(o: Any, v: str) -> Any:
        return len(o[0].decompress(o[1][:20])) % 2

    @step(writes=True, may_raise=FAILS)
    def more(o: Any, v: str) -> Any:
        return len(o[0].decompress(b"", 9)) <= 9

    @step()
    def members(o: Any, v: str) -> Any:
        return o[0].eof, o[0].needs_input, len(o[0].unused_data) >= 0


class Bz2Decompressor(_Unpacker):
    """A bz2 decompressor, and what it is fed."""

    PACKED = bz2.compress(PLAIN, 1)

    def fresh(self, size: int) -> Any:
        return bz2.BZ2Decompressor(), self.PACKED


class LzmaDecompressor(_Unpacker):
    """An lzma decompressor, and what it is fed."""

    PACKED = lzma.compress(PLAIN, preset=0)

    def fresh(self, size: int) -> Any:
        return lzma.LZMADecompressor(), self.PACKED

    @step()
    def check(o: Any, v: str) -> Any:
        return o[0].check in (lzma.CHECK_UNKNOWN, lzma.CHECK_CRC64)


class ZlibUnpacker(_Unpacker):
    """zlib's decompressor for gzip, and what it is fed."""

    PACKED = zlib.compress(PLAIN)

    def fresh(self, size: int) -> Any:
        return zlib._ZlibDecompressor(), self.PACKED  # type: ignore[attr-defined]


LOOKS = 3000
"""For the end to come, that another thread comes to, or nobody does."""
REST = b"x1" * 10


class _FedBeyondItsEnd(Subject):
    """A decompressor that is fed more than belongs to it, what it is fed, and what was seen amiss.

    Whoever is told that the end has come finds what came after it. Before 3.15 not all of them had a lock for that.
    """

    minimum_version = (3, 15)
    PACKED: ClassVar[bytes]
    FAILS: ClassVar[tuple[type[Exception], ...]] = _Compressor.FAILS

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "; ".join(o[2])

    @step(writes=True, may_raise=FAILS)
    def decompress(o: Any, v: str) -> Any:
        o[0].decompress(o[1] + REST)

    @step(writes=True, may_raise=FAILS)
    def decompress_in_two(o: Any, v: str) -> Any:
        """What somebody else feeds in between is no part of it, and says so, or ends nowhere."""
        o[0].decompress(o[1][:20])
        o[0].decompress(o[1][20:] + REST)

    @step()
    def look(o: Any, v: str) -> Any:
        for _ in range(LOOKS):
            if o[0].eof:
                if not o[0].unused_data:
                    o[2].append("it says that its end has come, and what came after it is not there")
                return


class Bz2FedBeyondItsEnd(_FedBeyondItsEnd):
    """A bz2 decompressor that is fed more than belongs to it: who is told of the end finds what came after it."""

    PACKED = Bz2Decompressor.PACKED

    def fresh(self, size: int) -> Any:
        return bz2.BZ2Decompressor(), self.PACKED, []


class LzmaFedBeyondItsEnd(_FedBeyondItsEnd):
    """An lzma decompressor that is fed more than belongs to it: who is told of the end finds what came after it."""

    PACKED = LzmaDecompressor.PACKED

    def fresh(self, size: int) -> Any:
        return lzma.LZMADecompressor(), self.PACKED, []


class ZlibFedBeyondItsEnd(_FedBeyondItsEnd):
    """A zlib decompressor that is fed more than belongs to it: who is told of the end finds what came after it."""

    PACKED = ZlibUnpacker.PACKED
    sizes = (0, 1)

    def fresh(self, size: int) -> Any:
        made = zlib._ZlibDecompressor() if size else zlib.decompressobj()  # type: ignore[attr-defined]
        return made, self.PACKED, []
