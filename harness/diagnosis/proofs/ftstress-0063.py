"""ftstress-0063: a byte that is left over is the interpreter's own, and is written to. One thread.

`bytearray_take_bytes_impl` (Objects/bytearrayobject.c) keeps what remains as a bytes object that it gets from
`PyBytes_FromStringAndSize`. Of length one that is the object that the interpreter has once for each byte: a store into
the bytearray changes `bytes([n])` wherever it is asked for, and what is cut out of other bytes.
Measured: every run on 3.15.0rc1+ and 3.16.0a0, with either -X gil; 3.14 has no such method.
Exit status 1: it showed. Exit status 0: not.
"""

import sys

data = bytearray(b"ax")
if hasattr(data, "take_bytes"):
    data.take_bytes(1)
    data[0] = ord("q")
is_now = bytes([ord("x")])
print(f"{sys.version.split()[0]}: bytes([{ord('x')}]) is {is_now!r}")
sys.exit(is_now[0] != ord("x"))
