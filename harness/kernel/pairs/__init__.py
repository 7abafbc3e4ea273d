"""Every operation against every other, on one shared object: subjects, races of their operations, and their judges.

Runs inside the target, as all of the kernel does. A file of subjects imports what it needs from here.
"""

from harness.kernel.pairs.subject import ATOMIC, PROCESS, VALUES, Subject, fresh_strings, step

__all__ = ["ATOMIC", "PROCESS", "VALUES", "Subject", "fresh_strings", "step"]
