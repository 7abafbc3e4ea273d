"""ftstress-0102: a module that is imported is taken out of sys.modules for a moment, just before its import ends.

`_load_unlocked` (Lib/importlib/_bootstrap.py) pops what is found under the module's name and stores it again; `_exec`
does so when a module is reloaded. `importlib.util.find_spec` asks whether the name is there before it takes it.
Measured: within 5 imports on 3.13.5, 3.14.7+, 3.15.0rc1+ and 3.16.0a0; never in 9,000 with -X gil=1.
Exit status 1: it showed. Exit status 0: not.
"""

import importlib.util
import pathlib
import sys
import tempfile
import threading
import time

raised = []
sys.setswitchinterval(1e-6)
with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, "found.py").write_text("")
    sys.path.insert(0, folder)
    end = time.monotonic() + 8.0
    rounds = 0
    while not raised and time.monotonic() < end:
        sys.modules.pop("found", None)
        importer = threading.Thread(target=__import__, args=("found",))
        importer.start()
        while importer.is_alive():
            try:
                importlib.util.find_spec("found")
            except KeyError as error:
                raised.append(error)
            except ValueError:
                pass  # it has no spec so far
        importer.join()
        rounds += 1
print(f"{sys.version.split()[0]}: find_spec raised {raised[:1]} in {rounds} imports")
sys.exit(bool(raised))
