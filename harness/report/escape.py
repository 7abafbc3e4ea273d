"""Text that comes from a target is data: shown, it must not move the cursor or hide anything."""

from __future__ import annotations

import unicodedata

_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Controls, format characters (writing direction too), lone surrogates, unassigned, line separators."""


def escape(text: str, *, lines: bool = False) -> str:
    """Return ``text`` with every character that a terminal would obey written out, as ``\\x1b``.

    With ``lines`` the line ends stay (``\\r\\n`` as ``\\n``), and a tab is eight columns at most.
    """
    if lines:
        return "\n".join(map(escape, text.replace("\r\n", "\n").expandtabs(8).split("\n")))
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _UNSAFE:
        return char
    return char.encode("unicode_escape").decode("ascii")
