"""gh-143650: a thread that imports a module is given it, though its import fails in another thread.

`_find_and_load` (Lib/importlib/_bootstrap.py) and `PyImport_ImportModuleLevelObject` (Python/import.c) find the module
in `sys.modules`, wait until it is no longer being initialized, and give it, whether or not it is still there.
Measured: every run on 3.13.5, with either -X gil; never on 3.14.7+, 3.15.0rc1+ and 3.16.0a0.
Exit status 1: it showed. Exit status 0: not.
"""

import pathlib
import sys
import tempfile
import threading

given = []
for number in range(20):
    name = f"fails_{number}"
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, f"{name}.py").write_text("import time\ntime.sleep(0.05)\nraise ValueError\n")
        sys.path.insert(0, folder)

        def first(name: str = name) -> None:
            """Import it, in vain."""
            try:
                __import__(name)
            except ValueError:
                pass

        importer = threading.Thread(target=first)
        importer.start()
        while importer.is_alive() and name not in sys.modules:
            pass
        try:
            given.append(__import__(name))
        except ValueError:
            pass
        importer.join()
        sys.path.remove(folder)
print(f"{sys.version.split()[0]}: {len(given)} of 20 imports gave what had failed: {given[:1]}")
sys.exit(bool(given))
