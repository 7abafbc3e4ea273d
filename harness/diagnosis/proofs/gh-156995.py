"""gh-156995: a store into a bytearray changes bytes([120]) for the whole process. One thread.

`bytearray_take_bytes_impl` (Objects/bytearrayobject.c) keeps the rest of a bytearray as what
`PyBytes_FromStringAndSize` gives: for one byte the process's only object of that byte. A bytearray that another thread
shortens to one byte comes to the same by `_PyBytes_Resize` (Objects/bytesobject.c).
Measured: every run on 3.15.0rc1+ and 3.16.0a0, with either -X gil. Earlier versions have no take_bytes.
Exit status 1: it showed. Exit status 0: not.
"""

import sys

shared = bytearray(b"xxx")
shared.take_bytes(2)
shared[0] = 0
found = bytes([120])
print(f"bytes([120]) is {found!r}")
sys.exit(1 if found[0] != 120 else 0)
