"""How much longer is waited for an operation in a build with a sanitizer, whose code is tens of times slower."""

from __future__ import annotations

import sysconfig

TIMES = 10 if "-fsanitize=" in (sysconfig.get_config_var("PY_CFLAGS") or "") else 1
