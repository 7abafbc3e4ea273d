"""Class attributes stored and read by several threads: the type cache's fetch and ``type.__setattr__``."""
