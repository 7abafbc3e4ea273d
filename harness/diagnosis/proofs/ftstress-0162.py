"""ftstress-0162: a codec is found again for good, though its search function was taken out while it was looked up.

`_PyCodec_Lookup` (Python/codecs.c) stores what the search function gave in the cache, which `codecs.unregister` of
another thread has cleared meanwhile. The other thread comes here while the function waits; it need not be another one.
Exit status 1: it showed. Exit status 0: not.
"""

import codecs
import sys
import threading


def search(name):
    if name != "ftstress_gone":
        return None
    other = threading.Thread(target=codecs.unregister, args=[search])
    other.start()
    other.join()
    return codecs.CodecInfo(codecs.utf_8_encode, codecs.utf_8_decode, name=name)


codecs.register(search)
codecs.lookup("ftstress_gone")
codecs.unregister(search)  # it was, and nobody can find it any more
try:
    found = codecs.lookup("ftstress_gone").name
except LookupError:
    found = ""
print(f"{found} is found, and its function is not there" if found else "not seen")
sys.exit(1 if found else 0)
