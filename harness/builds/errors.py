"""Why a target could not be built."""

from __future__ import annotations


class NotBuilt(Exception):
    """There is no build; the message says why, and names the log file where there is one."""


class NoRoom(NotBuilt):
    """The disk is full: what was being built may build well. The message is one sentence."""


class NotASource(Exception):
    """What was given is neither a version, nor a tarball, nor a folder of CPython's source; the message says so."""


class PassedOver(Exception):
    """This way does not lead to a source or an interpreter; the message is the reason."""
