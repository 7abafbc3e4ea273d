"""The same tests where an exception that nobody caught in a thread is a failure, too."""

from __future__ import annotations

from measure.comparison.cpython_tests import CPythonTests


class CPythonTestsEnvChanged(CPythonTests):
    """``--fail-env-changed`` turns what a thread lost into exit status 3."""

    name = "cpython_tests_env_changed"
    title = "the same, --fail-env-changed"
    options = ("--fail-env-changed",)
