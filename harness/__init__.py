"""ftstress: a stress-testing harness for free-threaded CPython.

This file stays almost empty on purpose: the kernel is imported as ``harness.kernel`` inside the target,
so whatever stands here runs there too.
"""

__version__ = "0.1.0"
