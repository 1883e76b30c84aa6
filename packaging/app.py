"""The program as one file, for people without Python: `make app` builds it.

Started without arguments outside a terminal, by a double click say, it opens the page; otherwise it is the
whole command line.
"""

from __future__ import annotations

import sys

from bulk_register.cli import main

BY_ITSELF = 2  # processes at a console that was opened for us: this one and the file's unpacker


def is_double_click() -> bool:
    """Tell whether no terminal is there, or on Windows one that was opened for this program alone."""
    if sys.platform == "win32":
        import ctypes

        room = (ctypes.c_uint * (BY_ITSELF + 1))()
        return int(ctypes.windll.kernel32.GetConsoleProcessList(room, len(room))) <= BY_ITSELF
    return not (sys.stdin and sys.stdin.isatty())


if __name__ == "__main__":
    if len(sys.argv) == 1 and is_double_click():
        sys.argv.append("page")
    main()
